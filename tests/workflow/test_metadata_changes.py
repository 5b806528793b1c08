"""Photographs whose metadata changed and whose pixels did not, and others that look like them."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import Picture
from annotator.imaging.identity import pixels_sha256
from annotator.inference import FaceMesh, FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project, SampleState
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256
from annotator.workflow import import_images, preannotate
from annotator.workflow.image_files import Originals, inspect_picture
from annotator.workflow.same_pictures import keep_changed, kept_text, with_pixels

NOISE = np.random.default_rng(5).integers(0, 255, (60, 80, 3), dtype=np.uint8)


def comment(path: Path, text: bytes = b"a remark") -> None:
    """Put a comment into a JPEG file, as a cataloguing program does, and change no pixel."""
    data = path.read_bytes()
    segment = b"\xff\xfe" + (len(text) + 2).to_bytes(2, "big") + text
    path.write_bytes(data[:2] + segment + data[2:])


def turn(path: Path) -> None:
    """Say that a JPEG file is to be shown upside down."""
    block = Image.Exif()
    block[0x0112] = 3
    exif = b"Exif\0\0" + block.tobytes().removeprefix(b"Exif\0\0")
    data = path.read_bytes()
    segment = b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif
    path.write_bytes(data[:2] + segment + data[2:])


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "photographs" / "a.jpg"
    path.parent.mkdir()
    Image.fromarray(NOISE).save(path, quality=90)
    return path


@pytest.fixture
def project(
    photograph: Path, tmp_path: Path, new_project: Callable[[Path], Project]
) -> Iterator[Project]:
    """One photograph with one accepted face."""
    with new_project(tmp_path / "project") as opened:
        import_images(opened, [photograph])
        face = FACE_468.topology.vertices + np.float32([40, 30, 0])
        model = opened.models.register(ModelInfo("test", "1" * 64, FACE_468))
        opened.predictions.store(model, [(1, [FacePrediction(face.astype("f4"), 0.9, 0.9)])])
        opened.reviews.accept(1, reviewer="Rae")
        yield opened


def test_a_photograph_that_got_a_comment_keeps_its_faces_when_it_is_added_again(
    project, photograph
):
    comment(photograph)
    report = import_images(project, [photograph])
    assert (report.added, report.already_there) == (0, 1)
    assert [record.id for record in report.kept] == [1]
    record = project.images.get(1)
    assert record.sha256 == file_sha256(photograph)
    assert record.stamp == Picture(photograph).stamp()
    assert project.samples.get(1).state is SampleState.ACCEPTED
    assert project.images.failed() == []
    again = import_images(project, [photograph])
    assert (again.already_there, again.kept) == (1, ())


def test_a_comment_leaves_the_photograph_what_was_added(project, photograph):
    comment(photograph)
    record = project.images.get(1)
    assert not Originals().has_changed(record)
    assert Originals().held(record, record.picture.stamp())


def test_a_run_that_goes_on_after_a_kill_predicts_photographs_whose_metadata_changed_meanwhile(
    new_project, tmp_path
):
    portrait = tmp_path / "portrait.jpg"
    shutil.copy(asset_path("datasets", "sample", "collins.jpg"), portrait)
    with new_project(tmp_path / "killed") as project:
        import_images(project, [portrait])
        comment(portrait)
        *_, last = preannotate(project, FaceMesh.load(small_faces=False))
        assert (last.faces, last.failed) == (1, 0)
        assert project.images.failed() == []


def test_a_picture_that_was_predicted_is_known_when_it_is_written_anew(new_project, tmp_path):
    path = tmp_path / "a.png"
    Image.open(asset_path("datasets", "sample", "collins.jpg")).save(path, compress_level=9)
    with new_project(tmp_path / "project") as project:
        import_images(project, [path])
        *_, last = preannotate(project, FaceMesh.load(small_faces=False))
        assert last.faces == 1
        project.reviews.accept(1, reviewer="Rae")
        recompressed(path)
        assert not Originals().has_changed(project.images.get(1))
        assert len(keep_changed(project, project.images.all())) == 1


def test_predicting_does_not_hash_the_pixels_of_jpegs(new_project, tmp_path):
    with new_project(tmp_path / "project") as project:
        import_images(project, [asset_path("datasets", "sample", "collins.jpg")])
        *_, last = preannotate(project, FaceMesh.load(small_faces=False))
        assert (last.faces, project.images.get(1).pixels_sha256) == (1, None)


def test_changed_files_are_taken_over_without_being_added_again(project, photograph):
    comment(photograph)
    assert [each.id for each in keep_changed(project, project.images.all())] == [1]
    assert project.images.get(1).sha256 == file_sha256(photograph)
    assert keep_changed(project, project.images.all()) == ()


def test_a_photograph_with_another_orientation_is_another_picture(project, photograph):
    turn(photograph)
    assert Originals().has_changed(project.images.get(1))
    assert keep_changed(project, project.images.all()) == ()
    report = import_images(project, [photograph])
    assert (report.added, report.kept) == (1, ())
    assert [record.id for record in report.replaced] == [1]
    assert project.samples.get(1).image_id == 1


def test_a_photograph_that_was_moved_and_got_a_comment_is_followed(project, photograph, tmp_path):
    moved = tmp_path / "elsewhere.jpg"
    photograph.rename(moved)
    comment(moved)
    report = import_images(project, [moved])
    assert (report.added, len(report.kept)) == (0, 1)
    assert project.images.get(1).path == moved


def test_a_second_file_that_differs_in_metadata_is_the_same_picture(project, photograph, tmp_path):
    twin = tmp_path / "twin.jpg"
    shutil.copy(photograph, twin)
    comment(twin)
    report = import_images(project, [twin])
    assert (report.added, report.already_there, report.kept) == (0, 1, ())
    assert project.images.get(1).path == photograph
    assert project.images.get(1).sha256 == file_sha256(photograph)


def test_two_files_of_one_picture_added_at_once_are_one_image(new_project, photograph, tmp_path):
    twin = photograph.with_name("b.jpg")
    shutil.copy(photograph, twin)
    comment(twin)
    with new_project(tmp_path / "other") as project:
        report = import_images(project, [photograph.parent])
        assert (report.added, report.already_there) == (1, 1)
        assert project.images.get(1).path == photograph


def recompressed(path: Path) -> None:
    """Write the same pixels otherwise, as programs do that make files smaller."""
    Image.open(path).convert("RGB").save(path, compress_level=1)


def test_a_recompressed_photograph_is_known_by_its_pixels_where_those_are_known(
    new_project, tmp_path
):
    path = tmp_path / "a.png"
    Image.fromarray(NOISE).save(path, compress_level=9)
    with new_project(tmp_path / "project") as project:
        import_images(project, [path])
        record = project.images.get(1)
        project.images.note_pixels([(record, pixels_sha256(NOISE))])
        recompressed(path)
        assert inspect_picture(Picture(path)).coded_sha256 != record.coded_sha256
        report = import_images(project, [path])
        assert (report.added, len(report.kept), report.untold) == (0, 1, 0)


def test_where_pixels_are_not_known_it_is_said_that_it_cannot_be_told(new_project, tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(NOISE).save(path, compress_level=9)
    with new_project(tmp_path / "project") as project:
        import_images(project, [path])
        recompressed(path)
        report = import_images(project, [path])
        assert (report.added, len(report.replaced), report.untold) == (1, 1, 1)


def test_a_picture_of_another_size_needs_no_decoding_to_be_another(project, photograph):
    Image.fromarray(NOISE[:50]).save(photograph)
    with ThreadPoolExecutor(1) as executor:
        entry = inspect_picture(Picture(photograph))
        assert with_pixels(project, [entry], executor) == ([entry], [])


def test_photographs_of_an_older_project_are_known_by_their_pictures_once_they_are_added_again(
    project, photograph
):
    with project._engine.writing() as session:
        session.connection().exec_driver_sql("UPDATE images SET coded_sha256 = NULL")
    assert project.images.unchanged([photograph]) == set()
    import_images(project, [photograph])
    assert project.images.get(1).coded_sha256 == Picture(photograph).coded_hash()
    assert project.images.unchanged([photograph]) == {photograph}


def test_the_pixels_noted_of_a_file_that_is_another_by_now_are_dropped(project, photograph):
    another = replace(project.images.get(1), sha256="0" * 64)
    project.images.note_pixels([(another, "1" * 64)])
    assert project.images.get(1).pixels_sha256 is None


def test_copies_are_not_made_of_a_picture_that_the_project_has(new_project, photograph, tmp_path):
    with new_project(tmp_path / "copied") as project:
        import_images(project, [photograph], copy=True)
        comment(photograph)
        report = import_images(project, [photograph], copy=True)
        assert (report.added, report.already_there) == (0, 1)
        assert [path.name for path in (project.home / "images").iterdir()] == ["a.jpg"]


def test_what_is_told_of_kept_photographs_is_a_sentence():
    assert kept_text(1) == "1 photograph changed in metadata only; its faces were kept"
    assert kept_text(3) == "3 photographs changed in metadata only; their faces were kept"
