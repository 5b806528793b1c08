"""The overlay that shows every key."""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from qtpy.QtCore import QEvent, QObject
from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.plain_text import MarkupLabel
from annotator.workbench.key_names import key_text
from annotator.workbench.keys import DEFAULT_BINDINGS, MOUSE, SHORTCUTS, KeyBindings

_STYLE = (
    "QLabel {{ background: rgba(20, 24, 30, 250); color: #f2f5f7; border-radius: 10px;"
    " padding: {padding}px; font-size: {font}px; }}"
)
# Columns, size of the letters and padding in px: the first that fits the window is taken.
_LAYOUTS = (
    (1, 13, 18), (2, 13, 18), (3, 13, 14), (2, 12, 10), (3, 12, 10), (2, 11, 8), (3, 11, 8),
    (4, 11, 8), (2, 10, 6), (4, 10, 6),
)  # fmt: skip

Action = Callable[..., object]
Group = tuple[str, list[tuple[str, str]]]


class KeyHelp(MarkupLabel):
    """A sheet over the window with all keys; hidden until asked for.

    Parameters
    ----------
    canvas : QWidget
        A widget of the window to lie over; the sheet stays in the window's middle.
    """

    def __init__(self, canvas: QWidget) -> None:
        window = canvas.window() or canvas
        super().__init__(parent=window)
        self._bindings = DEFAULT_BINDINGS
        self.hide()
        window.installEventFilter(self)

    def remove(self) -> None:
        """Leave the window."""
        window = self.parentWidget()
        if window is not None:
            window.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def use_keys(self, bindings: KeyBindings) -> None:
        """Show these keys."""
        self._bindings = bindings
        if self.isVisible():
            self._lay_out()

    def in_front_of(self, actions: Mapping[str, Action]) -> dict[str, Action]:
        """Return actions that only put the sheet away while that hides the face."""
        return {name: self._unless_shown(action) for name, action in actions.items()}

    def _unless_shown(self, action: Action) -> Action:
        def act(*is_down: bool) -> None:
            if self.isVisible():
                self.hide()
            else:
                action(*is_down)

        return act

    def toggle(self) -> None:
        """Show the sheet, or hide it."""
        if self.isVisible():
            self.hide()
        else:
            self._lay_out()
            self.show()
            self.raise_()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Follow the window when it is resized."""
        if event is not None and event.type() == QEvent.Type.Resize and self.isVisible():
            self._lay_out()
        return False

    def mousePressEvent(self, event: object) -> None:  # noqa: N802
        """Hide at a click."""
        self.hide()

    def _lay_out(self) -> None:
        """Take the largest letters and the fewest columns that fit, and the middle."""
        window = self.parentWidget()
        if window is None:
            return
        for columns, font, padding in _LAYOUTS:
            self.setStyleSheet(_STYLE.format(font=font, padding=padding))
            self.show_html(help_html(self._bindings, columns))
            self.adjustSize()
            if self.width() <= window.width() and self.height() <= window.height():
                break
        self.move(
            max((window.width() - self.width()) // 2, 0),
            max((window.height() - self.height()) // 2, 0),
        )


def help_html(bindings: KeyBindings = DEFAULT_BINDINGS, columns: int = 1) -> str:
    """Return all keys and mouse actions, the groups spread over so many columns."""
    cells = "".join(
        f"<td style='padding: 0 9px'><table>{''.join(map(_section, groups))}</table></td>"
        for groups in spread(help_groups(bindings), columns)
    )
    key = bindings.text("help")
    close = f"Press {escape(key)} or click to close." if key else "Click to close."
    return f"<table><tr>{cells}</tr></table><p>{close}</p>"


def help_groups(bindings: KeyBindings) -> list[Group]:
    """Return the lines of the sheet, (keys, text) each, by group; without keys, a dash."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for shortcut in SHORTCUTS:
        keys = " or ".join(map(key_text, bindings.of(shortcut.action)))
        groups.setdefault(shortcut.group, []).append((keys or "–", shortcut.text))
    return [*groups.items(), ("Mouse", list(MOUSE))]


def spread(groups: Sequence[Group], columns: int) -> list[list[Group]]:
    """Return the groups in order in so many columns, the longest of which is the shortest."""
    heights = [len(lines) + 1 for _, lines in groups]
    limit = max(*heights, -(-sum(heights) // columns))
    while len(filled := _filled(groups, heights, limit)) > columns:
        limit += 1
    return filled


def _filled(groups: Sequence[Group], heights: Sequence[int], limit: int) -> list[list[Group]]:
    filled: list[list[Group]] = []
    height = limit
    for group, own in zip(groups, heights, strict=True):
        if height + own > limit:
            filled.append([])
            height = 0
        filled[-1].append(group)
        height += own
    return filled


def _section(group: Group) -> str:
    title, lines = group
    heading = f"<tr><td colspan='2' style='color: #7fd8f5; padding-top: 7px'>{escape(title)}</td>"
    rows = "".join(
        f"<tr><td style='padding-right: 14px; white-space: nowrap'><b>{escape(keys)}</b></td>"
        f"<td style='white-space: nowrap'>{escape(text)}</td></tr>"
        for keys, text in lines
    )
    return f"{heading}</tr>{rows}"
