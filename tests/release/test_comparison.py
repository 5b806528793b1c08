"""What is different between two releases is told record by record, and by how much."""

import numpy as np
import pytest

from annotator.release import DamagedRelease, export_release
from annotator.release.comparison import Totals, compared
from tests.release.conftest import move_vertex


def ids_of(project):
    return {(s.image_name, s.face_index): s.id for s in project.samples.summaries()}


def changes_between(one, other):
    with compared(one, other) as comparison:
        return list(comparison.changes()), comparison.remarks


def test_records_that_were_added_removed_and_edited_are_told(project, tmp_path):
    ids = ids_of(project)
    export_release(project, tmp_path / "a", "npz")
    move_vertex(project, ids["collins.jpg", 0], 7, 6.0)
    project.reviews.accept(ids["collins.jpg", 0], reviewer="Grace")
    project.reviews.accept(ids["hopper_grey.png", 0], reviewer="Grace")
    project.reviews.exclude(ids["two_portraits.jpg", 1], reviewer="Grace", reasons=["blurred"])
    export_release(project, tmp_path / "b", "csv")
    changes, remarks = changes_between(tmp_path / "a", tmp_path / "b")
    by_name = {(one.image_name, one.face_index): one for one in changes}
    edited = by_name["collins.jpg", 0]
    assert (edited.kind, edited.edited) == ("changed", True)
    np.testing.assert_allclose([edited.max, edited.mean], [6.0, 6.0 / 468], rtol=1e-5)
    assert 0 < edited.nme < 0.01
    assert by_name["hopper_grey.png", 0].kind == "added"
    assert by_name["two_portraits.jpg", 1].kind == "removed"
    assert len(by_name) == 3
    assert remarks == ("format: npz before, csv after",)
    totals = Totals()
    for change in changes:
        totals.add(change)
    assert {name: totals.values()[name] for name in ("added", "removed", "edited", "moved")} == {
        "added": 1, "removed": 1, "edited": 1, "moved": 0,
    }  # fmt: skip


def test_records_that_changed_sides_are_told(project, tmp_path):
    images = sorted({project.samples.image_of(one) for one in ids_of(project).values()})
    for name, first in (("a", "train"), ("b", "test")):
        splits = {**dict.fromkeys(images, "train"), images[0]: first}
        export_release(project, tmp_path / name, "npz", splits=splits)
    changes, _ = changes_between(tmp_path / "a", tmp_path / "b")
    assert [one.moved for one in changes] == [("train", "test")]


def test_a_release_is_the_same_as_itself(releases):
    changes, remarks = changes_between(releases["npz"], releases["npz"])
    assert (changes, remarks) == ([], ())


def test_crops_and_whole_images_are_not_compared(project, tmp_path):
    export_release(project, tmp_path / "a", "npz")
    export_release(project, tmp_path / "b", "npz", images="crop-192", pseudonyms=True)
    changes, remarks = changes_between(tmp_path / "a", tmp_path / "b")
    assert not any(change.edited for change in changes)
    assert "landmarks are not of the same kind and were not compared" in remarks
    assert "names are replaced in one of them and were not compared" in remarks


def test_a_damaged_release_is_refused(project, tmp_path):
    export_release(project, tmp_path / "a", "npz")
    export_release(project, tmp_path / "b", "npz")
    (tmp_path / "b" / "release.npz").write_bytes(b"")
    with (
        pytest.raises(DamagedRelease, match="was changed after"),
        compared(tmp_path / "a", tmp_path / "b"),
    ):
        pass
