"""Releases by somebody who computes every hash anew: CSV, COCO and the manifest itself."""

import csv
import json
import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from annotator.release import export_release, load_release
from annotator.system.guarded_cells import guarded

LARGEST = 40 << 20  # bytes that loading four samples may take


def peak_of(refuse: Callable[[], str]) -> tuple[str, int]:
    tracemalloc.start()
    refusal = refuse()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return refusal, most


@pytest.fixture
def tables(attacked):
    return attacked("csv")


@pytest.fixture
def coco(attacked):
    return attacked("coco")


def edit_line(release, name: str, number: int, change: Callable[[str], str]) -> None:
    lines = (release.folder / name).read_text("utf-8").splitlines(keepends=True)
    lines[number] = change(lines[number])
    release.overwrite(name, "".join(lines).encode())


def cell(number: int, value: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        cells = text.rstrip("\n").split(",")
        cells[number] = value
        return ",".join(cells) + "\n"

    return change


@pytest.mark.parametrize("name", ["landmarks.csv", "predictions.csv"])
@pytest.mark.parametrize(
    "value",
    ["nan", "NaN", "inf", "-inf", "1_000", "0x1p3", "", " 1", "1 ", '"1"', "1e999", "1e39", "--1",
     "1-2", "e", ".", "1e", "TRUE", "\u0661", "1\0", "=1+1"],
)  # fmt: skip
def test_a_cell_that_is_no_finite_number_is_refused_and_its_line_named(tables, name, value):
    edit_line(tables, name, 2, cell(7, value))
    assert f"{name} is damaged: line 3 holds what is no number" in tables.refusal()


@pytest.mark.parametrize("value", ["9", "3", "-1", "1.0", "01", "", "+1", "256", "nan"])
def test_a_visibility_that_there_is_not_is_refused_and_its_line_named(tables, value):
    edit_line(tables, "visibility.csv", 1, cell(7, value))
    refusal = tables.refusal()
    assert f"visibility.csv is damaged: line 2 holds '{value}': expected visibility" in refusal


@pytest.mark.parametrize("name", ["landmarks.csv", "predictions.csv", "visibility.csv"])
@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (1, lambda text: text.replace(",", ',"', 1), "holds what|line 2 has|holds"),
        (1, lambda text: text.rstrip("\n") + ",1\n", "line 2 has .* cells and not"),
        (1, lambda text: text.rsplit(",", 1)[0] + "\n", "line 2 has .* cells and not"),
        (1, lambda text: '"1,2",' + text.split(",", 1)[1], "of another sample|cells and not"),
        (1, cell(0, "77"), "line 2 is of another sample than in the manifest"),
        (1, lambda text: text * 2, "line 3 is of another sample"),
        (4, lambda text: text[: len(text) // 2], "line 5 is cut off, or too long"),
        (4, lambda _: "", "line 5 is missing"),
        (4, lambda text: text + text, "line 6 is one too many|can have"),
        (4, lambda text: text + "\n", "line 6 is one too many"),
        (4, lambda text: text.rstrip("\n"), "line 5 is cut off, or too long"),
        (2, lambda text: text.replace("\n", "\r\n"), "line 3 holds"),
        (0, lambda text: text.replace("0", "1", 1), "line 1 is not the header"),
        (0, lambda text: "\ufeff" + text, "line 1 is not the header"),
        (0, lambda _: "", "line 1 is not the header"),
    ],
)
def test_a_table_of_other_rows_or_columns_is_refused(tables, name, number, change, said):
    edit_line(tables, name, number, change)
    refusal = tables.refusal()
    assert name in refusal
    assert re.search(said, refusal), refusal


def test_half_a_table_is_refused(tables):
    content = (tables.folder / "landmarks.csv").read_bytes()
    tables.overwrite("landmarks.csv", content[: len(content) // 2])
    assert "cut off, or too long" in tables.refusal()


def test_a_table_that_is_blank_for_a_gigabyte_is_not_read(tables):
    path = tables.folder / "landmarks.csv"
    with path.open("r+b") as stream:
        stream.truncate(1 << 40)  # a hole
    files = tables.manifest["files"]
    tables.state(files=[f | {"size": 1 << 40} if f["path"] == path.name else f for f in files])
    assert f"landmarks.csv has {1 << 40} bytes, and can have" in tables.refusal()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("Grace", "Eve"),
        lambda text: text.replace("\n", ",1\n"),
        lambda text: text.replace("accepted", "Accepted"),
        lambda text: "",
    ],
)
def test_a_table_of_samples_that_is_not_the_manifests_is_refused(tables, change):
    edit_line(tables, "samples.csv", 2, change)
    refusal = tables.refusal()
    assert "samples.csv is another table than the manifest's, in row 2" in refusal or (
        "samples.csv has" in refusal
    )


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "'quoted'", "\uff1d1+1", '=1,"2"', "= x"]


@pytest.mark.parametrize("name", FORMULAS)
def test_a_name_that_a_spreadsheet_would_run_is_text_to_it_and_itself_to_us(
    project, tmp_path, name
):
    for sample in list(project.samples.accepted()):
        project.reviews.accept(sample.sample_id, reviewer=name)
    export_release(project, tmp_path / "release", "csv")
    with (tmp_path / "release" / "samples.csv").open(encoding="utf-8", newline="") as stream:
        written = [row["reviewer"] for row in csv.DictReader(stream)]
    assert written == [f"'{name}"] * 4
    assert [name.removeprefix("'") for name in written] == [name] * 4
    assert load_release(tmp_path / "release").samples["reviewer"].tolist() == [name] * 4


@pytest.mark.parametrize("name", ["\t=1", "\r=1", "\n=1", "\uff0b1", "\uff0d1", "\uff20a"])
def test_files_may_have_names_that_people_have_not(name):
    assert guarded(name) == "'" + name


@pytest.mark.parametrize("name", ["Ada", "O'Neill", "1-2", "a=b", "", "\u00c4"])
def test_other_names_are_written_as_they_are(tables, name):
    samples = [row | {"reviewer": name} for row in tables.manifest["samples"]]
    content = (tables.folder / "samples.csv").read_bytes().replace(b"Grace", name.encode())
    tables.state(samples=samples)
    tables.overwrite("samples.csv", content)
    assert load_release(tables.folder).samples["reviewer"].tolist() == [name] * 4


def test_a_release_made_before_names_were_marked_is_read(tables):
    samples = [row | {"reviewer": "=1+1"} for row in tables.manifest["samples"]]
    content = (tables.folder / "samples.csv").read_bytes().replace(b"Grace", b"=1+1")
    tables.state(samples=samples)
    tables.overwrite("samples.csv", content)
    assert load_release(tables.folder).samples["reviewer"].tolist() == ["=1+1"] * 4


def rewrite(release, change: Callable[[dict[str, Any]], None]) -> None:
    data = json.loads((release.folder / "annotations.json").read_text("utf-8"))
    change(data)
    release.overwrite("annotations.json", json.dumps(data).encode())


def first(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["annotations"][0] |= changes

    return change


def drop(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.pop(key)


def number(key: str, place: int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["annotations"][1][key][place] = value

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["annotations"].pop(), "3 annotations, and the manifest 4"),
        (lambda d: d["annotations"].append(d["annotations"][0]), "more than the manifest's 4|have"),
        (lambda d: d["annotations"].reverse(), "the id of annotation 0 is"),
        (lambda d: d["annotations"].__setitem__(1, d["annotations"][0]), "id of annotation 1 is"),
        (lambda d: d["annotations"].__setitem__(1, []), "an annotation is no object"),
        (first(id=None), "the id of annotation 0 is None"),
        (first(id=True), "the id of annotation 0 is True"),
        (first(id=10**300), "the id of annotation 0 is 1000"),
        (first(num_keypoints=17), "num_keypoints of annotation 0 is 17, not 468"),
        (first(category_id=2), "category_id of annotation 0 is 2, not 1"),
        (first(image_id="1"), "annotation 0 has no image_id"),
        (first(image_id=99), "annotation 0 is of another image"),
        (first(keypoints=[1.0] * 51), "expected 1404 keypoints of annotation 0, but got 51"),
        (first(keypoints={}), "expected 1404 keypoints of annotation 0, but got no"),
        (first(keypoints=[[1.0] * 3] * 1404), "keypoints of annotation 0 are not all numbers"),
        (first(keypoints_z=[0.0]), "expected 468 keypoints_z"),
        (first(visibility=[0] * 467), "expected 468 visibility"),
        (first(visibility=[1] * 468), "keypoints of annotation 0 contradict its visibility"),
        (first(bbox=[0, 0, 1]), "expected 4 bbox of annotation 0"),
        (first(bbox=[0, 0, 1, float("inf")]), "the bbox of annotation 0 is no box"),
        (number("keypoints", 4, "12"), "keypoints of annotation 1 are not all numbers"),
        (number("keypoints", 4, None), "keypoints of annotation 1 are not all numbers"),
        (number("keypoints", 4, True), "keypoints of annotation 1 are not all numbers"),
        (number("keypoints", 4, 10**400), "keypoints of annotation 1 are too large"),
        (number("keypoints", 3, float("nan")), "landmarks in .* are NaN or infinite"),
        (number("keypoints", 4, 1e300), "landmarks in .* are NaN or infinite"),
        (number("keypoints_z", 4, float("-inf")), "landmarks in .* are NaN or infinite"),
        (number("visibility", 4, 9), "expected visibility 0, 1 or 2"),
        (drop("annotations"), "has 0 annotations, and the manifest 4"),
        (drop("images"), "annotation 0 is of another image"),
        (drop("categories"), "0 categories"),
        (lambda d: d["categories"].append(d["categories"][0]), "2 categories"),
        (lambda d: d["categories"][0].update(keypoints=["nose"]), "1 keypoints, and the layout"),
        (lambda d: d["images"].append(d["images"][0]), "no id of its own"),
        (lambda d: d["images"].append(d["images"][0] | {"id": 99}), "images without annotations"),
        (lambda d: d["images"][0].update(file_name="elsewhere.jpg"), "is of another image"),
        (lambda d: d["images"][0].update(id=2.5), "no id of its own"),
        (lambda d: d.update(annotations={}), "its annotations is no list"),
        (lambda d: d.update(annotations=None), "its annotations is no list"),
    ],
)
def test_other_annotations_than_the_manifest_says_are_refused(coco, change, said):
    rewrite(coco, change)
    refusal = coco.refusal()
    assert re.search(said, refusal), refusal


DEEP = 200_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * DEEP, "no JSON object"),
        ('{"a":' * 5000, "nested without end|too long"),
        ('{"annotations": [' + "[" * 20_000 + "]" * 20_000 + "]}", "nested without end|no object"),
        ('{"annotations": [{"id": ' + "9" * 60_000 + "}]}", "number without end"),
        ('{"info": ' + "9" * 200_000, "too long|without end"),
        ('{"annotations": [' + "{}," * 30_000 + "{}]}", "the id of annotation 0 is None"),
        ('{"info": [' + "[]," * 90_000 + "[]]}", "too long"),
        ('{"a": 1, "a": 2}', "has 'a' twice"),
        ('{"annotations": [{"id": 1, "id": 2}]}', "has a key twice in one object"),
        ('{"a": 1} {"b": 2}', "goes on after its end"),
        ('{"a": 1', "comma or an end is missing|no JSON"),
        ('{"a" 1}', "no JSON object"),
        ('{1: 1}', "as a key"),
        ('{"a": 1,}', "no JSON"),
        ('{"a": tru', "no JSON"),
        ('"text"', "no JSON object"),
        ("", "no JSON object"),
        ("\ufeff{}", "no JSON object"),
        (" " * 600_000, "no JSON object"),
        (b'{"a": "\xff"}', "no UTF-8 text"),
        ('{"a": 1}'.encode("utf-16"), "no UTF-8 text|no JSON"),
        (b'{"annotations": [\xc3', "no UTF-8 text|no JSON"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["annotations.json", "manifest.json"])
def test_json_made_by_hand_is_refused_in_little_memory(coco, name, text, said):
    content = text if isinstance(text, bytes) else text.encode()
    if name == "manifest.json":
        (coco.folder / name).write_bytes(content)
        said += "|cannot be read|cannot be right|holds no release"
    else:
        coco.overwrite(name, content)
    refusal, most = peak_of(coco.refusal)
    assert name in refusal or "holds no release" in refusal
    assert re.search(said, refusal), refusal
    assert most < LARGEST


def test_a_manifest_that_is_blank_for_gigabytes_takes_no_memory(coco):
    path = coco.folder / "manifest.json"
    text = path.read_text("utf-8")
    path.write_text(text.replace('"samples"', " " * (8 << 20) + '"samples"', 1), "utf-8")
    refusal, most = peak_of(coco.refusal)
    assert "blank for too long" in refusal
    assert most < LARGEST


def test_a_manifest_that_is_a_hole_of_a_terabyte_is_refused_at_once(coco):
    with (coco.folder / "manifest.json").open("r+b") as stream:
        stream.truncate(1 << 40)
    assert "goes on after its end" in coco.refusal()


def test_entries_of_a_manifest_that_are_none_are_not_kept(coco):
    text = '{"format": "facemesh-annotator release", "samples": [' + "{}," * 2_000_000 + "{}]}"
    (coco.folder / "manifest.json").write_text(text)
    refusal, most = peak_of(coco.refusal)
    assert "a sample has no sample_id" in refusal
    assert most < LARGEST


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sample_id": 0}, "sample_id cannot be 0"),
        ({"sample_id": 1 << 63}, "sample_id cannot be 9223"),
        ({"sample_id": True}, "sample_id cannot be True"),
        ({"sample_id": "1"}, "sample_id cannot be '1'"),
        ({"sample_id": 1.5}, "sample_id cannot be 1.5"),
        ({"image_file": None}, "image_file cannot be None"),
        ({"image_file": ["a"]}, "image_file cannot be"),
        ({"image_name": 3}, "image_name cannot be 3"),
        ({"image_sha256": "0" * 63}, "image_sha256 cannot be"),
        ({"image_sha256": "G" * 64}, "image_sha256 cannot be"),
        ({"image_width": 0}, "image_width cannot be 0"),
        ({"image_height": -1}, "image_height cannot be -1"),
        ({"image_width": 1 << 31}, "image_width cannot be 2147483648"),
        ({"image_orientation": 9}, "image_orientation cannot be 9"),
        ({"image_stored": "elsewhere"}, "image_stored cannot be 'elsewhere'"),
        ({"face_index": -1}, "face_index cannot be -1"),
        ({"presence": 1.5}, "presence cannot be 1.5"),
        ({"presence": float("nan")}, "presence cannot be nan"),
        ({"presence": "0.5"}, "presence cannot be '0.5'"),
        ({"presence": 10**400}, "presence cannot be 1000"),
        ({"displacement_max": float("inf")}, "displacement_max cannot be inf"),
        ({"displacement_nme": -0.1}, "displacement_nme cannot be -0.1"),
        ({"verdict": "sent_back"}, "verdict cannot be 'sent_back'"),
        ({"reviewer": None}, "reviewer cannot be None"),
        ({"annotator": 7}, "annotator cannot be 7"),
        ({"accepted_at": "yesterday"}, "accepted_at cannot be 'yesterday'"),
        ({"accepted_at": "2026-01-01T00:00:00"}, "accepted_at cannot be"),
        ({"accepted_at": "9999-01-01T00:00:00+00:00"}, "accepted_at cannot be"),
        ({"accepted_at": 5}, "accepted_at cannot be 5"),
        ({"stroke_count": -1}, "stroke_count cannot be -1"),
        ({"more": 1}, "a sample has 'more', which is no column"),
        ({"\x1b[2J": 1}, "which is no column"),
    ],
)
def test_a_sample_that_cannot_be_is_refused(coco, changes, said):
    coco.state_of_sample(1, **changes)
    refusal = coco.refusal()
    assert "manifest.json cannot be right: " in refusal
    assert said in refusal, refusal


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"images": "nowhere"}, "its images cannot be 'nowhere'"),
        ({"images": None}, "its images cannot be None"),
        ({"images": "copy"}, "is not listed"),
        ({"samples": []}, "it has no samples"),
        ({"format": "another"}, "holds no release of facemesh-annotator"),
        ({"format_version": 5}, "newer version"),
        ({"format_version": True}, "newer version"),
        ({"format_version": 0}, "never was a version 0"),
        ({"format_version": -5}, "never was a version -5"),
        ({"release_format": "xml"}, "its format is 'xml'"),
        ({"release_format": ["npz"]}, "its format is"),
        ({"release_format": "csv"}, "does not list samples.csv"),
        ({"layout": None}, "its layout is 'None'"),
        ({"layout": "x" * 5000}, "its layout is 'xxx"),
    ],
)
def test_a_manifest_that_cannot_be_is_refused(coco, changes, said):
    coco.state(**changes)
    refusal = coco.refusal()
    assert said in refusal, refusal
    assert len(refusal) < 500


def test_samples_that_contradict_one_another_are_refused(coco):
    samples = coco.manifest["samples"]
    one, other = samples[0], next(row for row in samples if row["face_index"] == 1)
    another = next(row for row in samples if row["image_sha256"] != one["image_sha256"])
    image = {"image_sha256": one["image_sha256"]}
    for pair, said in (
        ([one, another | {"sample_id": one["sample_id"]}], "a sample_id occurs twice"),
        ([one, another | image | {"face_index": one["face_index"]}], "image occurs twice"),
        ([one, another | image | {"face_index": 5}], "is described in two ways"),
        ([other, other | {"sample_id": 99}], "a face of an image occurs twice"),
    ):
        coco.state(samples=pair)
        assert said in coco.refusal()


@pytest.mark.parametrize("key", ["reviewer", "image_stored"])
def test_a_sample_without_a_column_is_refused(coco, key):
    samples = coco.manifest["samples"]
    coco.state(samples=[{k: v for k, v in row.items() if k != key} for row in samples])
    assert f"a sample has no {key}" in coco.refusal()
    coco.state(samples=[*samples[:-1], {k: v for k, v in samples[-1].items() if k != key}])
    refusal = coco.refusal()
    assert f"a sample has no {key}" in refusal or "different columns" in refusal


def test_a_newer_manifest_is_told_so_whatever_else_it_says(coco):
    coco.state_of_sample(1, new_column="of version 3")
    coco.state(format_version=5)
    assert "newer version" in coco.refusal()


@pytest.fixture
def copied(project, tmp_path, attacked):
    release = attacked("npz")
    export_release(project, tmp_path / "copied", "npz", images="copy")
    release.folder = tmp_path / "copied"
    return release


def test_an_image_that_is_not_listed_or_another_one_is_refused(copied):
    files = copied.manifest["files"]
    image = next(file["path"] for file in files if file["path"].startswith("images/"))
    copied.state(files=[file for file in files if file["path"] != image])
    assert f"image '{image}' is not listed" in copied.refusal()
    copied.state(files=files)
    (copied.folder / image).write_bytes(b"another")
    copied.list_anew(image)
    assert f"image '{image}' is not the one that the sample is of" in copied.refusal()


def test_a_copied_image_that_lies_elsewhere_is_refused(copied):
    copied.state_of_sample(0, image_file="/etc/passwd")
    assert "image '/etc/passwd' is not listed" in copied.refusal()


def test_what_is_loaded_is_what_was_written(attacked):
    loaded = [load_release(attacked(name).folder) for name in ("npz", "csv", "coco")]
    for other in loaded[1:]:
        np.testing.assert_array_equal(other.landmarks, loaded[0].landmarks)
        np.testing.assert_array_equal(other.visibility, loaded[0].visibility)
    np.testing.assert_array_equal(loaded[1].predictions, loaded[0].predictions)
