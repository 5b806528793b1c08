"""Splits that are decided once, and kept by the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project import DamagedProject, SplitDecided, UnknownImage
from annotator.project.project import Project
from annotator.project.release_records import NewRelease, ReleaseEntry
from annotator.project.split_records import Split, StoredSplit

TRAIN = StoredSplit(Split.TRAIN, False, "a")
TEST = StoredSplit(Split.TEST, False, "b")
DECIDE = """
import sys
from annotator.project.errors import SplitDecided
from annotator.project.project import Project
from annotator.project.split_records import Split, StoredSplit
with Project.open(sys.argv[1]) as project:
    try:
        project.splits.decide({1: StoredSplit(Split(sys.argv[2]), False, "")})
    except SplitDecided:
        print("refused")
    else:
        print("decided")
"""


def release(project: Project, splits: dict[int, Split | None], version: str = "1.0.0") -> None:
    entries = [ReleaseEntry(each, each, split, "0" * 16) for each, split in splits.items()]
    folder = Path(project.home) / "releases" / version
    project.releases.add(NewRelease("faces", version, folder, "a" * 64, "npz", 1, entries))


def test_splits_are_kept_as_they_were_decided(predicted):
    assert predicted.splits.decided() == {}
    assert predicted.splits.decide({1: TRAIN, 2: TEST}, by="Ann") == 2
    assert predicted.splits.decided() == {1: TRAIN, 2: TEST}
    assert predicted.splits.decide({1: StoredSplit(Split.TRAIN, False, "z"), 3: TEST}) == 1
    assert predicted.splits.decided() == {1: TRAIN, 2: TEST, 3: TEST}
    (first, second) = [each for each in predicted.audit.entries() if each.what == "split"]
    assert (first.who, first.detail) == ("Ann", {"train": 1, "test": 1})
    assert second.detail == {"test": 1}


def test_what_is_decided_is_never_changed_by_deciding(predicted):
    predicted.splits.decide({2: TEST})
    with pytest.raises(SplitDecided, match=r"image 2 \(\S+\) is in the test split"):
        predicted.splits.decide({1: TRAIN, 2: TRAIN})
    assert predicted.splits.decided() == {2: TEST}


def test_unknown_images_are_refused_and_nothing_is_written(predicted):
    with pytest.raises(UnknownImage, match="no image 99"):
        predicted.splits.decide({1: TRAIN, 99: TRAIN})
    with pytest.raises(UnknownImage, match="no image 99"):
        predicted.splits.fix([1, 99], Split.TEST)
    assert predicted.splits.decided() == {}


def test_images_are_fixed_by_hand_before_a_release_has_them(predicted):
    predicted.splits.decide({1: TRAIN})
    assert predicted.splits.fix([1, 2], Split.TEST, by="Ann") == 2
    assert predicted.splits.fix([1, 2], Split.TEST) == 0
    assert predicted.splits.decided() == {
        1: StoredSplit(Split.TEST, True, "a"),
        2: StoredSplit(Split.TEST, True, ""),
    }
    with pytest.raises(SplitDecided):
        predicted.splits.decide({1: TRAIN})
    assert predicted.splits.unfix([1, 3]) == 1
    assert list(predicted.splits.decided()) == [2]


def test_what_a_release_had_in_a_split_stays_there(predicted):
    predicted.splits.decide({1: TRAIN, 2: TEST})
    release(predicted, {1: Split.TRAIN})
    with pytest.raises(SplitDecided, match=r"image 1 \(\S+\) is in the train split"):
        predicted.splits.fix([1, 2], Split.TEST)
    assert predicted.splits.decided() == {1: TRAIN, 2: TEST}
    assert predicted.splits.fix([1], Split.TRAIN) == 1
    assert predicted.splits.unfix([1]) == 1
    assert predicted.splits.decided()[1] == TRAIN
    assert predicted.splits.fix([2], Split.TRAIN) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE splits SET split = 'test' WHERE image_id = 1",
        "UPDATE splits SET image_id = 3 WHERE image_id = 1",
        "DELETE FROM splits WHERE image_id = 1",
        "REPLACE INTO splits SELECT image_id, 'test', 0, '', decided_at, decided_by FROM splits",
    ],
)
def test_not_even_by_hand_does_a_released_image_change_sides(predicted, statement):
    predicted.splits.decide({1: TRAIN})
    release(predicted, {1: Split.TRAIN})
    predicted.close()
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="never changes sides"),
    ):
        connection.execute(statement)


def test_a_released_picture_that_is_deleted_and_added_again_is_on_its_side_again(
    predicted, new_image, place
):
    predicted.splits.decide({1: TEST, 2: TRAIN})
    release(predicted, {1: Split.TEST, 2: None})
    predicted.removals.remove([1, 2])
    assert predicted.splits.decided() == {1: TEST, 2: TRAIN}
    predicted.removals.delete([1, 2])
    assert predicted.splits.decided() == {}
    predicted.images.add([new_image(predicted.home / f"{name}.jpg") for name in "ab"])
    ids = {image.name: image.id for image in predicted.images.all()}
    assert predicted.splits.decided() == {ids["a.jpg"]: StoredSplit(Split.TEST, False, "")}
    predicted.close()
    place.assert_sound(predicted.address)


def test_what_released_images_shared_keeps_its_side_when_they_are_deleted_for_good(predicted):
    predicted.facts.set([1], {"subject": "Kim", "group": "a play"})
    predicted.facts.set([2], {"subject": "Lee"})
    predicted.splits.decide({1: StoredSplit(Split.TEST, False, "subject Kim"), 2: TRAIN})
    release(predicted, {1: Split.TEST})
    assert predicted.splits.former() == {}
    predicted.removals.remove([1, 2])
    predicted.removals.delete([1, 2])
    assert predicted.splits.former() == {
        ("subject", "Kim"): {Split.TEST},
        ("group", "a play"): {Split.TEST},
    }
    first, second = [
        each.detail for each in predicted.audit.entries() if each.what == "delete_for_good"
    ]
    assert (first["split"], first["subject"]) == ("test", "Kim")
    assert "split" not in second


@pytest.mark.parametrize("detail", ['["split"]', '{"split": "sideways"}', "7", "no text of JSON"])
def test_an_impossible_entry_of_what_was_deleted_is_damage(predicted, detail):
    predicted.splits.decide({1: TRAIN})
    release(predicted, {1: Split.TRAIN})
    predicted.removals.remove([1])
    predicted.removals.delete([1])
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection, connection:
        connection.execute(
            "INSERT INTO audit (at, what, detail) VALUES ('2026-01-01', 'delete_for_good', ?)",
            [detail],
        )
    with pytest.raises(DamagedProject, match="an impossible entry in table audit, row"):
        predicted.splits.former()


def test_thousands_of_images_are_decided_and_fixed(project, new_image):
    project.images.add([new_image(project.home / f"{number}.jpg") for number in range(2_500)])
    ids = [image.id for image in project.images.all()]
    assert project.splits.decide(dict.fromkeys(ids, TRAIN)) == 2_500
    assert project.splits.fix(ids, Split.TEST) == 2_500
    assert project.splits.unfix(ids) == 2_500
    assert project.splits.decided() == {}


def test_of_two_programs_that_decide_at_once_one_is_refused(predicted, start_program):
    programs = [start_program(DECIDE, predicted.address, split) for split in ("train", "test")]
    answers = sorted(program.communicate()[0].strip() for program in programs)
    assert answers == ["decided", "refused"]
    assert len(predicted.splits.decided()) == 1
