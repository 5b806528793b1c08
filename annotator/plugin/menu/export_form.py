"""The choices of an export or a release, as a form; what is seldom chosen is folded away."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from magicgui.types import FileDialogMode
from magicgui.widgets import CheckBox, ComboBox, FileEdit, LineEdit
from magicgui.widgets.bases import ValueWidget
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, explain, hint_at
from annotator.plugin.panels.parts import RowLabel, row_form
from annotator.project import Project
from annotator.release.choice import Choice
from annotator.release.formats import FORMATS
from annotator.workbench.export_choices import (
    IMAGES,
    METADATA,
    USUAL_SHARES,
    ExportWish,
    ReleaseEntries,
    carried,
    export_wish,
    release_name,
)
from annotator.workflow.releasing import REQUIRABLE

_KINDS = (("an export", False), ("a release, with splits and a version", True))

Field = ValueWidget[Any] | FileEdit
Rows = Sequence[tuple[str, Field]]


class ExportForm(QWidget):
    """Rows with labels that line up; those of a release are there only for one.

    Parameters
    ----------
    project
    suggested
        The folder of an export.

    Attributes
    ----------
    more : QToolButton
        Unfolds what is seldom chosen.
    """

    def __init__(self, project: Project, suggested: Path) -> None:
        super().__init__()
        kinds = _KINDS[:1] if project.is_read_only else _KINDS
        self.kind = ComboBox(choices=kinds, value=False)
        self.format = ComboBox(choices=[(one.title, name) for name, one in FORMATS.items()])
        self.images = ComboBox(choices=IMAGES, value="copy")
        self.metadata = ComboBox(choices=METADATA, value="strip")
        self.pseudonyms = CheckBox(value=False, text="Replace names of people and files")
        self.parent_folder = FileEdit(
            mode=FileDialogMode.EXISTING_DIRECTORY, value=suggested.parent
        )
        self.folder = LineEdit(value=suggested.name)
        self.name = LineEdit(value=release_name(project.home))
        self.version = _line("proposed from what changed")
        self.licence = _line("of the whole, for the card")
        self._make_more()
        self.explained = PlainLabel()
        self.explained.setWordWrap(True)
        self._lay_out()

    def _make_more(self) -> None:
        """Make what is folded away at first."""
        self.title = _line("of the card; by default the name")
        self.description = _line("what it is, for the card")
        self.shares = LineEdit(value=USUAL_SHARES)
        self.require = {what: CheckBox(value=False, text=what) for what in REQUIRABLE}
        self.own_folder = _path(FileDialogMode.OPTIONAL_FILE, "by default among the project's")
        self.key = _path(FileDialogMode.EXISTING_FILE, "a private SSH key; by default unsigned")
        self.passphrase = _line("of the key, if it is encrypted")
        self.passphrase.native.setEchoMode(QLineEdit.EchoMode.Password)
        self.more = QToolButton()
        self.more.setText("More")
        self.more.setCheckable(True)
        self.more.setAutoRaise(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.toggled.connect(self.arrange)

    @property
    def widgets(self) -> tuple[Field, ...]:
        """All that can be chosen."""
        rows = (
            *self._of_export, *self._of_release, *self._of_both, *self._more_of_release,
            *self._more_of_both,
        )  # fmt: skip
        one_each = (widget for _, widget in rows)
        return (self.kind, self.format, *one_each, *self.require.values())

    @property
    def wish(self) -> ExportWish:
        """What is chosen; raises ExportError if anything of it cannot be."""
        choice = Choice(
            self.format.value,
            self.images.value,
            metadata=self.metadata.value,
            pseudonyms=bool(self.pseudonyms.value),
        )
        return export_wish(
            Path(str(self.parent_folder.value)) / str(self.folder.value).strip(),
            choice,
            release=self._entries() if self.kind.value else None,
            key=str(self.key.line_edit.value),
            passphrase=str(self.passphrase.value),
        )

    def arrange(self) -> None:
        """Show what belongs to what is chosen."""
        is_release, more = bool(self.kind.value), self.more.isChecked()
        arrow = Qt.ArrowType.DownArrow if more else Qt.ArrowType.RightArrow
        self.more.setArrowType(arrow)
        self._show(self._of_export, is_shown=not is_release)
        self._show(self._of_release, is_shown=is_release)
        self._show(self._more_of_release, is_shown=is_release and more)
        self._rows.setRowVisible(self._required, is_release and more)
        self._show(self._more_of_both, is_shown=more)
        self.explained.setText(carried(self.format.value))

    def _entries(self) -> ReleaseEntries:
        return ReleaseEntries(
            str(self.name.value),
            version=str(self.version.value),
            title=str(self.title.value),
            description=str(self.description.value),
            licence=str(self.licence.value),
            shares=str(self.shares.value),
            require=tuple(what for what, box in self.require.items() if box.value),
            folder=str(self.own_folder.line_edit.value),
        )

    def _lay_out(self) -> None:
        self._of_export = (("In folder", self.parent_folder), ("New folder", self.folder))
        self._of_release = (
            ("Name", self.name), ("Version", self.version), ("Licence", self.licence),
        )  # fmt: skip
        self._of_both = (
            ("Photographs", self.images), ("Metadata", self.metadata), ("", self.pseudonyms),
        )  # fmt: skip
        self._more_of_release = (
            ("Title", self.title), ("Description", self.description),
            ("Shares", self.shares), ("New folder", self.own_folder),
        )  # fmt: skip
        self._more_of_both = (("Sign with", self.key), ("Passphrase", self.passphrase))
        self._rows = row_form()
        self._rows.setVerticalSpacing(8)
        self._add(("Make", self.kind), *self._of_export, *self._of_release)
        self._add(("Format", self.format))
        self._rows.addRow(RowLabel(""), self.explained)
        self._add(*self._of_both)
        self._rows.addRow(RowLabel(""), self.more)
        self._add(*self._more_of_release)
        self._required = _side_by_side(list(self.require.values()))
        explain(self._required, "Refuse while an image lacks one of these")
        explain(
            self.shares.native, "Per cent for training, validation and test, of images that are new"
        )
        self._rows.addRow(RowLabel("Required"), self._required)
        self._add(*self._more_of_both)
        self.setLayout(self._rows)

    def _add(self, *rows: tuple[str, Field]) -> None:
        for label, widget in rows:
            self._rows.addRow(RowLabel(label), widget.native)

    def _show(self, rows: Rows, *, is_shown: bool) -> None:
        for _, widget in rows:
            self._rows.setRowVisible(widget.native, is_shown)


def _line(hint: str) -> LineEdit:
    line = LineEdit(value="")
    hint_at(line.native, hint)
    return line


def _path(mode: FileDialogMode, hint: str) -> FileEdit:
    edit = FileEdit(mode=mode, value=None, nullable=True)
    edit.choose_btn.text = "Choose…"  # a new folder is no file
    hint_at(edit.line_edit.native, hint)
    return edit


def _side_by_side(boxes: Sequence[CheckBox]) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for box in boxes:
        layout.addWidget(box.native)
    layout.addStretch(1)
    return row
