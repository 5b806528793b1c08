"""How a release has its images: copied, linked, stripped, cropped, or not at all."""

import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import inspect_image, read_image
from annotator.imaging.identity import coded_sha256
from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.release import (
    DamagedRelease,
    ExportError,
    ImageMode,
    export_release,
    load_release,
    verify_release,
)
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256
from tests.laden import PICTURE, WORD, laden_jpeg, laden_png, laden_webp, saved
from tests.release.conftest import mesh_at, new_image

Content = Callable[[Path], dict[str, bytes]]
PHOTOGRAPH = Image.fromarray(
    np.asarray(Image.open(asset_path("datasets", "sample", "hopper.jpg")).resize((150, 190)))
)
FILES = {
    "plain.jpg": saved("JPEG", PHOTOGRAPH, quality=90),
    "laden.jpg": laden_jpeg(6, picture=PHOTOGRAPH),
    "laden.png": laden_png(1, picture=PHOTOGRAPH),
    "turned.png": laden_png(8, picture=PHOTOGRAPH),
    "laden.webp": laden_webp(1, picture=PHOTOGRAPH),
    "scan.tif": saved("TIFF", PHOTOGRAPH, description=WORD),
    "flat.bmp": saved("BMP", PHOTOGRAPH),
}
MODES: tuple[ImageMode, ...] = ("copy", "upright", "link", "face", "crop-192", "crop-256", "none")


def project_of(folder: Path, files: dict[str, bytes]) -> Project:
    """Make a project of photographs with one accepted face each."""
    (folder / "photos").mkdir(parents=True)
    for name, data in files.items():
        (folder / "photos" / name).write_bytes(data)
    project = Project.create(folder / "project")
    project.images.add([new_image(folder / "photos" / name) for name in files])
    model = project.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
    face = FacePrediction(mesh_at(75, 75, 60), 0.9, 0.8)
    for image in project.images.pending(model):
        project.predictions.store(model, [(image.id, [face])])
    for sample in project.samples.summaries():
        project.reviews.accept(sample.id, reviewer="Grace")
    return project


@pytest.fixture(scope="module")
def laden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """Photographs with metadata of every kind; for tests that leave them alone."""
    with project_of(tmp_path_factory.mktemp("laden"), FILES) as project:
        yield project


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Project]:
    """Photographs without metadata."""
    files = {"plain.jpg": FILES["plain.jpg"], "plain.png": saved("PNG", PHOTOGRAPH)}
    with project_of(tmp_path, files) as project:
        yield project


def photos(project: Project) -> Path:
    return project.home.parent / "photos"


def stored_by_name(folder: Path) -> dict[str, str]:
    samples = load_release(folder).samples
    return dict(zip(samples["image_name"], samples["image_stored"], strict=True))


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "link"])
def test_no_metadata_leaves_in_any_mode(laden, tmp_path, content: Content, mode):
    export_release(laden, tmp_path / "release", "coco", images=mode)
    written = content(tmp_path / "release")
    assert not [name for name, data in written.items() if WORD.encode() in data]
    assert verify_release(tmp_path / "release").images == mode
    for name in (name for name in written if name.startswith("images/")):
        with Image.open(io.BytesIO(written[name])) as image:
            assert set(image.getexif()) <= {0x0112}


def test_files_are_stripped_or_written_anew_and_clean_ones_stay(laden, tmp_path):
    report = export_release(laden, tmp_path / "release", "npz")
    assert stored_by_name(tmp_path / "release") == {
        "plain.jpg": "original",
        "laden.jpg": "stripped",
        "laden.png": "stripped",
        "turned.png": "upright",
        "laden.webp": "stripped",
        "scan.tif": "upright",
        "flat.bmp": "upright",
    }
    tally = report.images
    assert (tally.stripped, tally.written_upright, tally.turned_on_reading) == (3, 3, 1)
    assert "3 images are stripped of metadata" in report.remarks[0]
    for row in load_release(tmp_path / "release").samples.itertuples():
        original = photos(laden) / row.image_name
        released = tmp_path / "release" / row.image_file
        np.testing.assert_array_equal(read_image(released), read_image(original))
        if row.image_stored != "upright":
            assert coded_sha256(released) == coded_sha256(original)
            assert inspect_image(released).orientation == row.image_orientation


def test_metadata_is_kept_on_request(laden, tmp_path):
    export_release(laden, tmp_path / "release", "npz", metadata="keep")
    samples = load_release(tmp_path / "release").samples
    originals = samples[samples["image_stored"] == "original"]
    assert {"laden.png", "laden.webp", "scan.tif", "flat.bmp"} < set(originals["image_name"])
    for row in originals.itertuples():
        assert file_sha256(tmp_path / "release" / row.image_file) == row.image_sha256


@pytest.mark.parametrize("mode", ["link", "face", "crop-192"])
def test_the_same_project_gives_the_same_bytes_in_every_mode(plain, tmp_path, content, mode):
    for name in ("one", "two"):
        export_release(plain, tmp_path / name, "npz", images=mode, metadata="keep")
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_a_link_shares_the_bytes_of_the_original(plain, tmp_path, content):
    report = export_release(plain, tmp_path / "linked", "npz", images="link")
    export_release(plain, tmp_path / "copied", "npz")
    assert (report.images.linked, report.images.not_linked) == (2, 0)
    assert "2 images are linked: who edits such an original edits the release" in report.remarks[0]
    for name in ("plain.jpg", "plain.png"):
        linked = tmp_path / "linked" / "images" / name
        assert linked.samefile(tmp_path / "photos" / name)
    linked, copied = content(tmp_path / "linked"), content(tmp_path / "copied")
    assert linked.keys() == copied.keys()
    differing = {name for name in linked if linked[name] != copied[name]}
    assert differing == {"README.md", "manifest.json"}  # they say how


def test_an_original_that_is_edited_in_place_edits_what_is_linked_and_verify_finds_it(
    plain, tmp_path
):
    export_release(plain, tmp_path / "release", "npz", images="link")
    with (tmp_path / "photos" / "plain.jpg").open("r+b") as stream:
        stream.seek(400)
        stream.write(b"edited")
    with pytest.raises(DamagedRelease, match=r"plain\.jpg"):
        verify_release(tmp_path / "release")


@pytest.mark.parametrize("reason", [errno.EXDEV, errno.ENOTSUP])
def test_where_no_link_can_be_made_the_file_is_copied_and_told(
    plain, tmp_path, monkeypatch, reason
):
    def refuse(source: object, target: object) -> None:
        raise OSError(reason, os.strerror(reason))

    monkeypatch.setattr("annotator.release.transfer.os.link", refuse)
    report = export_release(plain, tmp_path / "release", "npz", images="link")
    assert (report.images.linked, report.images.not_linked) == (0, 2)
    assert "2 images are copied: no link" in report.remarks[-1]
    copied = tmp_path / "release" / "images" / "plain.jpg"
    assert copied.read_bytes() == FILES["plain.jpg"]
    assert not copied.samefile(tmp_path / "photos" / "plain.jpg")


def test_what_is_linked_is_the_file_and_not_a_link_to_it(plain, tmp_path):
    photo = tmp_path / "photos" / "plain.jpg"
    photo.rename(tmp_path / "elsewhere.jpg")
    photo.symlink_to(tmp_path / "elsewhere.jpg")
    export_release(plain, tmp_path / "release", "npz", images="link")
    linked = tmp_path / "release" / "images" / "plain.jpg"
    assert not linked.is_symlink()
    assert linked.samefile(tmp_path / "elsewhere.jpg")


def test_what_a_link_would_give_away_is_copied_without_it_and_the_original_left(laden, tmp_path):
    report = export_release(laden, tmp_path / "release", "npz", images="link")
    assert (report.images.linked, report.images.not_linked) == (1, 0)  # the plain one
    assert report.images.stripped
    for path in (tmp_path / "release" / "images").iterdir():
        assert WORD.encode() not in path.read_bytes()
    assert {name: (photos(laden) / name).read_bytes() for name in FILES} == FILES
    kept = export_release(laden, tmp_path / "kept", "npz", images="link", metadata="keep")
    assert kept.images.linked == 5


def test_a_reference_is_made_of_any_image_and_its_metadata_told(laden, tmp_path):
    report = export_release(laden, tmp_path / "release", "npz", images="reference")
    assert any("referenced image" in remark and "copy" in remark for remark in report.remarks)
    told = export_release(laden, tmp_path / "kept", "npz", images="reference", metadata="keep")
    assert told.images.with_metadata == 0 < report.images.with_metadata


@pytest.mark.parametrize("mode", ["link", "face", "crop-192"])
def test_an_image_that_changed_is_refused(plain, tmp_path, mode):
    photo = tmp_path / "photos" / "plain.jpg"
    photo.write_bytes(saved("JPEG", PHOTOGRAPH, quality=50))
    with pytest.raises(ExportError, match=r"plain\.jpg has changed since it was imported"):
        export_release(plain, tmp_path / "release", "npz", images=mode)
    photo.unlink()
    with pytest.raises(ExportError, match=r"plain\.jpg cannot be read any more"):
        export_release(plain, tmp_path / "release", "npz", images=mode)
    assert not (tmp_path / "release").exists()


def test_annotations_alone_need_no_images(plain, tmp_path, content):
    shutil.rmtree(photos(plain))
    export_release(plain, tmp_path / "release", "coco", images="none")
    assert set(content(tmp_path / "release")) == {"annotations.json", "manifest.json"} | {
        name for name in ("README.md", "croissant.json") if (tmp_path / "release" / name).exists()
    }
    samples = load_release(tmp_path / "release").samples
    assert set(samples["image_file"]) == {"plain.jpg", "plain.png"}
    assert (samples["image_orientation"] == 1).all()


def test_a_damaged_photograph_that_can_still_be_read_is_written_anew(tmp_path):
    data = saved("JPEG", PHOTOGRAPH)
    at = data.index(b"\xff\xdb")
    stray = data[:at] + WORD.encode() + data[at:]
    with project_of(tmp_path, {"stray.jpg": stray}) as project:
        export_release(project, tmp_path / "release", "npz")
    assert stored_by_name(tmp_path / "release") == {"stray.jpg": "upright"}
    assert WORD.encode() not in (tmp_path / "release" / "images" / "stray.jpg.png").read_bytes()


def test_an_animation_loses_its_other_pictures(tmp_path):
    other = [Image.fromarray(255 - PICTURE)]
    files = {
        "moving.webp": saved("WEBP", save_all=True, append_images=other),
        "moving.png": saved("PNG", save_all=True, append_images=other),
    }
    with project_of(tmp_path, files) as project:
        export_release(project, tmp_path / "release", "npz")
    assert stored_by_name(tmp_path / "release") == {
        "moving.webp": "upright", "moving.png": "stripped",
    }  # fmt: skip


@pytest.mark.parametrize("wrong", [{"metadata": "some"}, {"images": "move"}])
def test_an_unknown_choice_is_refused_before_anything_is_written(plain, tmp_path, wrong):
    with pytest.raises(ExportError, match="choose"):
        export_release(plain, tmp_path / "release", "npz", **wrong)
    assert not (tmp_path / "release").exists()
