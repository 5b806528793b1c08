"""What a clip is known by: the bytes of a video; names and bytes of a folder's frames."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.frame_names import frame_names
from annotator.system.hashing import FileStamp, file_sha256, file_stamp

_KEPT = 256
_KEPT_FOLDERS = 4  # 64 bytes a frame


def content_sha256(path: Path) -> str:
    """Return the SHA-256 of a clip's content, 64 hexadecimal digits.

    A video is read once for each stamp of its file, however many of its frames are asked about.

    Raises
    ------
    OSError
        If it cannot be read.
    ClipError
        If it is a folder without frames.
    """
    if not path.is_dir():
        return video_sha256(path)
    names = frame_names(path)
    return _of_all(names, _each_sha256(path, names))


@lru_cache(maxsize=_KEPT_FOLDERS)
def frame_sha256s(folder: Path, names: tuple[str, ...], sha256: str) -> tuple[str, ...]:
    """Return the SHA-256 of each frame of a folder, as it was when the folder became known by one.

    They are read once; whatever becomes of the files after that, these are what they were.

    Parameters
    ----------
    folder
    names
        Of the frames' files, in their order.
    sha256
        What the folder is known by: see `content_sha256`.

    Raises
    ------
    OSError
        If a file cannot be read.
    ClipError
        If the files hold something else by now.
    """
    found = _each_sha256(folder, names)
    if _of_all(names, found) != sha256:
        raise ClipError("a file of the folder has changed since it was added")
    return found


def video_sha256(path: Path) -> str:
    """Return the SHA-256 of a video's bytes; raises OSError if it cannot be read."""
    before = file_stamp(path)
    found = _sha256(path, before)
    if file_stamp(path) == before:
        return found
    return file_sha256(path)  # written to meanwhile: what was remembered belongs to neither


@lru_cache(maxsize=_KEPT)
def _sha256(path: Path, _stamp: FileStamp) -> str:
    return file_sha256(path)


def _each_sha256(folder: Path, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(file_sha256(folder / name) for name in names)


def _of_all(names: Sequence[str], hashes: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name, sha256 in zip(names, hashes, strict=True):
        digest.update(f"{sha256}  {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
