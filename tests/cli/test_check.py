"""The command `check`, and what the others do with a project that is damaged."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from annotator.project import Project, Stroke

TOLD = "sample 2 (face 1 of hopper.jpg) is damaged: the bytes of its prediction are not those"


def bytes_of(database: Path, query: str) -> bytes:
    with closing(sqlite3.connect(database)) as connection:
        (blob,) = connection.execute(query).fetchone()
    return bytes(blob)


def flip_in_file(database: Path, blob: bytes) -> None:
    """Flip a bit where these bytes are in a file that nobody has open."""
    content = bytearray(database.read_bytes())
    content[content.index(blob)] ^= 1
    database.write_bytes(content)


@pytest.fixture
def corrected(project: Path) -> Path:
    """Both samples are edited and accepted."""
    with Project.open(project) as opened:
        for sample_id in (1, 2):
            mesh = opened.annotations.load(sample_id).landmarks[:200]
            stroke = Stroke("grab", np.arange(200), mesh, mesh + np.float32([2, 1, 0]))
            opened.annotations.record_stroke(sample_id, stroke, revision=0, annotator="Ann")
            opened.reviews.accept(sample_id, reviewer="Rae")
    return project


@pytest.fixture
def rotten(corrected: Path) -> Path:
    """One bit of the prediction of sample 2 is another than it was."""
    database = corrected / "project.sqlite"
    query = "SELECT landmarks FROM predictions WHERE sample_id = 2"
    flip_in_file(database, bytes_of(database, query)[2400:2448])
    return corrected


def test_a_sound_project_is_said_to_be_sound(corrected, command):
    before = (corrected / "project.sqlite").read_bytes()
    whole = "are as they were stored, the database's structure whole\n"
    found = f"sound: 2 samples; meshes, marks and strokes {whole}"
    assert command("check", corrected) == (0, found, "")
    code, out, _ = command("check", corrected, "--photographs", "-q")
    assert code == 0
    assert out == f"sound: 2 samples and 3 photographs; meshes, marks, strokes and files {whole}"
    assert (corrected / "project.sqlite").read_bytes() == before


def test_a_flipped_bit_in_a_mesh_is_named(rotten, command):
    code, out, error = command("check", rotten)
    assert (code, error) == (1, "")
    assert out.splitlines() == [
        f"damaged: {TOLD} that were stored",
        "looked at 2 samples: restore the project from a backup, or take the photograph out "
        "for good with `remove --for-good` and add it again",
    ]
    code, out, _ = command("check", rotten, "--json")
    found = json.loads(out)
    assert (code, found["sound"], found["database"]) == (1, False, [])
    assert found["damaged"] == [
        {"sample": 2, "photograph": "hopper.jpg", "face": 0, "part": "prediction"}
    ]


def test_what_is_damaged_is_gone_once_its_photograph_is_taken_out_for_good(rotten, command):
    assert command("remove", rotten, "hopper.jpg", "--for-good", "--yes")[0] == 0
    code, out, _ = command("check", rotten)
    assert (code, out[:17]) == (0, "sound: 1 sample; ")


def test_a_release_of_a_damaged_mesh_is_refused_with_its_name(
    rotten, command, tmp_path, assert_one_line
):
    for format_ in ("npz", "csv", "coco"):
        release = tmp_path / format_
        code, out, error = command("export", rotten, release, "--format", format_)
        assert (code, out) == (1, "")
        assert_one_line(error)
        assert TOLD in error
        assert error.endswith("restore the project from a backup, or exclude sample 2\n")
        assert not release.exists()
    assert command("review", rotten, "exclude", 2)[0] == 0  # as it says
    assert command("export", rotten, tmp_path / "npz", "--format", "npz")[0] == 0


def test_nothing_is_learned_from_a_damaged_mesh(rotten, command, assert_one_line):
    code, _, error = command("learn", rotten)
    assert code == 1
    assert_one_line(error)
    assert TOLD in error
    assert not list(rotten.glob("*.npz"))


def test_lists_and_counts_go_on(rotten, command):
    assert command("list", rotten)[0] == 0
    assert command("status", rotten)[0] == 0


def test_photographs_that_rotted_or_went_are_named(corrected, photos, command):
    path = photos / "hopper.jpg"
    before = path.stat()
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (photos / "coffee.jpg").unlink()
    assert command("check", corrected)[0] == 0
    code, out, _ = command("check", corrected, "--photographs")
    assert code == 1
    (first, second) = sorted(line for line in out.splitlines() if line.startswith("failed: "))
    assert first.endswith("coffee.jpg: the file does not exist")
    assert "hopper.jpg: the file has changed since it was added: put the original back" in second


def test_a_broken_index_is_told(corrected, command):
    database, of_index = corrected / "project.sqlite", "WHERE name = 'ix_samples_state'"

    def change(*statements: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            return [connection.execute(statement).fetchone() for statement in statements]

    (row,) = change(f"SELECT quote(sql), rootpage FROM sqlite_master {of_index}")
    change(f"DELETE FROM sqlite_master {of_index}")
    change("UPDATE samples SET state = 'sent_back' WHERE id = 1")  # the index does not learn of it
    index = f"'index', 'ix_samples_state', 'samples', {row[1]}, {row[0]}"
    change(f"INSERT INTO sqlite_master VALUES ({index})")
    code, out, _ = command("check", corrected)
    assert code == 1
    assert "damaged: the database: row 1 missing from index ix_samples_state" in out


def test_a_row_that_refers_to_nothing_is_told(corrected, command):
    with closing(sqlite3.connect(corrected / "project.sqlite")) as connection:
        connection.execute(
            "INSERT INTO visits VALUES (1, 9, 'Ann', '2025-01-01 00:00:00', 1, 1, 'review')"
        )
        connection.commit()
    code, out, _ = command("check", corrected)
    assert code == 1
    assert "row 1 of visits refers to a missing row of samples" in out


def test_a_project_that_cannot_even_be_opened_is_told_likewise(corrected, command):
    database = corrected / "project.sqlite"
    database.write_bytes(database.read_bytes()[:-4096])
    code, out, error = command("check", corrected, "--json")
    found = json.loads(out)
    assert (code, error, found["sound"], found["damaged"]) == (1, "", False, [])
    assert "is damaged" in found["database"][0]
    told = command("check", corrected)[1].splitlines()
    assert len(told) == 1
    assert "restore it from a backup" in told[0]


def test_what_sqlite_says_of_broken_pages_is_told_one_by_one(corrected, command):
    database = corrected / "project.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_samples_state'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(database.read_bytes())
    content[(page - 1) * size + 3 : (page - 1) * size + 5] = b"\xff\xff"  # how many cells there are
    database.write_bytes(content)
    code, out, error = command("check", corrected)
    assert (code, error) == (1, "")
    assert "damaged: the database: " in out
    assert "***" not in out
    assert "\\n" not in out


def test_what_is_no_project_is_an_error(tmp_path, command, assert_one_line):
    code, out, error = command("check", tmp_path)
    assert (code, out) == (1, "")
    assert_one_line(error)
