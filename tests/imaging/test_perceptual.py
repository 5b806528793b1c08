"""Pictures that are the same again are found, all of them and in time, among however many."""

import numpy as np
import pytest

from annotator.imaging.perceptual import ALIKE, duplicates, first_alike

Hashes = list[tuple[int, int]]


def random_hashes(count: int, seed: int = 0) -> Hashes:
    dice = np.random.default_rng(seed)
    return [(int(a), int(b)) for a, b in dice.integers(0, 2**64, (count, 2), dtype=np.uint64)]


def flipped(bits: int, count: int, dice: np.random.Generator) -> int:
    for bit in dice.choice(64, count, replace=False).tolist():
        bits ^= 1 << bit
    return bits


def with_copies(count: int, *, differ: int, seed: int = 1) -> Hashes:
    """Return random hashes of which some are others with so many bits changed, or mirrored."""
    dice = np.random.default_rng(seed)
    hashes = random_hashes(count, seed)
    for place in range(count // 2, count):
        plain, mirrored = hashes[place - count // 2]
        pair = (plain, mirrored) if place % 2 else (mirrored, plain)
        hashes[place] = flipped(pair[0], differ, dice), flipped(pair[1], differ, dice)
    return hashes


def by_comparing_all(hashes: Hashes) -> list[tuple[int, int]]:
    return [
        (other, place)
        for place, pair in enumerate(hashes)
        for other in range(place)
        if min((looked ^ hashes[other][0]).bit_count() for looked in pair) <= ALIKE
    ]


@pytest.mark.parametrize("differ", [0, 5, ALIKE, ALIKE + 1])
def test_the_pairs_are_those_of_comparing_each_with_each_and_in_their_order(differ: int):
    hashes = with_copies(300, differ=differ)
    expected = by_comparing_all(hashes)
    assert list(duplicates(hashes)) == expected
    assert bool(expected) == (differ <= ALIKE)


def test_hashes_that_share_most_of_their_bits_are_compared_likewise():
    dice = np.random.default_rng(5)
    hashes = [(flipped(0, 6, dice), flipped(2**64 - 1, 6, dice)) for _ in range(200)]
    expected = by_comparing_all(hashes)
    assert len(expected) > 500
    assert list(duplicates(hashes)) == expected


def test_no_hashes_have_no_duplicates():
    assert list(duplicates([])) == []
    assert first_alike([]).tolist() == []
    assert list(duplicates(random_hashes(1))) == []


def test_faces_are_tied_to_the_first_of_their_kind_also_through_others():
    start = random_hashes(1)[0][0]
    near, far = start ^ 0xFF, start ^ 0xFFFF  # 8 bits from one to the next, 16 to the last
    other = start ^ (2**64 - 1)
    hashes = [(other, 0), (start, 0), (far, 0), (near, 0), (start, 0)]
    assert first_alike([(plain, plain) for plain, _ in hashes]).tolist() == [0, 1, 1, 1, 1]


def test_twenty_thousand_times_the_same_picture_is_compared_once():
    (pair,) = random_hashes(1)
    assert not first_alike([pair] * 20_000).any()


def test_copies_are_found_among_tens_of_thousands():
    hashes = with_copies(20_000, differ=ALIKE)
    first = first_alike(hashes)
    # By chance a few of the others are alike as well.
    np.testing.assert_array_equal(first[10_000:], first[:10_000])
    assert len(np.unique(first)) > 9_990
