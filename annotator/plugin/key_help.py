"""The overlay that shows every key."""

from html import escape
from itertools import groupby

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QLabel, QWidget

from annotator.plugin.keys import MOUSE, SHORTCUTS, key_text, keys_of

_STYLE = (
    "QLabel { background: rgba(20, 24, 30, 235); color: #f2f5f7; border-radius: 10px;"
    " padding: 18px 26px; font-size: 13px; }"
)


class KeyHelp(QLabel):
    """A sheet over the canvas with all keys; hidden until asked for.

    Parameters
    ----------
    canvas : QWidget
        The widget to lie over; the sheet stays in its middle.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(help_html(), canvas)
        self.setStyleSheet(_STYLE)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.hide()
        canvas.installEventFilter(self)

    def toggle(self) -> None:
        """Show the sheet, or hide it."""
        if self.isVisible():
            self.hide()
        else:
            self._centre()
            self.show()
            self.raise_()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Follow the canvas when it is resized."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._centre()
        return False

    def mousePressEvent(self, event: object) -> None:  # noqa: N802
        """Hide at a click."""
        self.hide()

    def _centre(self) -> None:
        self.adjustSize()
        canvas = self.parentWidget()
        if canvas is not None:
            self.move(
                (canvas.width() - self.width()) // 2, max((canvas.height() - self.height()) // 2, 0)
            )


def help_html() -> str:
    """Return all keys and mouse actions as one table."""
    groups = [
        (name, [(" or ".join(map(key_text, s.keys)), s.text) for s in members])
        for name, members in groupby(SHORTCUTS, key=lambda shortcut: shortcut.group)
    ]
    rows = "".join(_section(name, lines) for name, lines in (*groups, ("Mouse", list(MOUSE))))
    return f"<table>{rows}</table><p>Press {keys_of('help')} or click to close.</p>"


def _section(title: str, lines: list[tuple[str, str]]) -> str:
    heading = f"<tr><td colspan='2' style='color: #7fd8f5; padding-top: 7px'>{escape(title)}</td>"
    rows = "".join(
        f"<tr><td style='padding-right: 22px'><b>{escape(keys)}</b></td>"
        f"<td>{escape(text)}</td></tr>"
        for keys, text in lines
    )
    return f"{heading}</tr>{rows}"
