"""Fitting a mesh to a guide."""

from functools import cache

import numpy as np
import pytest

from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.guide_fitting import GuideError, fit_to_guide
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import no_marks, with_pins
from annotator.mesh.sparse.combinations import to_68
from annotator.mesh.sparse.scheme import IBUG_68, WFLW_98, scheme_named
from annotator.mesh.tools.base import MeshState

Floats = np.ndarray
TRUTH = (FACE_468.topology.vertices * (20, -20, -20) + 300).astype(np.float32)
IOD = outer_iod(TRUTH, FACE_468)


@cache
def _root() -> Floats:
    values, vectors = np.linalg.eigh(canonical_covariance(FACE_468).matrix)
    return vectors * np.sqrt(values.clip(0) / 2)


def spoiled(seed: int) -> Floats:
    """Return the canonical face with an error that Guided expects."""
    rng = np.random.default_rng(seed)
    error = IOD * (_root() @ (rng.normal(size=468) + 1j * rng.normal(size=468)))
    return TRUTH + np.column_stack([error.real, error.imag, 0 * error.real]).astype(np.float32)


def state(mesh: Floats, **others: object) -> MeshState:
    return MeshState.of(mesh, mesh, FACE_468, **others)  # type: ignore[arg-type]


def error_of(mesh: Floats) -> float:
    """Return the mean error of the vertices in % of the outer IOD."""
    return float(100 * np.linalg.norm((mesh - TRUTH)[:, :2], axis=1).mean() / IOD)


@pytest.mark.parametrize("seed", range(3))
def test_a_spoiled_mesh_comes_near_to_the_face_that_the_guide_is_of(seed: int) -> None:
    mesh = spoiled(seed)
    fit = fit_to_guide(state(mesh), IBUG_68, to_68(TRUTH, FACE_468))
    assert error_of(fit.landmarks) < error_of(mesh) / 2
    assert not fit.left_out
    assert fit.used == 68


def test_depth_stays_and_nothing_is_written_to() -> None:
    mesh = spoiled(0)
    kept = mesh.copy()
    fit = fit_to_guide(state(mesh), IBUG_68, to_68(TRUTH, FACE_468))
    assert np.array_equal(mesh, kept)
    assert np.array_equal(fit.landmarks[:, 2], mesh[:, 2])
    assert fit.landmarks.dtype == np.float32


def test_a_face_that_lies_elsewhere_turned_and_larger_is_found() -> None:
    turn = np.array([[0.8, -0.6], [0.6, 0.8]]) * 1.3
    guide = to_68(TRUTH, FACE_468)[:, :2] @ turn.T + (150, -80)
    fit = fit_to_guide(state(spoiled(1)), IBUG_68, guide)
    back = fit.landmarks.copy()
    back[:, :2] = (back[:, :2] - (150, -80)) @ np.linalg.inv(turn).T
    assert error_of(back) < 4


def test_points_of_a_whole_mesh_that_are_left_out_are_as_if_nobody_had_labelled_them() -> None:
    wrong = np.random.default_rng(0).choice(468, 20, replace=False)
    guide = TRUTH.copy()
    guide[wrong, :2] += (0.5 * IOD, -0.4 * IOD)
    scheme = scheme_named("face_468")
    fit = fit_to_guide(state(spoiled(0)), scheme, guide)
    assert set(fit.left_out) == set(wrong.tolist())
    guide[wrong] = np.nan
    unlabelled = fit_to_guide(state(spoiled(0)), scheme, guide)
    assert not unlabelled.left_out
    np.testing.assert_allclose(fit.landmarks, unlabelled.landmarks, rtol=0, atol=1e-3)


@pytest.mark.parametrize("wrong", [(30,), (36, 48), (8, 21, 45, 60)])
def test_few_wrong_points_are_left_out_and_told(wrong: tuple[int, ...]) -> None:
    guide = to_68(TRUTH, FACE_468)
    right = fit_to_guide(state(spoiled(2)), IBUG_68, guide)
    guide[list(wrong), :2] += (0.5 * IOD, -0.4 * IOD)
    fit = fit_to_guide(state(spoiled(2)), IBUG_68, guide)
    assert set(fit.left_out) == set(wrong)
    assert error_of(fit.landmarks) < error_of(right.landmarks) + 0.5


def test_points_that_nobody_labelled_say_nothing() -> None:
    guide = to_68(TRUTH, FACE_468)
    guide[::2] = np.nan
    mesh = spoiled(0)
    fit = fit_to_guide(state(mesh), IBUG_68, guide)
    assert fit.used == 34
    assert np.isfinite(fit.landmarks).all()
    assert error_of(fit.landmarks) < error_of(mesh) / 2


def test_a_point_put_further_along_a_lid_hardly_moves_the_lid() -> None:
    guide = to_68(TRUTH, FACE_468)
    along = (guide[38] - guide[37]) / np.linalg.norm(guide[38] - guide[37])
    moved = guide.copy()
    moved[37] += 0.06 * IOD * along
    across = guide.copy()
    across[37, :2] += 0.06 * IOD * np.array([along[1], -along[0]])
    fits = [fit_to_guide(state(TRUTH), IBUG_68, each).landmarks for each in (guide, moved, across)]
    lid = FACE_468.contours["right_eye"].vertices
    ways = [np.linalg.norm((fit - fits[0])[lid, :2], axis=1).max() / IOD for fit in fits[1:]]
    assert ways[0] < 0.5 * ways[1]


def test_pinned_vertices_hidden_ones_and_anchors_stay_to_the_bit() -> None:
    mesh = spoiled(1)
    marks = with_pins(no_marks(468), np.array([1, 4, 33]), pinned=True)
    hidden = np.zeros(468, np.bool_)
    hidden[[280, 281]] = True
    fit = fit_to_guide(
        state(mesh, marks=marks, hidden=hidden, anchors=(61, 291)),
        IBUG_68,
        to_68(TRUTH, FACE_468),
    )
    still = [1, 4, 33, 280, 281, 61, 291]
    assert np.array_equal(fit.landmarks[still], mesh[still])
    assert np.count_nonzero((fit.landmarks != mesh).any(axis=1)) > 400


def test_a_mesh_with_every_vertex_pinned_stays() -> None:
    mesh = spoiled(1)
    pinned = with_pins(no_marks(468), np.arange(468), pinned=True)
    fit = fit_to_guide(state(mesh, marks=pinned), IBUG_68, to_68(TRUTH, FACE_468))
    assert np.array_equal(fit.landmarks, mesh)


def test_98_points_do_without_pupils() -> None:
    guide = np.full((98, 2), np.nan)
    known = to_68(TRUTH, FACE_468)[:, :2]
    guide[76:96], guide[51:60] = known[48:68], known[27:36]
    guide[[60, 64, 68, 72]] = known[[36, 39, 42, 45]]
    guide[[96, 97]] = 0  # pupils, which no mesh of this layout has
    mesh = spoiled(0)
    fit = fit_to_guide(state(mesh), WFLW_98, guide)
    assert fit.used == 33
    assert error_of(fit.landmarks) < error_of(mesh)


def test_vertices_that_were_labelled_as_themselves_lie_there() -> None:
    guide = np.full((468, 3), np.nan, np.float32)
    some = np.arange(0, 468, 30)
    guide[some, :2] = TRUTH[some, :2]
    fit = fit_to_guide(state(spoiled(2)), scheme_named("face_468_sparse"), guide)
    away = np.linalg.norm((fit.landmarks - TRUTH)[some, :2], axis=1)
    assert away.max() < 0.01 * IOD


@pytest.mark.parametrize("known", [0, 1, 2])
def test_a_guide_of_too_few_points_is_refused(known: int) -> None:
    guide = np.full((68, 2), np.nan)
    guide[:known] = 100.0
    with pytest.raises(GuideError, match=f"at least, but this one has {known}"):
        fit_to_guide(state(TRUTH), IBUG_68, guide)


def test_a_guide_of_another_size_is_refused() -> None:
    with pytest.raises(GuideError, match="expected 68 points of x and y"):
        fit_to_guide(state(TRUTH), IBUG_68, np.zeros((5, 2)))


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_a_point_at_infinity_counts_as_not_labelled(value: float) -> None:
    guide = to_68(TRUTH, FACE_468)
    guide[5] = value
    assert fit_to_guide(state(spoiled(0)), IBUG_68, guide).used == 67


def test_all_points_on_one_spot_leave_a_finite_mesh() -> None:
    fit = fit_to_guide(state(spoiled(0)), IBUG_68, np.full((68, 2), 250.0))
    assert np.isfinite(fit.landmarks).all()
    assert fit.folded.shape == (len(FACE_468.topology.opened_triangles),)
