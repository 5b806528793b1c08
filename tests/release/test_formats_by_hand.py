"""What the page about releases computes by hand is what formats write."""

import base64
import io
import json
import struct
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import google_crc32c
import numpy as np
import pyarrow.parquet as pq
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.blocks import Block
from annotator.release.errors import ExportError
from annotator.release.formats import FORMATS
from annotator.release.formats.shards import shards
from annotator.release.formats.tf_examples import example, record
from annotator.release.images import PlacedImage
from tests.release.test_export_memory import row

NOSE, POINT = 4, (200.5, 110.0, -15.25)


def face(folder: Path, inside: str = "", name: str = "ada.png", **columns: Any) -> Block:
    """Return a block of one face in an image of 400 x 440, which lies in a folder."""
    path = folder / inside / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((440, 400, 3), np.uint8)
    path.write_bytes(cv2.imencode(Path(name).suffix, pixels)[1].tobytes())
    mesh = np.full((1, 468, 3), 100, np.float32)
    mesh[0, NOSE] = POINT
    visibility = np.zeros((1, 468), np.uint8)
    file = f"{inside}/{name}" if inside else name
    said = {"image_width": 400, "image_height": 440, "image_file": file, "image_name": name}
    values = row(12) | said | {"crop_size": None, "split": "test"} | columns
    return Block([values], mesh, mesh.copy(), visibility, [PlacedImage(file, 1, path=path)])


def written(name: str, folder: Path, block: Block) -> Path:
    FORMATS[name].write(folder, [block], FACE_468)
    return folder


def test_npz_has_the_point_in_the_row_of_its_face(tmp_path: Path) -> None:
    folder = written("npz", tmp_path, face(tmp_path))
    with np.load(folder / "release.npz") as arrays:
        assert arrays["landmarks"][0, NOSE].tolist() == list(POINT)


def test_csv_has_the_point_in_the_columns_of_its_number(tmp_path: Path) -> None:
    folder = written("csv", tmp_path, face(tmp_path))
    header, line = (folder / "landmarks.csv").read_text().splitlines()
    cells = dict(zip(header.split(","), line.split(","), strict=True))
    assert [cells[name] for name in ("x4", "y4", "z4")] == ["200.5", "110.0", "-15.25"]


def test_coco_has_the_point_at_three_times_its_number_and_depth_beside_it(tmp_path: Path) -> None:
    folder = written("coco", tmp_path, face(tmp_path))
    (annotation,) = json.loads((folder / "annotations.json").read_bytes())["annotations"]
    assert annotation["keypoints"][12:15] == [200.5, 110, 2]
    assert annotation["keypoints_z"][NOSE] == -15.25


def test_parquet_has_the_point_at_three_times_its_number(tmp_path: Path) -> None:
    folder = written("parquet", tmp_path, face(tmp_path))
    (landmarks,) = pq.read_table(folder / "faces-00000.parquet")["landmarks"].to_pylist()
    assert landmarks[12:15] == list(POINT)


def test_a_hugging_face_row_has_the_point_of_its_first_face(tmp_path: Path) -> None:
    folder = written("huggingface", tmp_path, face(tmp_path))
    (one,) = pq.read_table(folder / "data" / "test-00000-of-00001.parquet").to_pylist()
    assert one["landmarks"][0][NOSE] == list(POINT)
    assert one["image"] == {"bytes": (tmp_path / "ada.png").read_bytes(), "path": "ada.png"}
    assert (one["width"], one["height"], one["sample_id"]) == (400, 440, [12])


def test_an_archive_has_the_members_of_a_face_together(tmp_path: Path) -> None:
    folder = written("webdataset", tmp_path, face(tmp_path))
    with tarfile.open(folder / "test-00000.tar") as archive:
        members = {member.name.split(".", 1)[1]: member for member in archive}
        assert list(members) == [
            "png",
            "json",
            "landmarks.npy",
            "predictions.npy",
            "visibility.npy",
        ]
        assert len({member.name.split(".")[0] for member in members.values()}) == 1
        for member in members.values():
            assert (member.mtime, member.uid, member.gid, member.mode) == (0, 0, 0, 0o644)
        stream = archive.extractfile(members["landmarks.npy"])
        assert stream is not None
        assert np.load(io.BytesIO(stream.read()))[NOSE].tolist() == list(POINT)
        columns = json.load(archive.extractfile(members["json"]))  # type: ignore[arg-type]
    assert (columns["sample_id"], columns["layout"]) == (12, "face_468")
    assert "image_file" not in columns


def test_a_picture_that_is_neither_jpeg_nor_png_becomes_one(tmp_path: Path) -> None:
    folder = written("webdataset", tmp_path, face(tmp_path, name="ada.bmp"))
    with tarfile.open(folder / "test-00000.tar") as archive:
        assert archive.getnames()[0].endswith(".png")


def test_a_yolo_line_has_shares_of_the_image(tmp_path: Path) -> None:
    folder = written("yolo", tmp_path, face(tmp_path, "images/test/png"))
    (line,) = (folder / "labels/test/png/ada.txt").read_text().splitlines()
    cells = line.split()
    assert len(cells) == 5 + 3 * 468
    # From (100, 100) to (200.5, 110): its centre, and its size.
    assert cells[:5] == ["0", "0.3756250", "0.2386364", "0.2512500", "0.0227273"]
    assert cells[5 + 3 * NOSE :][:3] == ["0.5012500", "0.2500000", "2"]


def test_a_yolo_vertex_outside_is_not_labelled_and_a_face_outside_has_no_line(
    tmp_path: Path,
) -> None:
    block = face(tmp_path, "images/test/png")
    block.landmarks[0, :2, 0] = -1, 401
    written("yolo", tmp_path, block)
    cells = (tmp_path / "labels/test/png/ada.txt").read_text().split()
    assert cells[5:11] == ["0.0000000", "0.0000000", "0"] * 2
    other = face(tmp_path / "other", "images/test/png")
    other.landmarks[..., 0] = -5
    written("yolo", tmp_path / "other", other)
    assert (tmp_path / "other/labels/test/png/ada.txt").read_text() == ""


def test_yolo_images_that_would_share_labels_are_refused(tmp_path: Path) -> None:
    blocks = [face(tmp_path, "images/test", name) for name in ("a.jpg", "a.png")]
    with pytest.raises(ExportError, match=r"a\.png would share its labels"):
        FORMATS["yolo"].write(tmp_path, blocks, FACE_468)


def test_yolo_says_which_split_stands_in_for_one_that_is_missing(tmp_path: Path) -> None:
    written("yolo", tmp_path, face(tmp_path, "images/test"))
    data = (tmp_path / "data.yaml").read_text().splitlines()
    assert data[:4] == [
        "test: images/test",
        "train: images/test  # the release has no train split",
        "val: images/test  # the release has no validation split",
        "kpt_shape: [468, 3]",
    ]


def test_an_obj_has_y_up_and_v_from_below(tmp_path: Path) -> None:
    folder = written("obj", tmp_path, face(tmp_path, "meshes/images", "my face.png"))
    lines = (folder / "meshes" / "00000012.obj").read_text().splitlines()
    assert [line for line in lines if line.startswith("v ")][NOSE] == "v 200.5 -110.0 15.25"
    coordinates = [line for line in lines if line.startswith("vt ")]
    assert coordinates[NOSE] == "vt 0.501250000 0.750000000"
    assert len([line for line in lines if line.startswith("f ")]) == 898
    material = (folder / "meshes" / "00000012.mtl").read_text().splitlines()
    assert material[-1] == "map_Kd images/my face.png"


def test_a_name_that_would_be_a_command_is_no_texture(tmp_path: Path) -> None:
    block = face(tmp_path)
    evil = PlacedImage("/photos/a\nmap_Ka /etc/passwd", 1, path=tmp_path / "ada.png")
    written("obj", tmp_path, replace(block, images=[evil]))
    assert "map_" not in (tmp_path / "meshes" / "00000012.mtl").read_text()


def test_a_gltf_has_y_up_and_v_from_above(tmp_path: Path) -> None:
    folder = written("gltf", tmp_path, face(tmp_path, "meshes/images", "my face.png"))
    document = json.loads((folder / "meshes" / "00000012.gltf").read_text())
    content = base64.b64decode(document["buffers"][0]["uri"].partition(",")[2])
    assert len(content) == document["buffers"][0]["byteLength"]
    position, coordinate, indices = (
        np.frombuffer(content, kind, offset=view["byteOffset"], count=view["byteLength"] // size)
        for view, (kind, size) in zip(
            document["bufferViews"], [("<f4", 4), ("<f4", 4), ("<u2", 2)], strict=True
        )
    )
    assert position.reshape(-1, 3)[NOSE].tolist() == [200.5, -110, 15.25]
    assert coordinate.reshape(-1, 2)[NOSE].tolist() == [np.float32(0.50125), 0.25]
    np.testing.assert_array_equal(indices.reshape(-1, 3), FACE_468.topology.triangles)
    assert document["images"] == [{"uri": "images/my%20face.png"}]
    assert document["meshes"][0]["extras"]["split"] == "test"


def test_a_gltf_of_a_picture_that_it_does_not_know_has_a_png(tmp_path: Path) -> None:
    folder = written("gltf", tmp_path, face(tmp_path, "meshes/images", "ada.bmp"))
    document = json.loads((folder / "meshes" / "00000012.gltf").read_text())
    assert document["images"] == [{"uri": "textures/00000012.png"}]
    assert (folder / "meshes/textures/00000012.png").read_bytes()[1:4] == b"PNG"


def test_an_example_has_the_bytes_that_protocol_buffers_give_it() -> None:
    # What its own library writes, told to order names.
    expected = (
        "0a37 0a0b 0a0161 1206 0a04 0a027879"
        " 0a11 0a0162 120c 120a 0a08 0000803f 000020c0"
        " 0a15 0a0163 1210 1a0e 0a0c ac02 ffffffffffffffffff01"
    )
    made = example({"b": np.float32([1, -2.5]), "c": [300, -1], "a": [b"xy"]})
    assert made == bytes.fromhex(expected)


def test_a_record_has_masked_checksums_of_its_length_and_its_content() -> None:
    made = record(b"123456789", google_crc32c.value)
    assert made[:8] == (9).to_bytes(8, "little")
    assert made[12:21] == b"123456789"
    crc = 0xE3069283  # of these digits, as everybody's CRC-32C has to give
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    assert struct.unpack("<I", made[21:]) == (masked,)


def test_shards_are_of_bounded_size_and_end_as_they_should(tmp_path: Path) -> None:
    with shards(tmp_path, ".bin", ending=b".", largest=5) as files:
        for split, content in [("test", b"aa"), ("train", b"bbbbbbb"), ("test", b"ccc")]:
            files.append(split, content)
        files.append("train", b"d")
        files.append("test", b"e")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "test-00000.bin": b"aaccc.",
        "test-00001.bin": b"e.",
        "train-00000.bin": b"bbbbbbb.",
        "train-00001.bin": b"d.",
    }
