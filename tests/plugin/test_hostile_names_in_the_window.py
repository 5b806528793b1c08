"""A project of names that would be obeyed somewhere: the real window shows them as they are."""

import shutil
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt
from qtpy.QtGui import QAction
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLabel,
    QLineEdit,
    QMessageBox,
    QWidget,
)

from annotator.plugin.canvas.plain_text import MarkupLabel
from annotator.plugin.canvas.pointer import process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.plugin.menu import closing as closing_window
from annotator.plugin.menu.faceless_dialog import FacelessDialog
from annotator.plugin.menu.opened_files import _Question
from annotator.plugin.menu.welcome import welcome
from annotator.plugin.panels.questions import is_wanted
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.workbench.question import Question
from annotator.workbench.steps import Step

OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]

MARKUP = "<h1>R&D<img src=x>&amp;&lt;b&gt;</h1>"
CONTROL = "\x1b[2J\r\nforged: 1\b\x9b\u2028\u202egpj"
HOSTILE = f"{MARKUP}{CONTROL}"
LONG = "é" * 125
NAMES = [HOSTILE, LONG, "&quit", "[red]%s{}[/red]", "\u202egpj.exe", "a\nb"]
# What a text holds where markup of others is in it unescaped.
RAW = ("<h1", "<img", "</h1")
UNFIT = {"Cc", "Cs", "Zl", "Zp"}


@pytest.fixture
def hostile(pristine_project: Path, tmp_path: Path) -> Path:
    """A project of such a name, with such photographs, people and comments in its rows."""
    home = Path(shutil.copytree(pristine_project, tmp_path / HOSTILE.replace("/", "_")))
    with closing(sqlite3.connect(home / "project.sqlite")) as rows, rows:
        images = rows.execute("SELECT id, path FROM images ORDER BY id").fetchall()
        for (image, path), name in zip(images, NAMES, strict=False):
            renamed = f"{Path(path).parent}/{name.replace('/', '_')}.jpg"
            (home / path).rename(home / renamed)
            rows.execute("UPDATE images SET path = ? WHERE id = ?", (renamed, image))
        rows.execute(
            "UPDATE samples SET annotator = ?, reviewer = ?, added_by = ?", (HOSTILE, LONG, HOSTILE)
        )
        rows.execute(
            "INSERT INTO reviews (sample_id, verdict, reviewer, reasons, comment, created_at, "
            "revision) SELECT id, 'send_back', ?, 'other', ?, '2026-01-01 00:00:00.000000', 0 "
            "FROM samples",
            (HOSTILE, HOSTILE * 40),
        )
        rows.executemany(
            "INSERT INTO failed_files (path, reason, failed_at) "
            "VALUES (?, ?, '2026-01-01 00:00:00.000000')",
            [(f"images/{n}{HOSTILE.replace('/', '_')}", f"no image\n{HOSTILE}") for n in range(12)],
        )
        for n in range(12):
            (home / f"images/{n}{HOSTILE.replace('/', '_')}").write_bytes(b"none")
    return home


def texts(widget: QWidget) -> Iterator[tuple[str, str]]:
    """Yield what a widget shows, and in which way."""
    yield "tooltip", widget.toolTip()
    yield "title", widget.windowTitle()
    yield "accessible name", widget.accessibleName()
    if isinstance(widget, QLabel):
        yield "label", widget.text().removeprefix("Add to the project?\n\n")
    if isinstance(widget, QAbstractButton):
        yield "button", widget.text()
    for action in widget.actions():
        yield "entry", action.text()
        yield "tooltip", action.toolTip()
    if isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            yield "row", str(model.data(index, int(Qt.ItemDataRole.DisplayRole)) or "")
            yield "tooltip", str(model.data(index, int(Qt.ItemDataRole.ToolTipRole)) or "")


def look_at(*roots: QWidget) -> str:
    """Check every widget in these, and return all that they show."""
    shown = []
    for root in roots:
        for widget in (root, *root.findChildren(QWidget)):
            if isinstance(widget, QLineEdit):
                continue  # a field shows what is in it, and no markup
            for way, text in texts(widget):
                check(widget, way, text)
                shown.append(text)
    return "\n".join(shown)


def check(widget: QWidget | QAction, way: str, text: str) -> None:
    where = f"{type(widget).__name__} {way}: {text!r}"
    breaks = "\n" if way == "tooltip" else ""
    unfit = [s for s in text if unicodedata.category(s) in UNFIT and s not in breaks]
    assert not unfit, where
    assert "\u202e" not in text, where
    if way == "tooltip" or (isinstance(widget, QLabel) and way == "label"):
        is_plain = isinstance(widget, QLabel) and widget.textFormat() == Qt.TextFormat.PlainText
        if not (is_plain and way == "label"):
            may_be_markup = isinstance(widget, MarkupLabel) or Qt.mightBeRichText(text)
            assert not (may_be_markup and any(raw in text for raw in RAW)), where
            assert may_be_markup or not any(raw in text for raw in RAW), where
    if isinstance(widget, QLabel) and way == "label" and text.startswith("<qt>"):
        assert widget.textFormat() != Qt.TextFormat.PlainText, where  # its signs would be seen
    if way in {"button", "entry"}:
        assert "R&D" not in text, where  # which would show RD


@pytest.fixture
def opened(open_dock: OpenDock, hostile: Path) -> tuple[Any, AnnotatorDock]:
    return open_dock(hostile)


def test_every_part_of_the_dock_shows_names_as_they_are(opened) -> None:
    _, dock = opened
    bench = dock.workbench
    assert bench.project is not None
    seen = ""
    for _ in range(len(bench.samples)):
        for page in range(dock.edit.tabs.count()):
            dock.edit.tabs.setCurrentIndex(page)
        process_events()
        seen += look_at(dock.window())
        bench.step(1)
    assert "&lt;h1&gt;" in seen  # in tooltips
    assert "<h1>" in seen  # and in plain labels
    assert r"\x1b[2J" in seen
    assert "R&&D" in seen or "R&D" in seen


def test_the_contact_sheet_shows_names_as_they_are(opened) -> None:
    _, dock = opened
    dock.sheet.open()
    process_events()
    assert "&lt;h1&gt;" in look_at(dock.sheet)
    assert "<h1>" in dock.sheet.windowTitle()


def test_what_is_told_and_worked_at_is_shown_as_it_is(opened) -> None:
    _, dock = opened
    for signal in (dock.workbench.told, dock.workbench.failed, dock.progress.failed):
        signal.emit(f"{HOSTILE}: cannot be read")
        process_events()
        assert "<h1>" in look_at(dock.window())
    dock.progress._show(Step(1, 2, f"reading {HOSTILE}"))
    dock.progress.show()
    assert "reading <h1>" in look_at(dock.progress)
    dock.telling.put_away()
    process_events()
    look_at(dock.window())


def test_menus_and_pages_show_names_as_they_are(opened) -> None:
    _, dock = opened
    menu = dock.project_menu
    menu._recent_menu.fill()
    assert "R&&D" in look_at(menu, menu.menu(), menu._recent_menu)
    page = welcome(menu)
    assert "Reopen “<h1>R&&D" in look_at(page)
    page.deleteLater()
    dock.samples.list.selectAll()
    dock.samples.batch._fill()
    look_at(dock.samples.batch._menu)
    dock.samples.batch._menu.clear()
    dock.workbench.rename_annotator(HOSTILE)
    assert "R&&D" in look_at(dock.who)
    dock._finder.open()
    for name in {
        sample.image_name
        for sample in (dock.workbench.samples.at(row) for row in range(len(dock.workbench.samples)))
    }:
        dock._finder.field.setText(name[:40])
        assert dock._finder.matches.count()
        look_at(dock._finder)
    dock._finder.close_field()
    question = Question(HOSTILE, HOSTILE, HOSTILE, lambda: None, lambda: None)
    dock.question.ask(question)
    assert "<h1>" in look_at(dock.question)
    dock.question.leave()
    dock.others._note.say(HOSTILE, (5, 5))
    assert "<h1>" in look_at(dock.others._note)
    dock.others._note.say("", (5, 5))


def test_dialogs_show_names_as_they_are(opened, when_asked) -> None:
    _, dock = opened
    bench, seen = dock.workbench, []

    def looked(dialog: QWidget) -> None:
        if isinstance(dialog, QMessageBox):
            seen.extend([dialog.text(), dialog.informativeText(), dialog.detailedText()])
        seen.append(look_at(dialog))
        dialog.close()

    when_asked(looked)
    dock.project_menu.show_failed()
    _, informative, details = seen[:3]
    assert informative.count("<br>") == 10  # ten files, a line each, and how many more there are
    assert details.count("\n") == 11
    for ask in (
        lambda: is_wanted(dock, HOSTILE, HOSTILE),
        lambda: closing_window._ask(1, [HOSTILE], dock),
        lambda: _Question([Path(HOSTILE), Path(LONG)], dock).exec(),
        lambda: FacelessDialog(bench.project.images.all(), dock).exec(),
        dock.project_menu.ask_predict,
        dock.ask_annotator,
    ):
        when_asked(looked)
        ask()
    send_back = SendBackDialog(dock)
    send_back.fill((), HOSTILE)
    look_at(send_back)
    send_back.deleteLater()


def test_long_names_widen_nothing(opened, hostile: Path) -> None:
    _, dock = opened
    bench = dock.workbench
    widest = dock.minimumSizeHint().width()
    bench.failed.emit(f"{LONG}{LONG}{LONG}")
    bench.told.emit(f"{LONG}{LONG}{LONG}")
    dock.progress._show(Step(1, 2, LONG * 3))
    dock.progress.show()
    process_events()
    assert dock.minimumSizeHint().width() <= max(widest, 420)
    assert dock.width() < 520
