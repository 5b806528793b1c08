"""LandmarkEditor's JSON: what is written, what comes back, and what is refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from annotator.mesh.layout import FACE_468
from annotator.release.formats.landmark_editor import FORMAT
from annotator.release.formats.landmark_editor_reading import read_faces, recognises
from annotator.release.incoming import AnnotationsError
from tests.release_blocks import GONE, NAMES, SIZES, blocks, elsewhere, put, written

FIRST, SECOND = "face_mesh_annotations.json", "face_mesh_annotations_2.json"


def state(count: int = 468, x: float = 0.5) -> list[dict[str, Any]]:
    return [{"id": n, "x": x, "y": n / 1000, "z": -0.1, "deleted": False} for n in range(count)]


def document(points: Any = None) -> dict[str, Any]:
    points = {"Face Mesh": [state(x=0.25), state()]} if points is None else points
    return {"a.jpg": {"points": points, "sha256": "ab" * 32, "width": 200, "height": 100}}


def read(tmp_path: Path, value: Any) -> list[Any]:
    path = tmp_path / "some.json"
    path.write_text(json.dumps(value))
    return list(read_faces(path))


def test_faces_come_back_with_what_the_model_had_said(tmp_path):
    faces = list(read_faces(written(tmp_path / "release", FORMAT)))
    sent = [face for block in blocks() for face in block.faces()]
    for face, original, size, name in zip(faces, sent, SIZES, NAMES, strict=True):
        np.testing.assert_allclose(face.points, original.landmarks, rtol=0, atol=1e-4)
        np.testing.assert_allclose(face.prediction, original.prediction, rtol=0, atol=1e-4)
        hidden = original.visibility != 0
        np.testing.assert_array_equal(face.visibility != 0, hidden)
        assert face.image.name == name
        assert (face.image.width, face.image.height) == size
        assert face.image.sha256 == original.row["image_sha256"]


def test_the_second_face_of_a_photograph_is_in_a_second_file(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    first, second = (json.loads((folder / name).read_text("utf-8")) for name in (FIRST, SECOND))
    assert list(first) == list(NAMES[:3])
    assert list(second) == [NAMES[3]]


def test_the_tool_is_told_the_hash_of_the_file_that_it_opens(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    entry = json.loads((folder / FIRST).read_text("utf-8"))[NAMES[1]]
    (block,) = blocks(portion=4)
    assert entry["sha256"] == block.images[1].sha256 != block.rows[1]["image_sha256"]


def test_coordinates_are_parts_of_width_and_height_and_depth_of_the_width(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    points = json.loads((folder / FIRST).read_text("utf-8"))[NAMES[0]]["points"]["Face Mesh"]
    assert [[point["id"] for point in one] for one in points] == [list(range(468))] * 2
    x, y, z = blocks()[0].landmarks[0, 9].tolist()
    wanted = {"id": 9, "x": x / 640, "y": y / 480, "z": z / 640, "deleted": False}
    assert points[-1][9] == pytest.approx(wanted)


def test_photographs_elsewhere_that_share_a_name_do_not_share_a_file(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    FORMAT.write(folder, elsewhere(("/a/x.jpg", "/b/x.jpg", *NAMES[2:])), FACE_468)
    first, second = (json.loads((folder / name).read_text("utf-8")) for name in (FIRST, SECOND))
    assert list(first) == ["x.jpg", NAMES[2]]
    assert list(second) == ["x.jpg", NAMES[2]]


@pytest.mark.parametrize("points", [state(), [state(x=0.9), state()], {"Face Mesh": [state()]}])
def test_files_of_every_version_of_the_tool_are_read(tmp_path, points):
    (face,) = read(tmp_path, document(points) | {"__id__": "x", "config": {"a": 1}})
    np.testing.assert_allclose(face.points[100], [100, 10, -20], rtol=1e-6)
    assert (face.prediction is None) == (points != [state(x=0.9), state()])


def test_points_in_any_order_and_photographs_without_a_face_are_taken(tmp_path):
    both = document([state()[::-1]]) | {"b.jpg": {"points": {"Hand": [[]]}, "sha256": "cd" * 32}}
    (face,) = read(tmp_path, both)
    np.testing.assert_allclose(face.points[100], [100, 10, -20], rtol=1e-6)


def test_hidden_vertices_are_out_of_frame_outside_and_occluded_inside(tmp_path):
    points = state()
    points[5] |= {"deleted": True}
    points[6] |= {"deleted": True, "x": -0.1}
    (face,) = read(tmp_path, document([points]))
    assert np.flatnonzero(face.visibility).tolist() == [5, 6]
    assert face.visibility[[5, 6]].tolist() == [1, 2]


def test_where_no_size_is_stated_the_image_beside_tells(tmp_path):
    value = document()
    del value["a.jpg"]["width"], value["a.jpg"]["height"]
    with pytest.raises(AnnotationsError, match="put the image beside"):
        read(tmp_path, value)
    Image.new("RGB", (400, 300)).save(tmp_path / "a.jpg")
    (face,) = read(tmp_path, value)
    np.testing.assert_allclose(face.points[100], [200, 30, -40], rtol=1e-6)
    (tmp_path / "a.jpg").write_bytes(b"no image")
    with pytest.raises(AnnotationsError, match="cannot be read"):
        read(tmp_path, value)


def test_it_is_recognised(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    assert recognises(folder) and recognises(folder / SECOND)
    assert not recognises(tmp_path)


LAST = "a.jpg.points.Face Mesh.1"


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (f"{LAST}.7.x", float("inf"), "a.jpg, point 7, x is NaN or infinite"),
        (f"{LAST}.7.x", None, "x is no number"),
        (f"{LAST}.7.y", 1e30, "beyond"),
        (f"{LAST}.7.z", "deep", "z is no number"),
        (f"{LAST}.7.id", 6, "point 6 is there twice"),
        (f"{LAST}.7.id", 10**9, "id is no whole number"),
        (f"{LAST}.7.id", GONE, "id is no whole number"),
        (f"{LAST}.7.deleted", "yes", "neither deleted nor not"),
        (f"{LAST}.7", 3, "is no JSON object"),
        (f"{LAST}.7", GONE, "has 467 points, and a mesh has 468 or 478"),
        (LAST, {}, "is no list"),
        ("a.jpg.points", "x", "is no list"),
        ("a.jpg.points.Face Mesh", [[]] * 5000, "more than 4096 states"),
        ("a.jpg.sha256", "abc", "no SHA-256"),
        ("a.jpg.width", 10**9, "width is no whole number"),
        ("a.jpg.height", GONE, "height is no whole number"),
    ],
)
def test_what_no_tool_writes_is_refused_with_its_place(tmp_path, place, value, why):
    whole = {"a": document()["a.jpg"]}  # a name without a dot, for the way there
    put(whole, place.replace("a.jpg", "a"), value)
    with pytest.raises(AnnotationsError, match=why.replace("a.jpg", "a")) as raised:
        read(tmp_path, whole)
    assert str(raised.value).startswith(str(tmp_path / "some.json"))


def test_a_photograph_named_twice_is_refused(tmp_path):
    path = tmp_path / "some.json"
    one = json.dumps(document())[1:-1]
    path.write_text(f"{{{one}, {one}}}")
    with pytest.raises(AnnotationsError, match="twice"):
        list(read_faces(path))


def test_a_folder_without_such_files_is_refused(tmp_path):
    with pytest.raises(AnnotationsError, match="has 0 files"):
        list(read_faces(tmp_path))
