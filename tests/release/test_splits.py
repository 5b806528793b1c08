"""Nobody is on two sides, nobody changes sides, and neither order nor machine has a part in it."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from annotator.project.split_records import Split, StoredSplit
from annotator.release.errors import ExportError
from annotator.release.splits import Decision, Shares, SplitImage, clusters, decided, shares_of

KEY = b"k" * 32


def image(number: int, **said: object) -> SplitImage:
    return SplitImage(number, f"{number:064x}", **said)  # type: ignore[arg-type]


def crowd(count: int) -> list[SplitImage]:
    return [image(number) for number in range(1, count + 1)]


def decide(
    images: list[SplitImage], before: dict[int, StoredSplit] | None = None, **said: object
) -> Decision:
    return decided(images, before or {}, **{"key": KEY, "shares": Shares(), **said})  # type: ignore[arg-type]


def on(side: Split) -> StoredSplit:
    return StoredSplit(side, False, "somewhere")


@pytest.mark.parametrize(
    "said",
    [{"subject": "kim"}, {"group": "a play"}, {"clip_sha256": "c" * 64}, {"looks": ((5, 9),)}],
)
def test_images_that_have_something_in_common_are_on_one_side(said):
    images = crowd(60) + [image(number, **said) for number in range(100, 130)]
    sides = decide(images).sides
    assert len({sides[number] for number in range(100, 130)}) == 1
    assert len(set(sides.values())) == 3


def test_a_mirrored_picture_of_a_face_is_the_same_picture():
    one, other = image(1, looks=((5, 99 << 40),)), image(2, looks=((99 << 40, 5),))
    assert len(clusters([one, other])) == 1


def test_what_is_tied_through_others_is_on_one_side():
    chain = [image(1, subject="kim", group="a"), image(2, group="a", clip_sha256="c" * 64)]
    assert len(clusters([*chain, image(3, clip_sha256="c" * 64)])) == 1


def test_shares_are_kept_on_average():
    sides = list(decide(crowd(4000)).sides.values())
    shares = [sides.count(side) / 4000 for side in Split]
    np.testing.assert_allclose(shares, [0.8, 0.1, 0.1], atol=0.02)
    assert set(decide(crowd(50), shares=Shares(0, 0, 100)).sides.values()) == {Split.TEST}


def test_the_order_of_adding_does_not_matter_and_neither_does_what_else_there_is():
    images = [*crowd(80), *(image(number, subject=f"s{number % 7}") for number in range(100, 140))]
    numbered_otherwise = [replace(one, image_id=1000 - one.image_id) for one in reversed(images)]
    by_content = {one.image_id: one.sha256 for one in images}
    plain = {by_content[at]: side for at, side in decide(images).sides.items()}
    names = {one.image_id: one.sha256 for one in numbered_otherwise}
    turned = {names[at]: side for at, side in decide(numbered_otherwise).sides.items()}
    assert plain == turned
    few = decide(images[:40]).sides
    assert few == {at: decide(images).sides[at] for at in few}


def test_another_project_splits_otherwise():
    assert decide(crowd(80)).sides != decide(crowd(80), key=b"q" * 32).sides


def test_newcomers_join_those_they_belong_to():
    before = {1: on(Split.TEST)}
    done = decide([image(1, subject="kim"), *(image(n, subject="kim") for n in (2, 3))], before)
    assert set(done.sides.values()) == {Split.TEST}
    assert {at: one.split for at, one in done.new.items()} == {2: Split.TEST, 3: Split.TEST}


def test_what_was_decided_stays_whatever_the_shares_are():
    first = decide(crowd(50))
    later = decide(crowd(80), dict(first.new), shares=Shares(0, 0, 100))
    assert {at: later.sides[at] for at in first.sides} == first.sides
    assert set(later.new) == set(range(51, 81))


@pytest.mark.parametrize("sides", list(combinations(Split, 2)))
def test_who_ties_two_sides_is_left_out_and_so_is_who_could_be_learned_from(sides):
    judged = Split.TEST if Split.TEST in sides else Split.VALIDATION
    before = dict(enumerate(map(on, sides), start=1))
    images = [image(1, subject="kim"), image(2, subject="lee")]
    done = decide([*images, image(3, subject="kim", group="a"), image(4, subject="lee", group="a")],
                  before)  # fmt: skip
    stays = next(at for at, one in before.items() if one.split is judged)
    assert done.sides == {stays: judged}
    assert done.tied == tuple(sorted({1, 2, 3, 4} - {stays}))
    assert not done.new  # once they are no longer tied, they take the sides of those they belong to
    assert decide([*images, image(3, subject="kim")], before).sides[3] is before[1].split


def test_nobody_is_ever_on_two_sides_however_ties_come_and_go():
    dice = np.random.default_rng(4)
    before: dict[int, StoredSplit] = {}
    ever: dict[int, Split] = {}
    for step in range(12):
        images = [
            image(
                number,
                subject=f"s{dice.integers(0, 60)}",
                group=f"g{dice.integers(0, 40)}" if dice.random() < 0.2 else None,
            )
            for number in range(1, 20 + 8 * step)
        ]
        done = decide(images, before)
        before |= done.new
        for cluster in clusters(images).values():
            here = {done.sides[one.image_id] for one in cluster if one.image_id in done.sides}
            assert len(here) <= 1
        for at, side in done.sides.items():
            assert ever.setdefault(at, side) is side


@pytest.mark.parametrize(
    "text", ["80/10", "90/10/10", "a/b/c", "-1/1/100", "", "1e2/0/0", "٨٠/10/10"]
)
def test_shares_that_are_none_are_refused(text):
    with pytest.raises(ExportError, match="as 80/10/10"):
        shares_of(text)


def test_shares_are_read_as_they_are_told():
    assert shares_of("70/20/10") == Shares(70, 20, 10)
    assert str(shares_of("100/0/0")) == "100/0/0"


def test_a_subject_of_whom_all_images_were_removed_stays_on_its_side():
    first = decide([image(1, subject="kim")], shares=Shares(0, 0, 100))
    later = decide([image(2, subject="kim")], dict(first.new), shares=Shares(100, 0, 0))
    assert later.sides == {2: Split.TEST}


@pytest.mark.parametrize("shared", [("subject", "kim"), ("group", "a play"), ("clip", "c" * 64)])
def test_what_deleted_images_shared_holds_newcomers_on_their_side(shared):
    said = {"subject": "kim", "group": "a play", "clip_sha256": "c" * 64}
    images = [image(1, **said), image(2, subject="lee")]
    former = {shared: frozenset({Split.TEST})}
    later = decide(images, shares=Shares(100, 0, 0), former=former)
    assert later.sides == {1: Split.TEST, 2: Split.TRAIN}
    assert later.tied == ()


def test_whom_a_deleted_image_ties_to_another_side_is_left_out_as_if_it_were_there():
    images = [image(1, subject="kim"), image(2, subject="kim", group="a play")]
    former = {("group", "a play"): frozenset({Split.TEST})}
    later = decide(images, {1: on(Split.TRAIN)}, former=former)
    assert later.tied == (1, 2)
    assert later.sides == {}
