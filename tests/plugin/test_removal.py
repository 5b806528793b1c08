"""Taking photographs out of the project from the list, with the mouse."""

from collections.abc import Callable
from pathlib import Path

from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QMessageBox

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project
from annotator.workbench.removal import remove_photographs
from annotator.workflow import import_images

Workplace = tuple[AnnotatorDock, Pointer]


def choose(dock: AnnotatorDock, row: int) -> None:
    rows = dock.samples.list
    spot = rows.visualRect(rows.model().index(row, 0)).center()
    QTest.mouseClick(
        rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot
    )
    process_events()


def entry(dock: AnnotatorDock, text: str):
    dock.samples.batch._menu.aboutToShow.emit()
    return next(each for each in dock.samples.batch._menu.actions() if text in each.text())


def test_a_photograph_is_removed_from_the_list_after_a_question_and_comes_back_when_added_again(
    workplace: Workplace, when_asked, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    bench = dock.workbench
    choose(dock, 0)
    first = bench.samples.at(0)
    before = bench.samples.total
    asked: list[str] = []

    def yes(box) -> None:
        asked.append(box.text())
        box.button(QMessageBox.StandardButton.Yes).click()

    when_asked(yes)
    entry(dock, "from the project").trigger()
    assert "from the project, with" in asked[0]
    gone = before - bench.samples.total
    assert gone >= 1
    assert bench.current is not None
    assert bench.current.image_id != first.image_id
    assert dock.view.is_shown
    path = Path(first.image_file)
    with Project.open(bench.project.home) as elsewhere:
        assert import_images(elsewhere, [path]).restored
    wait_for(lambda: bench.samples.total == before)


def test_the_menu_brings_removed_photographs_back(workplace: Workplace) -> None:
    dock, _ = workplace
    bench = dock.workbench
    before = bench.samples.total
    remove_photographs(bench, (bench.image_id,))
    assert bench.samples.total < before
    entry(dock, "Bring back 1 removed photograph").trigger()
    assert bench.samples.total == before


def test_what_another_program_removes_goes_from_the_window(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    bench = dock.workbench
    current = bench.current
    with Project.open(bench.project.home) as elsewhere:
        elsewhere.removals.remove([current.image_id])
        elsewhere.removals.delete([current.image_id])
    wait_for(lambda: bench.current is not None and bench.current.image_id != current.image_id)
    assert all(bench.samples.at(row).id != current.id for row in range(len(bench.samples)))
    assert dock.view.is_shown
