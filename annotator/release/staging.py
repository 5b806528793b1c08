"""A folder that appears complete or not at all.

Whoever may write beside it can plant links and files there: the folder on the way has a name that
nobody can know beforehand and is new, and the lock is a file or there is none.
"""

import errno
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from annotator.release.errors import ExportError
from annotator.system.durable import sync_file, sync_folder
from annotator.system.file_locks import is_same_file, try_lock
from annotator.system.placing import companion

_LOCK = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_MARK = 8  # bytes, two signs each
_MARKED = "?" * (2 * _MARK)


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary sibling of `folder` that is renamed to it when the block succeeds.

    The temporary folder, ``.NAME.MARK.partial`` or, where that is too long, one with a hash in
    place of the name, is removed when the block fails. Where the program was killed instead, the
    next export to the same folder removes it. A lock file beside it keeps two exports to the same
    folder apart.

    Raises
    ------
    ExportError
        If the folder exists, is being written, or cannot be written.
    """
    partial = _partial(folder, secrets.token_hex(_MARK))
    try:
        refuse_existing(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(companion(folder, "lock"), folder):
            _remove_leftovers(folder)
            partial.mkdir()
            try:
                yield partial
                _sync_tree(partial)
                refuse_existing(folder)
                partial.rename(folder)
                sync_folder(folder.parent)
            finally:
                with suppress(FileNotFoundError):  # it has its name by now
                    shutil.rmtree(partial)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"{folder} cannot be written ({reason}): choose another place") from error


def refuse_existing(folder: Path) -> None:
    """Raise ExportError if something is there where a folder is to be."""
    if os.path.lexists(folder):
        raise ExportError(f"{folder} exists already: choose a folder that does not exist yet")


def _partial(folder: Path, mark: str) -> Path:
    return companion(folder, f"{mark}.partial")


def _remove_leftovers(folder: Path) -> None:
    """Remove what exports to a folder left that were killed: nobody writes it while it is locked.

    Links are left alone, and so is what lies behind them.
    """
    begin, _, end = _partial(folder, _MARKED).name.rpartition(_MARKED)
    ours = re.compile(f"{re.escape(begin)}[0-9a-f]{{{len(_MARKED)}}}{re.escape(end)}", re.DOTALL)
    with os.scandir(folder.parent) as entries:
        left = [
            entry.path
            for entry in entries
            if ours.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False)
        ]
    for partial in left:
        shutil.rmtree(partial, ignore_errors=True)  # it may be somebody else's to remove


@contextmanager
def _locked(path: Path, folder: Path) -> Iterator[None]:
    try:
        descriptor = os.open(path, _LOCK, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.EISDIR):
            raise _in_the_way(path) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise _in_the_way(path)
        # Someone who held the lock may have removed the file between our open and our lock:
        # then others lock a new file, and ours means nothing.
        if not (try_lock(descriptor) and is_same_file(descriptor, path)):
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


def _in_the_way(path: Path) -> ExportError:
    return ExportError(f"{path} is a link, a pipe or a folder, and no lock file: remove it")


def _sync_tree(top: Path) -> None:
    """Flush every file and folder to the disk, before the rename makes them visible."""
    with os.scandir(top) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _sync_tree(Path(entry.path))
            else:
                sync_file(Path(entry.path))
    sync_folder(top)
