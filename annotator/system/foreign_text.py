"""Text from elsewhere - file names, people's names, comments - made fit to be shown.

It may hold what a terminal takes for a command, what ends a line, and what turns the text around it
the other way. Whoever prints uses `escaped`; whoever hands a path to a program or keeps it in a
file of text uses `path_text`.
"""

import os
import re
import unicodedata

# Control characters, halves of characters, and what ends a line or a paragraph.
_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURN_AROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_ODD_BYTES = re.compile("[\udc80-\udcff]+")

JOINERS = "\u200c\u200d"
"""Hidden characters that Persian, Indian languages and emoji are written with."""


def escaped(text: str, *, keep: str = "") -> str:
    r"""Return a text with what is unfit written as Python writes it: ``\n``, ``\x1b``, ``\u202e``.

    Parameters
    ----------
    text
    keep
        Characters to leave as they are all the same.
    """
    if text.isprintable():
        return text
    text = recovered(text)
    return "".join(_escape(one) if _is_unfit(one) and one not in keep else one for one in text)


def plain(text: str) -> str:
    """Return a text on one line: where libraries break theirs are blanks, the rest is `escaped`."""
    return escaped(_LINE_BREAKS.sub(" ", text.strip()))


def recovered(text: str) -> str:
    """Return a text as it is in UTF-8, if it holds bytes that Python could not read.

    In a locale of plain ASCII it can read no other letter of an argument or a file's name. Bytes
    that are no UTF-8 stay as they are.
    """
    return text if text.isascii() else _ODD_BYTES.sub(_read, text)


def path_text(path: str | os.PathLike[str]) -> str:
    r"""Return a path as text that UTF-8 can hold in any locale, odd bytes written ``\udcff``."""
    text = os.fspath(path)
    if text.isascii():
        return text
    try:
        text = os.fsencode(text).decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no path of this system: a text that was made elsewhere
        text = recovered(text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _read(odd: re.Match[str]) -> str:
    return odd[0].encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def _is_unfit(character: str) -> bool:
    return unicodedata.category(character) in _UNFIT or character in _TURN_AROUND


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
