"""Photographs that are taken out of a project while windows are open on it."""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import NewImage, Project
from annotator.workbench.other_windows import OtherWindows
from annotator.workbench.removal import (
    bring_back,
    photographs_of,
    removal_question,
    remove_photographs,
)
from annotator.workbench.workbench import Workbench


@pytest.fixture
def home(tmp_path: Path, new_project: Callable[[Path], Project]) -> Path:
    """Photographs a (samples 1, 2), b (3) and c (4)."""
    face = (FACE_468.topology.vertices * 3 + [100, 100, 0]).astype(np.float32)
    faces = [FacePrediction(face + np.float32([x, 0, 0]), 0.9, 0.9) for x in (0, 200)]
    with new_project(tmp_path / "project") as project:
        images = [
            NewImage(tmp_path / f"{name}.jpg", str(n) * 64, 640, 480, 1, 1)
            for n, name in enumerate("abc")
        ]
        project.images.add(images)
        model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
        project.predictions.store(model, [(1, faces), (2, faces[:1]), (3, faces[:1])])
        return project.home


@pytest.fixture
def bench(home: Path) -> Iterator[Workbench]:
    opened = Workbench("kim")
    assert opened.open(Project.open(home))
    yield opened
    opened.close()


@pytest.fixture
def told(bench: Workbench) -> list[str]:
    sentences: list[str] = []
    bench.told.connect(sentences.append)
    bench.failed.connect(sentences.append)
    return sentences


def shown(bench: Workbench) -> list[int]:
    return bench.samples.ids(0, len(bench.samples) - 1)


def test_removing_the_photograph_on_the_screen_goes_on_to_the_next_one(
    bench: Workbench, told: list[str]
) -> None:
    bench.go_to(1)
    images = photographs_of(bench, [1, 2])
    assert images == (1,)
    assert "1 photograph from the project, with 2 faces?" in removal_question(bench, images)
    assert remove_photographs(bench, images)
    assert shown(bench) == [3, 4]
    assert bench.sample_id == 3
    assert told[-1] == "a.jpg was removed. The menu of the list brings all of it back."


def test_the_last_photograph_goes_on_to_the_one_before(bench: Workbench) -> None:
    bench.go_to(4)
    assert remove_photographs(bench, (3,))
    assert bench.sample_id == 3


def test_what_was_removed_is_brought_back_in_the_window(bench: Workbench, told: list[str]) -> None:
    assert remove_photographs(bench, (1, 3))
    assert bring_back(bench, bench.project.removals.ids())
    assert shown(bench) == [1, 2, 3, 4]
    assert told[-1] == "a.jpg and 1 more were brought back."


def test_removing_all_leaves_nothing_under_edit(bench: Workbench) -> None:
    assert remove_photographs(bench, (1, 2, 3))
    assert (bench.session, bench.editor, bench.current, len(bench.samples)) == (None,) * 3 + (0,)
    assert bench.project is not None


@pytest.mark.parametrize("for_good", [False, True])
def test_what_another_window_removes_goes_and_the_face_under_edit_with_it(
    bench: Workbench, told: list[str], home: Path, *, for_good: bool
) -> None:
    seconds = count(0.0, 60.0)
    others = OtherWindows(bench, lambda: next(seconds))
    others._begin()
    bench.go_to(2)
    with Project.open(home) as other:
        other.removals.remove([1])
        if for_good:
            other.removals.delete([1])
    others.look()
    assert shown(bench) == [3, 4]
    assert bench.sample_id == 3
    assert "The photograph of this face was removed from the project." in told
    others.look()
    assert bench.sample_id == 3


def test_what_another_window_brings_back_shows_again(bench: Workbench, home: Path) -> None:
    seconds = count(0.0, 60.0)
    others = OtherWindows(bench, lambda: next(seconds))
    assert remove_photographs(bench, (1,))
    others._begin()
    with Project.open(home) as other:
        other.removals.restore([1])
    others.look()
    assert shown(bench) == [1, 2, 3, 4]


def test_strokes_that_wait_are_saved_before_a_removed_face_is_left(
    bench: Workbench, told: list[str], home: Path, drag: Callable[..., None]
) -> None:
    seconds = count(0.0, 60.0)
    others = OtherWindows(bench, lambda: next(seconds))
    others._begin()
    bench.go_to(2)
    other = sqlite3.connect(home / "project.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    drag(bench, 152, (0, 6))
    other.execute("UPDATE images SET removed_at = '2026-11-26 12:00:00.000000' WHERE id = 1")
    other.execute("COMMIT")
    other.execute("BEGIN IMMEDIATE")
    others.look()
    assert (bench.sample_id, bench.session.unsaved_count) == (2, 1)
    other.execute("ROLLBACK")
    other.close()
    bench.edits.retry_pending()
    others.look()
    assert bench.sample_id == 3
    bench.project.removals.restore([1])
    assert bench.project.samples.get(2).stroke_count == 1


def test_the_log_names_the_annotator_of_the_window(bench, home):
    assert remove_photographs(bench, [3])
    assert bring_back(bench, [3])
    assert [(entry.what, entry.who) for entry in bench.project.audit.entries()] == [
        ("remove", "kim"), ("restore", "kim"),
    ]  # fmt: skip
