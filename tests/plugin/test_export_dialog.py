"""The window offers the formats of releases that there are."""

from pathlib import Path
from typing import get_args

from pytestqt.qtbot import QtBot

from annotator.plugin.menu.project_forms import ExportDialog
from annotator.release import ImageMode
from annotator.release.formats import FORMATS


def test_every_format_is_offered_by_its_title_and_the_first_is_chosen(qtbot: QtBot) -> None:
    dialog = ExportDialog(Path("faces-release-1"), accepted=3)
    qtbot.addWidget(dialog)
    titles = {known.title: name for name, known in FORMATS.items()}
    offered = dialog._format
    assert list(offered.choices) == list(FORMATS)
    assert dialog.release_format == next(iter(FORMATS))
    for title, name in titles.items():
        offered.native.setCurrentText(title)
        assert dialog.release_format == name


def test_every_way_to_put_photographs_into_a_release_is_offered_and_copying_is_chosen(
    qtbot: QtBot,
) -> None:
    dialog = ExportDialog(Path("faces-release-1"), accepted=3)
    qtbot.addWidget(dialog)
    assert dialog._images.choices == get_args(ImageMode)
    assert dialog.images == "copy"
