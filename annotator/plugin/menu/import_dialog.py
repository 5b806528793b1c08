"""Choosing what is imported, and seeing what will become of it before it is."""

from collections.abc import Callable
from pathlib import Path

from magicgui.types import FileDialogMode
from magicgui.widgets import ComboBox, FileEdit
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, list_item, name_button
from annotator.plugin.menu.progress_row import ProgressRow
from annotator.plugin.menu.project_forms import FormDialog
from annotator.project import Project
from annotator.workbench.importing import Importing, ImportOrder
from annotator.workbench.steps import patiently
from annotator.workflow.importing_annotations.converting import Purpose

_SIZE = (560, 420)
_PURPOSES: tuple[tuple[str, Purpose], ...] = (
    ("annotations, with their people and verdicts", "annotations"),
    ("predictions of a model", "predictions"),
    ("guides beside the meshes", "guides"),
)


class ImportDialog(FormDialog):
    """What is imported, as what, and where its photographs are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._folder = FileEdit(mode=FileDialogMode.EXISTING_DIRECTORY, value=None, nullable=True)
        self._file = FileEdit(mode=FileDialogMode.EXISTING_FILE, value=None, nullable=True)
        self._purpose = ComboBox(choices=_PURPOSES, value="annotations")
        self._photographs = FileEdit(
            mode=FileDialogMode.EXISTING_DIRECTORY, value=None, nullable=True
        )
        rows = (
            ("Release, project or folder", self._folder), ("or one file", self._file),
            ("Faces come in as", self._purpose),
            ("Add photographs from", self._photographs),
        )  # fmt: skip
        super().__init__(
            "Import annotations",
            "You see what will become of each face before anything is written. What people made"
            " here stays. Photographs are only added from a folder that you name.",
            rows,
            "Look at it",
            parent,
        )

    @property
    def order(self) -> ImportOrder | None:
        """What was chosen; None if nothing was."""
        what = _path(self._folder) or _path(self._file)
        if what is None:
            return None
        purpose: Purpose = self._purpose.value
        return ImportOrder(what, purpose, _path(self._photographs))


class ImportPlanDialog(QDialog):
    """What will become of each face, and whether it is to be done."""

    def __init__(self, importing: Importing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import annotations")
        self.resize(*_SIZE)
        self.texts = [PlainLabel(line) for line in importing.summary]
        for text in self.texts:
            text.setWordWrap(True)
        self.faces = QListWidget()
        self.faces.setWordWrap(True)  # what is in the way has the longest sentences
        for line in importing.faces:
            self.faces.addItem(list_item(line))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            name_button(ok, "Import")
            ok.setEnabled(importing.does_something)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (*self.texts, self.faces, buttons):
            layout.addWidget(widget)


class ImportRun:
    """An import from its dialog to its end: looked at on a thread, asked, done on a thread.

    Parameters
    ----------
    progress
        Where long work runs.
    tell
        Shows a sentence to the annotator.
    """

    def __init__(self, progress: ProgressRow, tell: Callable[[str], None]) -> None:
        self._progress = progress
        self._tell = tell

    def ask(self, project: Project, by: str, parent: QWidget) -> None:
        """Ask what is imported, and begin to look at it."""
        dialog = ImportDialog(parent)
        if not dialog.exec():
            return
        order = dialog.order
        if order is None:
            self._tell("Nothing was chosen: choose a folder or a file.")
            return
        importing = Importing(order, by)
        self._progress.run(
            patiently(project, importing.planning(project)),
            lambda: self._show(project, importing, parent),
            importing.cancel,
        )

    def _show(self, project: Project, importing: Importing, parent: QWidget) -> None:
        if importing.is_cancelled or not importing.is_planned:
            importing.close()
            if importing.is_cancelled:
                self._tell("Cancelled: nothing was imported.")
            return
        if not ImportPlanDialog(importing, parent).exec():
            importing.close()
            self._tell("Nothing was imported.")
            return
        self._progress.run(patiently(project, importing.carrying_out(project)), importing.close)


def _path(edit: FileEdit) -> Path | None:
    value = edit.value
    return None if value in (None, Path(), Path()) or not str(value).strip() else Path(str(value))
