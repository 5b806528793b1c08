"""Digests are what the documentation says, so that other programs can compare them."""

import struct
from hashlib import blake2b

import numpy as np
import pytest

from annotator.project.digests import (
    DIGEST_SIZE,
    anchors_digest,
    annotation_digest,
    prediction_digest,
)

MESH = np.random.default_rng(0).normal(100, 30, (468, 3)).astype(np.float32)
MARKS = np.arange(468).astype(np.uint8) % 6


def documented(kind: bytes, place: tuple[int, ...], *blobs: bytes | None) -> bytes:
    digest = blake2b(struct.pack(f"<{len(place)}q", *place), digest_size=8, person=kind)
    for blob in blobs:
        digest.update(struct.pack("<q", -1 if blob is None else len(blob)) + (blob or b""))
    return digest.digest()


def test_a_digest_is_of_the_place_and_of_the_bytes_each_after_its_length():
    mesh, marks = MESH.tobytes(), MARKS.tobytes()
    assert prediction_digest(3, 4, MESH) == documented(b"prediction", (3, 4), mesh)
    assert annotation_digest(3, 4, 5, MESH, None) == documented(
        b"annotation", (3, 4, 5), mesh, None
    )
    assert annotation_digest(3, 4, 5, MESH, MARKS) == documented(
        b"annotation", (3, 4, 5), mesh, marks
    )
    added = np.array([7, 300], np.uint16)
    assert anchors_digest(3, 4, added, None) == documented(b"anchors", (3, 4), b"\x07\0,\1", None)
    assert len(prediction_digest(3, 4, MESH)) == DIGEST_SIZE


def test_bytes_and_arrays_of_any_byte_order_have_one_digest():
    expected = prediction_digest(3, 4, MESH.tobytes())
    for array in (MESH, MESH.astype(">f4"), np.asfortranarray(MESH)):
        assert prediction_digest(3, 4, array) == expected


def test_what_holds_nothing_has_no_digest():
    assert annotation_digest(1, 1, 0, None, None) is None
    assert anchors_digest(1, 1, None, None) is None


def test_another_place_kind_or_division_of_the_same_bytes_has_another_digest():
    whole = b"\1\2\3\4"
    digests = [
        prediction_digest(1, 2, whole),
        prediction_digest(2, 1, whole),
        anchors_digest(1, 2, whole, None),
        anchors_digest(1, 2, None, whole),
        anchors_digest(1, 2, whole[:2], whole[2:]),
        anchors_digest(1, 2, whole, b""),
    ]
    assert len(set(digests)) == len(digests)


@pytest.mark.parametrize("place", [("1", 2), (1, 2.0), (None, 1)])
def test_a_place_that_is_no_number_equals_no_digest(place):
    assert prediction_digest(*place, b"\1") == b""
