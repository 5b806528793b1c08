"""Label Studio's own converter takes the tasks of a release, with its labeling config."""

import json

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.formats.label_studio import sparse_vertices
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

TASKS = """
import json, sys
from pathlib import Path
from label_studio_sdk.label_interface import LabelInterface

release = Path(sys.argv[1])
interface = LabelInterface((release / "labeling_config.xml").read_text())
tasks = json.loads((release / "tasks.json").read_text())
print(json.dumps({
    "labels": list(interface.get_control("vertex").labels),
    "valid": [interface.validate_annotation(one) for task in tasks for one in task["annotations"]],
}))
"""
COCO = """
import json, sys
from pathlib import Path
from label_studio_sdk.converter import Converter

release = Path(sys.argv[1])
config = (release / "labeling_config.xml").read_text()
converter = Converter(config, str(release), download_resources=False)
tasks = str(release / "tasks.json")
converter.convert_to_coco(tasks, "out", output_image_dir="out/images", is_dir=False)
print(json.dumps(json.loads(Path("out/result.json").read_text())))
"""


def test_label_studio_finds_the_annotations_valid(released, tmp_path):
    folder, _ = released("label-studio")
    found = read_by("label_studio", TASKS, folder, folder=tmp_path)
    assert found["labels"] == [f"v{vertex:03}" for vertex in sparse_vertices(FACE_468)]
    assert all(found["valid"])


def test_its_converter_gives_the_points_in_the_order_of_the_config(released, tmp_path):
    folder, release = released("label-studio")
    coco = read_by("label_studio", COCO, folder, folder=tmp_path)
    vertices = sparse_vertices(FACE_468)
    (category,) = [one for one in coco["categories"] if "keypoints" in one]
    assert category["keypoints"] == [f"v{vertex:03}" for vertex in vertices]
    files = [task["data"]["name"] for task in json.loads((folder / "tasks.json").read_text())]
    rows = release.samples.assign(name=release.samples["image_file"].str.rpartition("/")[2])
    compared = 0
    for annotation in (one for one in coco["annotations"] if "keypoints" in one):
        of_image = rows.index[rows["name"] == files[annotation["image_id"]]]
        if len(of_image) == 1:  # it makes one object of all key points of a photograph
            keypoints = np.reshape(annotation["keypoints"], (-1, 3))
            wanted = release.landmarks[of_image[0]][vertices, :2]
            # It rounds to whole pixels.
            np.testing.assert_allclose(keypoints[:, :2], wanted, rtol=0, atol=0.51)
            compared += 1
    assert compared
