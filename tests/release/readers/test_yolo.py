"""ultralytics' own loader of data sets takes a release."""

from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release import load_release
from tests.release.readers.conftest import Released
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np
from ultralytics.data.dataset import YOLODataset
from ultralytics.data.utils import check_det_dataset
data = check_det_dataset(sys.argv[1], autodownload=False)
read = {key: data[key] for key in ("flip_idx", "kpt_shape", "names")} | {"images": []}
for split in ("train", "val", "test"):
    loaded = YOLODataset(data[split], imgsz=640, augment=False, data=data, task="pose")
    for number, label in enumerate(loaded.labels):
        image, size, _ = loaded.load_image(number, rect_mode=True)
        read["images"].append({
            "split": split,
            "file": Path(label["im_file"]).name,
            "size": [size[1], size[0]],
            "shape": [label["shape"][1], label["shape"][0]],
            "classes": label["cls"].ravel().tolist(),
            "boxes": label["bboxes"].tolist(),
            "keypoints": label["keypoints"].tolist(),
        })
print(json.dumps(read))
"""
SPLITS = {"train": "train", "validation": "val", "test": "test"}


def test_ultralytics_reads_every_face(released: Released, tmp_path: Path) -> None:
    folder, release = released("yolo")
    read = read_by("yolo", SCRIPT, folder / "data.yaml", folder=tmp_path)
    assert read["kpt_shape"] == [468, 3]
    assert read["flip_idx"] == FACE_468.topology.mirror.tolist()
    assert read["names"] == {"0": "face"}
    images = {image["file"]: image for image in read["images"]}
    assert len(images) == len(read["images"]) == release.samples["image_file"].nunique()
    seen: dict[str, int] = {}
    for index, row in enumerate(release.samples.itertuples()):
        name = Path(row.image_file).name
        image, line = images[name], seen.setdefault(name, 0)
        seen[name] += 1
        size = np.array([row.image_width, row.image_height])
        assert image["split"] == SPLITS[row.split]
        assert image["size"] == image["shape"] == size.tolist()
        keypoints = np.array(image["keypoints"][line])
        points = release.landmarks[index, :, :2]
        inside = ((points >= 0) & (points <= size)).all(axis=1)
        np.testing.assert_allclose(keypoints[inside, :2] * size, points[inside], atol=1e-3)
        visible = release.visibility[index] == 0
        assert (keypoints[inside, 2] == np.where(visible[inside], 2, 1)).all()
        assert (keypoints[~inside] == 0).all()
        centre, extent = np.array(image["boxes"][line]).reshape(2, 2) * size
        low, high = points.min(axis=0).clip(0, size), points.max(axis=0).clip(0, size)
        np.testing.assert_allclose(centre - extent / 2, low, atol=1e-3)
        np.testing.assert_allclose(centre + extent / 2, high, atol=1e-3)
    assert all(len(images[name]["classes"]) == count for name, count in seen.items())


def test_ultralytics_mends_no_photograph_of_a_release(released: Released, tmp_path: Path) -> None:
    """It writes JPEGs anew that it takes for damaged."""
    folder, _ = released("yolo")
    read_by("yolo", SCRIPT, folder / "data.yaml", folder=tmp_path)
    assert len(load_release(folder).samples) > 0
