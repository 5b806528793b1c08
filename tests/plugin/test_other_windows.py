"""What another window does to the sample on screen shows in this one, through the real dock."""

from pathlib import Path

import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.tools.grab import GrabTool
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.project import EditSession, Project, SampleState

Workplace = tuple[AnnotatorDock, Pointer]
CHIN = 152
# Long enough for a machine that does much else; the event itself comes within a second.
PATIENCE_MS = 240_000


def test_a_verdict_given_in_another_window_shows_on_the_sample_on_screen(
    workplace: Workplace, project_folder: Path, qtbot: pytest.FixtureRequest
) -> None:
    dock, _ = workplace
    told: list[str] = []
    dock.workbench.told.connect(told.append)
    sample = dock.workbench.current
    with Project.open(project_folder) as theirs:
        theirs.reviews.accept(sample.id, reviewer="robin")
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE_MS)
    assert told == ["robin accepted this face in another window."]
    assert dock.workbench.current.state is SampleState.ACCEPTED
    assert "accepted" in dock.edit._current.text()


def test_a_stroke_made_in_another_window_shows_on_the_mesh_on_screen(
    workplace: Workplace, project_folder: Path, qtbot: pytest.FixtureRequest
) -> None:
    dock, _ = workplace
    mine = dock.workbench.session
    with Project.open(project_folder) as theirs:
        session = EditSession(theirs, mine.sample_id, annotator="robin")
        x, y, _ = session.landmarks[CHIN].tolist()
        assert session.press(GrabTool(), (x, y))
        session.release((x, y + 8))
        qtbot.waitUntil(lambda: mine.revision == session.revision, timeout=PATIENCE_MS)
        assert_array_equal(mine.landmarks, session.landmarks)
    assert_array_equal(dock.view.seen_landmarks, mine.landmarks)
    assert "1 stroke" in dock.edit._current.text()


def test_a_photograph_that_is_revoked_in_another_window_is_said_to_be_in_no_export(
    workplace: Workplace, project_folder: Path, qtbot: pytest.FixtureRequest
) -> None:
    dock, _ = workplace
    sample = dock.workbench.current
    with Project.open(project_folder) as theirs:
        theirs.facts.revoke([sample.image_id], "<b>she</b> asked to", by="robin")
        qtbot.waitUntil(lambda: "Revoked by robin" in dock.remarks.current, timeout=PATIENCE_MS)
        assert "no export will hold this face" in dock.remarks.current
        assert dock.remark.text().startswith("Revoked by robin")
        assert "(<b>she</b> asked to)" in dock.remarks.current
        theirs.facts.allow_again([sample.image_id], by="robin")
        qtbot.waitUntil(lambda: not dock.remarks.current, timeout=PATIENCE_MS)
