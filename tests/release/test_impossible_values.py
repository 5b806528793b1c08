"""Values that no release can hold are refused in words, whoever wrote them into one."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from annotator.release import DamagedRelease, load_release
from annotator.release.manifest import content_hash
from annotator.system.hashing import file_sha256

Change = Callable[[np.ndarray], None]


def set_to(value: float, *place: int) -> Change:
    def change(array: np.ndarray) -> None:
        array[place] = value

    return change


def rewrite(folder: Path, format_name: str, what: str, change: Change) -> None:
    """Change an array of a release, and let its manifest agree."""
    if format_name == "npz":
        arrays = dict(np.load(io.BytesIO((folder / "release.npz").read_bytes())))
        change(arrays[what])
        np.savez(folder / "release.npz", **arrays)
    elif format_name == "csv":
        path = folder / f"{what}.csv"
        head, *rows = csv.reader(io.StringIO(path.read_text("utf-8")))
        numbers = np.array(rows)[:, 1:].astype(np.float64)
        shape = (len(rows), 468, 3) if what != "visibility" else (len(rows), 468)
        change(numbers.reshape(shape))
        table = [
            [row[0], *map(repr, map(float, new))] for row, new in zip(rows, numbers, strict=True)
        ]
        path.write_text("\n".join(",".join(line) for line in [head, *table]) + "\n", "utf-8")
    else:
        path = folder / "annotations.json"
        data = json.loads(path.read_text("utf-8"))
        for index, annotation in enumerate(data["annotations"]):
            rewrite_annotation(annotation, what, change, index)
        path.write_text(json.dumps(data), "utf-8")
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for file in manifest["files"]:
        path = folder / file["path"]
        file |= {"sha256": file_sha256(path), "size": path.stat().st_size}
    manifest["content_sha256"] = content_hash(manifest["files"], manifest["samples"])
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def rewrite_annotation(annotation: dict, what: str, change: Change, index: int) -> None:
    if what == "visibility":
        values = np.array(annotation["visibility"], np.float64)
    else:
        values = np.array(annotation["keypoints"], np.float64).reshape(468, 3)
    if index == 0:
        change(values[None])
    annotation["visibility" if what == "visibility" else "keypoints"] = values.ravel().tolist()


@pytest.mark.parametrize("format_name", ["npz", "csv", "coco"])
@pytest.mark.parametrize(
    ("what", "value", "said"),
    [
        ("visibility", 255, "expected visibility 0, 1 or 2"),
        ("visibility", 3, "expected visibility 0, 1 or 2"),
        ("visibility", -1, "expected visibility 0, 1 or 2"),
        ("visibility", 0.5, "expected visibility 0, 1 or 2"),
        ("visibility", 256, "expected visibility 0, 1 or 2"),
        ("landmarks", np.nan, "landmarks.* NaN or infinite"),
        ("landmarks", -np.inf, "landmarks.* NaN or infinite"),
        ("predictions", np.nan, "predictions.* NaN or infinite"),
    ],
)
def test_an_impossible_value_is_refused(releases, tmp_path, *, format_name, what, value, said):
    if format_name == "coco" and what == "predictions":
        return  # it has none
    if format_name == "npz" and what == "visibility" and value not in (255, 3):
        return  # its bytes can be nothing else
    folder = shutil.copytree(releases[format_name], tmp_path / "release")
    place = (0, 7) if what == "visibility" else (0, 7, 1)
    rewrite(folder, format_name, what, set_to(value, *place))
    with pytest.raises(DamagedRelease, match=said):
        load_release(folder)


def test_a_release_says_what_it_is_in_one_short_line(releases):
    release = load_release(releases["csv"])
    said = repr(release)
    assert said.startswith("<Release of 4 face_468 samples as csv in ")
    assert str(releases["csv"]) in said
    assert "\n" not in said
    assert "array" not in said
