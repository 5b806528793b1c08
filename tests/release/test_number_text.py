"""Numbers as text: what NumPy and Python write, to the byte, however rare the number."""

import json

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.release.blocks import Block
from annotator.release.formats import csv_tables
from annotator.release.number_text import (
    as_json,
    as_numpy,
    rows_of_digits,
    rows_of_numbers,
    rows_of_points,
)
from annotator.release.rows import COLUMNS
from annotator.release.spool import compact, spooled

SMALL = [0, -0.0, 1, -1, 0.1, 1e-4, 9.9999e-5, 1e-5, 1e-7, 1e-38, 1e-45, 123.456, 2.0, 0.30000001]
LARGE = [999_999.94, 1e6, 16_777_216, 1e7, 1e12, 1e13, 1e15, 1e16, 1e17, 3.4028235e38]
EDGES = np.float32([*SMALL, *LARGE])


def random_bits(count: int, seed: int) -> np.ndarray:
    """Return float32 of every exponent, all finite."""
    bits = np.random.default_rng(seed).integers(0, 2**32, 2 * count, dtype=np.uint64)
    numbers = bits.astype(np.uint32).view(np.float32)
    return numbers[np.isfinite(numbers)][:count]


def every_kind() -> np.ndarray:
    pixels = np.random.default_rng(5).uniform(-4000, 4000, 20_000).astype(np.float32)
    near = np.nextafter(EDGES, np.float32(0)), np.nextafter(EDGES, np.float32(1e30))
    numbers = np.concatenate([EDGES, -EDGES, *near, pixels, random_bits(20_000, 7)])
    return numbers[: len(numbers) // 12 * 12].reshape(-1, 12)


def test_tables_hold_what_numpy_writes():
    numbers = every_kind()
    expected = [",".join(row).encode() for row in numbers.astype(str).tolist()]
    assert rows_of_numbers(numbers, as_numpy) == expected


def test_json_holds_what_python_writes_of_the_shortest_number():
    numbers = every_kind()
    shortest = [[float(text) for text in row] for row in numbers.astype(str).tolist()]
    expected = [json.dumps(row, separators=(",", ":"))[1:-1].encode() for row in shortest]
    assert rows_of_numbers(numbers, as_json) == expected


@pytest.mark.parametrize("spelling", [as_numpy, as_json])
def test_every_number_comes_back_to_the_bit(spelling):
    numbers = every_kind()
    back = [np.array(row.split(b","), np.float64) for row in rows_of_numbers(numbers, spelling)]
    np.testing.assert_array_equal(np.float32(back), numbers)
    assert (np.signbit(np.float32(back)) == np.signbit(numbers)).all()


def test_arrays_that_are_not_in_one_piece_are_written_alike():
    numbers = every_kind()
    assert rows_of_numbers(numbers.T, as_numpy) == rows_of_numbers(numbers.T.copy(), as_numpy)
    assert rows_of_numbers(numbers[:0], as_numpy) == []


TEXTS = ["plain", "", '\x7f\u2028é😀\x00\x1b\n\r\t\b\f"\\/</script>', "\ud800"]


@pytest.mark.parametrize("text", TEXTS)
def test_rows_are_written_as_pythons_json_writes_them(text):
    numbers = [0.0, -0.0, 0.1, -5e-324, 1e-5, 1e-4, 1e-3, 123.456, 1e15, 1e16, 1e22, 2**70]
    random = np.random.default_rng(2).integers(0, 2**64, 5000, dtype=np.uint64).view(np.float64)
    numbers += [one for one in random.tolist() if np.isfinite(one)]
    numbers += np.random.default_rng(3).uniform(-5000, 5000, 5000).tolist()
    for number in numbers:
        row = {"z": text, "a": None, "Ä": number, "b": 2**40, "c": True, "d": [number]}
        for each in (row, {**row, "c": 1, "d": 0.5}):
            plain = json.dumps(
                each, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
            )
            assert compact(each) == plain


def test_a_blank_may_stand_after_each_comma():
    numbers = every_kind()
    for rows in (numbers, numbers[:1], numbers[:, :1], numbers[:0], numbers.T):
        close, wide = (rows_of_numbers(rows, as_json, between=each) for each in (b",", b", "))
        assert wide == [row.replace(b",", b", ") for row in close]


def test_a_digit_follows_each_point():
    numbers = every_kind()
    points = numbers.reshape(len(numbers), -1, 2)
    digits = np.random.default_rng(4).integers(0, 10, points.shape[:2], dtype=np.uint8)
    digits[::2] = digits[::2, :1]  # of some rows the same all along
    expected = [
        ", ".join(
            f"{x}, {y}, {digit}" for x, y, digit in zip(cells[::2], cells[1::2], of, strict=True)
        )
        for cells, of in zip(cells_of(numbers), digits.tolist(), strict=True)
    ]
    assert rows_of_points(points, digits, as_json) == [row.encode() for row in expected]
    assert rows_of_points(points[:, :1], digits[:, :1], as_json)[:1] == [
        ", ".join([*cells_of(numbers)[0][:2], str(digits[0, 0])]).encode()
    ]
    assert rows_of_points(points[:0], digits[:0], as_json) == []


def cells_of(numbers: np.ndarray) -> list[list[str]]:
    return [row.decode().split(",") for row in rows_of_numbers(numbers, as_json)]


@pytest.mark.parametrize("between", [b",", b", "])
def test_digits_have_something_between_two(between):
    digits = np.array([[0, 1, 2], [9, 0, 0]], np.uint8)
    assert rows_of_digits(digits, between) == [between.join([b"0", b"1", b"2"]),
                                               between.join([b"9", b"0", b"0"])]  # fmt: skip


def test_tables_hold_landmarks_and_predictions_whichever_were_moved(tmp_path):
    predictions = np.random.default_rng(6).uniform(-9, 700, (4, 468, 3)).astype(np.float32)
    predictions[2, 5] = 0
    landmarks = predictions.copy()
    landmarks[1, 467, 2] = 1e-5
    landmarks[2, 5] = -0.0
    rows = [dict.fromkeys(COLUMNS) | {"sample_id": number} for number in (7, 3, 12, 9)]
    visibility = np.zeros((4, 468), np.uint8)
    csv_tables.write(tmp_path, [Block(rows, landmarks, predictions, visibility, [])], FACE_468)
    for name, meshes in (("landmarks", landmarks), ("predictions", predictions)):
        _, *lines = (tmp_path / f"{name}.csv").read_text().splitlines()
        cells = meshes.reshape(4, -1).astype(str).tolist()
        assert lines == [
            ",".join([str(row["sample_id"]), *each]) for row, each in zip(rows, cells, strict=True)
        ]


def test_many_rows_are_written_as_each_of_them(tmp_path):
    plain = [{"z": "a\nb", "a": 0.5, "b": None}, {"z": "é", "a": 1.2e-4, "b": 2**60}]
    odd = [{"z": "", "a": 1e-7, "b": -1e17}, {"z": "c", "a": 0.0, "b": 2**70}]
    for values in (plain, [*plain, *odd], [*plain, {"a": [1.0], "b": True}], [*plain, [1, "d"], 3]):
        with spooled(tmp_path) as spool:
            spool.extend(values)
            assert b"".join(spool.texts(b"|")) == "|".join(map(compact, values)).encode()
    with spooled(tmp_path) as spool, pytest.raises(ValueError, match="float"):
        spool.extend([*plain, {"a": float("nan")}])
