"""Datumaro's JSON: what is written, what comes back, and what is refused."""

import json

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.formats.datumaro import FORMAT
from annotator.release.formats.datumaro_reading import read_faces, recognises
from annotator.release.incoming import AnnotationsError
from tests.release_blocks import GONE, NAMES, SIZES, blocks, put, written


def text_of(folder) -> str:
    return (folder / "annotations" / "default.json").read_text(encoding="utf-8")


def test_faces_come_back_with_depth_visibility_and_people(tmp_path):
    faces = list(read_faces(written(tmp_path / "release", FORMAT)))
    sent = [face for block in blocks() for face in block.faces()]
    assert [face.image.name for face in faces] == list(NAMES)
    for face, original, size in zip(faces, sent, SIZES, strict=True):
        np.testing.assert_array_equal(face.points, original.landmarks)
        np.testing.assert_array_equal(face.visibility, original.visibility)
        assert (face.image.width, face.image.height) == size
        assert face.image.sha256 == original.row["image_sha256"]
        assert (face.said.annotator, face.said.reviewer) == ("Ada", "Grace")


def test_every_split_has_a_file_of_its_own(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    splits = ("train", "train", "validation", "validation")
    FORMAT.write(folder, blocks(splits=splits), FACE_468)
    files = sorted((folder / "annotations").iterdir())
    assert [file.name for file in files] == ["train.json", "validation.json"]
    assert [len(json.loads(file.read_text())["items"]) for file in files] == [2, 1]
    assert len(list(read_faces(folder))) == 4
    assert len(list(read_faces(files[1]))) == 2


def test_a_crop_says_nothing_of_the_original_file(tmp_path):
    folder = written(tmp_path / "release", FORMAT, crop_size=192, image_width=192, image_height=180)
    faces = list(read_faces(folder))
    assert {face.image.sha256 for face in faces} == {None}
    assert {(face.image.width, face.image.height) for face in faces} == {(192, 180)}


def test_points_in_another_order_are_put_in_order_by_their_names(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    dataset = json.loads(text_of(folder))
    labels = dataset["categories"]["points"]["items"][0]["labels"]
    labels[0], labels[1] = "vertex_1", "0"
    path = tmp_path / "other.json"
    path.write_text(json.dumps(dataset))
    first = next(iter(read_faces(path)))
    np.testing.assert_array_equal(
        first.points[[1, 0, 2]], next(blocks()[0].faces()).landmarks[[0, 1, 2]]
    )


def test_it_is_recognised_by_its_beginning(tmp_path):
    folder = written(tmp_path / "release", FORMAT)
    assert recognises(folder) and recognises(folder / "annotations" / "default.json")
    assert not recognises(tmp_path)


POINTS = "items.0.annotations.1"


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (f"{POINTS}.points.935", GONE, "has 467.5 points"),
        (f"{POINTS}.points", [1.0] * 200, "has 100 points"),
        (f"{POINTS}.points", "1,2", "is no list"),
        (f"{POINTS}.points.3", float("nan"), "NaN or infinite"),
        (f"{POINTS}.points.3", 10**400, "too large"),
        (f"{POINTS}.points.3", 1e12, "beyond"),
        (f"{POINTS}.points.3", None, "no number"),
        (f"{POINTS}.attributes.z.467", GONE, "467 z"),
        (f"{POINTS}.attributes", [1], "attributes is no JSON object"),
        (f"{POINTS}.visibility.7", 3, "visibility is no whole number from 0 to 2"),
        (f"{POINTS}.visibility", [2] * 469, "can have 468"),
        (f"{POINTS}.visibility", [2], "should have 468"),
        ("items.0.image.size", [10**9, 10], "size is no whole number"),
        ("items.0.image.size", [10], "size is no whole number"),
        ("items.0.image.path", "a\0b", "no text has"),
        ("items.0.id", 7, "is no text"),
        ("items.1.id", NAMES[0], "twice"),
        ("items.0.attr.sha256", "../../etc", "no SHA-256"),
        ("items.0.annotations", {}, "is no list"),
        ("items", {}, "items is no list"),
        ("categories.points.items.0.labels.5", "nose", "not called as the vertices"),
    ],
)
def test_what_no_tool_writes_is_refused_with_its_place(tmp_path, place, value, why):
    dataset = json.loads(text_of(written(tmp_path / "release", FORMAT)))
    put(dataset, place, value)
    path = tmp_path / "spoilt.json"
    path.write_text(json.dumps(dataset))
    with pytest.raises(AnnotationsError, match=why) as raised:
        list(read_faces(path))
    assert str(raised.value).startswith(str(path))


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x.jpg", "https://example.org/a.jpg"])
def test_a_name_that_leads_elsewhere_is_a_clue_and_nothing_is_opened(tmp_path, name):
    dataset = json.loads(text_of(written(tmp_path / "release", FORMAT)))
    dataset["items"][0]["image"]["path"] = name
    path = tmp_path / "spoilt.json"
    path.write_text(json.dumps(dataset))
    clue = next(iter(read_faces(path))).image
    assert (clue.name, clue.path) == (name, None)


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(AnnotationsError, match="no JSON files"):
        list(read_faces(tmp_path))
