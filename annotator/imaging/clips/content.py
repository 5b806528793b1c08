"""What a clip is known by: the bytes of a video; names and bytes of a folder's frames."""

import hashlib
from functools import lru_cache
from pathlib import Path

from annotator.imaging.clips.frame_names import frame_names
from annotator.system.hashing import FileStamp, file_sha256, file_stamp

_KEPT = 256


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
    digest = hashlib.sha256()
    for name in frame_names(path):
        digest.update(f"{file_sha256(path / name)}  {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


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
