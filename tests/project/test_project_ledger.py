"""The ledger of releases: what was made, what it holds, and what was withdrawn."""

import sqlite3
from contextlib import closing

import pytest

from annotator.project import FactError, ProjectError, ReleaseListed, UnknownImage, UnknownRelease
from annotator.project.project import Project
from annotator.project.release_records import NewRelease, ReleaseEntry
from annotator.project.split_records import Split

ENTRIES = (
    ReleaseEntry(1, 1, Split.TRAIN, "0123456789abcdef"),
    ReleaseEntry(2, 1, Split.TRAIN, "1" * 16),
    ReleaseEntry(3, 2, None, "2" * 16),
)
ADD = """
import sys
from pathlib import Path
from annotator.project.errors import ReleaseListed
from annotator.project.project import Project
from annotator.project.release_records import NewRelease, ReleaseEntry
with Project.open(sys.argv[1]) as project:
    entries = [ReleaseEntry(1, 1, None, "0" * 16)]
    try:
        project.releases.add(NewRelease("f", "1.0.0", Path("f"), "a" * 64, "npz", 1, entries))
    except ReleaseListed:
        print("refused")
    else:
        print("added")
"""


def new(project: Project, version: str = "1.0.0", entries=ENTRIES, name: str = "faces"):
    folder = project.home / "releases" / f"{name}-{version}"
    return NewRelease(name, version, folder, "a" * 64, "npz", 2, iter(entries))


def test_a_release_is_entered_with_all_that_it_holds(predicted):
    added = predicted.releases.add(new(predicted), by="Ann")
    assert (added.name, added.version, added.samples, added.made_by) == ("faces", "1.0.0", 3, "Ann")
    assert added.folder == predicted.home / "releases" / "faces-1.0.0"
    assert not added.is_withdrawn
    assert tuple(predicted.releases.entries(added.id)) == ENTRIES
    assert predicted.releases.all() == [added]
    (entry,) = [each for each in predicted.audit.entries() if each.what == "release"]
    assert entry.who == "Ann"
    assert (entry.detail["name"], entry.detail["samples"]) == ("faces", 3)


def test_the_last_one_of_a_name_or_one_version_is_found(predicted):
    first = predicted.releases.add(new(predicted))
    second = predicted.releases.add(new(predicted, "0.9.0"))
    predicted.releases.add(new(predicted, name="others"))
    assert predicted.releases.get("faces") == second
    assert predicted.releases.get("faces", "1.0.0") == first
    for asked in (("nobody",), ("faces", "2.0.0"), ("faces\x1b[2J",)):
        with pytest.raises(UnknownRelease, match=r"there is no release [ -~]+: `release list`"):
            predicted.releases.get(*asked)


def test_a_version_is_entered_once_and_a_refused_one_leaves_nothing(predicted):
    predicted.releases.add(new(predicted))
    with pytest.raises(ReleaseListed, match=r"a release faces 1\.0\.0 already: give it another"):
        predicted.releases.add(new(predicted))
    with pytest.raises(UnknownImage, match="no image 99"):
        predicted.releases.add(new(predicted, "2.0.0", [ReleaseEntry(9, 99, None, "0" * 16)]))
    with pytest.raises(ProjectError, match="expected 16 hexadecimal digits, but got 'zz'"):
        predicted.releases.add(new(predicted, "2.0.0", [ReleaseEntry(1, 1, None, "zz")]))
    for name in ("", "a\nb", "x" * 501, "\u202e"):
        with pytest.raises(FactError, match="the name of a release"):
            predicted.releases.add(new(predicted, "2.0.0", name=name))
    assert [each.version for each in predicted.releases.all()] == ["1.0.0"]


def test_the_releases_that_hold_an_image_are_told_also_when_it_was_deleted_for_good(
    predicted, new_image, place
):
    first = predicted.releases.add(new(predicted))
    second = predicted.releases.add(new(predicted, "1.0.1", ENTRIES[2:]))
    assert predicted.releases.holding([1, 2, 3, 99]) == {
        1: [first],
        2: [first, second],
        3: [],
        99: [],
    }
    predicted.removals.remove([1])
    predicted.removals.delete([1])
    assert predicted.releases.holding([1]) == {1: [first]}
    predicted.images.add([new_image(predicted.home / "a.jpg")])
    (image,) = [image for image in predicted.images.all() if image.name == "a.jpg"]
    assert predicted.releases.holding([image.id]) == {image.id: [first]}
    assert tuple(predicted.releases.entries(first.id)) == ENTRIES
    predicted.close()
    place.assert_sound(predicted.address)


def test_a_release_is_withdrawn_once_and_its_first_reason_stays(predicted):
    added = predicted.releases.add(new(predicted))
    withdrawn = predicted.releases.withdraw(added.id, "one was revoked", by="Rae")
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_why) == ("Rae", "one was revoked")
    assert withdrawn.is_withdrawn
    assert predicted.releases.withdraw(added.id, "again", by="Ann") == withdrawn
    assert predicted.releases.get("faces") == withdrawn
    with pytest.raises(UnknownRelease, match="no release with the number 7"):
        predicted.releases.withdraw(7, "why")
    with pytest.raises(FactError, match="the reason cannot be empty"):
        predicted.releases.withdraw(added.id, " ")
    said = [each for each in predicted.audit.entries() if each.what == "withdraw"]
    assert [(each.who, each.detail["why"]) for each in said] == [("Rae", "one was revoked")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE releases SET name = 'other'",
        "UPDATE releases SET withdrawn_at = NULL, withdrawn_by = NULL, withdrawn_why = NULL",
        "DELETE FROM releases",
        "REPLACE INTO releases SELECT * FROM releases",
        "UPDATE release_entries SET split = NULL",
        "DELETE FROM release_entries",
        "REPLACE INTO release_entries SELECT * FROM release_entries",
        "UPDATE released_images SET frame = 1",
        "DELETE FROM released_images",
        "REPLACE INTO released_images SELECT * FROM released_images",
    ],
)
def test_the_ledger_cannot_be_changed_even_by_hand(predicted, statement):
    predicted.releases.withdraw(predicted.releases.add(new(predicted)).id, "why")
    predicted.close()
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="releases never change"),
    ):
        connection.execute(statement)


def test_thousands_of_samples_are_entered_and_told(predicted):
    entries = [
        ReleaseEntry(each, 1 + each % 3, Split.TEST, f"{each:016x}") for each in range(5_000)
    ]
    added = predicted.releases.add(new(predicted, entries=entries))
    assert list(predicted.releases.entries(added.id)) == entries
    held = predicted.releases.holding(range(3_000))
    assert [each for each, releases in held.items() if releases] == [1, 2, 3]


def test_of_two_programs_that_enter_one_version_at_once_one_is_refused(predicted, start_program):
    programs = [start_program(ADD, predicted.address) for _ in range(2)]
    answers = sorted(program.communicate()[0].strip() for program in programs)
    assert answers == ["added", "refused"]
    assert [each.samples for each in predicted.releases.all()] == [1]
