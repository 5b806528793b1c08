"""Opinions in the window: blind for those who give them, side by side for who decides."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.tools.base import Edit
from annotator.plugin.dock import AnnotatorDock
from annotator.project import EditSession, Project, SampleState, Verdict
from tests.plugin.conftest import wait_for

LIPS, REST = 0.028, 0.004  # of the outer IOD


def give(project: Project, sample_id: int, person: str, sign: float) -> None:
    """Give an opinion: the lips a good deal to one side, all else hardly."""
    session = EditSession(project, sample_id, annotator=person)
    iod = outer_iod(session.landmarks, session.layout)
    moved = session.landmarks.copy()
    moved[:, 0] += sign * REST * iod
    moved[session.layout.regions["lips"].vertices, 1] += sign * LIPS * iod
    session.apply("grab", Edit(moved))
    project.reviews.give(Verdict.SUBMIT, [sample_id], reviewer=person)


@pytest.fixture
def disputed(project_folder: Path) -> Path:
    """Of samples 1 and 2 ann and ben have given opinions that differ; of 3 ben has still to."""
    with Project.open(project_folder) as project:
        opinions = project.opinions.ask(
            [(1, "ann"), (1, "ben"), (2, "ann"), (2, "ben"), (3, "ben"), (3, "cem")]
        )
        for opinion, person, sign in zip(
            opinions[:4], ("ann", "ben") * 2, (1, -1) * 2, strict=True
        ):
            give(project, opinion, person, sign)
    return project_folder


@pytest.fixture
def dock(disputed: Path, open_dock: Callable) -> AnnotatorDock:
    _, dock = open_dock(disputed)
    return dock


def shown(dock: AnnotatorDock) -> list[int]:
    samples = dock.workbench.samples
    return samples.ids(0, len(samples) - 1)


def menu_entry(dock: AnnotatorDock, text: str) -> None:
    """Choose an entry of the project's menu as a click on it does."""
    menu = dock.project_menu.menu()
    entry = next(one for one in menu.actions() if one.text() == text)
    menu.popup(dock.mapToGlobal(QPoint(20, 20)))
    wait_for(menu.isVisible)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())


def press(button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def keep_picture(dock: AnnotatorDock, name: str) -> None:
    """Save a picture of the window for whoever wants to look at it."""
    if folder := os.environ.get("FACEMESH_PICTURES"):
        dock.adjudication.grab().save(str(Path(folder) / f"{name}.png"))
        dock.grab().save(str(Path(folder) / f"{name}-dock.png"))


def test_an_annotator_finds_their_opinions_in_the_list_like_any_sample(dock):
    bench = dock.workbench
    assert {1, 2, 3} <= set(shown(dock))
    total = bench.samples.total
    bench.rename_annotator("ben")
    mine = {one.sample_id for one in bench.project.opinions.all() if one.annotator == "ben"}
    assert mine <= set(shown(dock))
    assert not {1, 2, 3} & set(shown(dock))
    assert bench.samples.total == total  # one for each face, as for everybody
    (todo,) = [i for i in mine if bench.samples.get(i).state is SampleState.PREDICTED]
    bench.go_to(todo)
    assert bench.sample_id == todo
    assert not dock.disputes.isVisible()
    bench.go_to(1)  # not even by its number
    assert bench.sample_id == todo
    bench.rename_annotator("Rae")
    assert bench.sample_id != todo
    assert {1, 2, 3} <= set(shown(dock))


def test_no_outline_of_the_face_that_an_opinion_is_about_is_drawn(disputed, open_dock):
    with Project.open(disputed) as project:
        summaries = project.samples.summaries()
        images = [one.image_id for one in summaries]
        shared = next(one for one in summaries if images.count(one.image_id) > 1)
        (opinion,) = project.opinions.ask([(shared.id, "kim")])
        beside = images.count(shared.image_id) - 1
    _, dock = open_dock(disputed)
    dock.workbench.go_to(opinion)
    outlines = dock.others.neighbours.faces
    assert len(outlines) == beside
    assert shared.id not in {one.sample_id for one in outlines}


def test_opinions_that_come_from_another_program_take_the_faces_places(dock, disputed):
    bench = dock.workbench
    bench.go_to(5)
    with Project.open(disputed) as other:
        (opinion,) = other.opinions.ask([(5, "kim")])
    wait_for(lambda: bench.samples.knows(opinion), "the list to follow")
    assert not bench.samples.knows(5)
    assert bench.sample_id != 5


def test_opinions_that_differ_are_told_of_where_the_face_is(dock):
    bench = dock.workbench
    bench.go_to(1)
    assert dock.disputes.isVisible()
    assert "apart in the region lips" in dock.disputes.text.text()
    assert not {"ann", "ben"} & set(dock.disputes.text.text().split())
    bench.go_to(3)  # one opinion is still out
    assert not dock.disputes.isVisible()
    bench.go_to(1)
    press(dock.disputes.button)
    window = dock.adjudication
    wait_for(lambda: window.panes and window.panes[0].isVisible())
    assert [pane.title.text().split(":")[0] for pane in window.panes] == [
        "Opinion A", "Opinion B", "Consensus",
    ]  # fmt: skip
    keep_picture(dock, "side-by-side")


def test_the_wheel_and_the_mouse_move_all_meshes_together(dock):
    dock.workbench.go_to(1)
    dock.adjudication.open_current()
    wait_for(dock.adjudication.panes[1].isVisible)
    first, second = (pane.mesh for pane in dock.adjudication.panes[:2])
    corner = first.on_screen(np.zeros((1, 2)))
    place = QPointF(first.width() / 4, first.height() / 4)
    event = QWheelEvent(
        place, QPointF(first.mapToGlobal(place.toPoint())), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(first, event)
    nearer = first.on_screen(np.zeros((1, 2)))
    assert not np.allclose(nearer, corner)
    under = np.array([[place.x(), place.y()]])
    assert np.allclose((nearer - under) / (corner - under), 1.25**2)  # about the pointer
    assert np.allclose(second.on_screen(np.zeros((1, 2))), nearer, atol=1.0)
    middle = first.rect().center()
    QTest.mousePress(first, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(first, middle + QPoint(30, 12))
    QTest.mouseRelease(first, Qt.MouseButton.LeftButton, pos=middle + QPoint(30, 12))
    assert np.allclose(first.on_screen(np.zeros((1, 2))) - nearer, [[30, 12]], atol=1e-6)
    keep_picture(dock, "zoomed")


def test_taking_an_opinion_makes_it_the_mesh_accepts_it_and_goes_on(dock):
    bench, window = dock.workbench, dock.adjudication
    project = bench.project
    menu_entry(dock, "Opinions that differ…")
    wait_for(window.isVisible)
    assert bench.sample_id == 1
    dispute = dock.adjudicating.dispute
    taken = dispute.candidates[1]
    press(window.panes[1].button)
    sample = project.samples.get(1)
    assert sample.state is SampleState.ACCEPTED
    assert (sample.annotator, sample.reviewer) == (taken.annotator, bench.annotator)
    assert np.array_equal(project.annotations.load(1).landmarks, taken.landmarks)
    assert bench.sample_id == 2  # the other one that differs
    assert window.isVisible()
    press(window.panes[2].button)
    assert not window.isVisible()  # nothing is left to decide
    both = project.annotations.load(2)
    (stroke,) = project.annotations.strokes(2)
    assert (stroke.tool, stroke.annotator) == ("adjudicated", None)
    ends = [project.annotations.load(one.sample_id) for one in project.opinions.of(2)]
    middle = (ends[0].landmarks + ends[1].landmarks) / 2
    assert np.allclose(both.landmarks, middle, atol=0.01)
    assert dock.adjudicating.disputed() == []


def test_what_was_taken_is_undone_like_anything_else(dock):
    bench, window = dock.workbench, dock.adjudication
    bench.go_to(1)
    window.accepts.setChecked(False)
    window.open_current()
    press(window.panes[0].button)
    assert bench.project.samples.get(1).stroke_count == 1
    assert bench.project.samples.get(1).state is SampleState.IN_PROGRESS
    assert bench.session.annotator == bench.annotator
    bench.go_to(1)
    bench.undoing.undo()
    assert bench.project.samples.get(1).state is SampleState.PREDICTED
    assert dock.disputes.isVisible()  # somebody has to decide again


def test_a_face_is_put_off_or_edited_by_hand(dock):
    bench, window = dock.workbench, dock.adjudication
    window.open_all()
    press(window.skip)
    assert bench.sample_id == 2
    press(window.skip)
    assert bench.sample_id == 1
    press(window.edit_on)
    assert not window.isVisible()
    assert bench.sample_id == 1
    assert bench.project.samples.get(1).stroke_count == 0


def test_no_opinion_of_one_face_becomes_the_mesh_of_another(dock):
    bench, window = dock.workbench, dock.adjudication
    bench.go_to(1)
    window.open_current()
    candidate = dock.adjudicating.dispute.candidates[0]
    bench.go_to(3)  # in the window beside it
    assert window.isVisible()
    assert not window.panes
    assert "Nobody has to decide" in window._title.text()
    window.choose(candidate)
    assert bench.project.samples.get(3).stroke_count == 0
    assert window.isVisible()
    bench.go_to(1)
    assert len(window.panes) == 3


def test_one_face_alone_is_decided_without_a_word_about_others(dock):
    told = []
    dock.workbench.told.connect(told.append)
    dock.workbench.go_to(1)
    dock.adjudication.open_current()
    press(dock.adjudication.panes[0].button)
    assert not dock.adjudication.isVisible()
    assert not any("No face is left" in one for one in told)  # 2 is


def test_where_nobody_has_to_decide_that_is_said(dock):
    told = []
    dock.workbench.told.connect(told.append)
    for sample_id in (1, 2):
        dock.workbench.project.reviews.exclude(sample_id, reviewer="Rae")
    menu_entry(dock, "Opinions that differ…")
    assert told
    assert "No face is left" in told[-1]
    assert not dock.adjudication.isVisible()
