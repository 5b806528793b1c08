"""Folders that may not be written, and acting as somebody who has no right to."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Act as somebody without rights: root may write anywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@contextmanager
def as_owner() -> Iterator[None]:
    """Be whoever runs the tests again."""
    before = os.geteuid()
    os.seteuid(os.getuid())
    try:
        yield
    finally:
        os.seteuid(before)


def close_to_writers(folder: Path, *, folder_mode: int = 0o555, file_mode: int = 0o444) -> None:
    """Take the rights to write from a folder and the files in it, and from folders in it."""
    for path in folder.rglob("*"):
        path.chmod(folder_mode if path.is_dir() else file_mode)
    folder.chmod(folder_mode)


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return what is in the files below a folder, and when they were written."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@contextmanager
def public_folder() -> Iterator[Path]:
    """Give a folder that anybody may use, unlike pytest's own, and let it be removed after."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        try:
            yield folder
        finally:
            for path in (folder, *folder.rglob("*")):
                path.chmod(0o777)
