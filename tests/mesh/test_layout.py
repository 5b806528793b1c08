"""What a layout says of itself, and which ones there are."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.layout import (
    CONTOUR_TITLES,
    FACE_468,
    LAYOUTS,
    REGION_TITLES,
    UnknownLayout,
    layout_named,
    layout_of_size,
)


def test_a_layout_is_found_by_its_name_and_by_its_size() -> None:
    assert layout_named("face_468") is FACE_468
    assert layout_of_size(468) is FACE_468


def test_a_layout_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnknownLayout, match=r"'face_12'; known: face_468 \(468 vertices\)"):
        layout_named("face_12")
    with pytest.raises(UnknownLayout, match=r"no layout has 12 vertices; known: face_468"):
        layout_of_size(12)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_every_layout_is_registered_by_its_name_and_fits_its_asset(layout) -> None:
    assert LAYOUTS[layout.name] is layout
    topology = layout.topology
    for array in (topology.vertices, topology.uv, topology.mirror, layout.mirror):
        assert len(array) == layout.count
    for name in ("triangles", "opened_triangles", "edges", "opened_edges", "contour_edges"):
        indices = getattr(topology, name)
        assert 0 <= indices.min() <= indices.max() < layout.count
    assert_array_equal(layout.mirror[layout.mirror], np.arange(layout.count))
    assert layout.topology is topology


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_what_a_layout_names_is_there(layout) -> None:
    assert layout.boundary in layout.contours
    assert layout.boundary in layout.regions
    assert set(layout.contours) <= set(CONTOUR_TITLES)
    assert set(layout.regions) <= set(REGION_TITLES)
    assert sum(region.is_whole for region in layout.regions.values()) == 1
    for name, features in layout.contour_features.items():
        ring = layout.contours[name].vertices
        assert np.isin([*features.ends, *features.corners], ring).all()
        assert set(np.concatenate(layout.contours[name].halves)) == set(ring)
    for group in layout.rigid_groups.values():
        assert 0 <= min(group) <= max(group) < layout.count


def test_layouts_differ_in_size_so_that_a_model_tells_its_own() -> None:
    assert len({layout.count for layout in LAYOUTS.values()}) == len(LAYOUTS)


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_left_and_right_are_each_others_mirror_image(layout) -> None:
    eyes, mirror = layout.eye_corners, layout.mirror
    assert mirror[eyes.right_outer] == eyes.left_outer
    assert mirror[eyes.right_inner] == eyes.left_inner
    for name, contour in layout.contours.items():
        if name.startswith("left_"):
            other = layout.contours[name.replace("left", "right")]
            assert set(mirror[contour.vertices]) == set(other.vertices)
            assert set(mirror[contour.vertices[contour.corners]]) == set(
                other.vertices[other.corners]
            )


def test_the_arrays_of_a_layout_cannot_be_written_to() -> None:
    contour, region = FACE_468.contours["lips_outer"], FACE_468.regions["lips"]
    for array in (
        *contour.halves,
        contour.vertices,
        contour.corners,
        region.vertices,
        region.outline,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError, match="item assignment"):
        FACE_468.contours["nose"] = contour  # type: ignore[index]


def test_the_asset_of_another_layout_is_refused() -> None:
    wrong = replace(FACE_468, name="face_470", count=470)
    with pytest.raises(ValueError, match=r"expected 470 vertices in .*npz, but got 468"):
        _ = wrong.topology


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_a_layout_that_another_process_is_given_is_the_same_one_there(layout) -> None:
    assert pickle.loads(pickle.dumps(layout)) is layout
    assert copy.deepcopy(layout) is layout


def test_a_layout_that_is_not_registered_travels_with_all_that_it_says() -> None:
    made_up = replace(FACE_468, name="made_up")
    again = pickle.loads(pickle.dumps(made_up))
    assert (again.name, again.eye_corners) == ("made_up", FACE_468.eye_corners)
    assert again.topology.triangles.shape == FACE_468.topology.triangles.shape


def test_a_layout_is_itself_and_nothing_else() -> None:
    twin = replace(FACE_468)
    assert twin != FACE_468
    assert {FACE_468: 1}.get(twin) is None
    assert repr(FACE_468) == "MeshLayout(name='face_468', count=468)"
