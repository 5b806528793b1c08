"""Results as MediaPipe's FaceLandmarker gives them: written, read back, and refused."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from annotator.mesh.layout import FACE_468
from annotator.release.formats.mediapipe_json import FORMAT
from annotator.release.formats.mediapipe_json_reading import read_faces, recognises
from annotator.release.incoming import AnnotationsError
from tests.release_blocks import GONE, NAMES, SIZES, blocks, elsewhere, put, written


def result(count: int = 468, **changes: Any) -> dict[str, Any]:
    points = [{"x": n / 1000, "y": 0.25, "z": -0.5} for n in range(count)]
    return {"image": {"width": 200, "height": 100}, "faceLandmarks": [points]} | changes


def test_faces_come_back(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    files = sorted(path.name for path in (folder / "landmarks").iterdir())
    assert files == sorted(f"{name}.json" for name in set(NAMES))
    faces = {face.image.name: face for face in read_faces(folder)}
    sent = {face.image.file: face for block in blocks() for face in block.faces()}
    assert faces.keys() == sent.keys()
    for name, face in faces.items():
        np.testing.assert_allclose(face.points, sent[name].landmarks, rtol=0, atol=1e-4)
        np.testing.assert_array_equal(face.visibility, sent[name].visibility)
        assert face.image.sha256 == sent[name].row["image_sha256"]
    assert len(list(read_faces(folder))) == 4


def test_coordinates_are_parts_of_the_width_and_the_height_and_depth_of_the_width(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    got = json.loads((folder / "landmarks" / f"{NAMES[2]}.json").read_text())
    assert len(got["faceLandmarks"]) == 2
    (block,) = blocks(portion=4)
    first = got["faceLandmarks"][0][9]
    width, height = SIZES[2]
    x, y, z = block.landmarks[2, 9].tolist()
    assert first == pytest.approx({"x": x / width, "y": y / height, "z": z / width})


def test_irises_behind_the_mesh_are_left_out_and_python_names_are_known(tmp_path):
    path = tmp_path / "a.json"
    one = result(478)
    one["face_landmarks"] = one.pop("faceLandmarks")
    path.write_text(json.dumps(one))
    (face,) = read_faces(path)
    assert face.points.shape == (468, 3)
    assert face.visibility is None
    np.testing.assert_allclose(face.points[100], [20, 25, -100])


def test_where_no_size_is_stated_the_image_beside_tells(tmp_path):
    path = tmp_path / "a.jpg.json"
    path.write_text(json.dumps(result(image={})))
    with pytest.raises(AnnotationsError, match="put the image beside"):
        list(read_faces(path))
    (tmp_path / "images").mkdir()
    Image.new("RGB", (400, 300)).save(tmp_path / "images" / "a.jpg")
    (face,) = read_faces(path)
    assert face.image.path == tmp_path / "images" / "a.jpg"
    np.testing.assert_allclose(face.points[100], [40, 75, -200])


def test_images_elsewhere_that_share_a_name_have_files_of_their_own(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    FORMAT.write(folder, elsewhere(("/a/x.jpg", "/b/x.jpg", *NAMES[2:])), FACE_468)
    assert len(list((folder / "landmarks").iterdir())) == 3
    assert len(list(read_faces(folder))) == 4


def test_it_is_recognised(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    assert recognises(folder) and recognises(next((folder / "landmarks").iterdir()))
    assert not recognises(tmp_path)


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        ("faceLandmarks.0.467", GONE, "has 467 points, and a mesh has 468 or 478"),
        ("faceLandmarks.0", [{}] * 5000, "can have 4096"),
        ("faceLandmarks", [[]] * 5000, "can have 4096"),
        ("faceLandmarks.0.3.x", float("nan"), "face 1, point 3, x is NaN"),
        ("faceLandmarks.0.3.x", float("inf"), "face 1, point 3, x is NaN"),
        ("faceLandmarks.0.3.z", None, "point 3, z is no number"),
        ("faceLandmarks.0.3.y", True, "point 3, y is no number"),
        ("faceLandmarks.0.3", [1, 2, 3], "point 3 is no JSON object"),
        ("faceLandmarks.0.3.x", 1e20, "beyond"),
        ("image.width", 10**9, "width is no whole number"),
        ("image.height", GONE, "height is no whole number"),
        ("image.sha256", "abc", "no SHA-256"),
        ("image.file", 3, "file is no text"),
        ("vertexVisibility", [[0] * 467], "has 467 entries"),
        ("vertexVisibility", [[9] * 468], "from 0 to 2"),
        ("vertexVisibility", [], "has 0 faces"),
        ("faceLandmarks", GONE, "has no faceLandmarks"),
    ],
)
def test_what_no_tool_writes_is_refused_with_its_place(tmp_path, place, value, why):
    document = result()
    put(document, place, value)
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document))
    with pytest.raises(AnnotationsError, match=why) as raised:
        list(read_faces(path))
    assert str(raised.value).startswith(str(path))


def test_nothing_is_opened_outside_of_the_folder(tmp_path: Path):
    Image.new("RGB", (4, 4)).save(tmp_path / "secret.jpg")
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / "a.json"
    for name in ("../secret.jpg", str(tmp_path / "secret.jpg")):
        path.write_text(json.dumps(result(image={"file": name})))
        with pytest.raises(AnnotationsError, match="put the image beside"):
            list(read_faces(path))
