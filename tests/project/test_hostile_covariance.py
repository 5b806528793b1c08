"""A covariance file of anybody's: refused in words, before anything large is read."""

import io
import os
import random
import struct
import sys
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.layout import FACE_468
from annotator.project.covariance_file import (
    FILE_NAME,
    CovarianceFileError,
    read_covariance,
    write_covariance,
)
from tests.fuzzing import mutated, rounds

WHEN = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
PATIENCE = 60  # seconds: what hangs would last for ever
ARRAYS = ("version", "matrix", "noise", "corrections", "learned_at", "sha256")
LARGEST = 30 << 20  # bytes that reading may take: the file has 3.5 MB


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("whole")
    return write_covariance(folder, canonical_covariance(FACE_468), 42, WHEN).read_bytes()


def refusal(folder: Path) -> str:
    """Return why the file of a folder is refused; fail if that takes for ever."""
    raised: list[str] = []

    def read() -> None:
        try:
            read_covariance(folder)
        except CovarianceFileError as error:
            raised.append(str(error))

    thread = Thread(target=read, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "it never came back"
    assert raised, "it was read"
    assert raised[0].isprintable()
    return raised[0]


def member(name: str, content: bytes, *, method: int = zipfile.ZIP_STORED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as stream:
        for each in (name, *(f"{one}.npy" for one in ARRAYS)):
            if each not in stream.namelist():
                stream.writestr(each, content if each == name else b"")
    return archive.getvalue()


def npy(header: str, data: bytes = b"") -> bytes:
    text = (header + " " * (-len(header) % 64) + "\n").encode("latin-1")
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def shape(text: str, descr: str = "<c16") -> str:
    return f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({text}), }}"


HAND_MADE = {
    "14 TiB": (member("matrix.npy", npy(shape("1000000, 1000000"))), "but got"),
    "no end of dimensions": (member("matrix.npy", npy(shape("1, " * 1000))), "but got|begin"),
    "a zip bomb": (
        member("matrix.npy", npy(shape("468, 468"), bytes(1 << 27)), method=zipfile.ZIP_DEFLATED),
        "another size than its header says",
    ),
    "a small zip bomb": (
        member("noise.npy", npy(shape("", "<f8"), bytes(1 << 22)), method=zipfile.ZIP_DEFLATED),
        "another size than its header says",
    ),
    "packed by bzip2": (
        member("noise.npy", npy(shape("", "<f8"), bytes(8)), method=zipfile.ZIP_BZIP2),
        "packed in a way of its own",
    ),
    "a header of brackets": (member("matrix.npy", npy("(" * 900)), "does not begin as"),
    "a header that is a program": (member("matrix.npy", npy("__import__('os')")), "begin as"),
    "a structure": (member("noise.npy", npy("{'descr': [('a', '<f8')], 'f")), "begin as"),
    "cut off": (member("noise.npy", npy(shape("", "<f8"), bytes(3))), "another size"),
    "a member that leads out": (member("../evil.npy", npy(shape(""))), "does not belong there"),
    "a name with a terminal's commands": (member("\x1b[2J.npy", b""), "does not belong there"),
    "no archive": (b"\x89PNG\r\n\x1a\n" * 20, "its end is missing"),
    "an end alone": (b"PK\x05\x06" + bytes(18), "it holds no version"),
    "a directory of 4 GB": (
        b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 9, 9, 0xFFFFFFF0, 0, 0), "more files"
    ),
    "an end of 64 bits elsewhere": (
        bytes(80) + b"PK\x06\x07" + bytes(16) + b"PK\x05\x06" + bytes(18), "where it should be"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", HAND_MADE)
def test_a_file_made_by_hand_is_refused_in_little_memory(tmp_path, what):
    content, reason = HAND_MADE[what]
    (tmp_path / FILE_NAME).write_bytes(content)
    tracemalloc.start()
    said = refusal(tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "is damaged (" in said
    assert any(part in said for part in reason.split("|")), said
    assert most < LARGEST


def test_an_encrypted_member_is_refused(tmp_path, whole):
    content = bytearray(whole)
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / FILE_NAME).write_bytes(content)
    assert "its version is encrypted" in refusal(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tmp_path, whole):
    path = tmp_path / FILE_NAME
    path.write_bytes(whole)
    os.truncate(path, 1 << 40)  # a hole: no disk is as large
    assert f"it has {1 << 40} bytes, and can have" in refusal(tmp_path)


@POSIX
@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("pipe", "a device or a pipe"),
        ("device", "a device or a pipe"),
        ("folder", "a folder|Is a directory"),
        ("circle of links", "Too many levels"),
    ],
)
def test_what_is_no_file_is_refused_at_once(tmp_path, what, reason):
    path = tmp_path / FILE_NAME
    if what == "pipe":
        os.mkfifo(path)
    elif what == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if what == "device" else path)
    said = refusal(tmp_path)
    assert "cannot be read" in said
    assert any(part in said for part in reason.split("|")), said


@POSIX
def test_a_link_planted_at_the_partial_name_is_not_written_through(tmp_path, whole):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / f".{FILE_NAME}.{os.getpid()}.partial").symlink_to(precious)
    write_covariance(tmp_path, canonical_covariance(FACE_468), 42, WHEN)
    assert precious.read_text() == "precious"
    assert (tmp_path / FILE_NAME).read_bytes() == whole


@POSIX
def test_a_link_in_the_files_place_is_replaced_and_not_written_through(tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (tmp_path / FILE_NAME).symlink_to(precious)
    write_covariance(tmp_path, canonical_covariance(FACE_468), 42, WHEN)
    assert precious.read_text() == "precious"
    assert read_covariance(tmp_path).corrections == 42


@POSIX
def test_a_pipe_in_the_files_place_is_told_of_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / FILE_NAME)
    with pytest.raises(CovarianceFileError, match="a device or a pipe, not a file"):
        write_covariance(tmp_path, canonical_covariance(FACE_468), 42, WHEN)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def places(content: bytes) -> list[int]:
    """Return where headers and directories are, where a change means most."""
    found = []
    for signature in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"\x93NUMPY"):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            found.append(at)
    return found


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """Change it anywhere, mostly where headers are."""
    if dice.random() < 0.1:
        return mutated(whole, dice)
    content = bytearray(whole)
    kind = dice.choice(["bits", "bytes", "cut", "doubled", "zeros", "inserted"])
    near = dice.choice(places(whole)) + dice.randrange(90)
    at = min(near if dice.random() < 0.9 else dice.randrange(len(content)), len(content) - 1)
    if kind == "bits":
        content[at] ^= 1 << dice.randrange(8)
    elif kind == "bytes":
        content[at : at + 4] = struct.pack("<I", dice.choice([0, 0xFFFFFFFF, 1 << 31, 99]))
    elif kind == "cut":
        del content[at : at + dice.choice([1, 7, 1000, len(content)])]
    elif kind == "doubled":
        content[at:at] = content[at : at + 200]
    elif kind == "zeros":
        length = dice.randrange(1, 64)
        content[at : at + length] = bytes(length)
    else:
        content[at:at] = dice.randbytes(dice.randrange(1, 9))
    return bytes(content)


def test_mutated_files_are_refused_or_hold_what_was_written(tmp_path, whole):
    path, many = tmp_path / FILE_NAME, rounds(30)
    path.write_bytes(whole)
    right, refused = read_covariance(tmp_path), 0
    for number in range(many):
        content = damaged(whole, random.Random(number))
        path.write_bytes(content)
        try:
            found = read_covariance(tmp_path)
        except CovarianceFileError as error:
            assert str(error).isprintable(), number
            refused += 1
        else:  # what changed says nothing: a time in the archive
            assert np.array_equal(found.covariance.matrix, right.covariance.matrix), number
            assert (found.corrections, found.learned_at) == (42, WHEN), number
    assert refused > many / 2
