"""Columns of clips, as blobs: the times of their frames, and the names of their files."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import LargeBinary

from annotator.project.checked import Checked, shown


class PackedBlob(Checked[bytes]):
    """Bytes that mean something to whoever packed them."""

    impl = LargeBinary

    def checked(self, value: Any) -> bytes:
        """Return the stored bytes, if they are any."""
        if type(value) is not bytes:
            raise ValueError(f"{shown(value)} where bytes should be")
        return value


class TimesBlob(Checked[npt.NDArray[np.float64]]):
    """(n,) seconds, ascending from 0, as 8 n bytes; read-only when read."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else np.ascontiguousarray(value, dtype="<f8").tobytes()

    def checked(self, value: Any) -> npt.NDArray[np.float64]:
        """Return the stored array, if it can be one."""
        if type(value) is not bytes:
            raise ValueError(f"{shown(value)} where bytes should be")
        if not value or len(value) % 8:
            raise ValueError(f"{len(value)} bytes where times should be")
        times = np.frombuffer(value, dtype="<f8").astype(np.float64, copy=False)
        times.setflags(write=False)
        if not are_times(times):
            raise ValueError("times that are not those of a clip")
        return times


class NamesBlob(Checked[tuple[str, ...]]):
    """Names of files, as their bytes with a zero between them; none of them is empty."""

    impl = LargeBinary

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        """Return the bytes to store."""
        return None if value is None else b"\0".join(map(os.fsencode, value))

    def checked(self, value: Any) -> tuple[str, ...]:
        """Return the stored names, if they can be names in a folder."""
        if type(value) is not bytes:
            raise ValueError(f"{shown(value)} where bytes should be")
        names = tuple(map(os.fsdecode, value.split(b"\0")))
        if not all(map(is_file_name, names)):
            raise ValueError("names that no files of a folder can have")
        return names


def is_file_name(name: str) -> bool:
    """Return whether a file in a folder can be called so: it leads to nowhere else."""
    return name not in ("", ".", "..") and not set(name) & {"/", "\\", "\0"}


def are_times(times: npt.NDArray[np.float64]) -> bool:
    """Return whether (n,) seconds can be those of a clip's frames: ascending from 0."""
    return bool(
        len(times)
        and times[0] == 0
        and np.isfinite(times[-1])
        and (len(times) == 1 or (np.diff(times) > 0).all())
    )
