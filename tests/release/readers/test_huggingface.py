"""`datasets` opens a release as a folder."""

import numpy as np
import pytest

from tests.release.readers.conftest import Released
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import json, sys
import numpy as np
from datasets import load_dataset
loaded = load_dataset(sys.argv[1])
faces, images = [], []
for split, rows in loaded.items():
    for row in rows:
        pixels = np.asarray(row["image"].convert("RGB"))
        images.append([row["image_sha256"], *pixels.shape[1::-1], row["width"], row["height"]])
        for number, sample_id in enumerate(row["sample_id"]):
            faces.append({
                "split": split,
                "sample_id": sample_id,
                "image_sha256": row["image_sha256"],
                "reviewer": row["reviewer"][number],
                "accepted_at": row["accepted_at"][number].isoformat(),
                "landmarks": row["landmarks"][number],
                "predictions": row["predictions"][number],
                "visibility": row["visibility"][number],
            })
features = {name: repr(kind) for name, kind in loaded["train"].features.items()}
print(json.dumps({"faces": faces, "images": images, "features": features}))
"""


def test_datasets_reads_every_face_of_every_split(released: Released, tmp_path) -> None:
    folder, release = released("huggingface")
    read = read_by("huggingface", SCRIPT, folder, folder=tmp_path)
    faces = {face["sample_id"]: face for face in read["faces"]}
    assert len(faces) == len(read["faces"]) == len(release.samples)
    for index, row in enumerate(release.samples.itertuples()):
        face = faces[row.sample_id]
        assert face["split"] == row.split
        assert face["image_sha256"] == row.image_sha256
        assert face["reviewer"] == "Grace"
        assert face["accepted_at"] == row.accepted_at.isoformat()
        np.testing.assert_array_equal(np.float32(face["landmarks"]), release.landmarks[index])
        np.testing.assert_array_equal(np.float32(face["predictions"]), release.predictions[index])
        np.testing.assert_array_equal(face["visibility"], release.visibility[index])


def test_images_come_upright_and_each_once(released: Released, tmp_path) -> None:
    folder, release = released("huggingface")
    read = read_by("huggingface", SCRIPT, folder, folder=tmp_path)
    assert len(read["images"]) == release.samples["image_sha256"].nunique()
    for _, width, height, said_width, said_height in read["images"]:
        assert (width, height) == (said_width, said_height)


def test_features_have_their_types(released: Released, tmp_path) -> None:
    folder, _ = released("huggingface")
    features = read_by("huggingface", SCRIPT, folder, folder=tmp_path)["features"]
    assert features["image"].startswith("Image(")
    assert "float32" in features["landmarks"]
    assert "length=468" in features["landmarks"]
    assert "uint8" in features["visibility"]
    assert "timestamp[us, tz=UTC]" in features["accepted_at"]
