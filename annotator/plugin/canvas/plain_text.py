"""Where text becomes Qt's: labels, tooltips, entries, buttons and boxes that show it as it is.

Qt takes text that looks like markup for markup, an ampersand for the sign of a key, and a line
break for a line. Names and comments are anybody's, and errors quote them. So widgets get text that
is not written where they are made through here, and a test refuses every other way.
"""

import re
from collections.abc import Callable, Sequence

from qtpy.QtCore import Qt
from qtpy.QtGui import QAction
from qtpy.QtWidgets import (
    QAbstractButton,
    QLabel,
    QLineEdit,
    QListWidgetItem,
    QMenu,
    QMessageBox,
    QPushButton,
    QWidget,
)

from annotator.workbench.foreign_text import plain, rich

# What a label has no place to break is broken after so many characters, or it widens the dock.
_LONGEST_WORD = 40
_LONG_WORD = re.compile(rf"[^\s/\\-]{{{_LONGEST_WORD}}}(?=[^\s/\\-])")
BREAK = "\u200b"  # no sign is shown, and a line may end there


class PlainLabel(QLabel):
    """A label of text in which nothing is markup and that is one paragraph."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str | None) -> None:  # noqa: N802
        """Show a text as it is, words that no line could hold broken."""
        super().setText(_LONG_WORD.sub(rf"\g<0>{BREAK}", plain(text or "")))


class MarkupLabel(QLabel):
    """A label of our own words in HTML, without any of others."""

    def __init__(self, html: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.show_html(html)

    def show_html(self, html: str) -> None:
        """Show other words; what of them is foreign has to be escaped."""
        self.setText(html)


def explain(explained: QWidget | QAction, *lines: str) -> None:
    """Give a widget or an entry a tooltip, a line each; without words it has none."""
    explained.setToolTip(rich(*lines))


def name_button(button: QAbstractButton, text: str) -> None:
    """Write on a button; an ampersand is one."""
    button.setText(without_mnemonic(text))


def named_button(text: str, parent: QWidget | None = None) -> QPushButton:
    """Return a button with a text on it."""
    return QPushButton(without_mnemonic(text), parent)


def add_entry(menu: QMenu, text: str, callback: Callable[..., object] | None = None) -> QAction:
    """Add an entry to a menu, and return it.

    The callback may be handed whether the entry is checked. It is connected as it is: Qt does not
    hold on to an object for its method, and would for the sake of a function around it.
    """
    entry = QAction(without_mnemonic(text), menu)
    if callback is not None:
        entry.triggered.connect(callback)
    menu.addAction(entry)
    return entry


def fill_field(field: QLineEdit, text: str) -> None:
    """Write into a field what somebody could have typed there; in a field nothing is markup."""
    field.setText(text)


def hint_at(field: QLineEdit, hint: str) -> None:
    """Say in an empty field what belongs there; in a field nothing is markup."""
    field.setPlaceholderText(hint)


def list_item(text: str) -> QListWidgetItem:
    """Return a row for a list."""
    return QListWidgetItem(plain(text))


def message_box(
    parent: QWidget | None, title: str, text: str, informative: Sequence[str] = ()
) -> QMessageBox:
    """Return a box with a text, and lines below it."""
    box = QMessageBox(parent)
    box.setWindowTitle(plain(title))
    # Versions of Qt differ in whether the format holds for the lines below: both are markup.
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(rich(text))
    box.setInformativeText(rich(*informative))
    return box


def show_details(box: QMessageBox, lines: Sequence[str]) -> None:
    """Give a box a field with more lines, which is opened by a button."""
    box.setDetailedText("\n".join(map(plain, lines)))


def without_mnemonic(text: str) -> str:
    """Return a text for a button or a menu, in which an ampersand would name a key."""
    return plain(text).replace("&", "&&")
