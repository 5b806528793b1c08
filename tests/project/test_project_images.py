import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.imaging.picture import Picture
from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project.errors import ProjectError, UnknownImage
from annotator.project.image_records import AddReport, FailedImage, NewImage
from annotator.project.image_rows import REPLACED

FIRST_MODEL = ModelInfo("face_landmark", "1" * 64, FACE_468)


def coded(image: NewImage) -> NewImage:
    """Know an image by what is coded in its file."""
    return replace(image, coded_sha256=hashlib.sha256(f"coded {image.sha256}".encode()).hexdigest())


@pytest.fixture
def photo(tmp_path):
    """Make a file with some content."""

    def make(name: str, content: str = "content") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    return make


def test_images_are_added_once_by_content(project, new_image, tmp_path):
    images = [new_image(tmp_path / name) for name in ("a.jpg", "b.jpg")]
    copy = new_image(tmp_path / "copy.jpg", content="a.jpg")
    assert project.images.add([*images, copy]) == AddReport(added=2, already_there=1, failed=0)
    assert project.images.add(images) == AddReport(added=0, already_there=2, failed=0)
    assert project.images.count() == 2
    assert project.images.showing(images[1]) == project.images.get(2)
    assert project.images.showing(replace(images[1], sha256="f" * 64)) is None


def test_the_frames_of_a_file_are_images_of_their_own(project, new_image, tmp_path):
    clip = new_image(tmp_path / "clip.mp4")
    frames = [replace(clip, frame=number) for number in (0, 5, 5)]
    assert project.images.add(frames) == AddReport(added=2, already_there=1, failed=0)
    assert project.images.add([clip]) == AddReport(added=1, already_there=0, failed=0)
    assert project.images.add([*frames, clip]) == AddReport(added=0, already_there=4, failed=0)
    pictures = [project.images.get(number).picture for number in (1, 2, 3)]
    assert pictures == [Picture(clip.path, 0), Picture(clip.path, 5), Picture(clip.path)]
    assert project.images.failed() == []


def test_all_frames_of_a_file_follow_it_and_fail_with_it(project, new_image, photo):
    path = photo("clip.mp4", "old")
    old, new = (new_image(path, content=content) for content in ("old", "new"))
    project.images.add(replace(old, frame=number) for number in (0, 1))
    moved = path.rename(path.with_name("moved.mp4"))
    project.images.add(replace(old, path=moved, frame=number) for number in (0, 1))
    assert [project.images.get(number).path for number in (1, 2)] == [moved, moved]
    project.images.add([replace(new, path=moved, frame=0)])
    assert project.images.failed() == [FailedImage(moved, REPLACED)] * 2
    assert project.images.get(3).frame == 0


def test_a_list_says_of_which_frame_a_sample_is(project, new_image, make_face, tmp_path):
    clip = new_image(tmp_path / "clip.mp4")
    project.images.add(replace(clip, frame=number) for number in (0, 7))
    model = project.models.register(FIRST_MODEL)
    project.predictions.store(model, [(number, [make_face()]) for number in (1, 2)])
    samples = project.samples.summaries()
    assert [sample.frame for sample in samples] == [0, 7]
    assert samples[1].picture == Picture(clip.path, 7)
    project.reviews.accept(2, reviewer="Rae")
    (accepted,) = project.samples.accepted()
    assert accepted.image.picture == Picture(clip.path, 7)


def test_an_image_keeps_its_size_and_an_absolute_path(project, new_image, tmp_path):
    project.images.add([new_image(tmp_path / "below" / ".." / "a.jpg")])
    image = project.images.get(1)
    assert (image.width, image.height, image.name) == (640, 480, "a.jpg")
    assert image.path == tmp_path / "a.jpg"


def test_an_unknown_image_is_reported(project):
    with pytest.raises(UnknownImage, match="no image 7"):
        project.images.get(7)
    with pytest.raises(UnknownImage):
        project.images.mark_failed(7, "vanished")


def test_many_images_are_looked_up_at_once(project, new_image, tmp_path):
    project.images.add([new_image(tmp_path / f"{number}.jpg") for number in range(1200)])
    wanted = [*range(1, 1200, 2), 5, 99_999]
    found = project.images.records(wanted)
    assert sorted(found) == [*range(1, 1200, 2)]
    assert found[7] == project.images.get(7)
    assert project.images.records([]) == {}


def test_thousands_of_images_are_added_in_one_call(project, new_image, tmp_path):
    report = project.images.add(new_image(tmp_path / f"{i}.jpg") for i in range(1501))
    assert report == AddReport(added=1501, already_there=0, failed=0)


def test_failed_files_are_listed_with_their_latest_reason(project, tmp_path):
    project.images.add([FailedImage(tmp_path / "a.jpg", "is empty")])
    report = project.images.add([FailedImage(tmp_path / "a.jpg", "is truncated")])
    assert report == AddReport(added=0, already_there=0, failed=1)
    assert project.images.failed() == [FailedImage(tmp_path / "a.jpg", "is truncated")]
    assert project.images.count() == 0


def test_a_failed_file_that_later_imports_well_is_no_longer_failed(project, new_image, tmp_path):
    project.images.add([FailedImage(tmp_path / "a.jpg", "is empty")])
    project.images.add([new_image(tmp_path / "a.jpg")])
    assert project.images.failed() == []


def test_an_image_that_failed_to_be_predicted_is_listed_and_tried_again(predicted, new_image):
    path = predicted.home / "vanished.jpg"
    predicted.images.add([new_image(path)])
    predicted.images.mark_failed(4, "the file has vanished")
    assert predicted.images.failed() == [FailedImage(path, "the file has vanished")]
    assert [image.id for image in predicted.images.pending(1)] == [4]
    predicted.predictions.store(1, [(4, [])])
    assert predicted.images.failed() == []
    assert predicted.images.pending(1) == []


def test_adding_a_failed_image_again_clears_its_failure(predicted, new_image):
    predicted.images.mark_failed(1, "the file has vanished")
    predicted.images.add([new_image(predicted.images.get(1).path)])
    assert predicted.images.failed() == []


def test_an_image_whose_file_has_gone_follows_to_where_it_is_found(project, new_image, photo):
    old = photo("old/a.jpg")
    project.images.add([new_image(old)])
    elsewhere = photo("new/a.jpg")
    project.images.add([new_image(elsewhere)])
    assert project.images.get(1).path == old  # it is still there
    old.unlink()
    project.images.add([new_image(elsewhere)])
    assert project.images.get(1).path == elsewhere


def test_unchanged_files_need_not_be_read_again(project, new_image, photo):
    kept, touched, unknown = photo("a.jpg"), photo("b.jpg"), photo("c.jpg")
    vanished = photo("d.jpg")
    project.images.add([coded(new_image(path)) for path in (kept, touched, vanished)])
    touched.write_text("something longer than before")
    vanished.unlink()
    assert project.images.unchanged([kept, touched, unknown, vanished]) == {kept}


def test_a_file_replaced_by_another_image_is_another_image(project, new_image, photo):
    path = photo("a.jpg", "old")
    project.images.add([new_image(path, content="old")])
    photo("a.jpg", "new and longer")
    report = project.images.add([coded(new_image(path, content="new"))])
    assert (report.added, report.replaced) == (1, (1,))
    assert project.images.unchanged([path]) == {path}
    assert project.images.failed() == [FailedImage(path, REPLACED)]
    model = project.models.register(FIRST_MODEL)
    assert [image.id for image in project.images.pending(model)] == [2]


def test_an_image_whose_original_is_put_back_takes_its_path_again(project, new_image, photo):
    path = photo("a.jpg", "old")
    project.images.add([new_image(path, content="old")])
    photo("a.jpg", "new and longer")
    project.images.add([new_image(path, content="new")])
    photo("a.jpg", "old")
    project.images.add([coded(new_image(path, content="old"))])
    assert project.images.unchanged([path]) == {path}
    model = project.models.register(FIRST_MODEL)
    assert [image.id for image in project.images.pending(model)] == [1]


def test_what_people_made_of_a_replaced_image_stays(predicted, edit, new_image):
    edit(predicted, 1)
    predicted.reviews.accept(2, reviewer="ada")
    path = predicted.images.get(1).path
    predicted.images.add([new_image(path, content="another photograph")])
    assert [predicted.samples.get(number).state for number in (1, 2)] == ["in_progress", "accepted"]
    assert predicted.images.failed() == [FailedImage(path, REPLACED)]


@pytest.mark.parametrize("new_comes_first", [True, False])
def test_an_image_follows_its_file_when_another_takes_the_name(
    project, photo, new_image, new_comes_first
):
    path = photo("a.jpg", "old")
    project.images.add([new_image(path, content="old")])
    moved = path.rename(path.with_name("b.jpg"))
    photo("a.jpg", "new and longer")
    entries = [new_image(path, content="new"), new_image(moved, content="old")]
    project.images.add(entries if new_comes_first else entries[::-1])
    assert [project.images.get(number).path for number in (1, 2)] == [moved, path]
    assert project.images.failed() == []


def test_a_copy_elsewhere_does_not_take_the_place_of_a_file_that_was_only_touched(
    project, photo, new_image, tmp_path
):
    path = photo("a.jpg", "content")
    digest = hashlib.sha256(b"content").hexdigest()
    project.images.add([NewImage(path, digest, 640, 480)])
    os.utime(path, (1, 1))
    project.images.add([NewImage(photo("copy.jpg", "content"), digest, 640, 480)])
    assert project.images.get(1).path == path


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_an_image_inside_the_folder_is_recognised_through_a_link(project, new_image, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(project.home)
    project.images.add([new_image(link / "images" / "a.jpg")])
    assert project.images.get(1).path == project.home / "images" / "a.jpg"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_file_name_that_is_no_unicode_is_kept_exactly(project, new_image, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    project.images.add([new_image(path, content="x"), FailedImage(path.with_suffix(".x"), "bad")])
    image = project.images.get(1)
    assert image.path == path
    assert image.name == r"caf\udce9.jpg"
    assert project.images.failed()[0].path == path.with_suffix(".x")


def test_nothing_of_a_failing_call_is_stored(project, new_image, tmp_path):
    impossible = new_image(tmp_path / "b.jpg").__class__(tmp_path / "b.jpg", "short", 1, 1)
    with pytest.raises(Exception, match="sha256"):
        project.images.add([new_image(tmp_path / "a.jpg"), impossible])
    assert project.images.count() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has such names")
def test_the_table_spells_out_names_that_are_no_text(project, make_face, tmp_path):
    path = tmp_path / os.fsdecode(b"caf\xe9.jpg")
    project.images.add([NewImage(path, "1" * 64, 640, 480)])
    model = project.models.register(FIRST_MODEL)
    project.predictions.store(model, [(1, [make_face()])])
    (name,) = project.to_dataframe().image
    assert name == str(tmp_path / r"caf\udce9.jpg")


def test_an_image_does_not_follow_to_the_file_of_another(project, new_image, tmp_path):
    first, second = (new_image(tmp_path / name) for name in ("a.jpg", "b.jpg"))
    project.images.add([first, second])
    moved = project.images.all()[0]
    with pytest.raises(ProjectError, match=r"b\.jpg is a photograph of its own in this project"):
        project.images.move({moved.id: second})
    assert project.images.get(moved.id) == moved
