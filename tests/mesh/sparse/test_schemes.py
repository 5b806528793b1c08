"""Schemes of sparse landmarks, and the 98 points."""

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.mesh.sparse import points_68, points_98
from annotator.mesh.sparse.combinations import to_68
from annotator.mesh.sparse.points_98 import to_98
from annotator.mesh.sparse.scheme import SCHEMES, Scheme, UnknownScheme, scheme_named

SPARSE = [scheme for scheme in SCHEMES.values() if not scheme.is_of_vertices]


def test_an_unknown_scheme_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(UnknownScheme, match="known: ibug_68, wflw_98, face_468_sparse"):
        scheme_named("ibug_5")


@pytest.mark.parametrize("scheme", SPARSE, ids=lambda scheme: scheme.name)
def test_every_point_is_an_anchor_or_lies_on_a_line(scheme: Scheme) -> None:
    on_lines = {point for line in scheme.lines for point in line.points}
    assert scheme.anchors | on_lines == set(range(scheme.count))


@pytest.mark.parametrize("scheme", SPARSE, ids=lambda scheme: scheme.name)
def test_every_point_is_a_mean_of_vertices(scheme: Scheme) -> None:
    rows = scheme.on_layout(FACE_468)
    assert rows.shape == (scheme.count, FACE_468.count)
    assert (rows >= 0).all()
    sums = rows.sum(axis=1)
    pupils = points_98.PUPILS if scheme.count == points_98.COUNT else ()
    assert np.delete(sums, pupils) == pytest.approx(1, abs=1e-9)
    assert (sums[list(pupils)] == 0).all()  # this layout has none


def test_the_98_points_are_their_own_mirror_image() -> None:
    order = points_98.mirrored_order()
    assert np.array_equal(order[order], np.arange(points_98.COUNT))
    rows = points_98.matrix_on(FACE_468)
    assert np.allclose(rows[order], rows[:, FACE_468.mirror], atol=1e-12)


def test_vertices_of_a_layout_are_a_guide_for_its_meshes_alone(
    face_with_irises: MeshLayout,
) -> None:
    scheme = scheme_named("face_468_sparse")
    assert np.array_equal(scheme.on_layout(FACE_468), np.eye(FACE_468.count))
    with pytest.raises(ValueError, match="are no guide for meshes of"):
        scheme.on_layout(face_with_irises)


def test_the_98_points_need_irises() -> None:
    with pytest.raises(ValueError, match="meshes of face_468 have no irises"):
        to_98(np.zeros((FACE_468.count, 3)), FACE_468)


def test_the_98_points_go_on_from_the_68(face_with_irises: MeshLayout) -> None:
    mesh = (face_with_irises.topology.vertices * (20, -20, -20) + 300).astype(np.float32)
    dense, known = to_98(mesh, face_with_irises), to_68(mesh, face_with_irises)
    assert np.abs(dense[:33:2] - known[points_68.JAW]).max() < 0.5
    assert np.abs(dense[76:96] - known[48:68]).max() < 1e-3
    assert np.abs(dense[51:60] - known[27:36]).max() < 1e-3
    jaw = dense[points_98.JAW, :2]
    assert (np.diff(jaw[:, 0]) > 0).all()
    for pupil, eye in ((96, slice(60, 68)), (97, slice(68, 76))):
        left, top = dense[eye, :2].min(axis=0)
        right, bottom = dense[eye, :2].max(axis=0)
        assert left < dense[pupil, 0] < right
        assert top < dense[pupil, 1] < bottom


def test_brows_of_the_98_run_once_around(face_with_irises: MeshLayout) -> None:
    mesh = (face_with_irises.topology.vertices * (20, -20, -20) + 300).astype(np.float32)
    points = to_98(mesh, face_with_irises)
    for upper, lower in ((range(34, 38), (41, 40, 39, 38)), (range(42, 46), (50, 49, 48, 47))):
        assert (points[list(upper), 1] < points[list(lower), 1]).all()
    assert (np.diff(points[33:38, 0]) > 0).all()
    assert (np.diff(points[42:47, 0]) > 0).all()
