"""What a model's spread on one photograph does to Guided drag."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.covariance import (
    DEFAULT_PRIOR,
    Covariance,
    canonical_covariance,
    prior_covariance,
)
from annotator.mesh.error_modes import usual_errors
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.plane import plane, with_plane
from annotator.mesh.simulation import guarded, guided_tool, strokes_needed
from annotator.mesh.spread import deviations, with_spread

IOD = 100.0
GOAL, MOST = 0.01, 60
Mesh = np.ndarray
PRIOR = prior_covariance(DEFAULT_PRIOR, FACE_468)


@pytest.fixture(scope="module")
def face() -> Mesh:
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return (vertices * (IOD / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])).astype(
        np.float32
    )


def modes(face: Mesh, seed: int) -> np.ndarray:
    """Three ways in which a face may be off, (3, n): each a smooth wave over it."""
    rng, points = np.random.default_rng(seed), plane(face) / IOD
    points = points - points.mean()
    waves = [
        np.sin(points.real * across + points.imag * down + phase) * np.exp(1j * way)
        for across, down, phase, way in rng.uniform(2, 7, (3, 4))
    ]
    return np.array(waves)


def off(face: Mesh, waves: np.ndarray, rng: np.random.Generator, size: float = 0.05) -> Mesh:
    """The face off along these, by so much of the IOD."""
    error = rng.normal(size=len(waves)) @ waves
    return with_plane(face, plane(face) + error * size * IOD / np.abs(error).mean())


def strokes(start: Mesh, truth: Mesh, covariance: Covariance) -> int:
    tool = guarded(guided_tool(covariance), FACE_468)
    (count,) = strokes_needed(start, truth, tool, FACE_468, (GOAL,), most=MOST)
    return count


def counted(
    face: Mesh, differences: Callable[[Mesh], np.ndarray], expected: Covariance
) -> tuple[int, int]:
    """Strokes for five faces with what is expected of any, and with a spread blended in."""
    rng = np.random.default_rng(9)
    before = after = 0
    for _ in range(5):
        start = off(face, modes(face, 1), rng)
        before += strokes(start, face, expected)
        after += strokes(start, face, with_spread(expected, differences(start)))
    return before, after


def spread_along(waves: np.ndarray) -> Callable[[Mesh], np.ndarray]:
    """Return what makes the differences that a model unsure along these ways shows."""

    def differences(mesh: Mesh) -> np.ndarray:
        rng = np.random.default_rng(4)
        return deviations([off(mesh, waves, rng, 0.01) for _ in range(24)], mesh, FACE_468)

    return differences


def test_a_spread_along_the_errors_saves_strokes(face: Mesh) -> None:
    before, after = counted(face, spread_along(modes(face, 1)), PRIOR)
    assert after < 0.6 * before


def test_a_spread_that_misleads_costs_a_fifth_at_the_most(face: Mesh) -> None:
    before, after = counted(face, spread_along(modes(face, 2)), PRIOR)
    assert after <= 1.2 * before


def test_a_crop_that_failed_does_not_decide(face: Mesh) -> None:
    right = spread_along(modes(face, 1))

    def with_failures(mesh: Mesh) -> np.ndarray:
        rng = np.random.default_rng(4)
        answers = [off(mesh, modes(face, 1), rng, 0.01) for _ in range(24)]
        answers += [mesh + np.float32([900, -400, 0]), np.full_like(mesh, np.nan)]
        return deviations(answers, mesh, FACE_468)

    _, without = counted(face, right, PRIOR)
    before, after = counted(face, with_failures, PRIOR)
    assert after <= 1.25 * without
    assert after < 0.7 * before


def test_no_spread_changes_nothing(face: Mesh) -> None:
    expected = canonical_covariance(FACE_468)
    nothing = np.zeros((0, FACE_468.count), complex)
    assert with_spread(expected, nothing) is expected
    assert with_spread(expected, deviations([face] * 24, face, FACE_468)) is expected
    assert with_spread(expected, deviations([np.full_like(face, np.nan)] * 24, face, FACE_468)) is (
        expected
    )
    few = spread_along(modes(face, 1))(face)[:4]
    assert with_spread(expected, few) is expected
    assert not len(deviations([], face, FACE_468))
    assert not len(deviations([face], np.full_like(face, np.nan), FACE_468))


def test_it_is_as_large_as_what_was_expected_and_its_noise_the_same(face: Mesh) -> None:
    differences = spread_along(modes(face, 1))(face)
    blended = with_spread(PRIOR, 3 * differences)
    assert_allclose(np.trace(blended.matrix).real, np.trace(PRIOR.matrix).real)
    assert blended.noise == PRIOR.noise
    assert np.linalg.eigvalsh(blended.matrix).min() > -1e-9
    assert_allclose(blended.matrix, with_spread(PRIOR, differences).matrix, atol=1e-12)


def test_differences_are_counted_from_the_prediction(face: Mesh) -> None:
    aside = face + np.float32([2, -1, 0])
    differences = deviations([aside] * 3, face, FACE_468)
    assert_allclose(differences, np.full((3, FACE_468.count), (2 - 1j) / IOD), atol=1e-5)


def test_a_spread_of_another_layout_or_an_impossible_share_is_refused(face: Mesh) -> None:
    differences = spread_along(modes(face, 1))(face)
    with pytest.raises(ValueError, match="differences of 468 vertices"):
        with_spread(PRIOR, differences[:, :-1])
    with pytest.raises(ValueError, match="below 1"):
        with_spread(PRIOR, differences, 1.0)


def test_the_usual_errors_have_unit_size_and_are_their_own_mirror_image() -> None:
    usual, mirror = usual_errors(FACE_468), FACE_468.mirror
    assert_allclose(usual.diagonal().real.mean(), 1)
    assert_allclose(usual[np.ix_(mirror, mirror)].conj(), usual, atol=1e-3)
    assert not usual.flags.writeable
    assert usual_errors(FACE_468) is usual


def test_a_layout_without_usual_errors_expects_what_any_face_does(face_with_irises) -> None:
    assert usual_errors(face_with_irises) is None
    plain = prior_covariance(DEFAULT_PRIOR, face_with_irises)
    assert_array_equal(canonical_covariance(face_with_irises).matrix, plain.matrix)
