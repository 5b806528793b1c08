"""Files that appear complete or not at all, under names that file systems take.

Most file systems take names of up to 255 bytes. What is written on the way to a file of such a
name needs a name of its own, which must not be a longer one.
"""

import errno
import hashlib
import os
import platform
import secrets
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BufferedRandom
from itertools import count
from pathlib import Path, PurePath
from time import time

from annotator.system.durable import sync_file
from annotator.system.file_locks import is_same_file, try_lock
from annotator.system.regular import kind_of

_LONGEST_NAME = 255  # bytes
_LONGEST_ENDING = 20
_MARK = 8  # hexadecimal digits
_PREFIX, _ENDING = ".placing-", ".partial"
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_ONLY_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
_LOOKED_AT = os.O_RDWR | _NO_LINK | getattr(os, "O_NONBLOCK", 0)
_MOST_TRIES = 10
_SECONDS_TO_WRITE = 24 * 3600  # nobody takes longer to write one file


@contextmanager
def placed(target: Path) -> Iterator[BufferedRandom]:
    """Give a new file to write, which takes the target's name once all of it is on the disk.

    Its folder is the target's, and the caller's to flush. If the block fails the new file goes,
    and an older one of that name stays as it was. What bears the target's name is replaced: a link
    too, and not what it leads to.

    Raises
    ------
    OSError
        If it cannot be written, or not be given that name. Where a folder, a device or a pipe has
        the name, or what a link of that name leads to is one, before anything is written.
    """
    _refuse_no_file(target)
    with _partial(target.parent) as (partial, stream):
        yield stream
        _finish(stream)
        partial.replace(target)


@contextmanager
def placed_anew(target: Path) -> Iterator[BufferedRandom]:
    """Give a new file to write as `placed` does, but never in place of anything.

    Raises
    ------
    FileExistsError
        If something bears the target's name when the file is to take it, whoever gave it that
        name meanwhile: a file, a folder, a link that leads nowhere.
    OSError
        As `placed`.
    """
    with _partial(target.parent) as (partial, stream):
        yield stream
        _finish(stream)
        _name_anew(partial, target)


@contextmanager
def placed_by_name(target: Path, *, replaces: bool = False) -> Iterator[Path]:
    """Give the path of a new, empty file, for what opens files by itself.

    Parameters
    ----------
    target
    replaces
        Whether it is placed as `placed` does, in place of an older file, or as `placed_anew`.

    Raises
    ------
    OSError
        As the one or the other.
    """
    if replaces:
        _refuse_no_file(target)
    with _partial(target.parent) as (partial, stream):
        if os.name == "nt":  # what is locked cannot be written through another opening there
            stream.close()
        yield partial
        sync_file(partial)
        if replaces:
            partial.replace(target)
        else:
            _name_anew(partial, target)


@contextmanager
def _partial(folder: Path) -> Iterator[tuple[Path, BufferedRandom]]:
    """Yield a file of a name that nobody else has, locked while it is one's own; then it goes."""
    for at in count():
        # Named before it is there: who is asked to end while it is made knows what to take along.
        partial = folder / f"{_PREFIX}{_machine()}-{secrets.token_hex(8)}{_ENDING}"
        try:
            with os.fdopen(os.open(partial, _ONLY_NEW, 0o666), "w+b") as stream:
                if _is_own(stream.fileno(), partial) or at >= _MOST_TRIES:
                    yield partial, stream
                    return
        finally:
            with suppress(OSError):  # it has its name by now, or an error is on its way
                partial.unlink()


def _is_own(descriptor: int, partial: Path) -> bool:
    """Lock a file, and return whether it is still there.

    Who clears up may have taken it for a leftover before it was locked.
    """
    try:
        return try_lock(descriptor) and is_same_file(descriptor, partial)
    except OSError:  # files cannot be locked there: age tells
        return True


def _machine() -> str:
    """Return what tells this machine from others: locks may not reach beyond it."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:_MARK]


def _refuse_no_file(target: Path) -> None:
    """Refuse to replace what is no file: the null device, say, is there for all programs."""
    try:
        mode = target.stat().st_mode
    except OSError:  # nothing is there, or a link that leads nowhere
        return
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, f"it is {kind_of(mode)}, not a file", str(target))


def _finish(stream: BufferedRandom) -> None:
    stream.flush()
    os.fsync(stream.fileno())
    if os.name == "nt":  # what is open cannot be renamed there; elsewhere it stays locked
        stream.close()


def _name_anew(partial: Path, target: Path) -> None:
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:  # there are no hard links here, or other trouble, which shows again
        _replace_own(partial, target)


def _replace_own(partial: Path, target: Path) -> None:
    """Take a name with an empty file, which no other program can then take, and replace that."""
    os.close(os.open(target, _ONLY_NEW, 0o666))
    with ExitStack() as trouble:
        trouble.callback(target.unlink)
        partial.replace(target)
        trouble.pop_all()


def partial_name() -> str:
    """Return a new name for what cannot be locked on its way to another: age tells of it."""
    return f"{_PREFIX}{secrets.token_hex(8)}{_ENDING}"


def remove_leftovers(folder: Path) -> None:
    """Remove what programs left in a folder that were killed while they wrote a file there.

    A file that is being written on this machine is locked. Of other machines', and where files
    cannot be locked, those of the last day stay: they may be about to become files.
    """
    own = f"{_PREFIX}{_machine()}-"
    for partial in folder.glob(f"{_PREFIX}*{_ENDING}*"):
        with suppress(OSError):  # somebody else's to remove, or removed by them
            if time() - partial.lstat().st_mtime > _SECONDS_TO_WRITE:
                partial.unlink()
            elif partial.name.startswith(own):
                _remove_unlocked(partial)


def _remove_unlocked(partial: Path) -> None:
    descriptor = os.open(partial, _LOOKED_AT)
    try:
        is_nobodys = try_lock(descriptor)
        if is_nobodys and os.name != "nt":
            partial.unlink()  # while it is locked: its maker may be about to lock it, and looks
    finally:
        os.close(descriptor)
    if is_nobodys and os.name == "nt":
        partial.unlink()


def fitting(name: str, longest: int = _LONGEST_NAME) -> str:
    """Return a name that is not too long: shortened, if need be, with its ending kept.

    Different names stay different ones. `longest` is in bytes.
    """
    if len(os.fsencode(name)) <= longest:
        return name
    ending = PurePath(name).suffix
    if len(os.fsencode(ending)) > _LONGEST_ENDING:
        ending = ""
    mark = "-" + hashlib.sha256(os.fsencode(name)).hexdigest()[:_MARK]
    room = longest - len(os.fsencode(mark + ending))
    stem = os.fsencode(name.removesuffix(ending))[:room]
    while not _is_whole(stem):
        stem = stem[:-1]
    return os.fsdecode(stem) + mark + ending


def companion(path: Path, ending: str) -> Path:
    """Return what a file beside another one is called: always the same, and never too long."""
    name = f".{path.name}.{ending}"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:32]}.{ending}"
    return path.with_name(name)


def _is_whole(text: bytes) -> bool:
    """Return whether text does not end in the middle of a character; bytes that are none do."""
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    return True
