"""What others plant beside a release that is being made: never written through, never removed."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from annotator.mesh.layout import FACE_468
from annotator.release import ExportError, export_release, load_release
from annotator.release.images import ImagePlaces
from annotator.release.staging import staged_folder
from annotator.release.upright import write_upright
from annotator.system.assets import asset_path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")

PHOTOGRAPH = asset_path("datasets", "sample", "collins_tilted.jpg")
MARK = "0123456789abcdef"
PATIENCE = 60  # seconds: what hangs would last for ever


def within_patience(step: Callable[[], None]) -> None:
    thread = Thread(target=step, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it never came back"


def staged(target: Path) -> None:
    with staged_folder(target) as partial:
        (partial / "file").write_text("ours")


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "file").write_text("precious")
    return folder


@pytest.mark.parametrize("name", [".release.partial", f".release.{MARK}.partial"])
@pytest.mark.parametrize("to", ["precious", "nowhere"])
def test_a_link_planted_where_the_folder_is_made_is_not_followed(tmp_path, precious, name, to):
    (tmp_path / name).symlink_to(tmp_path / to)
    staged(tmp_path / "release")
    assert (tmp_path / "release" / "file").read_text() == "ours"
    assert (precious / "file").read_text() == "precious"
    assert (tmp_path / name).is_symlink()
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("name", [".release.partial", f".release.{MARK}.partial"])
def test_a_file_planted_there_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("precious")
    staged(tmp_path / "release")
    assert (tmp_path / name).read_text() == "precious"


def test_only_folders_that_exports_to_the_same_place_left_are_removed(tmp_path):
    left, others = f".release.{MARK}.partial", [
        f".other.{MARK}.partial",
        f".release.{MARK}0.partial",
        ".release.0123456789abcdeg.partial",
        f".release.{MARK}.partial.old",
    ]  # fmt: skip
    for name in (left, *others):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").touch()
    staged(tmp_path / "release")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*others, "release"])


@pytest.mark.parametrize("name", ["r" * 255, "ä" * 120, "a*[b]?(c)"])
def test_leftovers_of_any_name_are_found(tmp_path, name):
    with pytest.raises(KeyboardInterrupt), staged_folder(tmp_path / name) as partial:
        left = partial.name
        raise KeyboardInterrupt
    (tmp_path / left).mkdir()
    staged(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("what", ["link", "dangling link", "pipe", "folder", "circle"])
def test_what_is_no_lock_file_is_refused_at_once(tmp_path, precious, what):
    lock = tmp_path / ".release.lock"
    if what == "pipe":
        os.mkfifo(lock)
    elif what == "folder":
        lock.mkdir()
    else:
        targets = {"link": precious / "file", "dangling link": tmp_path / "made", "circle": lock}
        lock.symlink_to(targets[what])
    said: list[str] = []

    def export() -> None:
        with pytest.raises(ExportError) as caught:
            staged(tmp_path / "release")
        said.append(str(caught.value))

    within_patience(export)
    assert "no lock file: remove it" in said[0]
    assert not (tmp_path / "made").exists(), "it was made through the link"
    assert os.path.lexists(lock)
    assert not (tmp_path / "release").exists()


def test_two_exports_at_once_make_one_release(tmp_path):
    """Both write the same files; whoever comes second is told, and whoever was first is whole."""
    inside, refused, said = Event(), Event(), []

    def first() -> None:
        with staged_folder(tmp_path / "release") as partial:
            (partial / "file").write_text("first")
            inside.set()
            assert refused.wait(PATIENCE)

    thread = Thread(target=first, daemon=True)
    thread.start()
    assert inside.wait(PATIENCE)
    with pytest.raises(ExportError, match="another export") as caught:
        staged(tmp_path / "release")
    said.append(str(caught.value))
    refused.set()
    thread.join(PATIENCE)
    assert (tmp_path / "release" / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_exports_to_two_names_do_not_meet(tmp_path):
    with staged_folder(tmp_path / "one") as one, staged_folder(tmp_path / "two") as two:
        (one / "file").write_text("one")
        (two / "file").write_text("two")
    assert (tmp_path / "one" / "file").read_text() == "one"
    assert (tmp_path / "two" / "file").read_text() == "two"


def test_an_upright_picture_is_not_written_through_a_link(tmp_path, precious):
    (tmp_path / "new.png").symlink_to(precious / "file")
    with pytest.raises(FileExistsError):
        write_upright(PHOTOGRAPH, tmp_path / "new.png")
    assert (precious / "file").read_text() == "precious"


def test_a_copied_picture_is_not_written_through_a_link(project, tmp_path, precious):
    folder = tmp_path / "partial"
    (folder / "images").mkdir(parents=True)
    (sample, *_) = project.samples.accepted()

    class Named:
        def of(self, name: str, sha256: str) -> str:
            return name

    places = ImagePlaces(folder, Named(), FACE_468)
    (folder / "images" / sample.image.name).symlink_to(precious / "file")
    with pytest.raises(OSError, match="exists"):
        places.place(sample.image)
    assert (precious / "file").read_text() == "precious"


@pytest.mark.parametrize("format_name", ["npz", "csv", "coco"])
def test_a_release_beside_planted_names_is_whole(project, tmp_path, precious, format_name):
    (tmp_path / ".release.partial").symlink_to(precious)
    (tmp_path / f".release.{MARK}.partial").symlink_to(precious)
    export_release(project, tmp_path / "release", format_name)
    assert len(load_release(tmp_path / "release").samples) == 4
    assert [path.name for path in precious.iterdir()] == ["file"]
