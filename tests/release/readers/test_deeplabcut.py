"""napari-deeplabcut opens a release: its own reader gives frame, y and x of every vertex."""

import numpy as np
import pytest

from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import json, sys
from pathlib import Path
from napari_deeplabcut.core.io import read_config, read_hdf, read_images

project = Path(sys.argv[1])
folders = {}
for labels in sorted(project.glob("labeled-data/*/CollectedData_*.h5")):
    (data, layer, kind), = read_hdf(str(labels))
    images = [p for p in labels.parent.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png")]
    if not images:  # it takes JPEG and PNG alone
        continue
    (pixels, image_layer, _), = read_images([str(path) for path in images])
    folders[labels.parent.name] = {
        "kind": kind, "data": data.tolist(), "ids": list(map(str, layer["properties"]["id"])),
        "labels": list(map(str, layer["properties"]["label"])),
        "paths": [Path(path).name for path in layer["metadata"]["paths"]],
        "images": [Path(path).name for path in image_layer["metadata"]["paths"]],
        "shape": list(pixels.shape),
    }
(_, settings, _), = read_config(str(project / "config.yaml"))
print(json.dumps({"folders": folders, "name": settings["name"]}))
"""


def test_napari_deeplabcut_gives_frame_y_and_x_of_all_vertices(released, tmp_path):
    folder, release = released("deeplabcut")
    found = read_by("deeplabcut", SCRIPT, folder, folder=tmp_path)
    assert found["name"] == "CollectedData_facemesh"
    seen = 0
    for name, labels in found["folders"].items():
        data, ids = np.array(labels["data"]), np.array(labels["ids"])
        assert labels["kind"] == "points"
        assert labels["paths"] == labels["images"]
        size = [int(side) for side in name.split("x")][::-1]
        assert size in (labels["shape"][-3:-1], labels["shape"][-2:])  # in colour, or grey
        rows = release.samples[
            release.samples["image_file"].str.startswith(f"labeled-data/{name}/")
        ]
        for file, faces in rows.groupby("image_file"):
            frame = labels["paths"].index(file.rpartition("/")[2])
            for number, index in enumerate(faces.index):
                chosen = (data[:, 0] == frame) & (ids == f"face{number}")
                points = data[chosen]
                assert points.shape == (468, 3)
                assert np.array(labels["labels"])[chosen].tolist() == [
                    f"v{vertex:03}" for vertex in range(468)
                ]
                # napari counts from the centre of the first pixel.
                wanted = release.landmarks[index][:, [1, 0]] - 0.5
                np.testing.assert_allclose(points[:, 1:], wanted, rtol=0, atol=1e-3)
                seen += 1
    files = release.samples["image_file"].str.lower()
    assert seen == files.str.endswith((".jpg", ".jpeg", ".png")).sum() > 4
