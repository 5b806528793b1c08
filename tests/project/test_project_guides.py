"""Guides: sparse landmarks of another origin, kept as they came."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from annotator.project import DamagedProject, FactError, UnknownGuide, UnknownSample
from annotator.project.guide_records import NewGuide
from annotator.project.project import Project


def points(seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).uniform(0, 200, (68, 3)).astype(np.float32)
    made[3] = np.nan
    made[:, 2] = np.nan
    return made


def guide(seed: int = 0, **more: object) -> NewGuide:
    return NewGuide("ibug_68", points(seed), **more)  # type: ignore[arg-type]


def test_guides_are_read_as_they_were_added_bit_by_bit(predicted):
    seen = np.arange(68) % 3
    first = predicted.guides.add(1, guide(1, visibility=seen, origin="a b.pts"), by="Ann")
    second = predicted.guides.add(1, guide(2))
    one, two = predicted.guides.of(1)
    assert (one.id, two.id, one.scheme, one.origin) == (first, second, "ibug_68", "a b.pts")
    assert one.points.tobytes() == points(1).tobytes()
    assert one.visibility is not None
    assert one.visibility.tolist() == seen.tolist()
    assert two.visibility is None
    assert (one.added_by, one.sample_id) == ("Ann", 1)
    assert not one.points.flags.writeable
    assert predicted.guides.of(3) == ()
    assert (predicted.guides.samples(), predicted.guides.count()) == ([1], 2)


def test_a_guide_that_is_there_already_is_added_once_if_that_is_wanted(predicted):
    (sample,) = predicted.samples.summaries()[:1]
    first = predicted.guides.add(sample.id, guide(1))

    ids = predicted.guides.add_all([(sample.id, guide(1)), (sample.id, guide(2))], once=True)
    again = predicted.guides.add_all([(sample.id, guide(1)), (sample.id, guide(2))], once=True)

    assert ids[0] == first
    assert again == ids
    assert [each.id for each in predicted.guides.of(sample.id)] == ids
    assert len([one for one in predicted.audit.entries() if one.what == "guide"]) == 2


def test_guides_are_removed_and_their_numbers_never_come_back(predicted):
    ids = predicted.guides.add_all([(1, guide()), (3, guide()), (3, guide())])
    assert predicted.guides.remove(ids[1:], by="Rae") == 2
    assert predicted.guides.samples() == [1]
    with pytest.raises(UnknownGuide, match=f"no guide {ids[1]}"):
        predicted.guides.remove([ids[0], ids[1]])
    assert predicted.guides.count() == 1
    assert predicted.guides.add(1, guide()) == ids[-1] + 1
    said = [(each.what, each.sample_id) for each in predicted.audit.entries()]
    assert said.count(("guide", 3)) == said.count(("remove_guide", 3)) == 2


def test_a_sample_that_there_is_not_gets_no_guide_and_neither_do_others(predicted):
    with pytest.raises(UnknownSample, match="no sample 99"):
        predicted.guides.add_all([(1, guide()), (99, guide())])
    predicted.removals.remove([2])
    with pytest.raises(UnknownSample, match="no sample 3"):
        predicted.guides.add(3, guide())
    assert predicted.guides.count() == 0


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (np.zeros((68, 2)), r"shape \(k, 3\), but got \(68, 2\)"),
        (np.zeros((0, 3)), r"but got \(0, 3\)"),
        (np.zeros((10_001, 3)), r"but got \(10001, 3\)"),
        (np.full((68, 3), np.nan), "a labelled point"),
        (np.full((68, 3), np.inf), "finite"),
    ],
)
def test_what_can_be_no_guide_is_refused(made, why):
    with pytest.raises(ValueError, match=why):
        NewGuide("ibug_68", made)


def test_visibility_is_refused_that_is_not_of_these_points():
    with pytest.raises(ValueError, match=r"expected visibility of shape \(68,\)"):
        guide(visibility=np.zeros(3))
    with pytest.raises(ValueError, match="0, 1 or 2"):
        guide(visibility=np.full(68, 3))


def test_foreign_text_comes_in_on_one_line_or_not_at_all(predicted):
    predicted.guides.add(1, guide(origin="a\nb\x1b[2J.pts"))
    assert predicted.guides.of(1)[0].origin == "a b\\x1b[2J.pts"
    with pytest.raises(FactError, match="the scheme of a guide cannot hold"):
        predicted.guides.add(1, NewGuide("a\nb", points()))


def test_windows_see_guides_that_come_and_go(predicted):
    for change in (
        lambda other: other.guides.add(3, guide()),
        lambda other: other.guides.remove([1]),
    ):
        before = predicted.samples.last_change()
        with Project.open(predicted.address) as other:
            change(other)
        assert set(predicted.samples.changed_since(before)) == {3}


def test_guides_are_kept_with_a_removed_image_and_go_with_it(predicted, place):
    predicted.guides.add(3, guide())
    predicted.removals.remove([2])
    assert (predicted.guides.samples(), predicted.guides.count()) == ([], 0)
    predicted.removals.restore([2])
    assert predicted.guides.samples() == [3]
    predicted.removals.remove([2])
    predicted.removals.delete([2])
    assert predicted.guides.of(3) == ()
    predicted.close()
    place.assert_sound(predicted.address)


def test_a_damaged_guide_is_named_and_can_be_removed(predicted):
    predicted.guides.add_all([(1, guide(1)), (3, guide(2))])
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        (refuses,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'guides_refuse_update'"
        ).fetchone()
        connection.execute("DROP TRIGGER guides_refuse_update")
        connection.execute("UPDATE guides SET points = zeroblob(816) WHERE id = 1")
        connection.execute(refuses)
        connection.commit()
    with Project.open(predicted.address) as project:
        with pytest.raises(DamagedProject, match=r"bytes of its guide 1 .* or remove the guide"):
            project.guides.of(1)
        assert [mesh.part for mesh in project.samples.damaged()] == ["guide 1"]
        project.guides.remove([1])
        assert list(project.samples.damaged()) == []
