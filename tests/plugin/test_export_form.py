"""All that the form of an export has can be chosen, and what has no preview is told as it is."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from magicgui.widgets import CheckBox, ComboBox, FileEdit
from qtpy.QtWidgets import QApplication

from annotator.plugin.menu.export_form import ExportForm, Field
from annotator.plugin.menu.export_preview_pane import ExportPreviewPane
from annotator.project import Project
from annotator.workbench.export_choices import ReleaseEntries
from annotator.workbench.export_previews import Trouble


@pytest.fixture
def form(qapp: QApplication, project_folder: Path, tmp_path: Path) -> Iterator[ExportForm]:
    with Project.open(project_folder) as project:
        made = ExportForm(project, tmp_path / "out")
        yield made
        made.deleteLater()


def choose(form: ExportForm, widget: Field, elsewhere: Path) -> None:
    """Choose something else than what is chosen."""
    if isinstance(widget, CheckBox):
        widget.value = not widget.value
    elif isinstance(widget, ComboBox):
        widget.value = next(one for one in widget.choices if one != widget.value)
    elif isinstance(widget, FileEdit):
        widget.line_edit.value = str(elsewhere)
    elif widget is form.shares:
        widget.value = "70/20/10"
    else:
        widget.value = "7.0.0"  # a version, and a name


def test_whatever_is_chosen_in_the_form_is_in_the_wish(form: ExportForm, tmp_path: Path) -> None:
    first, first_entries = form.wish, form._entries()
    for number, widget in enumerate(form.widgets):
        before = form.wish
        choose(form, widget, tmp_path / str(number))
        assert form.wish != before, f"widget {number}, {widget!r}"
    last, last_entries = form.wish, form._entries()
    for name in ("format", "images", "metadata", "pseudonyms"):
        assert getattr(last.choice, name) != getattr(first.choice, name), name
    for one in fields(ReleaseEntries):
        assert getattr(last_entries, one.name) != getattr(first_entries, one.name), one.name
    assert last.sign is not None
    assert last.sign.passphrase


@pytest.mark.parametrize(
    ("forbids", "said"),
    [(True, "Nothing can be written so:"), (False, "What will be written cannot be shown:")],
)
def test_a_trial_that_fails_alone_is_not_called_an_export_that_cannot_be_written(
    qapp: QApplication, forbids: bool, said: str
) -> None:
    pane = ExportPreviewPane()
    pane.show_trouble(Trouble("no space left in <b>/tmp</b>", forbids=forbids))
    assert pane.files.toPlainText() == f"{said}\nno space left in <b>/tmp</b>"
    assert pane.picture.isHidden()
    pane.deleteLater()
