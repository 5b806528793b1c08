"""What people said about single vertices, in every format and in releases without it."""

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, no_marks, with_pins, with_visibility
from annotator.project import Project, Stroke
from annotator.release import DamagedRelease, export_release, load_release
from annotator.release.formats import FORMATS
from annotator.release.manifest import content_hash
from annotator.system.hashing import file_sha256

OCCLUDED, OUTSIDE = [10, 11, 467], [0]


@pytest.fixture
def marked(project: Project) -> Project:
    """The first accepted sample has vertices that cannot be seen, and two that are pinned."""
    sample_id = next(project.samples.accepted()).sample_id
    annotation = project.annotations.load(sample_id)
    marks = with_visibility(no_marks(FACE_468.count), OCCLUDED, Visibility.OCCLUDED)
    marks = with_visibility(marks, OUTSIDE, Visibility.OUT_OF_FRAME)
    marks = with_pins(marks, [11, 12], pinned=True)
    changed = np.flatnonzero(marks)
    where = annotation.landmarks[changed]
    stroke = Stroke("mark", changed, where, where, annotation.marks[changed], marks[changed])
    project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator="Ada"
    )
    project.reviews.accept(sample_id, reviewer="Grace")
    return project


def expected() -> np.ndarray:
    visibility = np.zeros((4, 468), np.uint8)
    visibility[0, OCCLUDED] = 1
    visibility[0, OUTSIDE] = 2
    return visibility


@pytest.mark.parametrize("format_name", FORMATS)
def test_visibility_is_exported_and_pins_are_not(marked, tmp_path, format_name):
    export_release(marked, tmp_path / "release", format_name)
    release = load_release(tmp_path / "release")
    assert release.visibility.dtype == np.uint8
    np.testing.assert_array_equal(release.visibility, expected())
    assert release.samples["verdict"][0] == "accepted"  # something was changed, if no position


@pytest.mark.parametrize("format_name", FORMATS)
def test_where_nobody_marked_anything_all_is_visible(project, tmp_path, format_name):
    export_release(project, tmp_path / "release", format_name)
    assert not load_release(tmp_path / "release").visibility.any()


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_mark_changes_the_content_hash_and_nothing_else_does(
    marked, content, tmp_path, format_name
):
    for name in ("first", "second"):
        export_release(marked, tmp_path / name, format_name)
    assert content(tmp_path / "first") == content(tmp_path / "second")
    sample_id = next(marked.samples.accepted()).sample_id
    marked.annotations.undo(sample_id, revision=marked.annotations.load(sample_id).revision)
    marked.reviews.accept(sample_id, reviewer="Grace")
    export_release(marked, tmp_path / "third", format_name)
    hashes = {load_release(tmp_path / name).content_sha256 for name in ("first", "third")}
    assert len(hashes) == 2


def test_accepted_samples_hand_out_visibility_without_pins(marked):
    first, *others = marked.samples.accepted()
    assert not first.visibility.flags.writeable
    np.testing.assert_array_equal(first.visibility, expected()[0])
    assert all(not other.visibility.any() for other in others)


def test_numpy_and_pandas_alone_read_visibility(marked, tmp_path):
    export_release(marked, tmp_path / "npz", "npz")
    export_release(marked, tmp_path / "csv", "csv")
    arrays = np.load(tmp_path / "npz" / "release.npz")
    table = pd.read_csv(tmp_path / "csv" / "visibility.csv", index_col="sample_id")
    assert list(table.columns) == [f"v{vertex}" for vertex in range(468)]
    assert table.index.tolist() == arrays["sample_ids"].tolist()
    np.testing.assert_array_equal(table.to_numpy(), expected())
    np.testing.assert_array_equal(arrays["visibility"], expected())


def test_coco_readers_see_every_vertex_as_labelled_and_hidden_ones_as_not_visible(marked, tmp_path):
    export_release(marked, tmp_path / "release", "coco")
    data = json.loads((tmp_path / "release" / "annotations.json").read_text(encoding="utf-8"))
    for annotation, visibility in zip(data["annotations"], expected(), strict=True):
        flags = np.reshape(annotation["keypoints"], (468, 3))[:, 2]
        np.testing.assert_array_equal(flags, np.where(visibility == 0, 2, 1))
        assert annotation["num_keypoints"] == (flags > 0).sum() == 468
        assert annotation["visibility"] == visibility.tolist()


def as_earlier_versions_made_it(folder: Path, format_name: str) -> None:
    """Take the visibility out of a release and make its manifest agree."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if format_name == "npz":
        arrays = dict(np.load(io.BytesIO((folder / "release.npz").read_bytes())))
        del arrays["visibility"]
        np.savez(folder / "release.npz", **arrays)
    elif format_name == "csv":
        (folder / "visibility.csv").unlink()
    else:
        data = json.loads((folder / "annotations.json").read_text(encoding="utf-8"))
        for annotation in data["annotations"]:
            del annotation["visibility"]
        (folder / "annotations.json").write_text(json.dumps(data), encoding="utf-8")
    files = [file for file in manifest["files"] if (folder / file["path"]).exists()]
    for file in files:
        path = folder / file["path"]
        file |= {"sha256": file_sha256(path), "size": path.stat().st_size}
    manifest |= {"files": files, "content_sha256": content_hash(files, manifest["samples"])}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("format_name", ["npz", "csv", "coco"])  # that there were then
def test_a_release_of_an_earlier_version_loads_with_all_vertices_visible(
    marked, tmp_path, format_name
):
    folder = tmp_path / "release"
    export_release(marked, folder, format_name)
    landmarks = load_release(folder).landmarks
    as_earlier_versions_made_it(folder, format_name)
    release = load_release(folder)
    assert release.visibility.shape == (4, 468)
    assert not release.visibility.any()
    np.testing.assert_array_equal(release.landmarks, landmarks)


def test_a_file_of_visibility_that_the_release_does_not_list_is_ignored(marked, tmp_path):
    folder = tmp_path / "release"
    export_release(marked, folder, "csv")
    visibility = (folder / "visibility.csv").read_bytes()
    as_earlier_versions_made_it(folder, "csv")
    (folder / "visibility.csv").write_bytes(visibility)
    assert not load_release(folder).visibility.any()


def test_a_release_in_an_unknown_format_is_refused(marked, tmp_path):
    export_release(marked, tmp_path / "release", "npz")
    manifest = tmp_path / "release" / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(text.replace('"release_format": "npz"', '"release_format": "xml"'), "utf-8")
    with pytest.raises(DamagedRelease, match="'xml', which this version does not know"):
        load_release(tmp_path / "release")
