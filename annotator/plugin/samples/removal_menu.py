"""The entries of the list's menu that take photographs out of the project, and bring them back."""

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from qtpy.QtWidgets import QMenu, QWidget

from annotator.plugin.canvas.plain_text import add_entry
from annotator.plugin.panels.questions import is_wanted
from annotator.project import ProjectError
from annotator.system.words import count
from annotator.workbench.removal import (
    bring_back,
    photographs_of,
    removal_question,
    remove_photographs,
)
from annotator.workbench.workbench import Workbench


def add_removal(
    menu: QMenu, workbench: Workbench, sample_ids: Sequence[int], window: QWidget | None
) -> None:
    """Add entries that remove the photographs of some samples, after asking, and bring them back.

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
    ask = partial(_ask_and_remove, workbench, images, window)
    add_entry(menu, f"Remove {what} from the project…", ask).setEnabled(bool(images))
    _add_bringing_back(menu, workbench)


def _add_bringing_back(menu: QMenu, workbench: Workbench) -> None:
    """Add an entry that brings back what was removed, if anything was."""
    if workbench.project is None:
        return
    with suppress(ProjectError):
        if removed := workbench.project.removals.ids():
            what = count(len(removed), "removed photograph")
            add_entry(menu, f"Bring back {what}", partial(_bring_back, workbench, removed))


def _bring_back(workbench: Workbench, images: Sequence[int], _checked: bool = False) -> None:
    bring_back(workbench, images)


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
