"""Whether a folder that was added as photographs looks like the frames of one sequence."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from annotator.imaging.clips.errors import ClipError
from annotator.imaging.clips.frame_names import frame_names
from annotator.system.foreign_text import escaped

# Fewer are no sequence that anybody would miss.
_LEAST = 10
_NUMBERED = re.compile(r"(.*?)(\d+)(\.\w+)")


def is_numbered_through(names: Sequence[str]) -> bool:
    """Return whether file names count from 0 or 1 on without a gap, all else in them alike.

    Cameras name photographs so as well, but seldom from 1 on and without a gap.
    """
    found = [_NUMBERED.fullmatch(name) for name in names]
    if len(names) < _LEAST or None in found:
        return False
    parts = [match.groups() for match in found if match is not None]
    numbers = sorted(int(number) for _, number, _ in parts)
    alike = len({(before, after) for before, _, after in parts}) == 1
    return alike and numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[-1] + 1))


def sequence_hints(paths: Sequence[Path]) -> list[str]:
    """Return a sentence for each given folder that looks like the frames of one sequence."""
    told = []
    for path in paths:
        try:
            names = frame_names(path) if os.path.isdir(path) else ()  # noqa: PTH112 - never raises
        except ClipError:
            continue  # it holds no images, or cannot be read, which others tell
        if is_numbered_through(names):
            told.append(
                f"{escaped(path.name)}: {len(names)} photographs, numbered as frames of a clip "
                "are; if they are, `remove` them and `add` the folder with --sequence"
            )
    return told
