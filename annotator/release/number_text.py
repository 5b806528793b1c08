"""Numbers as text: with the fewest digits that give the same float32 back, very many at a time.

orjson writes them in a fiftieth of the time that NumPy takes. Between a ten-thousandth and a
million both write the same text, and so does Python of such a number; elsewhere they differ, in
where an exponent begins and in how it is written. Pixels are hardly ever there: those few are
written one by one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

_LEAST, _MOST = 1.1e-4, 0.9e6  # with room for how the limits themselves are rounded
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY
_BLANKS = bytes.maketrans(b"\n", b" ")
_BLANKS_AND_DIGITS = [bytes.maketrans(b"\nn", b" %d" % digit) for digit in range(10)]

Spelling = Callable[[np.float32], str]
"""How a number is written that the others' way is not known of."""


def as_numpy(number: np.float32) -> str:
    """Return a number as NumPy writes it: what tables hold."""
    return str(number)


def as_json(number: np.float32) -> str:
    """Return a number as Python's JSON writes it."""
    return repr(float(str(number)))


def shortest(values: NDArray[np.float32]) -> Any:
    """Return numbers, nested as they were, that JSON writes in the fewest digits they need."""
    # By way of text: a float32 that became a float64 as it is would be printed in 17 digits.
    return np.asarray(values, np.float32).astype(str).astype(np.float64).tolist()


def rows_of_numbers(
    values: NDArray[np.float32], spelling: Spelling, *, between: bytes = b","
) -> list[bytes]:
    """Return each row of numbers as text.

    Parameters
    ----------
    values : (r, k)
        All finite; at least one a row.
    spelling
        `as_numpy` or `as_json`.
    between
        What stands between two: a comma, or a comma and a blank.
    """
    values = np.ascontiguousarray(values, dtype=np.float32)
    if between == b",":
        rows = [orjson.dumps(row, option=_OPTIONS)[1:-1] for row in values]
    else:
        rows = [_in_one_line(row, _BLANKS, b" ") for row in values]
    return _respelled(rows, values, spelling, between)


def rows_of_points(
    points: NDArray[np.float32], digits: NDArray[np.uint8], spelling: Spelling
) -> list[bytes]:
    """Return each row of points as text: of each point its numbers, and then a digit.

    A comma and a blank stand between two.

    Parameters
    ----------
    points : (r, n, k)
        All finite; n at least 1.
    digits : (r, n)
        From 0 to 9.
    spelling
    """
    # JSON has a word for what is no number. Its letters are nowhere else in it.
    count, width, axes = points.shape
    values = np.full((count, width, axes + 1), np.nan, np.float32)
    values[..., :axes] = points
    values = values.reshape(count, width * (axes + 1))
    rows = [
        _in_one_line(row, _BLANKS_AND_DIGITS[first], b" ul")
        if is_same
        else _with_digits(_in_one_line(row, _BLANKS, b" ul"), of_row)
        for row, of_row, first, is_same in zip(
            values,
            digits,
            digits[:, 0].tolist(),
            (digits == digits[:, :1]).all(axis=1),
            strict=True,
        )
    ]
    return _respelled(rows, values, spelling, b", ")


def _in_one_line(row: NDArray[np.float32], exchanged: bytes, left_out: bytes) -> bytes:
    """Return a row as text with a comma and a blank between two numbers.

    orjson breaks the line after each comma. Exchanging single characters takes half the time of
    putting one in.
    """
    lines = orjson.dumps(row, option=_OPTIONS | orjson.OPT_INDENT_2)
    return lines.translate(exchanged, left_out)[2:-2]


def _with_digits(text: bytes, digits: NDArray[np.uint8]) -> bytes:
    """Return a text with digits in place of each n."""
    characters = np.frombuffer(bytearray(text), np.uint8)
    characters[characters == ord("n")] = digits + np.uint8(ord("0"))
    return characters.tobytes()


def _respelled(
    rows: list[bytes], values: NDArray[np.float32], spelling: Spelling, between: bytes
) -> list[bytes]:
    """Return the same rows with the numbers put right that are not written alike by all."""
    odd = _odd(values)
    for row in np.flatnonzero(odd.any(axis=1)).tolist():
        cells = rows[row].split(between)
        for column in np.flatnonzero(odd[row]).tolist():
            cells[column] = spelling(values[row, column]).encode()
        rows[row] = between.join(cells)
    return rows


def _odd(values: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which numbers are not written alike by all."""
    size = np.abs(values)
    return ((size < _LEAST) & (size > 0)) | (size > _MOST)


def rows_of_digits(values: NDArray[np.uint8], between: bytes) -> list[bytes]:
    """Return each row of numbers from 0 to 9, (r, k), as text with something between two."""
    count, width = values.shape
    text = np.empty((count, width, 1 + len(between)), np.uint8)
    text[:, :, 0] = values + ord("0")
    text[:, :, 1:] = np.frombuffer(between, np.uint8)
    return [row.tobytes()[: -len(between)] for row in text]
