"""The keys in effect while the dock is open: bound in napari, and given back on closing."""

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from qtpy.QtCore import QEvent, QObject
from qtpy.QtGui import QKeyEvent, QKeySequence
from qtpy.QtWidgets import QWidget

from annotator.workbench.key_names import bound_key, qt_key
from annotator.workbench.keys import SHORTCUTS, KeyBindings

Action = Callable[..., object]


class BoundKeys(QObject):
    """Binds every shortcut; while it lasts, they win over napari's own and those of its menus.

    Parameters
    ----------
    canvas : QWidget
        Where the keys are pressed.
    targets : viewers and layers of napari
    actions : mapping of every action in `annotator.workbench.keys.SHORTCUTS` to what it does
        Those that hold are called with whether the key is down.

    Raises
    ------
    KeyError
        If an action of the table is missing from ``actions``.
    """

    def __init__(
        self, canvas: QWidget, targets: Iterable[Any], actions: Mapping[str, Action]
    ) -> None:
        missing = {shortcut.action for shortcut in SHORTCUTS} - actions.keys()
        if missing:
            raise KeyError(*sorted(missing))
        super().__init__(canvas)
        self._targets = tuple(targets)
        self._holds = {s.action: _Hold(actions[s.action]) for s in SHORTCUTS if s.holds}
        self._callbacks = {
            s.action: self._holds[s.action].callback() if s.holds else _once(actions[s.action])
            for s in SHORTCUTS
        }
        # What each key did before, to be put back.
        self._before: list[tuple[Any, str, Any]] = []
        self._sequences: frozenset[str] = frozenset()
        self._canvas = canvas
        canvas.installEventFilter(self)

    def use(self, bindings: KeyBindings) -> None:
        """Bind these keys instead of those before."""
        self._give_back()
        keys = bindings.all_keys()
        for target in self._targets:
            for key, action in keys.items():
                name = bound_key(key)
                before = target.bind_key(name, self._callbacks[action], overwrite=True)
                self._before.append((target, name, before))
        self._sequences = frozenset(map(_sequence, keys))

    def close(self) -> None:
        """Give the keys back to napari."""
        self._give_back()
        self._canvas.removeEventFilter(self)
        self.deleteLater()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take keys before napari's menus do, and end what is held when the keyboard goes."""
        if event is None:
            return False
        if event.type() == QEvent.Type.FocusOut:
            self._release_held()  # the release will go elsewhere
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            pressed = QKeySequence(event.keyCombination()).toString().replace("Return", "Enter")
            if pressed in self._sequences:
                event.accept()
                return True
        return False

    def _give_back(self) -> None:
        self._release_held()
        for target, name, before in self._before:
            target.bind_key(name, before, overwrite=True)
        self._before.clear()
        self._sequences = frozenset()

    def _release_held(self) -> None:
        for hold in self._holds.values():
            hold.release()


class _Hold:
    """An action that lasts while a key is held."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._is_held = False

    def callback(self) -> Callable[[Any], Generator[None, None, None]]:
        """Return what napari calls: up to the yield at the press, the rest at the release."""

        def press(_target: Any) -> Generator[None, None, None]:
            self._is_held = True
            self._action(True)
            yield
            self.release()

        return press

    def release(self) -> None:
        """End the action, unless it has ended."""
        if self._is_held:
            self._is_held = False
            self._action(False)


def _once(action: Action) -> Callable[[Any], None]:
    def callback(_target: Any) -> None:
        action()

    return callback


def _sequence(key: str) -> str:
    return QKeySequence(qt_key(key)).toString().replace("Return", "Enter")
