"""Guides in the window: drawn over the face, fitted to with a click, taken back with Ctrl+Z."""

import subprocess
from collections.abc import Callable

import numpy as np
from numpy.testing import assert_array_equal
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest

from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.combinations import to_68
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.project.guide_records import NewGuide
from annotator.workbench.look.palette import GUIDE_COLOUR
from annotator.workflow.fitting_guides import FIT_TO_GUIDE
from tests.plugin.conftest import wait_for

RunScript = Callable[[str], subprocess.CompletedProcess[str]]
Workplace = tuple[AnnotatorDock, Pointer]
CONTROL = Qt.KeyboardModifier.ControlModifier
CHIN = 152


def give_guide(dock: AnnotatorDock, by: float = 9.0, origin: str = "a.pts") -> np.ndarray:
    """Add a guide to the face under edit, aside of its mesh, and show it; return that mesh."""
    session = dock.workbench.session
    mesh = session.landmarks + np.array([by, 0, 0], np.float32)
    guide = NewGuide("ibug_68", to_68(mesh, FACE_468), origin=origin)
    dock.workbench.project.guides.add(session.sample_id, guide)
    dock.workbench.refresh()
    return mesh


def click(widget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_without_a_guide_there_is_no_button_and_nothing_is_drawn(workplace: Workplace) -> None:
    dock, _ = workplace
    dock.edit.tabs.setCurrentIndex(0)
    assert not dock.guide_row.isVisible()
    assert dock.view_panel.guide.isHidden()
    assert not len(dock.view._scene.drawing.guide)


def test_a_click_fits_the_mesh_to_its_guide_and_undo_takes_it_back(workplace: Workplace) -> None:
    dock, pointer = workplace
    before = dock.workbench.session.landmarks
    wanted = give_guide(dock)
    dock.edit.tabs.setCurrentIndex(0)
    assert dock.guide_row.isVisible()
    click(dock.guide_row.fit)
    after = dock.workbench.session.landmarks
    assert np.abs(after - wanted)[:, :2].mean() < 1.5
    strokes = dock.workbench.project.annotations.strokes(dock.workbench.session.sample_id)
    assert [stroke.tool for stroke in strokes] == [FIT_TO_GUIDE]
    pointer.key(Qt.Key.Key_Z, "z", CONTROL)
    assert_array_equal(dock.workbench.session.landmarks, before)


def test_the_guide_is_seen_until_it_is_switched_off(workplace: Workplace) -> None:
    dock, _ = workplace
    give_guide(dock)
    assert len(dock.view._scene.drawing.guide)
    assert guide_pixels(dock) > 30
    dock.edit.tabs.setCurrentIndex(1)
    assert dock.view_panel.guide.isVisible()
    click(dock.view_panel.guide)
    assert not dock.view.settings.guide
    assert guide_pixels(dock) == 0


def guide_pixels(dock: AnnotatorDock) -> int:
    """Return how many pixels of the canvas have about the guide's colour."""
    pixels = dock._viewer.screenshot(canvas_only=True, flash=False)[..., :3].astype(int)
    colour = np.array(GUIDE_COLOUR[:3]) * 255
    return int((np.abs(pixels - colour).max(axis=2) < 30).sum())


def test_the_next_face_has_its_own_guide_or_none(workplace: Workplace) -> None:
    dock, _ = workplace
    here = dock.workbench.session.sample_id
    give_guide(dock)
    dock.edit.tabs.setCurrentIndex(0)
    dock.workbench.step(1)
    assert dock.workbench.session.sample_id != here
    assert not dock.guide_row.isVisible()
    assert not len(dock.view._scene.drawing.guide)
    dock.workbench.go_to(here)
    assert dock.guide_row.isVisible()


def test_whence_a_guide_is_stands_in_the_tooltip_as_it_is(workplace: Workplace) -> None:
    dock, _ = workplace
    give_guide(dock, origin="<b>a</b>\n.pts")
    tip = dock.guide_row.fit.toolTip()
    assert "&lt;b&gt;a&lt;/b&gt;" in tip
    assert "Ctrl+Z takes it back" in tip


def test_a_guide_that_cannot_be_fitted_is_told(workplace: Workplace) -> None:
    dock, _ = workplace
    session = dock.workbench.session
    guide = NewGuide("somebodys_7", np.full((7, 3), 50, np.float32))
    dock.workbench.project.guides.add(session.sample_id, guide)
    dock.workbench.refresh()
    told: list[str] = []
    dock.workbench.failed.connect(told.append)
    before = session.landmarks
    dock.edit.tabs.setCurrentIndex(0)
    click(dock.guide_row.fit)
    assert told
    assert told[0].startswith("The mesh was not fitted: no sparse landmarks are called")
    assert_array_equal(dock.workbench.session.landmarks, before)


def test_a_fit_that_moves_nothing_says_why(workplace: Workplace) -> None:
    dock, _pointer = workplace
    session = dock.workbench.session
    points = np.full_like(session.landmarks, np.nan)
    points[::20] = session.landmarks[::20]
    guide = NewGuide("face_468_sparse", points)
    dock.workbench.project.guides.add(session.sample_id, guide)
    dock.workbench.refresh()
    told: list[str] = []
    dock.workbench.told.connect(told.append)
    dock.edit.tabs.setCurrentIndex(0)
    click(dock.guide_row.fit)
    assert told == ["Nothing of the mesh moves: it lies on the guide already."]
    assert dock._message.text() == told[0]
    assert not session.can_undo


ADD = """
import sys
import numpy as np
from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.combinations import to_68
from annotator.project import Project
from annotator.project.guide_records import NewGuide
with Project.open(sys.argv[1]) as project:
    sample = project.samples.summaries()[0].id
    mesh = project.annotations.load(sample).landmarks + np.float32([9, 0, 0])
    project.guides.add(sample, NewGuide("ibug_68", to_68(mesh, FACE_468), origin="theirs.pts"))
"""
FIT = """
import sys
from annotator.cli import main
sys.exit(main(["guides", "fit", sys.argv[1], "--all", "--annotator", "robin"]))
"""
REMOVE = """
import sys
from annotator.cli import main
sys.exit(main(["guides", "remove", sys.argv[1], "1"]))
"""


def ran(run_script: RunScript, script: str) -> None:
    done = run_script(script)
    assert done.returncode == 0, done.stderr


def test_guides_that_another_process_adds_and_removes_come_and_go(
    workplace: Workplace, run_script: RunScript
) -> None:
    dock, _ = workplace
    dock.edit.tabs.setCurrentIndex(0)
    ran(run_script, ADD)
    wait_for(dock.guide_row.isVisible, "the guide")
    assert "theirs.pts" in dock.guide_row.fit.toolTip()
    ran(run_script, REMOVE)
    wait_for(lambda: not dock.guide_row.isVisible(), "the guide to go")
    assert not len(dock.view._scene.drawing.guide)


def test_a_fit_by_another_process_shows_and_another_one_goes_on_top(
    workplace: Workplace, run_script: RunScript
) -> None:
    dock, pointer = workplace
    session = dock.workbench.session
    wanted = give_guide(dock)
    ran(run_script, FIT)
    wait_for(lambda: session.revision == 1, "the fit of the other process")
    theirs = session.landmarks
    assert np.abs(theirs - wanted)[:, :2].mean() < 1.5
    x, y, _ = theirs[CHIN].tolist()
    pointer.drag((x, y), (x + 9, y + 4), steps=3)
    spoilt = session.landmarks
    assert session.revision == 2
    assert np.abs(spoilt - wanted)[CHIN, :2].max() > 5
    dock.edit.tabs.setCurrentIndex(0)
    click(dock.guide_row.fit)
    assert session.revision == 3
    assert not np.array_equal(session.landmarks, spoilt)
    assert np.abs(session.landmarks - wanted)[:, :2].mean() < 1.5


def test_a_guide_that_another_process_removed_just_now_is_not_fitted_to(
    workplace: Workplace, run_script: RunScript
) -> None:
    dock, _ = workplace
    give_guide(dock)
    dock._look.stop()  # as if the click came before the next look
    before, told = dock.workbench.session.landmarks, []
    dock.workbench.failed.connect(told.append)
    dock.edit.tabs.setCurrentIndex(0)
    ran(run_script, REMOVE)
    click(dock.guide_row.fit)
    assert told == ["This guide is not in the project any more: nothing was moved."]
    assert_array_equal(dock.workbench.session.landmarks, before)
    assert not dock.guide_row.isVisible()
