"""Where 68 labelled points lie on a mesh."""

import numpy as np

from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.points_68 import COUNT, mirrored_order, places_on


def test_a_mirror_image_of_a_mirror_image_is_the_face_itself():
    order = mirrored_order()
    assert np.array_equal(order[order], np.arange(COUNT))


def test_mirrored_points_lie_on_mirrored_vertices():
    places, order = places_on(FACE_468), mirrored_order()
    of_point = dict(zip(places.points.tolist(), places.vertices.tolist(), strict=True))
    for point, vertex in of_point.items():
        assert of_point[int(order[point])] == FACE_468.mirror[vertex]
    of_line = {int(point): set(line.vertices) for line in places.lines for point in line.points}
    for point, vertices in of_line.items():
        assert of_line[int(order[point])] == set(FACE_468.mirror[list(vertices)])


def test_every_point_but_those_of_the_nose_has_one_place():
    places = places_on(FACE_468)
    known = [*places.points.tolist(), *(int(p) for line in places.lines for p in line.points)]
    # the corners of the inner lip, 60 and 64, lie between two lines
    assert sorted(known) == sorted(set(range(COUNT)) - set(range(27, 36)) - {60, 64})


def test_upper_points_lie_on_upper_lines():
    height = FACE_468.topology.vertices[:, 1]
    of_line = {
        int(point): line.vertices for line in places_on(FACE_468).lines for point in line.points
    }
    for upper, lower in ((37, 41), (44, 46), (51, 57), (62, 66)):
        assert height[of_line[upper]].mean() > height[of_line[lower]].mean()
