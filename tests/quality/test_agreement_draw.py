"""Who is asked for an opinion of which face: stable, balanced, nobody twice."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.quality.agreement import balanced, drawn_faces

PEOPLE = ("ann", "ben", "cem", "dora")


def faces(count: int) -> dict[int, str]:
    return {number: f"photograph {number}" for number in range(1, count + 1)}


@given(st.integers(0, 60), st.integers(0, 1000), st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]))
@settings(max_examples=40, deadline=None)
def test_as_many_are_drawn_as_were_wanted_and_the_second_draw_draws_none(count, seed, share):
    keys = faces(count)
    drawn = drawn_faces(keys, share, seed=seed)
    assert len(drawn) == len(set(drawn)) == round(share * count)
    assert drawn_faces(keys, share, seed=seed, drawn=drawn) == []
    assert drawn_faces(dict(reversed(keys.items())), share, seed=seed) == drawn


def test_photographs_that_come_later_change_the_draw_for_no_other():
    before = drawn_faces(faces(40), 0.3, seed=5)
    after = [face for face in drawn_faces(faces(60), 1.0, seed=5) if face <= 40]
    assert after[: len(before)] == before


def test_another_seed_draws_others():
    assert drawn_faces(faces(40), 0.3, seed=1) != drawn_faces(faces(40), 0.3, seed=2)


@given(st.integers(1, 60), st.integers(2, 4), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_everybody_has_as_much_to_do_and_nobody_a_face_twice(count, per_face, seed):
    keys = faces(count)
    wanted = balanced(list(keys), PEOPLE, per_face, keys=keys, seed=seed)
    assert len(wanted) == len(set(wanted)) == count * per_face
    load = Counter(person for _, person in wanted)
    assert max(load.values()) - min(load[person] for person in PEOPLE) <= 1
    of_face = Counter(face for face, _ in wanted)
    assert set(of_face.values()) == {per_face}


def test_every_two_people_meet():
    keys = faces(60)
    wanted = balanced(list(keys), PEOPLE, 2, keys=keys, seed=3)
    of_face: dict[int, list[str]] = {}
    for face, person in wanted:
        of_face.setdefault(face, []).append(person)
    met = Counter(frozenset(those) for those in of_face.values())
    assert set(met) == {frozenset(pair) for pair in combinations(PEOPLE, 2)}
    assert max(met.values()) - min(met.values()) <= 4


def test_those_who_were_asked_before_count():
    keys = faces(10)
    asked = [(face, person) for face in range(1, 6) for person in ("ann", "ben")]
    wanted = balanced([*range(6, 11)], PEOPLE, 2, keys=keys, seed=0, asked=asked)
    load = Counter(person for _, person in [*asked, *wanted])
    assert max(load.values()) - min(load.values()) <= 1


def test_impossible_draws_are_refused():
    with pytest.raises(ValueError, match="as many people"):
        balanced([1], ["ann", "ann"], 2, keys=faces(1), seed=0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        drawn_faces(faces(3), 1.5, seed=0)
