"""The entry of the list's menu that takes photographs out of the project, and what it asks."""

from collections.abc import Sequence
from functools import partial

from qtpy.QtWidgets import QMenu, QWidget

from annotator.plugin.panels.questions import is_wanted
from annotator.project import ProjectError
from annotator.system.words import count
from annotator.workbench.removal import photographs_of, removal_question, remove_photographs
from annotator.workbench.workbench import Workbench


def add_removal(
    menu: QMenu, workbench: Workbench, sample_ids: Sequence[int], window: QWidget | None
) -> None:
    """Add an entry that removes the photographs of some samples, after asking.

    Parameters
    ----------
    menu : QMenu
    workbench : Workbench
    sample_ids : sequence of int
    window : QWidget or None
        What the question is in front of.
    """
    images = photographs_of(workbench, sample_ids)
    what = f"{len(images):,} photographs" if len(images) > 1 else "the photograph"
    entry = menu.addAction(f"Remove {what} from the project…")
    if entry is not None:
        entry.setEnabled(bool(images))
        entry.triggered.connect(partial(_ask_and_remove, workbench, images, window))


def _ask_and_remove(
    workbench: Workbench, images: Sequence[int], window: QWidget | None, _checked: bool = False
) -> None:
    try:
        question = removal_question(workbench, images)
    except ProjectError as error:
        workbench.failed.emit(str(error))
        return
    title = f"Remove {count(len(images), 'photograph')}"
    if is_wanted(window, title, question):
        remove_photographs(workbench, images)
