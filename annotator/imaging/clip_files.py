"""Which of the given files, and of those in folders, are videos, or look as if they were."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotator.imaging.clips import is_clip
from annotator.imaging.files import IMAGE_SUFFIXES, files_below

CLIP_SUFFIXES: frozenset[str] = frozenset(
    {".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2ts", ".flv"}
    | {".ogv", ".wmv", ".asf", ".3gp", ".3g2"}
)
"""What the names of videos end in, as a rule."""


def find_clips(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Yield what looks like a video among files and folders, in a reproducible order.

    Folders are walked as `annotator.imaging.find_images` walks them. A file is taken, given or in a
    folder, if it is called like a video, readable or not, or begins like one.
    """
    for given in paths:
        path = Path(given)
        if os.path.isdir(path):  # noqa: PTH112 - unlike Path's it never raises
            found = files_below(path, looks_like_a_clip)
            yield from (each for each in found if not os.path.isdir(each))  # noqa: PTH112
        elif looks_like_a_clip(path):
            yield path


def looks_like_a_clip(path: Path) -> bool:
    """Tell by the name, and only where that says nothing by the first bytes."""
    suffix = path.suffix.lower()
    return suffix in CLIP_SUFFIXES or (suffix not in IMAGE_SUFFIXES and is_clip(path))
