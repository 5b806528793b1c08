"""`webdataset` iterates the archives of a release."""

import numpy as np
import pytest

from tests.release.readers.conftest import Released
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import json, sys
from pathlib import Path
import webdataset
faces = []
for archive in sorted(Path(sys.argv[1]).glob("*.tar")):
    data = webdataset.WebDataset(str(archive), shardshuffle=False).decode("rgb8")
    for sample in data:
        image = sample.get("jpg", sample.get("png"))
        faces.append({
            "split": archive.name.split("-")[0],
            "key": sample["__key__"],
            "columns": sample["json"],
            "size": image.shape[1::-1],
            "landmarks": sample["landmarks.npy"].tolist(),
            "predictions": sample["predictions.npy"].tolist(),
            "visibility": sample["visibility.npy"].tolist(),
        })
print(json.dumps(faces))
"""


def test_webdataset_gives_a_sample_for_every_face(released: Released, tmp_path) -> None:
    folder, release = released("webdataset")
    read = read_by("webdataset", SCRIPT, folder, folder=tmp_path)
    faces = {face["columns"]["sample_id"]: face for face in read}
    assert len(faces) == len(read) == len(release.samples)
    for index, row in enumerate(release.samples.itertuples()):
        face = faces[row.sample_id]
        assert face["key"] == f"{row.image_sha256}-{row.face_index:02d}"
        assert face["split"] == row.split
        assert face["size"] == [row.image_width, row.image_height]
        np.testing.assert_array_equal(np.float32(face["landmarks"]), release.landmarks[index])
        np.testing.assert_array_equal(np.float32(face["predictions"]), release.predictions[index])
        np.testing.assert_array_equal(face["visibility"], release.visibility[index])
