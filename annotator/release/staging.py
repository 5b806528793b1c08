"""A folder that appears complete or not at all."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from annotator.release.errors import ExportError
from annotator.system.durable import sync_file, sync_folder
from annotator.system.placing import companion


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary sibling of `folder` that is renamed to it when the block succeeds.

    The temporary folder, ``.NAME.partial`` or, where that is too long, one named by its hash, is
    removed when the block fails. Where the program was killed instead, the next export to the same
    folder removes it. A lock file beside it keeps two exports to the same folder apart.

    Raises
    ------
    ExportError
        If the folder exists, is being written, or cannot be written.
    """
    partial = companion(folder, "partial")
    try:
        _refuse_existing(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(companion(folder, "lock"), folder):
            _remove(partial)  # of an export that was killed
            partial.mkdir()
            try:
                yield partial
                _sync_tree(partial)
                _refuse_existing(folder)
                partial.rename(folder)
                sync_folder(folder.parent)
            finally:
                _remove(partial)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"{folder} cannot be written ({reason}): choose another place") from error


def _refuse_existing(folder: Path) -> None:
    if os.path.lexists(folder):
        raise ExportError(f"{folder} exists already: choose a folder that does not exist yet")


def _remove(partial: Path) -> None:
    if partial.exists():
        shutil.rmtree(partial)


@contextmanager
def _locked(path: Path, folder: Path) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        # Someone who held the lock may have removed the file between our open and our lock:
        # then others lock a new file, and ours means nothing.
        if not (_try_lock(descriptor) and _is_same_file(descriptor, path)):
            raise ExportError(f"another export to {folder} is running: wait for it to end")
        try:
            yield
        finally:
            if sys.platform != "win32":  # there, a file that is open cannot be removed
                path.unlink(missing_ok=True)
    finally:
        os.close(descriptor)  # releases the lock
        if sys.platform == "win32":
            with suppress(OSError):  # someone else has opened it: theirs to remove
                path.unlink(missing_ok=True)


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _sync_tree(top: Path) -> None:
    """Flush every file and folder to the disk, before the rename makes them visible."""
    with os.scandir(top) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _sync_tree(Path(entry.path))
            else:
                sync_file(Path(entry.path))
    sync_folder(top)
