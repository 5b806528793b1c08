"""The real window and a sample whose mesh is damaged: it is told of, and the walk goes on."""

import sqlite3
from contextlib import closing
from pathlib import Path

from qtpy.QtCore import Qt

from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock

CHIN = 152
Workplace = tuple[AnnotatorDock, Pointer]


def flip(folder: Path, sample_id: int) -> None:
    """Flip a bit of a prediction by hand, past the trigger that keeps it as it is."""
    with closing(sqlite3.connect(folder / "project.sqlite")) as connection:
        place = f"WHERE sample_id = {sample_id}"
        (blob,) = connection.execute(f"SELECT landmarks FROM predictions {place}").fetchone()
        flipped = bytearray(blob)
        flipped[2] ^= 1
        connection.execute("DROP TRIGGER predictions_refuse_update")
        connection.execute(f"UPDATE predictions SET landmarks = ? {place}", [bytes(flipped)])
        connection.execute(
            "CREATE TRIGGER predictions_refuse_update BEFORE UPDATE ON predictions "
            "BEGIN SELECT RAISE(ABORT, 'predictions never change'); END"
        )
        connection.commit()


def test_the_key_for_the_next_face_tells_of_a_damaged_one_and_then_goes_past_it(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    bench = dock.workbench
    assert bench.session is not None
    first, second, third = (bench.samples.at(row).id for row in range(3))
    bench.go_to(first)
    flip(project_folder, second)
    pointer.key(Qt.Key.Key_D, "d")
    assert bench.sample_id == first
    shown = dock._message.text()
    assert f"sample {second} (face 1 of " in shown
    assert f"restore the project from a backup, or exclude sample {second}" in shown
    x, y, _ = bench.session.landmarks[CHIN].tolist()
    pointer.drag((x, y), (x + 6, y + 4), steps=3)  # the face on the screen is as good as before
    assert bench.samples.get(first).stroke_count == 1
    pointer.key(Qt.Key.Key_D, "d")
    assert bench.sample_id == third
    assert dock._message.text() != shown
