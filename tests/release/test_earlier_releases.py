"""What earlier versions made: their projects export the same, their releases load.

An earlier version's project exports what the earlier version exported, to the byte, once what
later versions of the format say besides is taken out of it. ``data/releases_1.tar.gz`` holds
releases of version 1 in every format, of one face that leaves its photograph, and
``data/releases_2.tar.gz`` and ``data/releases_3.tar.gz`` such of versions 2 and 3.
"""

import csv
import gzip
import hashlib
import io
import json
import re
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest

from annotator import __version__
from annotator.project import Project
from annotator.release import export_release, load_release
from annotator.release.manifest import BESIDE, content_hash
from annotator.release.rows import CLIP_COLUMNS, COLUMNS, SINCE, UNSTATED
from annotator.system.assets import asset_path

DATA = Path(__file__).parents[1] / "project" / "data"
GOLDEN = json.loads((DATA / "project_0003.json").read_text(encoding="utf-8"))["releases"]
VERSION = b"0.1.0"  # of the program that made them
# Parquet says which version of Arrow wrote it, and the manifest has its hash.
VARYING = {"samples.parquet", "manifest.json"}
SAID_IN_VERSION_1 = {
    "upright": "image files are the originals, byte for byte: apply their EXIF orientation"
    " (image_orientation) before using landmarks, image_width or image_height",
    "visibility": "of each vertex in the photograph: 0 visible, 1 occluded, 2 out of frame",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project of schema 0003, with its images."""
    folder = tmp_path_factory.mktemp("earlier") / "project"
    (folder / "images").mkdir(parents=True)
    database = gzip.decompress((DATA / "project_0003.sqlite.gz").read_bytes())
    (folder / "project.sqlite").write_bytes(database)
    for photograph in asset_path("datasets", "sample").iterdir():
        shutil.copy(photograph, folder / "images")
    with Project.open(folder) as opened:
        yield opened


def without_new_columns(table: bytes) -> bytes:
    rows = list(csv.reader(io.StringIO(table.decode())))
    kept = [at for at, name in enumerate(rows[0]) if name not in SINCE]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([row[at] for at in kept] for row in rows)
    return text.getvalue().encode()


def without_new_keys(annotations: bytes) -> bytes:
    """No face of that project leaves its photograph: its boxes are what they were."""
    text = re.sub(r'"bbox": (\[[^]]*\]), "bbox_unclipped": \1', r'"bbox": \1', annotations.decode())
    assert "bbox_unclipped" not in text
    text = re.sub(r'"clip_(frame|name|sha256|time|track)": null, ', "", text)
    text = re.sub(r'"sigmas": \[[^]]*\], ', "", text)
    return text.replace(', "stored": "original"', "").encode()


def as_version_1(files: dict[str, bytes]) -> dict[str, bytes]:
    files = {name: data for name, data in files.items() if name not in BESIDE}
    if "samples.csv" in files:
        files["samples.csv"] = without_new_columns(files["samples.csv"])
    if "annotations.json" in files:
        files["annotations.json"] = without_new_keys(files["annotations.json"])
    manifest = json.loads(files.pop("manifest.json"))
    del manifest["provenance"]
    assert (manifest.pop("metadata"), manifest.pop("pseudonyms")) == ("keep", False)
    later = set(SINCE) - {"image_id"}
    for sample in manifest["samples"]:
        assert sample.pop("image_id") > 0
        assert all(sample.pop(name) == UNSTATED[name] for name in later)
    listed = [
        {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for name, data in sorted(files.items())
    ]
    manifest |= {"format_version": 1, "files": listed}
    manifest["conventions"] |= SAID_IN_VERSION_1
    manifest["content_sha256"] = content_hash(listed, manifest["samples"])
    text = json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False)
    return {**files, "manifest.json": f"{text}\n".encode()}


@pytest.mark.parametrize("format_name", GOLDEN)
def test_every_byte_is_what_it_was(project, tmp_path, content, format_name):
    export_release(project, tmp_path / "release", format_name, metadata="keep")
    files = as_version_1(content(tmp_path / "release"))
    assert set(files) == set(GOLDEN[format_name])
    files["manifest.json"] = files["manifest.json"].replace(__version__.encode(), VERSION, 1)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    varying = VARYING if "samples.parquet" in files else set()
    for name in set(files) - varying:
        assert hashes[name] == GOLDEN[format_name][name], name


@pytest.mark.parametrize("format_name", ["npz", "csv", "coco"])
def test_a_release_of_version_1_loads_as_it_was_made(tmp_path, format_name):
    with tarfile.open(Path(__file__).parent / "data" / "releases_1.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    release = load_release(tmp_path / format_name)
    (sample,) = release.samples.itertuples()
    assert list(release.samples.columns) == list(COLUMNS)
    assert (sample.image_stored, sample.image_orientation) == ("original", 1)
    assert (sample.annotator, sample.reviewer) == ("Ada", "Grace")
    # In version 1 what lies outside was visible where nobody had marked it.
    assert release.landmarks[0, :, 0].max() > sample.image_width
    assert np.flatnonzero(release.visibility).tolist() == [4]
    assert release.visibility[0, 4] == 1


@pytest.mark.parametrize("format_name", ["npz", "csv", "coco"])
def test_a_release_of_version_2_loads_as_one_without_clips(tmp_path, format_name):
    with tarfile.open(Path(__file__).parent / "data" / "releases_2.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    release = load_release(tmp_path / format_name)
    (sample,) = release.samples.itertuples()
    assert list(release.samples.columns) == list(COLUMNS)
    assert (sample.image_stored, sample.reviewer) == ("original", "Grace")
    assert release.samples[list(CLIP_COLUMNS)].isna().all(axis=None)


@pytest.mark.parametrize("format_name", ["npz", "csv", "coco"])
def test_a_release_of_version_3_loads_as_one_of_which_nothing_else_is_known(tmp_path, format_name):
    with tarfile.open(Path(__file__).parent / "data" / "releases_3.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    release = load_release(tmp_path / format_name)
    (sample,) = release.samples.itertuples()
    assert list(release.samples.columns) == list(COLUMNS)
    assert (sample.annotator, sample.reviewer, sample.stroke_count) == ("Ada", "Grace", 1)
    later = [name for name, since in SINCE.items() if since == 4]
    assert release.samples[later].isna().all(axis=None)
    # What lies outside is out of frame since version 2.
    outside = release.landmarks[0, :, 0] > sample.image_width
    assert outside.any()
    assert (release.visibility[0, outside] == 2).all()
