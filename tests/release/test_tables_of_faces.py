"""Parquet files of faces: the same however samples come, and read as if they were anybody's."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release import DamagedRelease, export_release, load_release
from annotator.release.formats import FORMATS, face_tables
from annotator.release.formats.face_tables_reading import read_meshes
from annotator.release.listed_files import ListedFiles
from annotator.system.hashing import file_sha256
from tests.fuzzing import rounds
from tests.release.test_export_memory import block

FILE = "faces-00000.parquet"
Change = Callable[[pa.Table], pa.Table]


def listed(folder: Path) -> ListedFiles:
    """Return the files of a folder as a manifest would list them."""
    entries = [
        {"path": path.name, "sha256": file_sha256(path), "size": path.stat().st_size}
        for path in folder.iterdir()
    ]
    return ListedFiles(folder, entries)


@pytest.mark.parametrize("count", [1, 7, 8, 9, 32, 33, 70])
def test_files_are_the_same_however_many_samples_come_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(face_tables, "GROUP", 8)
    monkeypatch.setattr(face_tables, "FILE", 32)
    monkeypatch.setattr("annotator.release.formats.face_tables_reading.GROUP", 8)
    monkeypatch.setattr("annotator.release.formats.face_tables_reading.FILE", 32)
    numbers = range(1, count + 1)
    for name, at_once in (("one", 1), ("five", 5), ("all", count)):
        (tmp_path / name).mkdir()
        blocks = (block(*numbers[start : start + at_once]) for start in range(0, count, at_once))
        FORMATS["parquet"].write(tmp_path / name, blocks, FACE_468)
    files = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert len(files) == -(-count // 32)
    for name in ("five", "all"):
        assert {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} == files
    meshes = read_meshes(listed(tmp_path / "all"), FACE_468, block(*numbers).rows)
    assert meshes.landmarks[:, 4, 1].tolist() == list(numbers)
    assert meshes.predictions is not None
    assert meshes.predictions[:, 467, 2].tolist() == list(numbers)


def test_pandas_and_numpy_read_it_alone(project, tmp_path: Path) -> None:
    export_release(project, tmp_path / "release", "parquet")
    table = pq.read_table(tmp_path / "release" / FILE)
    landmarks = table["landmarks"].combine_chunks().flatten().to_numpy().reshape(-1, 468, 3)
    release = load_release(tmp_path / "release")
    np.testing.assert_array_equal(landmarks, release.landmarks)
    assert table["sample_id"].to_pylist() == release.samples["sample_id"].tolist()


def rewritten(attacked, change: Change, **options: object) -> str:
    """Change the table, write it with other options, list it anew, and return the refusal."""
    release = attacked("parquet")
    table = pq.read_table(release.folder / FILE)
    known = {"compression": "none", "use_dictionary": False, "row_group_size": 1024}
    stream = io.BytesIO()
    pq.write_table(change(table), stream, **(known | options))
    release.overwrite(FILE, stream.getvalue())
    return release.refusal()


def with_column(table: pa.Table, name: str, values: object, kind: pa.DataType) -> pa.Table:
    at = table.column_names.index(name)
    return table.set_column(at, pa.field(name, kind), pa.array(values, kind))


def with_landmarks(values: Callable[[list[list[float]]], object]) -> Change:
    def change(table: pa.Table) -> pa.Table:
        kind = table.schema.field("landmarks").type
        return with_column(table, "landmarks", values(table["landmarks"].to_pylist()), kind)

    return change


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda table: table.slice(1), "other rows than the manifest's 4"),
        (lambda table: table.drop_columns(["visibility"]), "other columns"),
        (lambda table: table.append_column("more", pa.array([1, 2, 3, 4])), "other columns"),
        (lambda table: table.select(table.column_names[::-1]), "packed in a way of its own|other"),
        (
            lambda table: with_column(table, "reviewer", ["Eve"] * 4, pa.string()),
            "another table than the manifest's, in reviewer",
        ),
        (
            lambda table: with_column(
                table, "landmarks", table["landmarks"].to_pylist(), pa.list_(pa.float64(), 1404)
            ),
            "other columns|unpacks to more",
        ),
        (
            lambda table: with_column(
                table, "landmarks", table["landmarks"].to_pylist(), pa.list_(pa.float32())
            ),
            "other columns",
        ),
        (with_landmarks(lambda lists: [None, *lists[1:]]), "way of its own|missing"),
        (with_landmarks(lambda lists: [[None] * 1404, *lists[1:]]), "that are missing"),
        (with_landmarks(lambda lists: [[float("nan")] * 1404, *lists[1:]]), "NaN|finite"),
    ],
)
def test_another_table_is_refused_with_what_is_wrong(attacked, change: Change, why: str) -> None:
    refusal = rewritten(attacked, change)
    assert re.search(why, refusal), refusal


def test_a_visibility_that_is_none_is_refused(attacked) -> None:
    kind = pa.list_(pa.uint8(), 468)
    refusal = rewritten(
        attacked, lambda table: with_column(table, "visibility", [[3] * 468] * 4, kind)
    )
    assert "expected visibility 0, 1 or 2" in refusal


@pytest.mark.parametrize(
    "options", [{"compression": "gzip"}, {"compression": "snappy"}, {"row_group_size": 2}]
)
def test_a_table_that_is_packed_or_grouped_otherwise_is_refused(attacked, options) -> None:
    """A few packed bytes can stand for very many."""
    refusal = rewritten(attacked, lambda table: table, **options)
    assert "packed in a way of its own" in refusal or "other groups of them" in refusal


def test_no_bit_of_a_footer_ends_the_process(tmp_path: Path) -> None:
    FORMATS["parquet"].write(tmp_path, [block(1, 2, 3)], FACE_468)
    whole, rows = (tmp_path / FILE).read_bytes(), block(1, 2, 3).rows
    start = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    dice = Random(7)
    for _ in range(rounds(25)):
        content = bytearray(whole)
        content[dice.randrange(start, len(whole))] ^= 1 << dice.randrange(8)
        (tmp_path / FILE).write_bytes(content)
        try:
            meshes = read_meshes(listed(tmp_path), FACE_468, rows)
        except DamagedRelease as error:
            assert str(error).isprintable()
        else:
            assert meshes.landmarks.shape == (3, 468, 3)
