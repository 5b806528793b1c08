"""How far people's meshes of one face lie apart, and what they make together."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.mesh.landmarks import eye_centre_iod, outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, visibility_of, with_pins, with_visibility
from annotator.mesh.marks import no_marks as unmarked
from annotator.quality.agreement import (
    Iod,
    consensus,
    consensus_marks,
    farthest_apart,
    interval,
    nme_between,
    nme_of_regions,
)

FACE = (FACE_468.topology.vertices * np.float32([40, -40, -40]) + np.float32([400, 300, 0])).astype(
    np.float32
)
seeds = st.integers(0, 2**32 - 1)
sizes = st.floats(0.01, 30)


def opinion(seed: int, size: float) -> np.ndarray:
    """Return the face as somebody sees it who is off by some pixels everywhere."""
    noise = np.random.default_rng(seed).normal(0, size, FACE.shape)
    return (FACE + noise).astype(np.float32)


@given(seeds, seeds, sizes, st.sampled_from(Iod))
@settings(max_examples=40, deadline=None)
def test_two_people_lie_as_far_from_one_another_either_way_round(one, other, size, iod):
    first, second = opinion(one, size), opinion(other, size)
    assert nme_between(first, second, FACE_468, iod=iod) == nme_between(
        second, first, FACE_468, iod=iod
    )


@given(seeds, sizes)
@settings(max_examples=20, deadline=None)
def test_the_same_mesh_twice_lies_nowhere_apart(seed, size):
    mesh = opinion(seed, size)
    assert nme_between(mesh, mesh.copy(), FACE_468) == 0
    assert set(nme_of_regions(mesh, mesh, FACE_468).values()) == {0.0}
    assert farthest_apart([mesh, mesh, mesh], FACE_468) == 0


def test_a_shift_is_as_large_as_it_is_in_either_distance_between_the_eyes():
    moved = FACE + np.float32([3, 4, 99])  # 5 px in the image plane; z does not count
    assert nme_between(FACE, moved, FACE_468, iod=Iod.OUTER) == pytest.approx(
        5 / outer_iod(FACE, FACE_468), rel=1e-5
    )
    assert nme_between(FACE, moved, FACE_468, iod=Iod.EYE_CENTRE) == pytest.approx(
        5 / eye_centre_iod(FACE, FACE_468), rel=1e-5
    )


def test_a_region_tells_of_itself_alone():
    lips = FACE_468.regions["lips"].vertices
    moved = FACE.copy()
    moved[lips, 0] += 7
    apart = nme_of_regions(FACE, moved, FACE_468)
    assert apart["lips"] == pytest.approx(7 / eye_centre_iod(FACE, FACE_468), rel=1e-4)
    assert apart["left_eyebrow"] == 0


@pytest.mark.parametrize("iod", Iod)
def test_a_face_whose_eyes_coincide_counts_no_more_than_others(iod):
    profile, eyes = FACE.copy(), FACE_468.eye_corners
    for corner in (eyes.left_outer, eyes.left_inner, eyes.right_inner):
        profile[corner] = profile[eyes.right_outer]
    moved = np.float32([3, 4, 0])
    seen, usual = (nme_between(f, f + moved, FACE_468, iod=iod) for f in (profile, FACE))
    assert usual < seen < 4 * usual


@given(st.lists(seeds, min_size=1, max_size=5), sizes)
@settings(max_examples=40, deadline=None)
def test_the_consensus_lies_within_the_opinions(chosen, size):
    meshes = [opinion(seed, size) for seed in chosen]
    middle = consensus(meshes).astype(np.float64)
    stacked = np.array(meshes, np.float64)
    # Within the convex hull: in no direction farther out than the outermost opinion.
    for angle in np.linspace(0, np.pi, 12, endpoint=False):
        way = np.array([np.cos(angle), np.sin(angle)])
        along = stacked[..., :2] @ way
        here = middle[:, :2] @ way
        assert (here <= along.max(axis=0) + 1e-3).all()
        assert (here >= along.min(axis=0) - 1e-3).all()
    assert (middle[:, 2] <= stacked[..., 2].max(axis=0) + 1e-3).all()
    assert (middle[:, 2] >= stacked[..., 2].min(axis=0) - 1e-3).all()


@given(st.lists(seeds, min_size=2, max_size=4), sizes)
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_opinions_changes_no_bit(chosen, size):
    meshes = [opinion(seed, size) for seed in chosen]
    first = consensus(meshes)
    for order in permutations(meshes):
        assert consensus(list(order)).tobytes() == first.tobytes()


@given(seeds, st.floats(200, 5000))
@settings(max_examples=30, deadline=None)
def test_one_wild_opinion_of_three_moves_the_consensus_hardly(seed, far):
    near = [opinion(seed, 1.0), opinion(seed + 1, 1.0)]
    angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
    wild = FACE + np.float32([np.cos(angle) * far, np.sin(angle) * far, far])
    middle = consensus([*near, wild])
    apart = np.linalg.norm(near[0][:, :2] - near[1][:, :2], axis=1)
    off = np.linalg.norm(middle[:, :2] - (near[0] + near[1])[:, :2] / 2, axis=1)
    assert (off <= apart + 0.05).all()  # the mean would be off by a third of `far`
    assert nme_between(middle, FACE, FACE_468) < 0.02


def test_two_opinions_meet_in_the_middle():
    middle = consensus([FACE, FACE + np.float32([10, 0, 4])])
    np.testing.assert_allclose(middle, FACE + np.float32([5, 0, 2]), atol=1e-3)


def test_opinions_of_other_shapes_and_no_opinions_are_refused():
    with pytest.raises(ValueError, match="at least one"):
        consensus([])
    with pytest.raises(ValueError, match="same shape"):
        consensus([FACE, FACE[:10]])
    with pytest.raises(ValueError, match="same shape"):
        nme_between(FACE, FACE[:10], FACE_468)
    with pytest.raises(ValueError, match="at least one"):
        consensus_marks([])


def test_marks_need_more_than_half_of_the_voices():
    none = unmarked(5)
    hidden = with_pins(with_visibility(none, [1, 2], Visibility.OCCLUDED), [4], pinned=True)
    hidden_too = with_visibility(none, [2], Visibility.OCCLUDED)
    assert visibility_of(consensus_marks([none, hidden])).tolist() == [0, 0, 0, 0, 0]
    agreed = consensus_marks([none, hidden, hidden_too])
    assert agreed.tolist() == [0, 0, Visibility.OCCLUDED, 0, 0]  # and nobody's pins


def test_an_interval_holds_its_mean_and_is_the_same_every_time():
    found = interval([0.01, 0.02, 0.04, float("nan")])
    assert found == interval([0.01, 0.02, 0.04])
    assert found.count == 3
    assert 0.01 <= found.low < found.mean < found.high <= 0.04
    assert "to" in str(found)


def test_few_samples_have_no_interval():
    assert interval([0.03]).mean == 0.03
    assert np.isnan(interval([0.03]).low)
    assert str(interval([])) == "-"


def test_the_interval_covers_the_truth_about_as_often_as_it_says():
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(60):
        found = interval(random.gamma(4, 0.005, 40).tolist())
        hits += found.low <= 0.02 <= found.high
    assert hits >= 50  # of 60, where 57 are expected
