"""What stored meshes are known by: their bytes and the place that they belong to.

A digest tells accidents, such as a bit that flips on a disk or rows whose meshes were swapped.
Whoever writes to the database on purpose can write digests too.
"""

from __future__ import annotations

import struct
from hashlib import blake2b
from typing import Any

import numpy.typing as npt
from sqlalchemy import Row

from annotator.project.history_tables import DroppedStrokeRow
from annotator.project.stroke_table import StrokeRow

Blob = bytes | npt.NDArray[Any] | None
"""What a column holds: its bytes, the array that is made of them, or nothing."""

AnyRow = Row[*tuple[Any, ...]]

DIGEST_SIZE = 8
"""Bytes: a damaged mesh is taken for sound with a chance of 2**-64."""

_NOTHING = -1  # in place of a length


def prediction_digest(sample_id: int, model_id: int, landmarks: Blob) -> bytes:
    """Return the digest of a prediction, known by its sample and model: ids come too late."""
    return _digest(b"prediction", (sample_id, model_id), landmarks)


def annotation_digest(
    sample_id: int, prediction_id: int, revision: int, landmarks: Blob, marks: Blob
) -> bytes | None:
    """Return the digest of an annotation; None if it is its prediction and has no marks."""
    if landmarks is None and marks is None:
        return None
    return _digest(b"annotation", (sample_id, prediction_id, revision), landmarks, marks)


def stroke_digest(
    sample_id: int, sequence: int, stroke: StrokeRow | DroppedStrokeRow | AnyRow
) -> bytes:
    """Return the digest of all that a stroke does to vertices."""
    blobs = (
        stroke.vertex_indices,
        stroke.before,
        stroke.after,
        stroke.marks_before,
        stroke.marks_after,
    )
    return _digest(b"stroke", (sample_id, sequence), *blobs)


def anchors_digest(sample_id: int, sequence: int, added: Blob, removed: Blob) -> bytes | None:
    """Return the digest of what a stroke does to anchors; None if that is nothing.

    It is one of its own because anchors are read without the rest of their stroke.
    """
    if added is None and removed is None:
        return None
    return _digest(b"anchors", (sample_id, sequence), added, removed)


def honeypot_digest(sample_id: int, answer: Blob) -> bytes:
    """Return the digest of the known answer to an opinion."""
    return _digest(b"honeypot", (sample_id,), answer)


def guide_digest(sample_id: int, points: Blob, visibility: Blob) -> bytes:
    """Return the digest of a guide."""
    return _digest(b"guide", (sample_id,), points, visibility)


def _digest(kind: bytes, place: tuple[int, ...], *blobs: Blob) -> bytes:
    if not all(isinstance(number, int) for number in place):
        return b""  # SQLite keeps anything in any column: a damaged row is what nothing equals
    digest = blake2b(struct.pack(f"<{len(place)}q", *place), digest_size=DIGEST_SIZE, person=kind)
    for blob in blobs:
        stored = blob if blob is None or isinstance(blob, bytes) else _little_endian(blob)
        digest.update(struct.pack("<q", _NOTHING if stored is None else len(stored)))
        digest.update(stored or b"")
    return digest.digest()


def _little_endian(array: npt.NDArray[Any]) -> bytes:
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()
