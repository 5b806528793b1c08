"""The clips' files: opened for a project, and looked after."""

from __future__ import annotations

from pathlib import Path

from annotator.imaging.clips import Clip, ClipError, content_sha256, open_clip
from annotator.imaging.clips.frame_names import frame_names
from annotator.project import ClipRecord
from annotator.system.hashing import FileStamp, file_stamp
from annotator.workflow.image_files import ADD_AGAIN, HAS_CHANGED

CLIP_HAS_CHANGED = f"it {HAS_CHANGED}: {ADD_AGAIN}"

ClipStamp = tuple[tuple[str, FileStamp], ...]
"""Of each file of a clip, by its name."""


def clip_stamp(path: Path) -> ClipStamp:
    """Return what changes whenever a program writes to a clip's file, or to one of its frames.

    Raises
    ------
    ClipError
        If it is gone.
    """
    try:
        if not path.is_dir():
            return ((path.name, file_stamp(path)),)
        return tuple((name, file_stamp(path / name)) for name in frame_names(path))
    except FileNotFoundError as error:
        raise ClipError("the file does not exist") from error
    except OSError as error:
        raise ClipError(f"it cannot be read ({error.strerror or error})") from error


def open_project_clip(record: ClipRecord) -> Clip:
    """Open a clip of a project, which has to hold what was added; the caller closes it.

    Raises
    ------
    ClipError
        If it is gone, cannot be read, or holds another content by now.
    """
    trouble = trouble_with_clip(record)
    if trouble is not None:
        raise ClipError(trouble)
    return open_clip(record.path)


def trouble_with_clip(record: ClipRecord) -> str | None:
    """Return why a file cannot stand for a clip of the project, or None if it can.

    It is read to its end, but only once for each stamp of it.
    """
    try:
        same = content_sha256(record.path) == record.sha256
    except ClipError as error:
        return str(error)
    except FileNotFoundError:
        return "the file does not exist"
    except OSError as error:
        return (error.strerror or type(error).__name__).lower()
    return None if same else CLIP_HAS_CHANGED
