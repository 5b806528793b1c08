"""Label Studio's tasks: what is written, what comes back, and what is refused."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.formats.label_studio import FORMAT, sparse_vertices
from annotator.release.formats.label_studio_reading import read_faces, recognises
from annotator.release.incoming import AnnotationsError
from tests.release_blocks import GONE, NAMES, SIZES, blocks, put, written


def tasks_of(folder: Path) -> Any:
    return json.loads((folder / "tasks.json").read_text(encoding="utf-8"))


def read(tmp_path: Path, tasks: Any) -> list[Any]:
    path = tmp_path / "some.json"
    path.write_text(json.dumps(tasks))
    return list(read_faces(path))


def point(vertex: str = "v033", **changes: Any) -> dict[str, Any]:
    value = {"x": 50, "y": 25, "width": 1, "keypointlabels": [vertex]}
    result = {"type": "keypointlabels", "original_width": 200, "original_height": 100}
    return result | {"value": value} | changes


def task(*results: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    data = {"image": "https://example.org/photos/a%20b.jpg"}
    return [{"id": 1, "data": data, "annotations": [{"result": list(results)}]} | changes]


def test_faces_come_back_as_guides_of_the_vertices_that_are_written(tmp_path):
    faces = list(read_faces(written(tmp_path / "release", FORMAT)))
    sent = [face for block in blocks() for face in block.faces()]
    vertices = sparse_vertices(FACE_468)
    for face, original, size, name in zip(faces, sent, SIZES, NAMES, strict=True):
        assert face.scheme == "face_468_sparse"
        assert face.points.shape == (468, 3)
        assert np.flatnonzero(np.isfinite(face.points[:, 0])).tolist() == vertices.tolist()
        assert np.isnan(face.points[:, 2]).all()
        wanted = original.landmarks[vertices, :2]
        np.testing.assert_allclose(face.points[vertices, :2], wanted, rtol=0, atol=1e-4)
        np.testing.assert_array_equal(face.visibility[vertices], original.visibility[vertices])
        assert face.image.name == f"images/{name}"
        assert (face.image.width, face.image.height) == size
        assert face.image.sha256 == original.row["image_sha256"]


def test_contours_and_named_vertices_are_written_and_little_room_is_taken(tmp_path):
    vertices = set(sparse_vertices(FACE_468).tolist())
    for contour in FACE_468.contours.values():
        assert vertices >= set(contour.vertices.tolist())
    assert vertices >= set(FACE_468.vertex_names)
    tasks = tasks_of(written(tmp_path / "release", FORMAT))
    assert len(json.dumps(tasks[0])) < 60_000


def test_coordinates_are_percent_of_the_original_size_and_a_face_is_a_box_with_its_points(tmp_path):
    tasks = tasks_of(written(tmp_path / "release", FORMAT))
    assert [len(task["annotations"][0]["result"]) for task in tasks] == [
        1 + len(sparse_vertices(FACE_468)),
        1 + len(sparse_vertices(FACE_468)),
        2 + 2 * len(sparse_vertices(FACE_468)),
    ]
    box, *points = tasks[0]["annotations"][0]["result"]
    assert (box["type"], box["original_width"]) == ("rectanglelabels", 640)
    assert {one["parentID"] for one in points} == {box["id"]}
    (corner,) = (one for one in points if one["value"]["keypointlabels"] == ["v033"])
    x, y = blocks()[0].landmarks[0, 33, :2].tolist()
    assert corner["value"]["x"] == pytest.approx(x / 640 * 100)
    assert corner["value"]["y"] == pytest.approx(y / 480 * 100)
    numbers = [one["id"] for task in tasks for one in task["annotations"][0]["result"]]
    assert len(set(numbers)) == len(numbers)


def test_the_config_has_a_label_for_every_point_in_order(tmp_path):
    root = ElementTree.parse(written(tmp_path / "release", FORMAT) / "labeling_config.xml")
    labels = root.findall("KeyPointLabels/Label")
    vertices = sparse_vertices(FACE_468).tolist()
    assert [label.get("value") for label in labels] == [f"v{vertex:03}" for vertex in vertices]
    assert [label.get("model_index") for label in labels] == [str(n) for n in range(len(vertices))]


def test_points_of_one_parent_are_a_face_and_those_without_one_are_another(tmp_path):
    results = [point(), point(parentID="a"), point("v263", parentID="a"), {"type": "choices"}]
    without, within = read(tmp_path, task(*results))
    assert np.flatnonzero(np.isfinite(without.points[:, 0])).tolist() == [33]
    assert np.flatnonzero(np.isfinite(within.points[:, 0])).tolist() == [33, 263]
    assert without.points[33, :2].tolist() == [100, 25]
    assert without.image.name == "/photos/a b.jpg"


def test_cancelled_annotations_do_not_count_and_predictions_where_there_are_no_others(tmp_path):
    cancelled = {"result": [point()], "was_cancelled": True}
    predicted = {"result": [point("v001")]}
    tasks = task(annotations=[cancelled], predictions=[predicted])
    (face,) = read(tmp_path, tasks)
    assert np.isfinite(face.points[1, 0])
    (face,) = read(tmp_path, task(point(), predictions=[predicted]))
    assert np.isfinite(face.points[33, 0])


def test_it_is_recognised(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    assert recognises(folder) and recognises(folder / "tasks.json")
    assert not recognises(folder / "labeling_config.xml") and not recognises(tmp_path)


RESULT = "0.annotations.0.result"


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (f"{RESULT}.0.value.x", float("nan"), "task 1, annotation 1, result 1, x is NaN"),
        (f"{RESULT}.0.value.x", "50%", "x is no number"),
        (f"{RESULT}.0.value.y", GONE, "y is no number"),
        (f"{RESULT}.0.value.y", 1e300, "beyond"),
        (f"{RESULT}.0.value", [], "value is no JSON object"),
        (f"{RESULT}.0.value.keypointlabels", ["nose"], "'nose', which is no vertex"),
        (f"{RESULT}.0.value.keypointlabels", ["v999"], "no vertex"),
        (f"{RESULT}.0.value.keypointlabels", ["v999999999"], "no vertex"),
        (f"{RESULT}.0.value.keypointlabels", ["v001", "v002"], "no vertex"),
        (f"{RESULT}.0.value.keypointlabels", [7], "no vertex"),
        (f"{RESULT}.0.value.keypointlabels", ["v001"], "vertex 1 twice"),
        (f"{RESULT}.0.original_width", 10**9, "original_width is no whole number"),
        (f"{RESULT}.0.original_width", 0, "original_width is no whole number"),
        (f"{RESULT}.0.original_height", GONE, "original_height is no whole number"),
        (f"{RESULT}.0.original_height", 99, "several sizes"),
        (f"{RESULT}.0.image_rotation", 90, "only 0 is read"),
        (f"{RESULT}.0.parentID", 7, "is no text"),
        (f"{RESULT}.0", "point", "is no JSON object"),
        (RESULT, GONE, "is no list"),
        ("0.annotations", 7, "is no list"),
        ("0.data", GONE, "data is no JSON object"),
        ("0.data.image", 7, "is no text"),
        ("0.data.sha256", "abc", "no SHA-256"),
        ("0.id", -1, "id is no whole number"),
        ("1.id", 1, "task 1 twice"),
        ("0", None, "is no JSON object"),
    ],
)
def test_what_no_tool_writes_is_refused_with_its_place(tmp_path, place, value, why):
    tasks = task(point(), point("v001")) + task(point())
    tasks[1]["id"] = 2
    put(tasks, place, value)
    with pytest.raises(AnnotationsError, match=why) as raised:
        read(tmp_path, tasks)
    assert str(raised.value).startswith(str(tmp_path / "some.json"))


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/data/local-files/?d=photos/a%20b.jpg", "photos/a b.jpg"),
        ("/data/local-files/?d=../../etc/passwd", "../../etc/passwd"),
        ("file:///etc/passwd", "/etc/passwd"),
        ("s3://bucket/a.jpg", "/a.jpg"),
        ("http://[broken/a.jpg", "http://[broken/a.jpg"),
    ],
)
def test_an_address_is_a_clue_and_nobody_follows_it(tmp_path, address, name):
    (face,) = read(tmp_path, task(point(), data={"image": address}))
    assert (face.image.name, face.image.path) == (name, None)
