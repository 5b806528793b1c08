"""How keys are written: in the table, in the settings, on the screen and for napari.

The table and the settings know one form, ``Mod-Shift-Z``. ``Mod`` stands for the key that
commands go with: Ctrl, or Cmd on macOS. People may type it otherwise (``ctrl+shift+z``).
"""

import sys

from annotator.workbench.key_places import place_of_letter

_ON_MAC = sys.platform == "darwin"
_MODIFIERS = ("Mod", "Ctrl", "Meta", "Alt", "Shift")
_NAMED = (
    *("Up", "Down", "Left", "Right", "PageUp", "PageDown", "Home", "End", "Insert", "Delete"),
    *("Escape", "Backspace", "Space", "Enter"),
    *(f"F{number}" for number in range(1, 13)),
)
# Signs that keyboards have without Shift. Two of them separate keys, and so have names.
_SIGN_NAMES = {"Comma": ",", "Minus": "-"}
_NAME_OF_SIGN = {sign: name for name, sign in _SIGN_NAMES.items()}
_SIGNS = frozenset("0123456789=[]./;'`\\")
# What people also call them.
_ALSO_CALLED = {
    "command": "Mod" if _ON_MAC else "Meta",
    "cmd": "Mod" if _ON_MAC else "Meta",
    "control": "Ctrl" if _ON_MAC else "Mod",
    "ctrl": "Ctrl" if _ON_MAC else "Mod",
    "win": "Meta",
    "super": "Meta",
    "option": "Alt",
    "esc": "Escape",
    "del": "Delete",
    "return": "Enter",
    "spacebar": "Space",
    "pgup": "PageUp",
    "pgdown": "PageDown",
}
_NAMES = _ALSO_CALLED | {n.lower(): n for n in (*_MODIFIERS, *_NAMED, *_SIGN_NAMES)}
_NAMES |= {"ctrl": _ALSO_CALLED["ctrl"], "meta": "Mod" if _ON_MAC else "Meta"}

_SHOWN_AS = {"Mod": "Cmd" if _ON_MAC else "Ctrl", "Escape": "Esc"} | _SIGN_NAMES
# napari knows Cmd as Meta.
_BOUND_AS = {"Mod": "Meta" if _ON_MAC else "Control", "Ctrl": "Control"} | _SIGN_NAMES


class UnknownKeyError(ValueError):
    """What was written is no key, or none that can be bound; says why."""


def key_text(key: str) -> str:
    """Return a key as people read it: ``Mod-Shift-Z`` is ``Ctrl+Shift+Z``, on macOS with Cmd."""
    return "+".join(_SHOWN_AS.get(part, part) for part in key.split("-"))


def bound_key(key: str) -> str:
    """Return a key as napari binds it on this platform."""
    return "-".join(_BOUND_AS.get(part, part) for part in key.split("-"))


def parse_keys(text: str) -> tuple[str, ...]:
    """Return the keys in a text like ``Mod-Shift-Z, Mod-Y``; none if it is blank.

    Raises
    ------
    UnknownKeyError
        If one of them is no key, or cannot be bound.
    """
    if not text.strip():
        return ()
    return tuple(dict.fromkeys(parse_key(part) for part in text.split(",")))


def parse_key(text: str) -> str:
    """Return a key in the one form that it has in the table.

    Raises
    ------
    UnknownKeyError
        If it is no key, or cannot be bound.
    """
    written = text.strip()
    if not written:
        raise UnknownKeyError('a key is missing beside a comma; the key itself is written "Comma"')
    if written == "-":
        return "Minus"
    *modifiers, key = (
        _part(part.strip(), written) for part in written.replace("+", "-").split("-")
    )
    strays = [modifier for modifier in modifiers if modifier not in _MODIFIERS]
    if strays:
        raise UnknownKeyError(f'in "{written}" {strays[0]} stands where a key like Shift is held')
    if key in _MODIFIERS:
        raise UnknownKeyError(f'"{written}" is held with other keys and is none by itself')
    if "Shift" in modifiers and not (key.isalpha() and len(key) == 1) and key not in _NAMED:
        raise UnknownKeyError(f'"{written}" cannot be told from the sign that Shift makes of it')
    return "-".join([*(m for m in _MODIFIERS if m in modifiers), key])


def _part(part: str, written: str) -> str:
    if len(part) == 1 and (part in _SIGNS or (part.isascii() and part.isalpha())):
        return part.upper()
    if len(part) == 1 and (place := place_of_letter(part)):
        return _NAME_OF_SIGN.get(place, place)  # typed on a keyboard without Latin letters
    name = _NAMES.get(part.lower())
    if name is None:
        raise UnknownKeyError(f'"{written}" is no key: write it like D, F5, Space or Mod-Shift-Z')
    return name
