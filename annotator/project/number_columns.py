"""Columns of many numbers a row, as little-endian blobs; see `annotator.project.columns`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import LargeBinary

from annotator.project.assessment_records import FaceHashes
from annotator.project.checked import Checked, shown


class NumbersBlob(Checked[npt.NDArray[np.float32]]):
    """(k,) float32 as 4 k bytes, NaN where a number is not known; read-only when read."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<f4").tobytes()

    def checked(self, value: Any) -> npt.NDArray[np.float32]:
        """Return the stored array, if it can be one."""
        numbers = _stored(value, "<f4").astype(np.float32, copy=False)
        if np.isinf(numbers).any():
            raise ValueError("a number that is infinite")
        return numbers


class PointsBlob(Checked[npt.NDArray[np.float32]]):
    """(k, 3) float32 as 12 k bytes, NaN where a number is not known; read-only when read."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<f4").tobytes()

    def checked(self, value: Any) -> npt.NDArray[np.float32]:
        """Return the stored array, if it can be one."""
        numbers = _stored(value, "<f4").astype(np.float32, copy=False)
        if len(numbers) % 3 or np.isinf(numbers).any():
            raise ValueError(f"{len(value)} bytes where points should be")
        return numbers.reshape(-1, 3)


class BytesBlob(Checked[npt.NDArray[np.uint8]]):
    """(k,) small numbers, a byte each; read-only when read."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype=np.uint8).tobytes()

    def checked(self, value: Any) -> npt.NDArray[np.uint8]:
        """Return the stored array, if it can be one."""
        return _stored(value, "u1")


class HalfBlob(Checked[npt.NDArray[np.float16]]):
    """(n,) float16, none of them negative, as 2 n bytes; read-only when read."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<f2").tobytes()

    def checked(self, value: Any) -> npt.NDArray[np.float16]:
        """Return the stored array, if it can be one."""
        numbers = _stored(value, "<f2").astype(np.float16, copy=False)
        if not (np.isfinite(numbers) & (numbers >= 0)).all():
            raise ValueError("a distance that is none")
        return numbers


class HashesBlob(Checked[FaceHashes]):
    """Two numbers of 64 bits as 16 bytes, little-endian."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.array(value, dtype="<u8").tobytes()

    def checked(self, value: Any) -> FaceHashes:
        """Return the stored numbers, if they can be two."""
        numbers = _stored(value, "<u8").tolist()
        if len(numbers) != 2:
            raise ValueError(f"{len(value)} bytes where two hashes should be")
        return numbers[0], numbers[1]


def _stored(value: Any, kind: str) -> npt.NDArray[Any]:
    if type(value) is not bytes:
        raise ValueError(f"{shown(value)} where bytes should be")
    if not value or len(value) % np.dtype(kind).itemsize:
        raise ValueError(f"{len(value)} bytes where numbers should be")
    return np.frombuffer(value, dtype=kind)
