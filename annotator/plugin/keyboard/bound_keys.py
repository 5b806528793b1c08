"""The keys in effect while the dock is open: heard before napari hears them."""

from collections.abc import Callable, Mapping
from typing import Any

from qtpy.QtCore import QEvent, QObject
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.private import canvas_widget
from annotator.plugin.canvas.private_window import hear_keys
from annotator.plugin.keyboard.key_reader import KeyReader
from annotator.plugin.keyboard.space_bar import SpaceBar
from annotator.workbench.keys import SHORTCUTS, KeyBindings

Action = Callable[..., object]

_SPACE = "Space"


class BoundKeys(QObject):
    """Does what the table says; while it lasts, its keys win over napari's and its menus'.

    They work whatever layer is selected, and none, and wherever in the window the keyboard is,
    unless the part that has it takes the key.

    Parameters
    ----------
    viewer : napari.Viewer
    actions : mapping of every action in `annotator.workbench.keys.SHORTCUTS` to what it does
        Those that hold are called with whether the key is down.
    space_bar : SpaceBar
        A tap on it starts the action that has the key Space.

    Raises
    ------
    KeyError
        If an action of the table is missing from ``actions``.
    """

    def __init__(self, viewer: Any, actions: Mapping[str, Action], space_bar: SpaceBar) -> None:
        missing = {shortcut.action for shortcut in SHORTCUTS} - actions.keys()
        if missing:
            raise KeyError(*sorted(missing))
        self._canvas = canvas_widget(viewer)
        super().__init__(self._canvas)
        self._actions = {s.action: actions[s.action] for s in SHORTCUTS}
        self._holds = frozenset(s.action for s in SHORTCUTS if s.holds)
        self._repeats = frozenset(s.action for s in SHORTCUTS if s.repeats)
        self._held: dict[str, str] = {}
        self._space_bar = space_bar
        self._reader = KeyReader()
        self._bound: Mapping[str, str] = {}
        self._stop_hearing = hear_keys(viewer, self._on_press, self._on_release)
        window = self._canvas.window() or self._canvas
        self._watched: tuple[QWidget, ...] = (self._canvas, window)
        for widget in self._watched:
            widget.installEventFilter(self)

    def use(self, bindings: KeyBindings) -> None:
        """Bind these keys instead of those before."""
        self._release_held()
        self._bound = bindings.all_keys()

    def close(self) -> None:
        """Leave the keys to napari."""
        self._release_held()
        self._stop_hearing()
        for widget in self._watched:
            widget.removeEventFilter(self)
        # Whoever keeps this object does not keep the window.
        self._watched, self._stop_hearing = (), _nothing
        self.deleteLater()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take keys before napari's menus do, and end what is held when the keyboard goes."""
        if event is None:
            return False
        if event.type() == QEvent.Type.FocusOut and watched is self._canvas:
            self._release_held()  # the release will go elsewhere
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
            return False
        if self._bound_key(event) is None:
            return False
        event.accept()
        return True

    def _bound_key(self, event: QKeyEvent) -> str | None:
        """Return the key that an event means, if it is bound."""
        return next((key for key in self._reader.read(event) if key in self._bound), None)

    def _on_press(self, event: QKeyEvent) -> bool:
        key = self._bound_key(event)
        action = None if key is None else self._bound[key]
        if key is None or action is None:
            is_space = _SPACE in self._reader.read(event)
            if is_space:  # it moves the photograph also where no action has it
                self._space_bar.press(event)
            return is_space
        if action in self._holds:
            self._hold(action, key, event)
        elif key == _SPACE:
            self._space_bar.press(event)
        elif not event.isAutoRepeat() or action in self._repeats:
            self._actions[action]()
        return True

    def _on_release(self, event: QKeyEvent) -> bool:
        if event.isAutoRepeat():
            return False
        keys = self._reader.read(event)
        bases = {_base(key) for key in keys}
        if _SPACE in bases and self._space_bar.release(event) and _SPACE in self._bound:
            self._actions[self._bound[_SPACE]]()
        # With another Shift than at the press the key is the same.
        for action in [a for a, key in self._held.items() if _base(key) in bases]:
            self._let_go(action)
        return False

    def _hold(self, action: str, key: str, event: QKeyEvent) -> None:
        if action not in self._held and not event.isAutoRepeat():
            self._held[action] = key
            self._actions[action](True)

    def _let_go(self, action: str) -> None:
        del self._held[action]
        self._actions[action](False)

    def _release_held(self) -> None:
        self._space_bar.drop()
        for action in list(self._held):
            self._let_go(action)


def _nothing() -> None:
    """Do nothing."""


def _base(key: str) -> str:
    """Return a key without what is held with it."""
    return key.rsplit("-", maxsplit=1)[-1]
