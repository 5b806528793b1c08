"""pycocotools reads what is exported as COCO, and scores it with the sigmas that it carries."""

import json
from pathlib import Path

import numpy as np
import pytest

from annotator.release import export_release, load_release
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import json, sys
import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

coco = COCO(sys.argv[1])
(category,) = coco.loadCats(coco.getCatIds())

def precision(moved):
    found = []
    for one in coco.dataset["annotations"]:
        points = np.reshape(one["keypoints"], (-1, 3)) + [moved, 0, 0]
        found.append({**one, "keypoints": points.ravel().tolist(), "score": 1.0})
    scored = COCOeval(coco, coco.loadRes(found), "keypoints")
    scored.params.kpt_oks_sigmas = np.array(category["sigmas"])
    scored.evaluate(), scored.accumulate(), scored.summarize()
    return scored.stats[0]

faces = coco.loadAnns(coco.getAnnIds())
print(json.dumps({
    "precision": [precision(moved) for moved in (0, 3, 30)],
    "keypoints": {one["id"]: one["keypoints"] for one in faces},
    "images": {one["id"]: coco.loadImgs(one["image_id"])[0]["file_name"] for one in faces},
}))
"""


@pytest.mark.parametrize("images", ["copy", "upright", "crop-256"])
def test_pycocotools_reads_the_points_and_scores_them(project, tmp_path: Path, images: str) -> None:
    export_release(project, tmp_path / "release", "coco", images=images)
    said = read_by("coco", SCRIPT, tmp_path / "release" / "annotations.json", folder=tmp_path)
    release = load_release(tmp_path / "release")
    truth, near, far = said["precision"]
    assert truth == pytest.approx(1.0)
    assert truth >= near > far
    for landmarks, row in zip(release.landmarks, release.samples.itertuples(), strict=True):
        points = np.reshape(said["keypoints"][str(row.sample_id)], (468, 3))
        np.testing.assert_array_equal(np.float32(points[:, :2]), landmarks[:, :2])
        assert said["images"][str(row.sample_id)] == row.image_file


def test_there_is_a_sigma_for_every_keypoint(project, tmp_path: Path) -> None:
    export_release(project, tmp_path / "release", "coco", images="none")
    data = json.loads((tmp_path / "release" / "annotations.json").read_text("utf-8"))
    (category,) = data["categories"]
    assert len(category["sigmas"]) == len(category["keypoints"]) == 468
    assert set(category["sigmas"]) == {0.025}
