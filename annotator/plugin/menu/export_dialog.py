"""Exporting or releasing what is accepted: how, where to, and what that will write."""

from pathlib import Path
from typing import Any

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, FileEdit, LineEdit
from magicgui.widgets.bases import ValueWidget
from qtpy.QtCore import QTimer, Signal
from qtpy.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import PlainLabel, name_button
from annotator.plugin.menu.export_preview_pane import ExportPreviewPane
from annotator.plugin.panels.parts import RowLabel, row_form
from annotator.project import Project
from annotator.release import ExportError
from annotator.release.choice import Choice
from annotator.release.formats import FORMATS
from annotator.system.words import count
from annotator.workbench.export_choices import (
    IMAGES,
    METADATA,
    ExportWish,
    carried,
    export_wish,
    release_name,
)
from annotator.workbench.export_previews import ExportPreviews, Told

_PAUSE_MS = 300  # after a change, before a preview is made of it
_SIZE = (900, 540)
_KINDS = (("an export", False), ("a release, with splits and a version", True))


class ExportDialog(QDialog):
    """Choices on the left, and on the right what they will write.

    Parameters
    ----------
    project
    suggested
        The folder of an export.
    accepted
        How many samples.
    """

    _posted = Signal(object)

    def __init__(
        self, project: Project, suggested: Path, accepted: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export accepted samples")
        self._explained = _explanation(accepted)
        self.form = _Form(project, suggested)
        self.preview = ExportPreviewPane()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._ask)
        self._posted.connect(self._show)
        self._previews = ExportPreviews(project, self._posted.emit)
        self.finished.connect(self._previews.close)
        self._lay_out()
        for widget in self.form.widgets:
            widget.changed.connect(self._change)
        self._change()
        self.resize(*_SIZE)

    @property
    def wish(self) -> ExportWish:
        """What is chosen; raises ExportError if a release cannot be called so."""
        return self.form.wish

    def _lay_out(self) -> None:
        area = QScrollArea()
        area.setWidget(self.form)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        sides = QHBoxLayout()
        sides.addWidget(area, stretch=3)
        sides.addWidget(self.preview, stretch=2)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._explained)
        layout.addLayout(sides, stretch=1)
        layout.addWidget(buttons)

    def _change(self) -> None:
        """Follow a choice: show what belongs to it, and ask for another preview."""
        self.form.arrange()
        if self.ok is not None:
            name_button(self.ok, "Release" if self.form.kind.value else "Export")
        self.preview.wait()
        self._timer.start()

    def _ask(self) -> None:
        try:
            wish = self.wish
        except ExportError as error:
            self._show(str(error))
            return
        self._previews.ask(wish.choice, wish.release)

    def _show(self, told: Told) -> None:
        if isinstance(told, str):
            self.preview.show_trouble(told)
        else:
            self.preview.show_preview(told)


def _explanation(accepted: int) -> PlainLabel:
    text = PlainLabel(
        f"A new folder gets {count(accepted, 'accepted sample')}, and a manifest that says who "
        "accepted what. An existing folder is never written over."
    )
    text.setWordWrap(True)
    text.setObjectName("explanation")
    return text


class _Form(QWidget):
    """The choices, with labels that line up; those of a release are there only for one."""

    def __init__(self, project: Project, suggested: Path) -> None:
        super().__init__()
        kinds = _KINDS[:1] if project.is_read_only else _KINDS
        self.kind = ComboBox(choices=kinds, value=False)
        self.parent_folder = FileEdit(
            mode=FileDialogMode.EXISTING_DIRECTORY, value=suggested.parent
        )
        self.folder = LineEdit(value=suggested.name)
        self.name = LineEdit(value=release_name(project.home))
        self.version = LineEdit(value="")
        self.licence = LineEdit(value="")
        self.require = CheckBox(value=False, text="Refuse images without a licence")
        self.format = ComboBox(choices=[(one.title, name) for name, one in FORMATS.items()])
        self.images = ComboBox(choices=IMAGES, value="copy")
        self.metadata = ComboBox(choices=METADATA, value="strip")
        self.pseudonyms = CheckBox(value=False, text="Replace names of people and files")
        self.explained = PlainLabel()
        self.explained.setWordWrap(True)
        self._of_export = (("In folder", self.parent_folder), ("New folder", self.folder))
        self._of_release = (
            ("Name", self.name), ("Version", self.version), ("Licence", self.licence),
            ("", self.require),
        )  # fmt: skip
        self._of_both = (
            ("Photographs", self.images), ("Metadata", self.metadata), ("", self.pseudonyms),
        )  # fmt: skip
        self.version.native.setPlaceholderText("proposed from what changed")
        self.licence.native.setPlaceholderText("of the whole, for the card")
        self._lay_out()

    @property
    def widgets(self) -> tuple[ValueWidget[Any] | FileEdit, ...]:
        """All that can be chosen."""
        rows = (*self._of_export, *self._of_release, *self._of_both)
        return (self.kind, self.format, *(widget for _, widget in rows))

    @property
    def wish(self) -> ExportWish:
        choice = Choice(
            self.format.value,
            self.images.value,
            metadata=self.metadata.value,
            pseudonyms=bool(self.pseudonyms.value),
        )
        return export_wish(
            Path(str(self.parent_folder.value)) / str(self.folder.value).strip(),
            choice,
            name=str(self.name.value).strip() if self.kind.value else None,
            version=str(self.version.value).strip(),
            licence=str(self.licence.value).strip(),
            require_licence=bool(self.require.value),
        )

    def arrange(self) -> None:
        """Show what belongs to what is chosen."""
        is_release = bool(self.kind.value)
        for rows, is_shown in ((self._of_export, not is_release), (self._of_release, is_release)):
            for _, widget in rows:
                self._rows.setRowVisible(widget.native, is_shown)
        self.explained.setText(carried(self.format.value))

    def _lay_out(self) -> None:
        self._rows = row_form()
        self._rows.setVerticalSpacing(8)
        self._add(("Make", self.kind), *self._of_export, *self._of_release)
        self._add(("Format", self.format))
        self._rows.addRow(RowLabel(""), self.explained)
        self._add(*self._of_both)
        self.setLayout(self._rows)

    def _add(self, *rows: tuple[str, ValueWidget[Any] | FileEdit]) -> None:
        for label, widget in rows:
            self._rows.addRow(RowLabel(label), widget.native)
