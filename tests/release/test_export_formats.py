"""What each format holds, and that others can read it."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from annotator.imaging import read_image
from annotator.mesh.layout import FACE_468
from annotator.release import UnknownFormat, export_release, load_release
from annotator.release.formats import FORMATS, format_named
from annotator.release.rows import COLUMNS


def accepted_landmarks(project) -> np.ndarray:
    return np.stack([sample.landmarks for sample in project.samples.accepted()])


@pytest.mark.parametrize("format_name", FORMATS)
def test_only_accepted_samples_are_exported_and_in_a_fixed_order(project, tmp_path, format_name):
    report = export_release(project, tmp_path / "release", format_name)
    release = load_release(report.folder)
    accepted = list(project.samples.accepted())
    assert list(release.samples.columns) == list(COLUMNS)
    assert report.samples == len(accepted) == len(release.samples) == 4
    assert release.samples["sample_id"].tolist() == [sample.sample_id for sample in accepted]
    keys = list(zip(release.samples["image_sha256"], release.samples["face_index"], strict=True))
    assert keys == sorted(keys)


@pytest.mark.parametrize("format_name", FORMATS)
def test_landmarks_come_back_to_the_bit(project, tmp_path, format_name):
    export_release(project, tmp_path / "release", format_name)
    release = load_release(tmp_path / "release")
    assert release.landmarks.dtype == np.float32
    np.testing.assert_array_equal(release.landmarks, accepted_landmarks(project))


@pytest.mark.parametrize("format_name", ["npz", "parquet", "csv"])
def test_the_prediction_is_kept_beside_the_annotation(project, tmp_path, format_name):
    export_release(project, tmp_path / "release", format_name)
    release = load_release(tmp_path / "release")
    assert release.predictions is not None
    moved = np.linalg.norm(release.landmarks - release.predictions, axis=2)
    edited = (release.samples["stroke_count"] == 1).to_numpy()
    assert edited.sum() == 1
    np.testing.assert_allclose(moved[edited].max(), 3.25, atol=1e-4)
    assert moved[~edited].max() == 0


def test_the_report_lists_every_file(project, tmp_path, content):
    report = export_release(project, tmp_path / "release", "npz")
    assert list(report.files) == sorted(content(tmp_path / "release"))
    assert report.files == (
        "README.md",
        "croissant.json",
        "images/collins.jpg",
        "images/collins_tilted.jpg",
        "images/two_portraits.jpg",
        "manifest.json",
        "release.npz",
        "samples.parquet",
    )


def test_npz_and_parquet_load_with_numpy_and_pandas_alone(project, tmp_path):
    export_release(project, tmp_path / "release", "npz")
    arrays = np.load(tmp_path / "release" / "release.npz")
    table = pd.read_parquet(tmp_path / "release" / "samples.parquet")
    assert arrays["landmarks"].shape == arrays["predictions"].shape == (4, 468, 3)
    assert arrays["sample_ids"].tolist() == table["sample_id"].tolist()
    assert list(table.columns) == list(COLUMNS)
    assert str(table["accepted_at"].dt.tz) == "UTC"
    edited = table[table["verdict"] == "accepted"].iloc[0]
    assert (edited["annotator"], edited["reviewer"], edited["stroke_count"]) == ("Ada", "Grace", 1)
    assert edited["displacement_max"] == pytest.approx(3.25, abs=1e-4)
    assert edited["displacement_mean"] == pytest.approx(3.25 / 468, abs=1e-6)
    untouched = table[table["verdict"] == "accepted_as_predicted"]
    assert len(untouched) == 3
    assert untouched["annotator"].isna().all()


def test_csv_loads_with_pandas_alone(project, tmp_path):
    export_release(project, tmp_path / "release", "csv")
    wide = pd.read_csv(tmp_path / "release" / "landmarks.csv")
    table = pd.read_csv(tmp_path / "release" / "samples.csv", parse_dates=["accepted_at"])
    points = wide.drop(columns="sample_id").to_numpy(np.float32).reshape(-1, 468, 3)
    np.testing.assert_array_equal(points, accepted_landmarks(project))
    assert wide["sample_id"].tolist() == table["sample_id"].tolist()
    assert list(wide.columns[:5]) == ["sample_id", "x0", "y0", "z0", "x1"]
    assert wide.columns[-1] == "z467"
    assert list(table.columns) == list(COLUMNS)


def test_coco_is_what_its_readers_expect(project, tmp_path):
    export_release(project, tmp_path / "release", "coco")
    data = json.loads((tmp_path / "release" / "annotations.json").read_text(encoding="utf-8"))
    assert set(data) == {"info", "licenses", "images", "annotations", "categories"}
    (category,) = data["categories"]
    images = {image["id"]: image for image in data["images"]}
    assert len(images) == 3
    assert len({annotation["id"] for annotation in data["annotations"]}) == 4
    assert len(category["keypoints"]) == len(set(category["keypoints"])) == 468
    for annotation in data["annotations"]:
        image = images[annotation["image_id"]]
        pixels = read_image(tmp_path / "release" / image["file_name"])
        assert pixels.shape[:2] == (image["height"], image["width"])
        assert annotation["category_id"] == category["id"]
        keypoints = np.reshape(annotation["keypoints"], (468, 3))
        assert (keypoints[:, 2] == 2).all()
        assert annotation["num_keypoints"] == 468
        assert len(annotation["keypoints_z"]) == 468
        left, top, width, height = annotation["bbox"]
        np.testing.assert_allclose(keypoints[:, :2].min(axis=0), [left, top], atol=1e-3)
        np.testing.assert_allclose(np.ptp(keypoints[:, :2], axis=0), [width, height], atol=1e-3)
        assert annotation["area"] == pytest.approx(width * height)
        assert annotation["iscrowd"] == 0


def test_the_coco_skeleton_is_the_opened_mesh_counted_from_one(project, tmp_path):
    export_release(project, tmp_path / "release", "coco")
    data = json.loads((tmp_path / "release" / "annotations.json").read_text(encoding="utf-8"))
    skeleton = np.array(data["categories"][0]["skeleton"])
    np.testing.assert_array_equal(skeleton - 1, FACE_468.topology.opened_edges)
    assert skeleton.min() == 1
    assert skeleton.max() == 468


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_manifest_has_the_hash_of_every_file_and_the_origin_of_every_sample(
    project, tmp_path, content, format_name
):
    export_release(project, tmp_path / "release", format_name)
    files = content(tmp_path / "release")
    manifest = json.loads(files.pop("manifest.json"))
    assert {file["path"]: file["sha256"] for file in manifest["files"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items()
    }
    assert {file["path"]: file["size"] for file in manifest["files"]} == {
        name: len(data) for name, data in files.items()
    }
    for entry, sample in zip(manifest["samples"], project.samples.accepted(), strict=True):
        assert entry["sample_id"] == sample.sample_id
        assert entry["image_sha256"] == sample.image.sha256
        assert entry["model_name"] == "face_landmark"
        assert entry["model_sha256"] == "ab" * 32
        assert entry["annotator"] == sample.annotator
        assert entry["reviewer"] == "Grace"
        assert entry["verdict"] == sample.verdict
        assert entry["stroke_count"] == sample.stroke_count
        assert entry["accepted_at"].endswith("+00:00")
        assert entry["displacement_mean"] == pytest.approx(sample.displacement_mean)


def test_a_rotated_photograph_is_copied_as_it_is_and_its_orientation_is_stated(
    project, tmp_path, photos
):
    export_release(project, tmp_path / "release", "npz")
    table = load_release(tmp_path / "release").samples.set_index("image_name")
    tilted = table.loc["collins_tilted.jpg"]
    copied = tmp_path / "release" / tilted["image_file"]
    assert copied.read_bytes() == (photos / "collins_tilted.jpg").read_bytes()
    assert tilted["image_orientation"] == 6
    assert read_image(copied).shape[:2] == (tilted["image_height"], tilted["image_width"])


def test_referenced_images_are_named_by_their_path_and_not_copied(project, tmp_path, photos):
    export_release(project, tmp_path / "release", "npz", images="reference")
    assert not (tmp_path / "release" / "images").exists()
    table = load_release(tmp_path / "release").samples
    assert set(table["image_file"]) == {
        (photos / name).as_posix()
        for name in ("collins.jpg", "collins_tilted.jpg", "two_portraits.jpg")
    }
    assert all(Path(file).is_absolute() for file in table["image_file"])


def test_to_know_which_formats_there_are_takes_neither_arrow_nor_pandas_nor_the_store():
    program = (
        "import sys; from annotator.release.formats import FORMATS; assert FORMATS;"
        "slow = {'pyarrow', 'pandas', 'sqlalchemy'} & set(sys.modules);"
        "sys.exit(f'imported: {slow}' if slow else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_a_format_is_known_by_its_name():
    for name, known in FORMATS.items():
        assert format_named(name) is known
        assert known.name == name
    with pytest.raises(UnknownFormat, match="no format 'xml': choose npz, parquet, csv, coco"):
        format_named("xml")
