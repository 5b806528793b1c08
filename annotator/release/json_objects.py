"""JSON of anybody's, read piece by piece: an object whose lists are taken an entry at a time.

What a file of any size takes is the memory of one of its entries, and no more than an entry of ours
can have. Objects that hold a key twice are refused: readers do not agree which of the two counts.
"""

import codecs
import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Protocol

_CHUNK = 1 << 20  # bytes: few entries are parsed twice, as they were cut off
_MOST_BLANKS = 1 << 20
_BLANKS = re.compile(r"[ \t\n\r]*")


class Readable(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, fewer or none at the end."""


class MalformedError(ValueError):
    """A file is not the JSON that was expected; the message says what is first wrong."""


def read_object(
    stream: Readable, lists: Collection[str], *, longest: int
) -> Iterator[tuple[str, Any]]:
    """Yield the keys of an object with their values, in the order of the file.

    Parameters
    ----------
    stream
        Holds one object, as UTF-8, and is read to its end.
    lists
        Keys whose values are lists: the key is yielded once with None as the list begins, and
        then with each entry.
    longest
        How many characters an entry or another value has at most.

    Raises
    ------
    MalformedError
        If it is no such object.
    OSError
        If it cannot be read.
    """
    text = _Text(stream, longest)
    seen: set[str] = set()
    text.expect("{")
    while text.has_more("}", first=not seen):
        key = text.value()
        if not isinstance(key, str) or key in seen:
            raise MalformedError(f"it has {key!a:.40} twice, or as a key")
        seen.add(key)
        text.expect(":")
        if key not in lists:
            yield key, text.value()
            continue
        yield key, None
        text.expect("[", f"its {key} is no list")
        first = True
        while text.has_more("]", first=first):
            first = False
            yield key, text.value()
    text.expect_end()


def read_list(stream: Readable, *, longest: int) -> Iterator[Any]:
    """Yield the entries of a list, and raise what `read_object` raises."""
    text = _Text(stream, longest)
    text.expect("[", "it is no JSON list")
    first = True
    while text.has_more("]", first=first):
        first = False
        yield text.value()
    text.expect_end()


class _Text:
    """The text from where reading is on; what is behind is let go of."""

    def __init__(self, stream: Readable, longest: int) -> None:
        self._stream = stream
        self._longest = longest
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._text, self._at, self._all = "", 0, False
        self._json = json.JSONDecoder(object_pairs_hook=_without_doubles)

    def expect(self, sign: str, otherwise: str = "it is no JSON object") -> None:
        """Pass over a sign, and blanks before it."""
        if self._next() != sign:
            raise MalformedError(otherwise)
        self._at += 1

    def has_more(self, closing: str, *, first: bool) -> bool:
        """Pass over what is between entries; whether there is one more."""
        if self._next() == closing:
            self._at += 1
            return False
        if not first:
            self.expect(",", "it is no JSON: a comma or an end is missing")
        return True

    def value(self) -> Any:
        """Return what comes next, whole."""
        self._next()
        wanted = _CHUNK
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._all or len(self._text) - self._at > self._longest:
                    raise MalformedError(f"it is no JSON ({error.msg}), or too long") from error
            except RecursionError as error:
                raise MalformedError("it is nested without end") from error
            except MalformedError:
                raise
            except ValueError as error:  # a number of more digits than Python takes
                raise MalformedError("it holds a number without end") from error
            else:
                if end - self._at > self._longest:
                    raise MalformedError("it holds an entry that is too long")
                if end < len(self._text) or self._all:  # else a number may go on
                    self._at = end
                    return value
            self._fill(wanted)
            wanted *= 2

    def expect_end(self) -> None:
        """Read to the end: there is nothing more."""
        if self._next():
            raise MalformedError("it goes on after its end")

    def _next(self) -> str:
        """Return the next sign that is not blank, empty at the end."""
        blanks = 0
        while True:
            match = _BLANKS.match(self._text, self._at)
            end = match.end() if match else self._at
            blanks += end - self._at
            self._at = end
            if blanks > _MOST_BLANKS:
                raise MalformedError("it is blank for too long")
            if end < len(self._text) or self._all:
                return self._text[end : end + 1]
            self._fill(_CHUNK)

    def _fill(self, size: int) -> None:
        chunk = self._stream.read(size)
        self._all = not chunk
        try:
            more = self._decode(chunk, self._all)
        except UnicodeDecodeError as error:
            raise MalformedError("it is no UTF-8 text") from error
        self._text, self._at = self._text[self._at :] + more, 0


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise MalformedError("it has a key twice in one object")
    return values
