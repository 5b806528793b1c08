"""A project that may only be looked at, in the real window."""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QMessageBox, QWidget

from annotator.plugin.canvas.drags import TurnDrag
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu.export_dialog import ExportDialog
from annotator.plugin.menu.read_only_row import ReadOnlyRow
from annotator.project import Judgement, Project, Verdict
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.states import FILTERS
from tests.rights import as_nobody, close_to_writers, files_of, public_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders have POSIX permissions")

CHIN = 152
Key = Qt.Key
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Workplace = tuple[AnnotatorDock, Pointer]
Archive = tuple[AnnotatorDock, Pointer, Path]


def is_shown(part: QWidget) -> bool:
    return part.isVisibleTo(part.window())


def row(dock: AnnotatorDock) -> ReadOnlyRow:
    return dock.findChildren(ReadOnlyRow)[0]


@pytest.fixture
def shelf() -> Iterator[Path]:
    with public_folder() as folder:
        yield folder


@pytest.fixture
def archive(workplace: Workplace, pristine_project: Path, shelf: Path) -> Archive:
    """The dock, which had a project to work on before, open on one that may not be written."""
    dock, hand = workplace
    hand.drag(place(dock, CHIN), place(dock, CHIN, by=(4, 3)))  # all that a stroke needs is there
    assert dock.workbench.session is not None
    assert dock.workbench.session.revision == 1
    folder = Path(shutil.copytree(pristine_project, shelf / "archive"))
    with Project.open(folder) as project:
        (first, *_) = project.samples.summaries()
        project.reviews.judge(first.id, Judgement(Verdict.ACCEPT, "Rae"), revision=0)
    close_to_writers(folder)
    with as_nobody():
        assert dock.open_folder(folder)
    assert dock.workbench.is_read_only
    return dock, hand, folder


def place(dock: AnnotatorDock, vertex: int, by: tuple[float, float] = (0, 0)) -> Any:
    session = dock.workbench.session
    assert session is not None
    x, y, _ = session.landmarks[vertex].tolist()
    return x + by[0], y + by[1]


def test_it_says_so_and_its_buttons_are_of_no_use_and_say_why(archive: Archive) -> None:
    dock, _, folder = archive
    assert is_shown(row(dock))
    assert row(dock).text().startswith("Read-only: ")
    assert str(folder) in row(dock).toolTip()
    assert dock.edit._current.text().endswith("; read-only")
    for name, button in dock.edit.buttons.items():
        assert not button.isEnabled(), name
        assert READ_ONLY in button.toolTip(), name
    assert not dock.edit._goes_on.isEnabled()
    assert READ_ONLY in dock.tool_panel._hint.text()
    for button in dock.tool_panel._buttons.values():
        assert not button.isEnabled()
        assert READ_ONLY in button.toolTip()
    for row_of_option in dock.tool_panel.options._rows.values():
        assert not row_of_option.native.isEnabled()
        assert READ_ONLY in row_of_option.tooltip
    shown, pinned, visible = dock.region_panel.buttons("lips")
    assert shown.isEnabled()
    assert not pinned.isEnabled()
    assert not visible.isEnabled()
    assert READ_ONLY in pinned.toolTip()


CHANGES = ["Add photographs", "Add a folder", "Predict", "Learn"]
LOOKS = ["Photographs without", "Export", "Files that failed", "Open project"]


def test_its_menus_offer_what_reads_and_say_why_not_the_rest(archive: Archive) -> None:
    dock, _, _ = archive
    menu = dock.project_menu.menu()
    assert menu is not None
    entries = {entry.text(): entry for entry in menu.actions()}
    for beginning in CHANGES:
        (entry,) = (each for text, each in entries.items() if text.startswith(beginning))
        assert not entry.isEnabled()
        assert READ_ONLY in entry.toolTip()
    for beginning in LOOKS:
        (entry,) = (each for text, each in entries.items() if text.startswith(beginning))
        assert entry.isEnabled()
    dock.samples.list.selectAll()
    dock.samples.batch._menu.aboutToShow.emit()
    *verdicts, separator, select_all = dock.samples.batch._menu.actions()
    assert separator.isSeparator()
    assert select_all.isEnabled()
    assert verdicts
    for entry in verdicts:
        assert not entry.isEnabled()
        assert READ_ONLY in entry.toolTip()


def test_no_stroke_begins_and_the_photograph_moves_instead(archive: Archive) -> None:
    dock, hand, folder = archive
    before, session = files_of(folder), dock.workbench.session
    assert session is not None
    landmarks = session.landmarks.copy()
    start = place(dock, CHIN)
    hand.move(start)
    assert dock.view.aim is None, "no influence is shown"
    hand.press(start)
    assert not session.is_dragging
    assert dock._mouse._drag is None, "napari moves the photograph"
    hand.move((start[0] + 20, start[1] + 10), pressed=True)
    hand.release((start[0] + 20, start[1] + 10))
    assert_array_equal(session.landmarks, landmarks)
    assert not session.unsaved_count
    assert dock._message.text() == READ_ONLY
    assert files_of(folder) == before


KEYS: list[tuple[Any, ...]] = [
    (Key.Key_Return, "\r"), (Key.Key_X, "x"), (Key.Key_E, "e"), (Key.Key_Delete,),
    (Key.Key_Z, "", CTRL), (Key.Key_Z, "", CTRL | SHIFT), (Key.Key_N, "n"), (Key.Key_N, "N", SHIFT),
    (Key.Key_A, "A", SHIFT), (Key.Key_P, "P", SHIFT), (Key.Key_Left,), (Key.Key_F, "f"),
]  # fmt: skip


def test_no_key_changes_anything(archive: Archive) -> None:
    dock, hand, folder = archive
    before, bench = files_of(folder), dock.workbench
    assert bench.session is not None
    landmarks, sample = bench.session.landmarks.copy(), bench.current
    for key in KEYS:
        hand.move(place(dock, CHIN))
        dock._message.setText("")
        hand.key(*key)
        assert QApplication.activeModalWidget() is None, key
        assert bench.current == sample, key
        assert not bench.tools.draws_box, key
        assert_array_equal(bench.session.landmarks, landmarks)
    assert bench.done.last is None
    assert files_of(folder) == before


@pytest.mark.parametrize("key", [KEYS[0], KEYS[3], KEYS[4], KEYS[6], KEYS[8]], ids=repr)
def test_a_key_that_would_change_something_says_why_not(
    archive: Archive, key: tuple[Any, ...]
) -> None:
    dock, hand, _ = archive
    hand.key(*key)
    assert dock._message.text() == READ_ONLY


def test_walking_looking_filtering_and_hiding_work_and_no_visit_is_recorded(
    archive: Archive,
) -> None:
    dock, hand, folder = archive
    before, bench = files_of(folder), dock.workbench
    first = bench.sample_id
    hand.key(Key.Key_D, "d")
    assert bench.sample_id != first
    assert dock.view.is_shown
    hand.move(place(dock, CHIN))
    hand.key(Key.Key_A, "a")
    assert bench.sample_id == first
    hand.key(Key.Key_Y, "y")
    assert dock.view.settings.ghost
    dock.samples.filter.setCurrentIndex([text for text, _ in FILTERS].index("Accepted"))
    assert len(bench.samples) == 1
    shown, _, _ = dock.region_panel.buttons("lips")
    shown.click()
    assert bench.session is not None
    assert np.any(bench.session.state.hidden)
    dock._visits._end()
    assert not dock._visits._waiting
    assert files_of(folder) == before


def test_the_turned_face_is_turned_wherever_it_is_pressed(archive: Archive) -> None:
    dock, hand, _ = archive
    hand.key(Key.Key_J, "j")
    dock.view.settings = replace(dock.view.settings, depth_moves=True)  # else tools act there
    assert dock.view.drawing is not None
    x, y = (dock.view.drawing.points[1] + 0.5).tolist()
    hand.move((x, y))
    hand.press((x, y))
    assert isinstance(dock._mouse._drag, TurnDrag)
    hand.release((x, y))


def test_what_is_accepted_is_exported(
    archive: Archive,
    shelf: Path,
    when_asked: Callable[[Callable[[Any], object]], object],
    wait_for: Callable[..., None],
) -> None:
    dock, _, folder = archive
    before, asked = files_of(folder), []

    def answer(dialog: Any) -> None:
        assert isinstance(dialog, ExportDialog)
        asked.append(dialog.wish.folder)
        form = dialog.form
        assert len(form.kind.choices) == 1, "a release would have to be entered in the project"
        form.parent_folder.value, form.folder.value = shelf, "release"
        dialog.accept()

    when_asked(answer)
    dock.project_menu.ask_export()
    wait_for(lambda: not dock.progress.is_running, "the export")
    assert asked[0].parent == Path.home(), "beside an archive nothing may be written, perhaps"
    assert (shelf / "release").is_dir()
    assert "1 accepted sample exported" in dock._message.text()
    assert files_of(folder) == before


def test_a_photograph_that_is_dropped_is_left_to_napari(archive: Archive) -> None:
    dock, _, folder = archive
    photograph = next((folder / "images").iterdir())
    assert not dock._opened_files._take([str(photograph)], lambda: None)
    assert not dock.project_menu.findChildren(QMessageBox)


def test_once_it_may_be_written_opening_it_again_is_what_helps(archive: Archive) -> None:
    dock, hand, folder = archive
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)
    hand.drag(place(dock, CHIN), place(dock, CHIN, by=(4, 3)))
    assert dock.workbench.session is not None
    assert dock.workbench.session.revision == 0
    assert dock.open_folder(folder)
    assert not dock.workbench.is_read_only
    assert not is_shown(row(dock))
    assert "read-only" not in dock.edit._current.text()
    assert dock.edit.buttons["accept"].isEnabled()
    assert READ_ONLY not in dock.edit.buttons["accept"].toolTip()
    assert all(button.isEnabled() for button in dock.tool_panel._buttons.values())
    hand.drag(place(dock, CHIN), place(dock, CHIN, by=(4, 3)))
    assert dock.workbench.session.revision == 1


def test_one_without_faces_offers_nothing_that_is_refused(
    workplace: Workplace, shelf: Path
) -> None:
    dock, _ = workplace
    Project.create(shelf / "empty").close()
    close_to_writers(shelf / "empty")
    with as_nobody():
        assert dock.open_folder(shelf / "empty")
    page = dock._pages.currentWidget()
    assert page is not None
    texts = [part.text() for part in page.findChildren(QWidget) if hasattr(part, "text")]
    assert any("none can be added" in text for text in texts)
    assert not any("Add" in text or "Predict" in text for text in texts)
    assert is_shown(row(dock))
