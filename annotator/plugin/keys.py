"""Every key of the plugin, in one table: what binds them and what explains them."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shortcut:
    """One action and the keys that start it, in napari's notation.

    ``Mod`` stands for the key that commands go with: Ctrl, or Cmd on macOS.
    """

    action: str
    keys: tuple[str, ...]
    text: str
    group: str


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut("next", ("D",), "Next sample", "Samples"),
    Shortcut("previous", ("A",), "Previous sample", "Samples"),
    Shortcut("next_to_do", ("Space",), "Next sample to do", "Samples"),
    Shortcut("frame", ("C",), "Frame the face", "Samples"),
    Shortcut("toggle_mesh", ("V",), "Hide or show the mesh", "Samples"),
    Shortcut("accept", ("Enter", "Return"), "Accept", "Review"),
    Shortcut("reject", ("X",), "Reject, with reasons", "Review"),
    Shortcut("exclude", ("E",), "Exclude from the data set", "Review"),
    Shortcut("reopen", ("R",), "Withdraw the verdict", "Review"),
    Shortcut("smaller", ("[",), "Smaller brush", "Brush"),
    Shortcut("larger", ("]",), "Larger brush", "Brush"),
    Shortcut("radius", ("F",), "Radius by moving the mouse", "Brush"),
    Shortcut("strength", ("Shift-F",), "Strength by moving the mouse", "Brush"),
    Shortcut("cancel", ("Escape",), "Cancel the stroke", "Brush"),
    Shortcut("undo", ("Mod-Z",), "Undo", "Brush"),
    Shortcut("redo", ("Mod-Shift-Z", "Mod-Y"), "Redo", "Brush"),
    Shortcut("help", ("H",), "Show or hide this list", "Help"),
)

MOUSE: tuple[tuple[str, str], ...] = (
    ("Drag a vertex", "Move it and its neighbours"),
    ("Drag elsewhere", "Move the photograph"),
    ("Middle button, or Ctrl+drag", "Move it from anywhere"),
    ("Wheel", "Zoom"),
    ("Shift+wheel", "Brush radius"),
)

_ON_MAC = sys.platform == "darwin"
_SHOWN_AS = {"Mod": "Cmd" if _ON_MAC else "Ctrl", "Escape": "Esc"}
# napari knows Cmd as Meta.
_BOUND_AS = {"Mod": "Meta" if _ON_MAC else "Control"}


def key_text(key: str) -> str:
    """Return a key as people write it: ``Mod-Shift-Z`` is ``Ctrl+Shift+Z``, on macOS with Cmd."""
    return "+".join(_SHOWN_AS.get(part, part) for part in key.split("-"))


def bound_key(key: str) -> str:
    """Return a key as napari binds it on this platform."""
    return "-".join(_BOUND_AS.get(part, part) for part in key.split("-"))


def keys_of(action: str) -> str:
    """Return the first key of an action as people write it.

    Raises
    ------
    KeyError
        If no action has that name.
    """
    for shortcut in SHORTCUTS:
        if shortcut.action == action:
            return key_text(shortcut.keys[0])
    raise KeyError(action)


def bind(targets: Iterable[Any], actions: Mapping[str, Callable[[], object]]) -> None:
    """Bind every shortcut on each target (a viewer or a layer of napari).

    Raises
    ------
    KeyError
        If an action of the table is missing from ``actions``.
    """
    for target in targets:
        for shortcut in SHORTCUTS:
            callback = _without_argument(actions[shortcut.action])
            for key in shortcut.keys:
                target.bind_key(bound_key(key), callback, overwrite=True)


def unbind(targets: Iterable[Any]) -> None:
    """Give the keys back to napari."""
    for target in targets:
        for shortcut in SHORTCUTS:
            for key in shortcut.keys:
                target.bind_key(bound_key(key), None, overwrite=True)


def _without_argument(action: Callable[[], object]) -> Callable[[Any], None]:
    def callback(_target: Any) -> None:
        action()

    return callback
