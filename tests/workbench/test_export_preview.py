"""What an export will write is told before it does, and what cannot be written is told in words."""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.main import get_command

from annotator.cli import release, releases
from annotator.project import Project
from annotator.release import Choice, ExportError, KeyFileError, export_release
from annotator.release.formats import FORMATS
from annotator.release.splits import Shares
from annotator.workbench.export_choices import (
    ExportWish,
    ReleaseEntries,
    Signing,
    export_wish,
)
from annotator.workbench.export_picture import PICTURE
from annotator.workbench.export_preview import ExportPreview, images_beside, preview_of
from annotator.workbench.project_watch import ProjectWatch
from annotator.workflow.releasing import ReleaseWish
from tests.key_files import encrypted_key

EMBEDDING = sorted(name for name, known in FORMATS.items() if known.embeds_images)
PHOTOGRAPH = "collins.jpg"


@pytest.fixture
def project(portraits: Path) -> Iterator[Project]:
    """Two photographs, of which one is accepted."""
    with Project.open(portraits) as opened:
        for sample in opened.samples.summaries():
            if sample.image_name == PHOTOGRAPH:
                opened.reviews.accept(sample.id, reviewer="kim")
        yield opened


def last(project: Project, wish: ExportWish) -> ExportPreview:
    *_, preview = preview_of(project, wish)
    return preview


def told(project: Project, wish: ExportWish) -> str:
    return "\n".join(last(project, wish).text())


def options(command: Any) -> set[str]:
    """Return what a command can be told of what it writes."""
    beside = {"json", "dry-run", "show-completion", "install-completion"}
    beside |= {"quiet", "verbose"}  # which each command has once the whole command line is there
    named = {name.lstrip("-") for one in command.params for name in one.opts if name[:2] == "--"}
    return named - beside


def test_a_wish_has_a_place_for_all_that_the_command_line_can_be_told() -> None:
    of_both = {one.name for one in fields(Choice)} | {"sign"}
    of_releases = {one.name for one in fields(ReleaseEntries)} | of_both | {"into"}
    export = get_command(releases.commands)
    make = get_command(release.commands).commands[release.MAKE]  # type: ignore[attr-defined]
    assert len(options(export)) > 4
    assert options(export) <= of_both
    assert len(options(make)) > 10
    assert options(make) <= of_releases


def test_what_is_left_empty_is_as_the_command_line_has_it(tmp_path: Path) -> None:
    choice = Choice("npz")
    wish = export_wish(tmp_path / "out", choice, release=ReleaseEntries("portraits"))
    assert wish.release == ReleaseWish("portraits", choice)
    assert wish.sign is None


def test_all_that_was_entered_is_in_the_wish(tmp_path: Path) -> None:
    entries = ReleaseEntries(
        " portraits ", "2.0.0", " Faces ", "of ten", "CC0-1.0", "70/20/10",
        ("subject", "licence"), f"{tmp_path}/own",
    )  # fmt: skip
    wish = export_wish(tmp_path, Choice("npz"), release=entries, key="~/.ssh/id", passphrase="s")
    wished = wish.release
    assert wished is not None
    assert (wished.name, wished.version, wished.folder) == (
        "portraits", "2.0.0", tmp_path / "own",
    )  # fmt: skip
    assert (wished.about.title, wished.about.licence) == ("Faces", "CC0-1.0")
    assert (wished.shares, wished.require) == (Shares(70, 20, 10), ("licence", "subject"))
    assert wish.sign == Signing(Path.home() / ".ssh" / "id", "s")
    assert "'s'" not in repr(wish.sign)


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (ReleaseEntries("no/name"), "cannot be called"),
        (ReleaseEntries("portraits", shares="80/30"), "are no shares"),
        (ReleaseEntries("portraits", folder="own"), "is no whole path"),
    ],
)
def test_what_cannot_be_wished_is_told(tmp_path: Path, entries: ReleaseEntries, why: str) -> None:
    with pytest.raises(ExportError, match=why):
        export_wish(tmp_path, Choice("npz"), release=entries)


@pytest.mark.parametrize("name", EMBEDDING)
def test_formats_that_hold_images_themselves_show_one(
    project: Project, tmp_path: Path, name: str
) -> None:
    if name == "tfrecord":
        pytest.importorskip("google_crc32c", reason="tfrecord takes facemesh-annotator[tfrecord]")
    shown = last(project, ExportWish(tmp_path / "out", Choice(name))).picture
    assert shown is not None
    assert shown.shape == (PICTURE, PICTURE, 3)
    cut = last(project, ExportWish(tmp_path / "out", Choice(name, "crop-192"))).picture
    assert cut is not None
    assert not np.array_equal(cut, shown)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("images", ["copy", "link", "upright", "face", "crop-256"])
def test_the_picture_shown_has_the_pixels_of_the_one_that_is_embedded(
    project: Project, tmp_path: Path, images: str
) -> None:
    choice = Choice("webdataset", images)  # type: ignore[arg-type]
    export_release(project, tmp_path / "in", "webdataset", images=choice.images)
    beside = images_beside(choice)
    export_release(project, tmp_path / "beside", beside.format, images=beside.images)
    (lying,) = (tmp_path / "beside" / "images").iterdir()
    with tarfile.open(tmp_path / "in" / "train-00000.tar") as archive:
        (held,) = [one for one in archive if one.name.endswith((".jpg", ".png"))]
        stream = archive.extractfile(held)
        assert stream is not None
        content = stream.read()
    np.testing.assert_array_equal(Image.open(io.BytesIO(content)), Image.open(lying))


def test_without_images_there_is_no_picture(project: Project, tmp_path: Path) -> None:
    assert last(project, ExportWish(tmp_path / "out", Choice("npz", "none"))).picture is None


def test_a_folder_that_exists_is_refused_before_anything_is_tried(
    project: Project, tmp_path: Path
) -> None:
    wish = ExportWish(tmp_path, Choice("npz"))
    with pytest.raises(ExportError, match="exists already"):
        last(project, wish)
    own = export_wish(
        tmp_path, wish.choice, release=ReleaseEntries("portraits", folder=str(tmp_path))
    )
    with pytest.raises(ExportError, match="exists already"):
        last(project, own)


def test_the_preview_of_a_release_says_its_version_its_splits_and_its_folder(
    project: Project, tmp_path: Path
) -> None:
    entries = ReleaseEntries("portraits", shares="100/0/0")
    said = told(project, export_wish(tmp_path, Choice("npz"), release=entries))
    assert "version 1.0.0" in said
    assert "images by split: train 1" in said
    assert "nothing is for the test" in said
    assert f"in {project.home / 'releases' / 'portraits-1.0.0'}" in said


def test_a_preview_for_nobody_but_the_eye_draws_no_secret(
    portraits: Path, project: Project, tmp_path: Path
) -> None:
    before = project.version()
    last(project, ExportWish(tmp_path / "out", Choice("npz")))
    assert project.version() == before


def test_a_key_is_read_before_anything_is_tried(project: Project, tmp_path: Path) -> None:
    path = encrypted_key(tmp_path / "key", "secret")
    wish = export_wish(tmp_path / "out", Choice("npz"), key=str(path))
    with pytest.raises(KeyFileError, match="is encrypted: enter its passphrase"):
        last(project, wish)
    wish = export_wish(tmp_path / "out", Choice("npz"), key=str(path), passphrase="secret")
    assert wish.sign is not None
    assert f"signed with {wish.sign.read().fingerprint}" in told(project, wish)
    assert not (tmp_path / "out").exists()


def test_a_change_by_anybody_is_noticed_once(project: Project, portraits: Path) -> None:
    watch = ProjectWatch(project)
    assert not watch.has_changed()
    with Project.open(portraits) as theirs:
        theirs.reviews.exclude(theirs.samples.summaries()[0].id, reviewer="robin")
    assert watch.has_changed()
    assert not watch.has_changed()
