"""Which key of a Latin keyboard lies where another one was pressed. No widgets here.

Keys are bound by Latin letters. A keyboard that types other letters has none of them: there the
key at the same place counts. What a keyboard can type itself is taken as typed: on a German one
Ctrl+Z is the key that types z.
"""

from collections.abc import Iterator
from unicodedata import category, decimal, name

# The keys of a Latin keyboard, row by row, as every platform numbers them.
_DIGITS, _UPPER, _MIDDLE, _LOWER = "1234567890-=", "QWERTYUIOP[]", "ASDFGHJKL;'", "ZXCVBNM,./"
_MAC = "ASDFHGZXCV\0BQWERYT123465=97-80]OU[IP\0LJ'K;\\,/NM.\0\0`"


def _numbered(*rows: tuple[int, str]) -> dict[int, str]:
    return {first + n: key for first, row in rows for n, key in enumerate(row) if key != "\0"}


_SCAN_CODES = _numbered(
    (0x02, _DIGITS), (0x10, _UPPER), (0x1E, _MIDDLE), (0x29, "`"), (0x2B, "\\"), (0x2C, _LOWER)
)
# What Qt calls a platform, and the number of each key there: X11 and Wayland count from 8.
_PLACES = {
    "windows": _SCAN_CODES,
    "xcb": {code + 8: key for code, key in _SCAN_CODES.items()},
    "cocoa": _numbered((0, _MAC)),
}
_PLACES["wayland"] = _PLACES["xcb"]

# Letters by their places on the usual keyboard of their language, for events without a number.
# Where two languages differ about a letter, that of the most people is taken.
_TYPED = "QWERTYUIOP[]ASDFGHJKL;'ZXCVBNM,./`"
_KEYBOARDS = (
    "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ.Ё",
    "ЙЦУКЕНГШЩЗХЇФІВАПРОЛДЖЄЯЧСМИТЬБЮ.ʼ",
    ";ΣΕΡΤΥΘΙΟΠ[]ΑΣΔΦΓΗΞΚΛ;'ΖΧΨΩΒΝΜ,./`",
    "/'קראטוןםפ[]שדגכעיחלךף,זסבהנמצתץ.;",
    "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرﻻىةوزظذ",
    "ضصثقفغعهخحجچشسیبلاتنمکگظطزرذدپو./`",
    "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ[]ㅁㄴㅇㄹㅎㅗㅓㅏㅣ;'ㅋㅌㅊㅍㅠㅜㅡ,./`",
    "ЉЊЕРТЗУИОПШЂАСДФГХЈКЛЧЋЅЏЦВБНМ,./`",
)


def _letters() -> Iterator[tuple[str, str]]:
    for keyboard in reversed(_KEYBOARDS):
        for letter, key in zip(keyboard, _TYPED, strict=True):
            if not letter.isascii():
                yield letter, key


_OF_LETTER = dict(_letters()) | {"ς": "W"}


def place_of(platform: str, number: int) -> str:
    """Return the Latin letter, digit or sign at a place; nothing where that is not known.

    Parameters
    ----------
    platform : str
        As Qt names it.
    number : int
        The key's: its native scan code; on macOS its native virtual key.
    """
    return _PLACES.get(platform.split("-", maxsplit=1)[0], {}).get(number, "")


def place_of_letter(letter: str) -> str:
    """Return what a Latin keyboard has where a letter of another script is, or nothing."""
    return _OF_LETTER.get(letter) or _OF_LETTER.get(letter.upper(), "")


def is_latin(letter: str) -> bool | None:
    """Return whether a letter is Latin; None if it is no letter."""
    if len(letter) != 1 or category(letter)[0] not in "LM":
        return None
    return name(letter, "").startswith("LATIN")


def keys_meant(typed: str, place: str, *, shifted: bool, types_latin: bool) -> tuple[str, ...]:
    """Return which keys of a Latin keyboard a press may mean, the likeliest first.

    Parameters
    ----------
    typed : str
        The upper-case character that the key types; nothing for a dead key.
    place : str
        See `place_of`; nothing if unknown.
    shifted : bool
        Whether Shift is held.
    types_latin : bool
        Whether the keyboard has Latin letters, as far as is known. With Hebrew a key that types
        a sign may stand for a letter; with Dvorak it does not.
    """
    if typed.isascii() and typed.isalnum():
        return (typed,)
    found = [typed] if typed.isascii() and typed else []
    if typed and (value := decimal(typed, -1)) >= 0:
        found.append(str(value))
    place = place or place_of_letter(typed)
    # Shift makes signs of digits and other signs out of signs: those are none of ours.
    is_meant = not (found and types_latin) if place.isalpha() else not shifted
    if place and is_meant:
        found.append(place)
    return tuple(dict.fromkeys(found))
