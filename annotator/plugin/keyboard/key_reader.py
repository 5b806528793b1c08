"""Which keys of the table a key event of Qt may mean, whatever the keyboard types."""

import sys

from qtpy.QtCore import Qt
from qtpy.QtGui import QGuiApplication, QKeyEvent

from annotator.workbench.key_places import is_latin, keys_meant, place_of

_Key, _Modifier = Qt.Key, Qt.KeyboardModifier
_NAMED = {
    _Key.Key_Up: "Up", _Key.Key_Down: "Down", _Key.Key_Left: "Left", _Key.Key_Right: "Right",
    _Key.Key_PageUp: "PageUp", _Key.Key_PageDown: "PageDown", _Key.Key_Home: "Home",
    _Key.Key_End: "End", _Key.Key_Insert: "Insert", _Key.Key_Delete: "Delete",
    _Key.Key_Escape: "Escape", _Key.Key_Backspace: "Backspace", _Key.Key_Space: "Space",
    _Key.Key_Return: "Enter", _Key.Key_Enter: "Enter",
    **{_Key(_Key.Key_F1 + number): f"F{number + 1}" for number in range(12)},
}  # fmt: skip
# Qt calls Cmd Control on macOS, as the table does.
_MODIFIERS = {
    "Mod": _Modifier.ControlModifier,
    "Ctrl" if sys.platform == "darwin" else "Meta": _Modifier.MetaModifier,
    "Alt": _Modifier.AltModifier,
    "Shift": _Modifier.ShiftModifier,
}
_SIGN_NAMES = {",": "Comma", "-": "Minus"}
_FIRST_DEAD, _LAST_DEAD = int(_Key.Key_Dead_Grave), int(_Key.Key_Dead_Grave) + 0x50
_FIRST_SPECIAL = 0x01000000


class KeyReader:
    """Reads key events; it learns from them what the keyboard types."""

    def __init__(self) -> None:
        self._platform = QGuiApplication.platformName()
        self._types_latin = False

    def read(self, event: QKeyEvent) -> tuple[str, ...]:
        """Return the keys that an event may mean as the table writes them, the likeliest first.

        None where it is no key of the table, as Shift by itself.
        """
        modifiers = _modifiers(event, has_altgr=self._platform == "windows")
        key = _key_of(event)
        if key in _NAMED:
            return (_joined(modifiers, _NAMED[key]),)
        typed = _typed(event)
        if typed is None:
            return ()
        # With Shift a Hebrew keyboard types Latin letters.
        if "Shift" not in modifiers and (latin := is_latin(typed)) is not None:
            self._types_latin = latin
        meant = keys_meant(
            typed,
            place_of(self._platform, _place_number(event, self._platform)),
            shifted="Shift" in modifiers,
            types_latin=self._types_latin,
        )
        return tuple(_written(modifiers, key) for key in meant)


def pressed_digit(event: QKeyEvent) -> int | None:
    """Return the digit that a press means, also where the keyboard has it with Shift only."""
    plain = [key for key in KeyReader().read(event) if len(key) == 1 and key.isdigit()]
    return int(plain[0]) if plain else None


def _key_of(event: QKeyEvent) -> Qt.Key | None:
    try:
        return Qt.Key(event.key())
    except ValueError:  # a character that Qt has no name for
        return None


def _typed(event: QKeyEvent) -> str | None:
    """Return the character that the key types, in upper case; nothing if dead, None for no key."""
    key, text = event.key(), event.text()
    if _FIRST_DEAD <= key <= _LAST_DEAD:
        return ""
    if 0x20 < key < _FIRST_SPECIAL:
        typed = chr(key).upper()
    else:
        typed = text.upper() if text.isprintable() else ""
    return typed if len(typed) == 1 else None


def _place_number(event: QKeyEvent, platform: str) -> int:
    return event.nativeVirtualKey() if platform == "cocoa" else event.nativeScanCode()


def _modifiers(event: QKeyEvent, *, has_altgr: bool) -> tuple[str, ...]:
    held = event.modifiers()
    names = tuple(name for name, modifier in _MODIFIERS.items() if held & modifier)
    # On Windows AltGr is Ctrl with Alt: where that types something, neither is meant.
    types = bool(event.text()) and event.text().isprintable()
    if has_altgr and types and {"Mod", "Alt"} <= set(names):
        return tuple(name for name in names if name not in ("Mod", "Alt"))
    return names


def _written(modifiers: tuple[str, ...], key: str) -> str:
    if key.isalpha():
        return _joined(modifiers, key)
    # What Shift makes of a sign is told by the sign.
    return _joined(tuple(m for m in modifiers if m != "Shift"), _SIGN_NAMES.get(key, key))


def _joined(modifiers: tuple[str, ...], key: str) -> str:
    return "-".join((*modifiers, key))
