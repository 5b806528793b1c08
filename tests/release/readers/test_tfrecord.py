"""`tfrecord` reads the records of a release, and their checksums hold."""

import numpy as np
import pytest

from tests.release.readers.conftest import Released
from tests.release.readers.environments import read_by

pytestmark = pytest.mark.readers

SCRIPT = """
import io, json, struct, sys
from pathlib import Path
import crc32c
from PIL import Image
from tfrecord.reader import tfrecord_loader

def masked(content):
    crc = crc32c.crc32c(content)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF

described = {
    "image/encoded": "byte", "image/format": "byte", "image/width": "int", "image/height": "int",
    "sample_id": "int", "image_sha256": "byte", "presence": "float", "reviewer": "byte",
    "landmarks": "float", "predictions": "float", "visibility": "int",
}
faces, records = [], 0
for path in sorted(Path(sys.argv[1]).glob("*.tfrecord")):
    content, at = path.read_bytes(), 0
    while at < len(content):
        length, crc = struct.unpack_from("<QI", content, at)
        assert masked(content[at : at + 8]) == crc
        record = content[at + 12 : at + 12 + length]
        assert masked(record) == struct.unpack_from("<I", content, at + 12 + length)[0]
        at += 16 + length
        records += 1
    for read in tfrecord_loader(str(path), None, described):
        image = Image.open(io.BytesIO(bytes(read["image/encoded"])))
        faces.append({
            "split": path.name.split("-")[0],
            "sample_id": int(read["sample_id"][0]),
            "sha256": bytes(read["image_sha256"]).decode(),
            "reviewer": bytes(read["reviewer"]).decode(),
            "format": [bytes(read["image/format"]).decode(), image.format.lower()],
            "size": image.size,
            "said": [int(read["image/width"][0]), int(read["image/height"][0])],
            **{k: read[k].tolist() for k in ("landmarks", "predictions", "visibility")},
        })
assert records == len(faces)
print(json.dumps(faces))
"""


def test_tfrecord_reads_every_face(released: Released, tmp_path) -> None:
    folder, release = released("tfrecord")
    read = read_by("tfrecord", SCRIPT, folder, folder=tmp_path)
    faces = {face["sample_id"]: face for face in read}
    assert len(faces) == len(read) == len(release.samples)
    for index, row in enumerate(release.samples.itertuples()):
        face = faces[row.sample_id]
        assert face["split"] == row.split
        assert face["sha256"] == row.image_sha256
        assert face["reviewer"] == "Grace"
        assert face["format"][0] == face["format"][1]
        assert face["size"] == face["said"] == [row.image_width, row.image_height]
        landmarks = np.float32(face["landmarks"]).reshape(-1, 3)
        np.testing.assert_array_equal(landmarks, release.landmarks[index])
        predictions = np.float32(face["predictions"]).reshape(-1, 3)
        np.testing.assert_array_equal(predictions, release.predictions[index])
        np.testing.assert_array_equal(face["visibility"], release.visibility[index])
