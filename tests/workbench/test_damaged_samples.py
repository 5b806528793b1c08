"""A sample whose mesh is damaged is told of, passed by, and never built upon."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from annotator.project import Project, SampleState
from annotator.workbench.workbench import Workbench

Drag = Callable[[Workbench, int, tuple[float, float]], None]
CHIN = 152


def flip(folder: Path, table: str, column: str, place: str) -> None:
    """Flip a bit of a blob by hand; triggers would keep predictions from it."""
    with closing(sqlite3.connect(folder / "project.sqlite")) as connection:
        query = f"SELECT {column} FROM {table} WHERE {place}"
        (blob,) = connection.execute(query).fetchone()
        flipped = bytearray(blob)
        flipped[-2] ^= 1
        if table == "predictions":
            connection.execute("DROP TRIGGER predictions_refuse_update")
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {place}", [bytes(flipped)])
        if table == "predictions":
            connection.execute(
                "CREATE TRIGGER predictions_refuse_update BEFORE UPDATE ON predictions "
                "BEGIN SELECT RAISE(ABORT, 'predictions never change'); END"
            )
        connection.commit()


def order_of(bench: Workbench) -> list[int]:
    return [bench.samples.at(row).id for row in range(len(bench.samples))]


@pytest.fixture
def said(bench: Workbench) -> list[str]:
    """What the annotator is told could not be done."""
    sentences: list[str] = []
    bench.failed.connect(sentences.append)
    return sentences


def test_the_next_step_goes_past_a_damaged_sample(bench, project_folder, said):
    first, second, third, *_ = order_of(bench)
    flip(project_folder, "predictions", "landmarks", f"sample_id = {second}")
    bench.go_to(first)
    bench.step(1)
    assert bench.sample_id == first
    assert f"sample {second} (face 1 of " in said[-1]
    assert said[-1].endswith(f"restore the project from a backup, or exclude sample {second}")
    bench.step(1)
    assert (bench.sample_id, len(said)) == (third, 1)
    bench.step(-1)
    assert (bench.sample_id, len(said)) == (third, 2)
    bench.step(-1)
    assert (bench.sample_id, len(said)) == (first, 2)


def test_the_next_to_do_is_past_a_damaged_sample_too(bench, project_folder, said):
    first, second, third, *_ = order_of(bench)
    flip(project_folder, "predictions", "landmarks", f"sample_id = {second}")
    bench.go_to(first)
    bench.go_to_next_to_do()
    bench.go_to_next_to_do()
    assert (bench.sample_id, len(said)) == (third, 1)


def test_going_somewhere_else_forgets_where_the_damaged_sample_was(bench, project_folder, said):
    first, second, *_ = order_of(bench)
    last = order_of(bench)[-1]
    flip(project_folder, "predictions", "landmarks", f"sample_id = {last}")
    bench.go_to(first)
    bench.go_to(last)
    bench.go_to(first)  # it is on the screen still
    bench.step(1)
    assert (bench.sample_id, len(said)) == (second, 1)


def test_a_project_that_begins_with_a_damaged_sample_is_open_all_the_same(
    work_on, project_folder, bench
):
    first, second, *_ = order_of(bench)
    bench.close()
    flip(project_folder, "predictions", "landmarks", f"sample_id = {first}")
    bench = work_on(project_folder)
    assert (bench.session, len(bench.samples)) == (None, 6)
    bench.step(1)
    assert bench.sample_id == second


def test_a_stroke_on_a_mesh_that_was_damaged_meanwhile_is_not_made(
    bench, project_folder, said, drag: Drag
):
    drag(bench, CHIN, (5, 3))
    session, sample_id = bench.session, bench.sample_id
    assert session is not None
    before = np.array(session.landmarks)
    flip(project_folder, "annotations", "landmarks", f"sample_id = {sample_id}")
    drag(bench, CHIN, (5, 3))
    assert "the bytes of its annotation are not those that were stored" in said[-1]
    assert said[-1].endswith("Your stroke was not made.")
    assert session.unsaved_count == 0
    np.testing.assert_array_equal(session.landmarks, before)
    bench.step(1)  # nothing waits that would keep the annotator here
    assert bench.sample_id != sample_id


def test_undo_of_a_damaged_stroke_is_refused_and_work_goes_on(
    bench, project_folder, said, drag: Drag
):
    drag(bench, CHIN, (5, 3))
    session, sample_id = bench.session, bench.sample_id
    assert session is not None
    before = np.array(session.landmarks)
    flip(project_folder, "strokes", '"before"', f"sample_id = {sample_id}")
    bench.undoing.undo()
    assert "the bytes of its stroke 1 are not those that were stored" in said[-1]
    assert said[-1].endswith("Nothing was undone.")
    np.testing.assert_array_equal(session.landmarks, before)
    drag(bench, CHIN, (1, 1))
    with Project.open(project_folder) as project:
        assert project.samples.get(sample_id).stroke_count == 2
        assert project.samples.get(sample_id).state is SampleState.IN_PROGRESS


def test_the_other_faces_of_its_photograph_are_outlined(bench, project_folder):
    two = [row for row in map(bench.samples.at, range(6)) if len(bench.samples.beside(row.id)) > 1]
    flip(project_folder, "predictions", "landmarks", f"sample_id = {two[1].id}")
    assert bench.project is not None
    faces = bench.project.samples.faces_of(two[0].image_id)
    assert [face.sample_id for face in faces] == [two[0].id]
