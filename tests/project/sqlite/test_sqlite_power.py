"""What a power cut leaves: a log that ends anywhere after what was flushed."""

import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from annotator.project.project import Project

STROKES = 12


def test_every_connection_flushes_what_it_commits(predicted):
    for begin in (predicted._engine.reading, predicted._engine.writing):
        with begin() as session:
            pragmas = {
                name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "fullfsync")
            }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1}


@pytest.fixture
def sizes_and_meshes(predicted, draw) -> list[tuple[int, bytes]]:
    """The log's size, and the mesh, after each of some strokes."""
    log = predicted.home / "project.sqlite-wal"
    annotation = predicted.annotations.load(1)
    found = [(log.stat().st_size, annotation.landmarks.tobytes())]
    for step in range(STROKES):
        stroke = draw(annotation, indices=range(30 * step, 30 * step + 30))
        annotation = predicted.annotations.record_stroke(1, stroke, revision=step, annotator="Ann")
        found.append((log.stat().st_size, annotation.landmarks.tobytes()))
    return found


@pytest.mark.parametrize("tail", ["cut off", "zeros", "noise"])
def test_a_log_that_is_torn_after_a_stroke_loses_that_stroke_at_most(
    predicted, sizes_and_meshes, tmp_path: Path, tail: str
) -> None:
    dice = random.Random(tail)
    database = (predicted.home / "project.sqlite").read_bytes()
    log = (predicted.home / "project.sqlite-wal").read_bytes()
    sizes, meshes = zip(*sizes_and_meshes, strict=True)
    for turn in range(60):
        cut = dice.choice([dice.choice(sizes), dice.randint(sizes[0], len(log))])
        rest = {"cut off": b"", "zeros": bytes(len(log) - cut)}.get(
            tail, dice.randbytes(len(log) - cut)
        )
        folder = tmp_path / f"{tail} {turn}"
        folder.mkdir()
        (folder / "project.sqlite").write_bytes(database)
        (folder / "project.sqlite-wal").write_bytes(log[:cut] + rest)
        whole = int(np.searchsorted(sizes, cut, side="right")) - 1
        with Project.open(folder) as project:
            assert project.annotations.load(1).landmarks.tobytes() == meshes[whole]
            assert len(project.annotations.strokes(1)) == whole
        shutil.rmtree(folder)
