"""Photographs are made worse at random, and the seed says how."""

import numpy as np

from annotator.training.spoiling import Spoiling, spoiled

CROP = np.random.default_rng(0).integers(0, 256, (192, 192, 3), np.uint8)
NEVER = Spoiling(**dict.fromkeys(
    ("histogram", "darkness", "cover", "blur", "few_pixels", "noise", "jpeg"), 0.0
))  # fmt: skip
FAULTS = ("histogram", "darkness", "cover", "blur", "few_pixels", "noise", "jpeg")


def only(fault: str) -> Spoiling:
    return Spoiling(**{name: float(name == fault) for name in FAULTS})


def test_the_same_seed_spoils_alike_and_another_one_does_not():
    first, again, other = (
        spoiled(CROP, np.random.default_rng(seed), Spoiling()) for seed in (4, 4, 5)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_nothing_is_done_where_nothing_is_likely():
    assert np.array_equal(spoiled(CROP, np.random.default_rng(0), NEVER), CROP)


def test_every_fault_changes_a_crop_and_leaves_its_shape():
    for fault in FAULTS:
        for seed in range(8):
            found = spoiled(CROP, np.random.default_rng(seed), only(fault))
            assert found.shape == CROP.shape, fault
            assert found.dtype == np.uint8, fault
            assert not np.array_equal(found, CROP), fault


def test_the_crop_that_was_given_stays_as_it_was():
    before = CROP.copy()
    for seed in range(20):
        spoiled(CROP, np.random.default_rng(seed), Spoiling())
    assert np.array_equal(CROP, before)


def test_the_histogram_changes_by_no_straight_line():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2)
    bent = 0
    for seed in range(20):
        found = spoiled(ramp, np.random.default_rng(seed), only("histogram"))[0, :, 0].astype(float)
        assert (np.diff(found) >= 0).all(), "brighter stays brighter"
        line = np.polyval(np.polyfit(np.arange(256), found, 1), np.arange(256))
        bent += np.abs(found - line).max() > 8
    assert bent > 10
