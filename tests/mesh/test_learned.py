import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.guided import guided_drag
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.learned import (
    LEAST_WEIGHT,
    PRIOR_CORRECTIONS,
    Corrections,
    correction,
    learned_covariance,
    prior_weight,
    region_errors,
    variance_shares,
)

LEFT_LIDS, RIGHT_LIDS = 386, 159


@pytest.fixture
def face() -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    return (vertices * (100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])).astype(
        np.float32
    )


def moved(face: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """The mesh with complex displacements in px."""
    return (face + np.column_stack([moves.real, moves.imag, 0 * moves.real])).astype(np.float32)


def plane() -> np.ndarray:
    points = FACE_468.topology.vertices * np.array([1.0, -1.0, -1.0])
    return points[:, 0] + 1j * points[:, 1]


def draws(count: int, seed: int = 0) -> np.ndarray:
    """Corrections of faces whose lids alone are wrong, the left ones twice as much."""
    rng = np.random.default_rng(seed)
    result = np.zeros((count, 468), complex)
    lids = FACE_468.topology.regions["left_eye"], FACE_468.topology.regions["right_eye"]
    for size, vertices in zip((0.04, 0.02), lids, strict=True):
        result[:, vertices] = size * (
            rng.normal(size=(count, 1)) + 1j * rng.normal(size=(count, 1))
        )
    return result


def test_a_correction_is_what_the_annotation_adds_in_its_own_eye_distance(face):
    prediction = moved(face, np.full(468, -5 + 10j))
    assert_allclose(correction(face, prediction, FACE_468), 0.05 - 0.1j, atol=1e-6)


def test_a_face_accepted_as_predicted_is_no_correction(face):
    assert correction(face, face.copy(), FACE_468) is None


def test_a_face_without_a_distance_between_its_eyes_is_still_learned_from(face):
    profile = face.copy()
    profile[263] = profile[33]
    moves = correction(profile, moved(profile, np.full(468, 3 + 0j)), FACE_468)
    covariance = learned_covariance(Corrections.of(FACE_468, moves[None]))
    assert np.isfinite(covariance.matrix).all()


def test_of_no_corrections_the_prior_is_learned():
    assert learned_covariance(Corrections.none(FACE_468)) is canonical_covariance(FACE_468)


def test_one_correction_hardly_changes_the_prior():
    prior, learned = (
        canonical_covariance(FACE_468),
        learned_covariance(Corrections.of(FACE_468, draws(1))),
    )
    assert_allclose(learned.matrix, prior.matrix, atol=0.03 * np.abs(prior.matrix).max())
    assert prior_weight(1) > 0.95


def test_many_corrections_say_what_is_usually_wrong():
    learned = learned_covariance(Corrections.of(FACE_468, draws(2000)))
    variances, chin = learned.matrix.diagonal().real, 152
    before = canonical_covariance(FACE_468).matrix.diagonal().real
    assert variances[LEFT_LIDS] / variances[chin] > 4 * before[LEFT_LIDS] / before[chin]


def test_the_prior_weighs_as_much_as_fifty_corrections_and_never_less_than_half():
    assert prior_weight(0) == 1
    assert prior_weight(25) == PRIOR_CORRECTIONS / (PRIOR_CORRECTIONS + 25)
    assert prior_weight(50) == prior_weight(100_000) == LEAST_WEIGHT == 0.5


def test_corrections_are_blended_with_the_prior_by_its_weight():
    rng = np.random.default_rng(1)
    usual = (rng.normal(size=(25, 468)) + 1j * rng.normal(size=(25, 468))) * 0.04
    sums, prior = (
        Corrections.of(FACE_468, usual),
        canonical_covariance(FACE_468).matrix.diagonal().real,
    )
    own = sums.moments.diagonal().real / 25
    own *= prior.mean() / own.mean()
    expected = (2 * prior + _both_sides(own)) / 3
    assert_allclose(learned_covariance(sums).matrix.diagonal().real, expected)


def _both_sides(variances: np.ndarray) -> np.ndarray:
    return (variances + variances[FACE_468.topology.mirror]) / 2


def test_what_is_wrong_with_one_side_is_learned_for_the_other():
    matrix, mirror = (
        learned_covariance(Corrections.of(FACE_468, draws(300))).matrix,
        FACE_468.topology.mirror,
    )
    assert_allclose(matrix[np.ix_(mirror, mirror)].conj(), matrix, atol=1e-8)
    assert matrix[LEFT_LIDS, LEFT_LIDS].real == pytest.approx(matrix[RIGHT_LIDS, RIGHT_LIDS].real)


def test_a_turned_photograph_teaches_the_same(face):
    rng = np.random.default_rng(2)
    moves = 4 * (rng.normal(size=468) + 1j * rng.normal(size=468))
    turn = np.exp(1j * np.radians(40))

    def turned(mesh: np.ndarray) -> np.ndarray:
        flat = 2 * turn * (mesh[:, 0] + 1j * mesh[:, 1])
        return np.column_stack([flat.real, flat.imag, mesh[:, 2]]).astype(np.float32)

    upright = correction(moved(face, moves), face, FACE_468)
    tilted = correction(turned(moved(face, moves)), turned(face), FACE_468)
    one, other = (
        learned_covariance(Corrections.of(FACE_468, moves[None])).matrix
        for moves in (upright, tilted)
    )
    assert_allclose(one, other, atol=1e-7)


def test_the_learned_covariance_has_no_negative_variance():
    matrix = learned_covariance(Corrections.of(FACE_468, draws(500))).matrix
    assert_array_equal(matrix, matrix.conj().T)
    assert np.linalg.eigvalsh(matrix).min() > -1e-12


def test_one_disaster_does_not_outweigh_the_others():
    usual, disaster = draws(20), np.full((1, 468), 3.0 + 0j)
    calm = learned_covariance(Corrections.of(FACE_468, usual)).matrix
    with_it = learned_covariance(Corrections.of(FACE_468, np.vstack([usual, disaster]))).matrix
    largest = np.abs(canonical_covariance(FACE_468).matrix).max()
    assert np.abs(with_it - calm).max() < 0.1 * largest


def test_smaller_corrections_teach_the_same():
    rng = np.random.default_rng(6)
    errors = rng.normal(size=(30, 468)) + 1j * rng.normal(size=(30, 468))
    usual, small = (
        learned_covariance(Corrections.of(FACE_468, size * errors)) for size in (0.04, 0.02)
    )
    assert usual.noise == small.noise == canonical_covariance(FACE_468).noise
    assert_allclose(usual.matrix, small.matrix, atol=1e-12)


def test_who_moved_single_vertices_does_not_cut_them_off_from_their_surroundings(face):
    single = np.zeros((5000, 468), complex)
    single[np.arange(5000), np.arange(5000) % 468] = 0.02
    learned = learned_covariance(Corrections.of(FACE_468, single))
    before, after = (
        guided_drag(face, 152, covariance).influence
        for covariance in (canonical_covariance(FACE_468), learned)
    )
    assert_allclose(after, before, atol=0.05)


def test_corrections_are_added_and_taken_away_again():
    first, second = draws(30, 1), draws(12, 2)
    both = Corrections.of(FACE_468, first) + Corrections.of(FACE_468, second)
    assert both.count == 42
    assert_allclose(both.moments, Corrections.of(FACE_468, np.vstack([first, second])).moments)
    rest = both - Corrections.of(FACE_468, second)
    assert rest.count == 30
    assert_allclose(rest.moments, Corrections.of(FACE_468, first).moments, atol=1e-15)
    assert_allclose(rest.squares, Corrections.of(FACE_468, first).squares, atol=1e-15)


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (np.ones(468), "shift"),
        (plane() - plane().mean(), "turn and scale"),
        ((plane() - plane().mean()).conj(), "shear"),
    ],
)
def test_a_pure_change_is_named(form, name):
    moves = 0.01 * np.exp(0.7j) * form[None].astype(complex)
    shares = variance_shares(Corrections.of(FACE_468, moves))
    assert shares[name] > 0.97  # a face is taller than wide: shearing it turns it a little
    assert sum(shares.values()) == pytest.approx(1)


def test_what_no_whole_face_does_is_local():
    rng = np.random.default_rng(3)
    noise = rng.normal(size=(50, 468)) + 1j * rng.normal(size=(50, 468))
    assert variance_shares(Corrections.of(FACE_468, 1e-3 * noise))["local"] > 0.98


def test_the_regions_that_were_off_are_named_by_how_much():
    errors = region_errors(Corrections.of(FACE_468, draws(400)))
    assert list(errors)[:2] == ["left eye", "right eye"]
    assert errors["left eye"] == pytest.approx(0.04 * np.sqrt(2), rel=0.15)
    assert errors["lips"] == 0


def test_of_no_corrections_nothing_can_be_said():
    for describe in (variance_shares, region_errors):
        with pytest.raises(ValueError, match="at least one correction"):
            describe(Corrections.none(FACE_468))


def test_meshes_of_another_shape_are_refused(face):
    with pytest.raises(ValueError, match=r"\(468, 3\), but got \(478, 3\)"):
        correction(face, np.zeros((478, 3), np.float32), FACE_468)


def test_meshes_that_are_not_finite_are_refused(face):
    broken = face.copy()
    broken[7, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        correction(face, broken, FACE_468)
