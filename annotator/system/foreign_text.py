"""Text from elsewhere - file names, comments - made fit for a terminal.

It may hold what a terminal takes for a command, what ends a line, and what turns the text around it
the other way.
"""

import unicodedata

# Control characters, halves of characters, and what ends a line or a paragraph.
_UNFIT = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURN_AROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

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
    return "".join(_escape(one) if _is_unfit(one) and one not in keep else one for one in text)


def _is_unfit(character: str) -> bool:
    return unicodedata.category(character) in _UNFIT or character in _TURN_AROUND


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
