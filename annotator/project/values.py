"""Numbers and words as columns hold them, each checked as it is read."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Boolean, Enum, Float, Integer, Text
from sqlalchemy.types import TypeEngine

from annotator.project.checked import Checked, of_kinds, shown

_LARGEST = 3.4028235e38
_WORDS = re.compile("[a-z][a-z0-9_]*(,[a-z][a-z0-9_]*)*")
_HEXADECIMAL = re.compile("[0-9a-f]{64}")


class Whole(Checked[int]):
    """A whole number of up to 32 bits."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Integer
    called, least, most = "a whole number", -(2**31), 2**31 - 1

    def checked(self, value: Any) -> int:
        """Return it, if it is one."""
        if type(value) is not int or not self.least <= value <= self.most:
            raise ValueError(f"{shown(value)} where {self.called} should be")
        return value

    def check_all(self, values: Collection[Any]) -> None:
        """Check many at once."""
        is_sound = of_kinds(values, int) and max(values, default=self.most) <= self.most
        if not is_sound or min(values, default=self.least) < self.least:
            super().check_all(values)


class Count(Whole):
    """A whole number that is not negative."""

    called, least = "a count", 0


class BigWhole(Whole):
    """A whole number of up to 64 bits."""

    impl = BigInteger
    least, most = -(2**63), 2**63 - 1


class Real(Checked[float]):
    """A finite number, no larger than single precision holds."""

    impl = Float

    def checked(self, value: Any) -> float:
        """Return it, if it is one."""
        if type(value) is float and -_LARGEST <= value <= _LARGEST:
            return value
        if type(value) is int and -_LARGEST <= value <= _LARGEST:
            return float(value)
        raise ValueError(f"{shown(value)} where a number should be")

    def check_all(self, values: Collection[Any]) -> None:
        """Check many at once."""
        is_sound = of_kinds(values, float)
        if not is_sound or max(values, default=0) > _LARGEST or min(values, default=0) < -_LARGEST:
            super().check_all(values)


class YesNo(Checked[bool]):
    """Yes or no."""

    impl = Boolean

    def checked(self, value: Any) -> bool:
        """Return it, if it is one."""
        if type(value) not in (int, bool) or value not in (0, 1):
            raise ValueError(f"{shown(value)} where yes or no should be")
        return bool(value)


class Words(Checked[str]):
    """Any text."""

    impl = Text

    def checked(self, value: Any) -> str:
        """Return it, if it is one."""
        if type(value) is not str:
            raise ValueError(f"{shown(value)} where text should be")
        return value

    def check_all(self, values: Collection[Any]) -> None:
        """Check many at once."""
        if not of_kinds(values, str):
            super().check_all(values)


class Sha256(Words):
    """A SHA-256 as 64 hexadecimal digits."""

    def checked(self, value: Any) -> str:
        """Return it, if it is one."""
        text = super().checked(value)
        if _HEXADECIMAL.fullmatch(text) is None:
            raise ValueError(f"{shown(text)} where a SHA-256 should be")
        return text

    def check_all(self, values: Collection[Any]) -> None:
        """Check each."""
        for value in values:
            self.checked(value)


class WordList(Words):
    """Words of small letters, digits and _, with commas between them; none is empty text."""

    def checked(self, value: Any) -> str:
        """Return it, if it is one."""
        text = super().checked(value)
        if text and _WORDS.fullmatch(text) is None:
            raise ValueError(f"{shown(text)} where words with commas between them should be")
        return text

    def check_all(self, values: Collection[Any]) -> None:
        """Check each."""
        for value in values:
            self.checked(value)


class OneOf(Checked[StrEnum]):
    """One of some words, which a check of the database names too.

    Parameters
    ----------
    words
        Their values.
    name
        Of the check.
    """

    impl = Enum

    def __init__(self, words: type[StrEnum], name: str) -> None:
        super().__init__(
            words,
            name=name,
            native_enum=False,
            create_constraint=True,
            values_callable=lambda enum: [member.value for member in enum],
        )
        self.words = words
        self.name = name

    def checked(self, value: Any) -> StrEnum:
        """Return it, if it is one."""
        return _word_of(self.words, value)

    def check_all(self, values: Collection[Any]) -> None:
        """Check many at once."""
        for value in set(values):
            self.checked(value)


def _word_of(words: type[StrEnum], value: Any) -> StrEnum:
    try:
        return words(value)
    except ValueError as error:
        raise ValueError(f"{shown(value)} is none of the words that can be there") from error
