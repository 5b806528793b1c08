"""Which files of a folder are its frames, and in which order."""

from pathlib import Path

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.info import MAX_FRAMES
from annotator.imaging.files import IMAGE_SUFFIXES
from annotator.system.names import in_natural_order


def frame_names(folder: Path) -> tuple[str, ...]:
    """Return the names of a folder's images in the order of frames; raises ClipError.

    Subfolders, hidden files and what is not called like an image are no frames.
    """
    try:
        found = [entry.name for entry in folder.iterdir() if _is_frame(entry)]
    except FileNotFoundError as error:
        raise ClipError("the folder does not exist") from error
    except OSError as error:
        raise ClipError(f"the folder cannot be read ({error.strerror or error})") from error
    if not found:
        raise ClipError("the folder holds no images, so it is no sequence of frames")
    if len(found) > MAX_FRAMES:
        raise ClipError(f"the folder holds more than {MAX_FRAMES:,} frames")
    return tuple(in_natural_order(found))


def _is_frame(entry: Path) -> bool:
    hidden = entry.name.startswith(".")
    return not hidden and entry.suffix.lower() in IMAGE_SUFFIXES and not entry.is_dir()
