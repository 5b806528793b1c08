"""A project of an earlier version exports the bytes that the earlier version exported."""

import gzip
import hashlib
import json
import shutil
from pathlib import Path

import pytest

from annotator import __version__
from annotator.project import Project
from annotator.release import export_release
from annotator.system.assets import asset_path

DATA = Path(__file__).parents[1] / "project" / "data"
GOLDEN = json.loads((DATA / "project_0003.json").read_text(encoding="utf-8"))["releases"]
VERSION = b"0.1.0"  # of the program that made them
# Parquet says which version of Arrow wrote it, and the manifest has its hash.
VARYING = {"samples.parquet", "manifest.json"}


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


@pytest.mark.parametrize("format_name", GOLDEN)
def test_every_byte_is_what_it_was(project, tmp_path, content, format_name):
    export_release(project, tmp_path / "release", format_name)
    files = content(tmp_path / "release")
    assert set(files) == set(GOLDEN[format_name])
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = files["manifest.json"].replace(__version__.encode(), VERSION, 1)
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    varying = VARYING if "samples.parquet" in files else set()
    for name in set(files) - varying:
        assert hashes[name] == GOLDEN[format_name][name], name
    for file in manifest["files"]:
        assert file["sha256"] == hashes[file["path"]]
