"""Files and folders are flushed to the disk, whoever may write them."""

import os

import pytest

from annotator.system.durable import sync_file, sync_folder

fcntl = pytest.importorskip("fcntl")  # not on Windows, where read-only files cannot be flushed


def test_a_file_is_flushed_that_may_only_be_read(tmp_path, monkeypatch):
    path = tmp_path / "photograph.jpg"
    path.write_bytes(b"pixels")
    path.chmod(0o444)  # a second name of it is in a release
    opened: list[int] = []
    flushed = os.fsync

    def watched(descriptor: int) -> None:
        opened.append(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE)
        flushed(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    sync_file(path)
    assert opened == [os.O_RDONLY]  # root could open it in any way


def test_flushing_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        sync_file(tmp_path / "nothing")
    sync_folder(tmp_path)
