"""The dialogs of the project menu, as magicgui forms."""

from collections.abc import Sequence
from pathlib import Path

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, FileEdit, LineEdit, Widget
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, name_button
from annotator.plugin.panels.parts import RowLabel, row_form
from annotator.system.words import count
from annotator.workbench.foreign_text import plain


class FormDialog(QDialog):
    """Rows with labels that line up, an explanation above and OK / Cancel below."""

    def __init__(
        self,
        title: str,
        explanation: str,
        rows: Sequence[tuple[str, Widget]],
        action: str,
        parent: QWidget | None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(plain(title))
        self.setMinimumWidth(480)
        text = PlainLabel(explanation)
        text.setWordWrap(True)
        text.setObjectName("explanation")
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            name_button(ok, action)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = row_form()
        form.setVerticalSpacing(8)
        for label, widget in rows:
            if label:
                form.addRow(RowLabel(label), widget.native)
            else:
                form.addRow(widget.native)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(text)
        layout.addLayout(form)
        layout.addWidget(buttons)


class BackupDialog(FormDialog):
    """Where to, and under which name."""

    def __init__(self, suggested: Path, parent: QWidget | None = None) -> None:
        self._folder = FileEdit(mode=FileDialogMode.EXISTING_DIRECTORY, value=suggested.parent)
        self._name = LineEdit(value=suggested.name)
        super().__init__(
            "Back up the project",
            "One file gets all that was made of the photographs, as it is now. You can go on "
            "annotating meanwhile. The photographs are not in it: their files need a backup of "
            "their own.",
            (("In folder", self._folder), ("New file", self._name)),
            "Back up",
            parent,
        )

    @property
    def file(self) -> Path:
        """The file to make."""
        return Path(str(self._folder.value)) / str(self._name.value).strip()


class PredictDialog(FormDialog):
    """Whether to look for small faces."""

    def __init__(self, photographs: int, parent: QWidget | None = None) -> None:
        self._small_faces = CheckBox(value=True, text="Also look for small faces")
        explanation = (
            f"Of the project's {count(photographs, 'photograph')}, those without a prediction get "
            "one. You can go on annotating meanwhile; a run that is cancelled goes on where it was."
            if photographs
            else "The project holds no photographs yet. Add some first."
        )
        rows = (("", self._small_faces),)
        super().__init__("Predict face meshes", explanation, rows, "Predict", parent)

    @property
    def small_faces(self) -> bool:
        """Whether small faces are looked for."""
        return bool(self._small_faces.value)


def free_folder(project_folder: Path) -> Path:
    """Return a folder beside the project for the next release that does not exist yet."""
    number = 1
    while (folder := project_folder.parent / f"{project_folder.name}-release-{number}").exists():
        number += 1
    return folder
