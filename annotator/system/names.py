"""Names of files as people read them: however they are spelled in Unicode, numbers by value."""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from annotator.system.foreign_text import recovered

_DIGITS = re.compile(r"\d+")
_APART = "\0"  # in no file's name


def folded(name: str) -> str:
    """Return a name without case and without the choice of how accents are written.

    ``Ä`` is one character where Linux and Windows write a file's name, and two where macOS
    does; people see no difference. Names that look alike are alike here.
    """
    if name.isascii():
        return name.lower()
    decomposed = unicodedata.normalize("NFD", recovered(name)).casefold()
    return unicodedata.normalize("NFC", decomposed)


def natural_keys(names: Iterable[str]) -> list[str]:
    """Return what to sort some names by, so that they come as people count.

    That is ``img2`` before ``img10``, whatever the case and the spelling in Unicode. The keys are
    of use among themselves only: numbers are padded to the width of the widest.
    """
    return padded_numbers(map(folded, names))


def in_natural_order(names: Iterable[str]) -> list[str]:
    """Return names sorted as people count; those that differ by case alone by their characters."""
    listed = list(names)
    return [name for _, name in sorted(zip(natural_keys(listed), listed, strict=True))]


def paths_in_natural_order(paths: Iterable[Path]) -> list[Path]:
    """Return paths sorted as people count: shells and dialogs hand on img10 before img2."""
    listed = list(paths)
    return [path for _, path in sorted(zip(natural_keys(map(str, listed)), listed, strict=True))]


def padded_numbers(names: Iterable[str]) -> list[str]:
    """Return names that sort as people count, ``face9`` before ``face10``.

    Numbers are padded to the width of the widest; most are as wide already, and stay.
    """
    listed = list(names)
    if not listed:
        return []
    together = _APART.join(listed)
    widths = set(map(len, _DIGITS.findall(together)))
    if len(widths) > 1:
        widest = max(widths)
        narrow = re.compile(rf"(?<!\d)\d{{1,{widest - 1}}}(?!\d)")
        together = narrow.sub(lambda digits: digits[0].zfill(widest), together)
    return together.split(_APART)
