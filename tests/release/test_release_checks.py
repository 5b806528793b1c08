"""Splits, names and places that cannot be are refused, with the first thing that is wrong."""

import json

import numpy as np
import pytest

from annotator.release import About, DamagedRelease, export_release, load_release, verify_release
from annotator.release.manifest import content_hash
from annotator.release.release_checks import wrong_places


@pytest.fixture
def split(project, tmp_path):
    images = sorted({one.image.id for one in project.samples.accepted()})
    splits = {**dict.fromkeys(images, "train"), images[0]: "test"}
    about = About("faces", "1.0.0")
    export_release(project, tmp_path / "release", "csv", splits=splits, about=about)
    return tmp_path / "release"


def changed(folder, change):
    path = folder / "manifest.json"
    stated = json.loads(path.read_text("utf-8"))
    change(stated)
    stated["content_sha256"] = content_hash(stated["files"], stated["samples"])
    path.write_text(json.dumps(stated), "utf-8")


def test_a_release_with_splits_holds(split):
    done = verify_release(split)
    assert (done.name, done.version_name) == ("faces", "1.0.0")
    assert sum(done.splits.values()) == 4


@pytest.mark.parametrize("column", ["subject", "group", "clip_sha256", "image_id"])
def test_nobody_is_on_two_sides(split, column):
    def tie(stated):
        for row in stated["samples"]:
            row[column] = {"clip_sha256": "c" * 64, "image_id": 7}.get(column, "kim")
            if column == "clip_sha256":
                row |= {"clip_name": "c", "clip_frame": 1, "clip_time": 0.5}

    changed(split, tie)
    with pytest.raises(DamagedRelease, match="is on two sides"):
        load_release(split)


def test_an_image_is_on_one_side(split):
    def move(stated):
        two = [row for row in stated["samples"] if row["image_name"] == "two_portraits.jpg"]
        two[0]["split"], two[1]["split"] = "train", "test"

    changed(split, move)
    with pytest.raises(DamagedRelease, match=r"two ways|two sides"):
        load_release(split)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"train": 4}, "counts 4 samples for train"),
        ({"training": 4}, "its splits are none"),
        ([1], "its splits are none"),
        (None, "sides of splits that it does not count"),
    ],
)
def test_counts_are_what_the_manifest_says(split, said, wrong):
    changed(split, lambda stated: stated.update(splits=said))
    with pytest.raises(DamagedRelease, match=wrong):
        load_release(split)


@pytest.mark.parametrize(
    "said",
    [{"name": "../x"}, {"name": None}, {"version": "one"}, {"version": None}, {"name": 7}],
)
def test_a_name_and_a_version_that_cannot_be_are_refused(split, said):
    changed(split, lambda stated: stated.update(said))
    with pytest.raises(DamagedRelease, match=r"cannot be called|no version|and no name"):
        load_release(split)


def test_a_provenance_that_is_none_is_refused(split):
    changed(split, lambda stated: stated.update(provenance=[1]))
    with pytest.raises(DamagedRelease, match="provenance"):
        load_release(split)


@pytest.mark.parametrize("name", ["README.md", "croissant.json"])
def test_the_card_and_the_description_are_compared(split, name):
    (split / name).write_text("something else", "utf-8")
    with pytest.raises(DamagedRelease, match="was changed after"):
        verify_release(split)


def test_a_mesh_that_lies_nowhere_near_its_image_does_not_hold(project, tmp_path):
    export_release(project, tmp_path / "release", "npz")
    release = load_release(tmp_path / "release")
    rows = release.samples.to_dict("records")
    assert wrong_places(release.landmarks, rows) is None
    far = release.landmarks.copy()
    far[1, 7, 0] = np.float32(1e6)
    assert "has a vertex 1000000 pixels away" in str(wrong_places(far, rows))
