"""Datumaro imports a release: points with their visibility, depth and boxes, a subset a split."""

import numpy as np
import pytest

from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import json, sys
from datumaro.components.dataset import Dataset

faces = []
for item in Dataset.import_from(sys.argv[1], "datumaro"):
    boxes = {one.group: one for one in item.annotations if one.type.name == "bbox"}
    for points in (one for one in item.annotations if one.type.name == "points"):
        faces.append({
            "sample": points.id, "subset": item.subset, "pixels": list(item.media.data.shape[:2]),
            "size": list(item.media.size), "points": [float(one) for one in points.points],
            "visibility": [int(one) for one in points.visibility],
            "z": points.attributes["z"],
            "box": [float(one) for one in boxes[points.group].get_bbox()],
        })
print(json.dumps(faces))
"""


def test_datumaro_finds_every_face_in_its_subset_with_visibility_and_depth(released, tmp_path):
    folder, release = released("datumaro")
    faces = {face["sample"]: face for face in read_by("datumaro", SCRIPT, folder, folder=tmp_path)}
    assert sorted(faces) == sorted(release.samples["sample_id"])
    states = np.array([2, 1, 0])  # visible, hidden, absent
    for index, row in release.samples.iterrows():
        face, landmarks = faces[row["sample_id"]], release.landmarks[index]
        assert face["subset"] == row["split"]
        assert face["pixels"] == face["size"] == [row["image_height"], row["image_width"]]
        # Datumaro rounds to 0.01 px as it reads.
        np.testing.assert_allclose(face["points"], landmarks[:, :2].ravel(), rtol=0, atol=0.0051)
        np.testing.assert_array_equal(np.float32(face["z"]), landmarks[:, 2])
        np.testing.assert_array_equal(face["visibility"], states[release.visibility[index]])
        left, top, width, height = face["box"]
        assert left >= 0 and top >= 0 and left + width <= row["image_width"] + 0.01
        assert top + height <= row["image_height"] + 0.01
