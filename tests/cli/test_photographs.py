"""Photographs that leave a project, come back, are deleted, or have moved."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from annotator.cli.naming import photographs_named, samples_named
from annotator.cli.terminal import FailedError
from annotator.project import Project, SampleState


def images(project) -> list[str]:
    with Project.open(project) as opened:
        return [image.name for image in opened.images.all()]


@pytest.fixture
def reviewed(project, command):
    assert command("review", project, "accept", "--all", "--reviewer", "Rae")[0] == 0
    return project


def test_a_photograph_is_removed_by_name_and_brought_back_as_it_was(reviewed, command):
    code, out, _ = command("remove", reviewed, "collins.jpg")
    assert code == 0
    assert "removed 1 photograph with 1 face and 1 verdict" in out
    assert "`restore`, or adding the files again, brings it back" in out
    assert images(reviewed) == ["coffee.jpg", "hopper.jpg"]
    status = json.loads(command("status", reviewed, "--json")[1])
    assert [Path(path).name for path in status["removed"]] == ["collins.jpg"]
    assert status["samples"]["accepted"] == 1
    assert command("restore", reviewed, "collins.jpg")[0] == 0
    status = json.loads(command("status", reviewed, "--json")[1])
    assert (status["removed"], status["samples"]["accepted"]) == ([], 2)


def test_adding_the_file_again_brings_a_removed_photograph_back(reviewed, photos, command):
    command("remove", reviewed, photos / "collins.jpg")
    code, out, _ = command("add", reviewed, photos)
    assert code == 0
    assert "back in the project with their faces: collins.jpg" in out
    assert json.loads(command("status", reviewed, "--json")[1])["samples"]["accepted"] == 2


def test_a_folder_stands_for_all_photographs_below_it(reviewed, photos, command):
    code, out, _ = command("remove", reviewed, photos, "--json")
    assert code == 0
    assert len(json.loads(out)["removed"]) == 3
    assert images(reviewed) == []
    assert command("restore", reviewed, "--all")[0] == 0
    assert len(images(reviewed)) == 3


def test_deleting_for_good_is_confirmed_first(reviewed, command, assert_one_line, photos):
    code, _, err = command("remove", reviewed, "--for-good", "collins.jpg")
    assert code == 1
    assert "--yes" in err
    assert_one_line(err)
    assert len(images(reviewed)) == 3
    code, out, _ = command("remove", reviewed, "--for-good", "collins.jpg", "--yes")
    assert code == 0
    assert "deleted 1 photograph with 1 face and 1 verdict" in out
    assert json.loads(command("status", reviewed, "--json")[1])["removed"] == []
    assert (photos / "collins.jpg").exists()
    assert "added 1, already there 2" in command("add", reviewed, photos)[1]


def test_what_was_removed_can_be_deleted_for_good_later(reviewed, command):
    command("remove", reviewed, "collins.jpg")
    assert command("remove", reviewed, "collins.jpg", "--for-good", "--yes")[0] == 0
    assert command("restore", reviewed, "collins.jpg")[0] == 1


def test_a_removed_photograph_is_still_named_by_the_number_of_its_sample(reviewed, command):
    samples = json.loads(command("list", reviewed, "--json")[1])["samples"]
    collins, hopper = (
        next(str(s["sample"]) for s in samples if s["photograph"] == name)
        for name in ("collins.jpg", "hopper.jpg")
    )
    assert command("remove", reviewed, collins, hopper)[0] == 0
    assert command("remove", reviewed, collins)[0] == 1
    assert command("restore", reviewed, collins)[0] == 0
    assert command("restore", reviewed, collins)[0] == 1
    assert "deleted 1 photograph" in command("remove", reviewed, hopper, "--for-good", "--yes")[1]
    assert images(reviewed) == ["coffee.jpg", "collins.jpg"]


@pytest.mark.parametrize("name", ["nobody.jpg", "/nowhere/a.jpg", "99", "\x1b[31m.jpg"])
def test_a_photograph_that_is_not_there_is_reported(reviewed, command, assert_one_line, name):
    code, _, err = command("remove", reviewed, "collins.jpg", name)
    assert code == 1
    assert_one_line(err)
    assert "\x1b" not in err
    assert len(images(reviewed)) == 3


def test_a_name_that_several_photographs_have_is_no_name_for_one(project, photos, command):
    (photos / "more").mkdir()
    (photos / "more" / "collins.jpg").write_bytes((photos / "coffee.jpg").read_bytes() + b"\0")
    shutil.copy(photos / "hopper.jpg", photos / "more" / "hopper.jpg")
    Image.new("RGB", (64, 64), "teal").save(photos / "more" / "collins.jpg")
    command("add", project, photos / "more")
    code, _, err = command("remove", project, "collins.jpg")
    assert code == 1
    assert "2 photographs are called collins.jpg: give the path of one" in err
    assert command("remove", project, photos / "more" / "collins.jpg")[0] == 0


def test_samples_are_named_by_number_or_by_the_photograph_of_their_one_face(project):
    with Project.open(project) as opened:
        collins = next(s for s in opened.samples.summaries() if s.image_name == "collins.jpg")
        given = [str(collins.id), f"#{collins.id}", "collins.jpg", "COLLINS.JPG"]
        assert samples_named(opened, given) == [collins.id]
        with pytest.raises(FailedError, match=r"with a face in this project is called coffee\.jpg"):
            samples_named(opened, ["coffee.jpg"])
        (record,) = photographs_named(opened, [str(collins.id)], opened.images.all())
        assert record.name == "collins.jpg"
        opened.samples.add(
            collins.image_id,
            opened.annotations.load(collins.id).landmarks,
            model_id=1,
            presence=1,
            detection_score=1,
            added_by="Ann",
        )
        with pytest.raises(FailedError, match=r"collins\.jpg has 2 faces: give the number"):
            samples_named(opened, ["collins.jpg"])


def test_a_verdict_is_given_by_name_and_withdrawn(project, command, assert_one_line):
    assert command("review", project, "accept", "collins.jpg")[0] == 0
    code, out, _ = command("review", project, "withdraw", "collins.jpg", "--reviewer", "Rae")
    assert (code, out) == (0, "withdraw: 1 sample\n")
    with Project.open(project) as opened:
        assert {sample.state for sample in opened.samples.summaries()} == {SampleState.PREDICTED}
    code, _, err = command("review", project, "withdraw", "collins.jpg")
    assert (code, err) == (1, "error: there is no verdict to withdraw\n")
    assert_one_line(err)
    assert command("review", project, "withdraw", "--all")[0] == 2


def test_photographs_that_were_moved_are_followed_once_they_are_seen_to_be_the_same(
    reviewed, photos, command, tmp_path
):
    moved = tmp_path / "archive"
    photos.rename(moved)
    (moved / "hopper.jpg").unlink()
    shutil.copy(moved / "collins.jpg", moved / "coffee.jpg")
    status = json.loads(command("status", reviewed, "--json")[1])
    assert [Path(path).name for path in status["gone"]] == [
        "coffee.jpg", "collins.jpg", "hopper.jpg"
    ]  # fmt: skip
    code, out, _ = command("relocate", reviewed, photos, moved, "--dry-run")
    assert code == 0
    assert "would relocate 1 photograph" in out
    assert "hopper.jpg" in out
    assert "another picture is there: 1 (coffee.jpg)" in out
    assert len(json.loads(command("status", reviewed, "--json")[1])["gone"]) == 3
    code, out, _ = command("relocate", reviewed, photos, moved, "--json")
    assert code == 0
    assert len(json.loads(out)["relocated"]) == 1
    gone = json.loads(command("status", reviewed, "--json")[1])["gone"]
    assert [Path(path).name for path in gone] == ["coffee.jpg", "hopper.jpg"]


def test_a_single_file_that_was_renamed_is_followed(reviewed, photos, command):
    (photos / "collins.jpg").rename(photos / "eileen.jpg")
    code, out, _ = command("relocate", reviewed, photos / "collins.jpg", photos / "eileen.jpg")
    assert (code, out) == (0, "relocated 1 photograph\n")
    assert "eileen.jpg" in images(reviewed)


def test_nothing_below_a_folder_is_an_error_and_so_is_nothing_found(
    reviewed, photos, command, tmp_path, assert_one_line
):
    code, _, err = command("relocate", reviewed, tmp_path / "nowhere", photos)
    assert code == 1
    assert_one_line(err)
    code, out, _ = command("relocate", reviewed, photos, tmp_path / "nowhere")
    assert code == 1
    assert "relocated 0 photographs" in out


def test_status_names_a_few_files_or_all_and_forgets_failures_of_files_that_are_gone(
    reviewed, photos, command
):
    (photos / "collins.jpg").unlink()
    code, out, _ = command("status", reviewed)
    assert code == 0
    assert "without a face       1  coffee.jpg" in out
    assert "file is gone         1  collins.jpg" in out
    assert "broken.jpg" in out
    (photos / "broken.jpg").unlink()
    code, out, _ = command("status", reviewed, "--all")
    assert f"  {photos / 'collins.jpg'}" in out
    assert "broken.jpg" not in out


def test_a_file_that_could_not_be_added_is_removed_from_the_list_of_failures(
    project, photos, command
):
    for name in ("notes.txt", "more.txt"):
        (photos / name).write_text("no image")
        command("add", project, photos / name)
    code, out, _ = command("remove", project, "notes.txt")
    assert (code, out) == (0, "no longer listed as failed: 1 file\n")
    assert "notes.txt" not in command("status", project)[1]
    assert "more.txt" in command("status", project)[1]
    before = images(project)
    code, out, _ = command("remove", project, photos / "more.txt", "--for-good", "--json")
    assert json.loads(out)["forgotten"] == [str(photos / "more.txt")]
    assert images(project) == before
    assert command("remove", project, "notes.txt")[0] == 1
