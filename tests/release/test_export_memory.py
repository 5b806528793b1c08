"""However many samples there are, few are in memory at once; and the bytes are the same."""

import hashlib
import json
import weakref
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from annotator.mesh.layout import FACE_468
from annotator.project.accepted_records import AcceptedRow
from annotator.project.image_records import ImageRecord
from annotator.release.blocks import Block
from annotator.release.errors import DamagedRelease
from annotator.release.exact import read_all, write_all
from annotator.release.formats import FORMATS
from annotator.release.glances import Glance, farthest_of
from annotator.release.images import PlacedImage
from annotator.release.listed_files import ListedFiles
from annotator.release.meshes import as_visibility
from annotator.release.parquet import SCHEMA, spooled_table
from annotator.release.rows import row_of, with_image
from annotator.release.spool import sorted_spool, spooled


def row(number: int) -> dict[str, Any]:
    """Make up the row of a sample, the only one of its image."""
    name = f"IMG_{number}.jpg"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    accepted = AcceptedRow(
        sample_id=number,
        image=ImageRecord(number, Path("/photos", name), name, sha256, 600, 800),
        face_index=0,
        presence=number / 100_000,
        model_name="face_landmark",
        model_sha256="ab" * 32,
        annotator=None if number % 3 else "Ada",
        reviewer="Grace",
        verdict="accepted",
        accepted_at=datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=number),
        stroke_count=number % 5,
        displacement_mean=number / 7,
        displacement_max=number / 3,
        displacement_nme=float("nan") if number % 11 == 0 else number / 13,
        clip_track=None,
    )
    return with_image(row_of(accepted), PlacedImage(f"/photographs/of/{name}", 1))


def block(*numbers: int) -> Block:
    """Make up a block of such samples."""
    meshes = np.stack([np.full((468, 3), number, np.float32) for number in numbers])
    rows = [row(number) for number in numbers]
    images = [PlacedImage(one["image_file"], 1) for one in rows]
    return Block(rows, meshes, meshes.copy(), np.zeros(meshes.shape[:2], np.uint8), images)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_lets_go_of_a_block_before_it_takes_the_next_but_one(tmp_path, name):
    alive: list[weakref.ref] = []
    held: list[int] = []

    def blocks() -> Iterator[Block]:
        for number in range(1, 91, 3):
            made = block(number, number + 1, number + 2)
            alive.append(weakref.ref(made.landmarks))
            held.append(sum(meshes() is not None for meshes in alive))
            yield made

    FORMATS[name].write(tmp_path, blocks(), FACE_468)
    assert len(held) == 30
    assert max(held) <= 2


@pytest.mark.parametrize("name", ["npz", "csv", "coco", "parquet", "pts"])
def test_what_is_verified_is_let_go_of_as_it_is_read(tmp_path, monkeypatch, name):
    for module in ("face_tables", "face_tables_reading"):
        monkeypatch.setattr(f"annotator.release.formats.{module}.GROUP", 8)
        monkeypatch.setattr(f"annotator.release.formats.{module}.FILE", 32)
    monkeypatch.setattr("annotator.mesh.array_archive._CHUNK", 40_000)
    numbers = range(1, 91)
    write_all(FORMATS[name], tmp_path, [block(*numbers)], FACE_468)
    rows = block(*numbers).rows
    whole = read_all(FORMATS[name], listed(tmp_path), FACE_468, rows)
    seen = read_all(FORMATS[name], listed(tmp_path), FACE_468, rows, Watched)
    for array, watched in zip(whole, seen, strict=True):
        assert (array is None) == (watched is None)
        if watched is not None:
            assert (watched.farthest == farthest_of(array)).all()
            assert sum(watched.at_once) == 90
            assert max(watched.at_once) <= 40_000 // 468
            assert max(watched.held) <= 2


class Watched(Glance):
    """Counts how many rows come at once, and how many of what came is still held."""

    def __init__(self, shape, dtype) -> None:
        super().__init__(shape, dtype)
        self.at_once: list[int] = []
        self.held: list[int] = []
        self._alive: list[weakref.ref] = []

    def __setitem__(self, where, values) -> None:
        super().__setitem__(where, values)
        self.at_once.append(len(values) if isinstance(where, slice) else 1)
        self._alive.append(weakref.ref(values))
        self.held.append(sum(array() is not None for array in self._alive))


@pytest.mark.parametrize(
    ("values", "finite"), [([-7, 3], True), ([np.nan, 1], False), ([-np.inf, np.inf], False)]
)
def test_a_glance_knows_how_far_an_array_reaches_and_whether_it_is_finite(values, finite):
    glance = Glance((3, 2), np.float32)
    glance[0] = values
    glance[1:3] = [[1, 2], [0, -5]]
    assert glance.is_finite == finite
    assert glance.farthest.tolist()[1:] == [2, 5]
    assert not finite or glance.farthest[0] == 7


def test_a_glance_keeps_the_first_visibility_that_is_none():
    glance = Glance((3, 2), np.uint8)
    glance[0:2] = [[0, 2], [4, 9]]
    glance[2] = [7, 0]
    assert glance.impossible == 4
    with pytest.raises(DamagedRelease, match="but got 4"):
        as_visibility(glance)


def listed(folder: Path) -> ListedFiles:
    """List all files of a folder as a manifest would."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return ListedFiles(
        folder,
        [
            {
                "path": path.relative_to(folder).as_posix(),
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "size": path.stat().st_size,
            }
            for path in files
        ],
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_leaves_nothing_but_what_belongs_to_a_release(tmp_path, name):
    FORMATS[name].write(tmp_path, [block(1, 2), block(3)], FACE_468)
    names = {path.name for path in tmp_path.iterdir()}
    assert names
    assert all(not name.startswith((".", "tmp")) for name in names)


@pytest.mark.parametrize(("faces", "groups"), [(1, [10]), (4, [4, 4, 2]), (12, [2] * 5)])
def test_a_group_of_rows_ends_after_some_faces(tmp_path, monkeypatch, faces, groups):
    monkeypatch.setattr("annotator.release.formats.huggingface_tables._FACES", 13)
    made = block(*range(1, 10 * faces + 1))
    shown = [PlacedImage(f"/photographs/{at // faces}.jpg", 1) for at in range(10 * faces)]
    rows = [{**row, "image_sha256": f"{at // faces:064d}"} for at, row in enumerate(made.rows)]
    crowds = Block(rows, made.landmarks, made.predictions, made.visibility, shown)
    FORMATS["huggingface"].write(tmp_path, [crowds], FACE_468)
    (path,) = (tmp_path / "data").iterdir()
    table = pq.ParquetFile(path)
    found = [table.metadata.row_group(at).num_rows for at in range(table.num_row_groups)]
    assert found == groups


@pytest.mark.parametrize("count", [1, 4095, 4096, 4097, 42_000])
def test_a_table_written_in_parts_has_the_bytes_of_one_written_at_once(tmp_path, count):
    rows = [row(number) for number in range(1, count + 1)]
    with spooled_table(tmp_path) as table:
        for start in range(0, count, 1000):
            table.extend(rows[start : start + 1000])
        table.write(tmp_path / "parts.parquet")
    times = {number: datetime.fromisoformat(one["accepted_at"]) for number, one in enumerate(rows)}
    in_types = [{**one, "accepted_at": times[number]} for number, one in enumerate(rows)]
    whole = pa.Table.from_pylist(in_types, schema=SCHEMA)
    pq.write_table(whole, tmp_path / "whole.parquet", compression="snappy")
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()


def test_a_spool_gives_back_what_was_put_in_as_often_as_it_is_asked(tmp_path):
    values = [{"name": "Zoë\n\u2028", "number": 0.1}, {"name": None}, 7]
    with spooled(tmp_path) as spool:
        spool.extend(values[:1])
        spool.extend(values[1:])
        assert list(spool) == list(spool) == values
        assert json.loads(b"[" + b"".join(spool.texts(b", ")) + b"]") == values
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("count", [0, 1, 4, 5, 16, 103])
@pytest.mark.parametrize("kind", [int, str])
def test_a_sorted_spool_gives_values_in_the_order_of_their_keys(tmp_path, count, kind):
    keys = [kind(key) for key in np.random.default_rng(count).integers(0, 40, count)]
    entries = [(key, [key, place]) for place, key in enumerate(keys)]
    with sorted_spool(tmp_path, run=5) as spool:
        for key, value in entries:
            spool.add(key, value)
        expected = [value for _, value in sorted(entries)]
        assert list(spool) == list(spool) == expected
    assert list(tmp_path.iterdir()) == []
