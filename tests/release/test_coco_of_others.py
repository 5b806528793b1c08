"""COCO keypoints of anybody's are read as meshes, as 68 points, or refused in words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotator.mesh.marks import Visibility
from annotator.release.formats.coco import FORMAT
from annotator.release.formats.coco_faces import read_faces, recognises
from annotator.release.incoming import AnnotationsError


def coco(count: int, names: list[str] | None = None, **changes: Any) -> dict[str, Any]:
    """One face of so many keypoints, whose x is its number and y ten times that."""
    keypoints = [n for at in range(count) for n in (at, 10 * at, 2)]
    return {
        "images": [{"id": 7, "file_name": "portraits/ada.jpg", "width": 640, "height": 480}],
        "categories": [{"id": 1, "name": "face"} | ({} if names is None else {"keypoints": names})],
        "annotations": [
            {"id": 3, "image_id": 7, "category_id": 1, "keypoints": keypoints} | changes
        ],
    }


def written(tmp_path: Path, values: object) -> Path:
    path = tmp_path / "person_keypoints.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    return path


def test_468_keypoints_are_a_mesh_in_their_order(tmp_path: Path) -> None:
    (face,) = read_faces(written(tmp_path, coco(468)))

    assert face.scheme == "face_468"
    assert (face.image.name, face.image.width, face.image.height) == ("portraits/ada.jpg", 640, 480)
    assert face.points[33].tolist()[:2] == [33, 330]
    assert np.isnan(face.points[:, 2]).all()


@pytest.mark.parametrize("spelling", ["vertex_{}", "v{:03}"])
def test_keypoints_go_where_their_names_say(tmp_path: Path, spelling: str) -> None:
    names = [spelling.format(vertex) for vertex in reversed(range(468))]

    (face,) = read_faces(written(tmp_path, coco(468, names)))

    assert face.points[467].tolist()[:2] == [0, 0]
    assert face.points[0].tolist()[:2] == [467, 4670]


def test_68_keypoints_are_guides_and_those_that_are_not_labelled_have_no_place(
    tmp_path: Path,
) -> None:
    values = coco(68)
    values["annotations"][0]["keypoints"][3:9] = [0, 0, 0, 5, 6, 1]

    (face,) = read_faces(written(tmp_path, values))

    assert face.scheme == "ibug_68"
    assert np.isnan(face.points[1]).all()
    assert face.visibility is not None
    assert face.visibility[:3].tolist() == [0, 0, Visibility.OCCLUDED]


def test_faces_of_whole_bodies_are_read(tmp_path: Path) -> None:
    values = coco(17, face_kpts=[1, 2, 2] * 68, face_valid=True)

    (face,) = read_faces(written(tmp_path, values))

    assert (face.scheme, face.points.shape) == ("ibug_68", (68, 3))


def test_annotations_before_images_and_an_unknown_key_are_read(tmp_path: Path) -> None:
    values = coco(68)
    turned = {key: values[key] for key in ("annotations", "categories", "images")}

    assert len(list(read_faces(written(tmp_path, {"info": {"by": "us"}, **turned})))) == 1


def test_it_is_recognised_by_its_first_lines(tmp_path: Path) -> None:
    assert FORMAT.recognises is recognises
    assert recognises(written(tmp_path, coco(68)))
    assert not recognises(written(tmp_path, [1, 2]))
    assert not recognises(written(tmp_path, {"items": []}))
    assert not recognises(tmp_path)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"keypoints": [1.5] * 203}, "no faces with keypoints"),
        ({"keypoints": [float("nan"), 1, 2] * 68}, "NaN"),
        ({"keypoints": [1e300, 1, 2] * 68}, "beyond"),
        ({"image_id": 99}, "an image that is not there"),
        ({"image_id": "seven"}, "whole number"),
        ({"keypoints": [[1, 2, 2]] * 204}, "no number"),
        ({"keypoints_z": [0.5]}, "1 numbers, not 68"),
        ({"visibility": [3] * 68}, "0, 1 or 2"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    tmp_path: Path, changes: dict[str, Any], what: str
) -> None:
    path = written(tmp_path, coco(68, **changes))

    with pytest.raises(AnnotationsError, match=re.escape("person_keypoints.json")) as refused:
        list(read_faces(path))
    assert what in str(refused.value)


def test_ids_that_are_there_twice_are_refused(tmp_path: Path) -> None:
    for key in ("images", "annotations", "categories"):
        values = coco(68)
        values[key] *= 2
        with pytest.raises(AnnotationsError, match="twice"):
            list(read_faces(written(tmp_path, values)))


@pytest.mark.parametrize("category", [[], {}, [1], "1", None])
def test_a_category_that_is_no_number_is_none(tmp_path: Path, category: object) -> None:
    values = coco(468)
    values["annotations"][0]["category_id"] = category
    (face,) = read_faces(written(tmp_path, values))
    assert face.scheme == "face_468"
