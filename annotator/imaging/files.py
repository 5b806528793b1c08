"""Which files of the given folders are photographs."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from annotator.system.names import in_natural_order

IMAGE_SUFFIXES: frozenset[str] = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"}
)


def find_images(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Yield the image files among files and folders, in a reproducible order.

    Parameters
    ----------
    paths
        Files and folders. A file is yielded whatever its name, even when it does not
        exist, so that reading it reports why it cannot be used. A folder is walked
        recursively: its own files first, then its subfolders, each sorted as people count.
        In folders, hidden entries and unknown suffixes (see `IMAGE_SUFFIXES`) are skipped
        and linked folders are followed once.

    Yields
    ------
    Path
        As given, or below the folder given. A folder that cannot be listed is yielded
        itself, so that it is reported and not silently passed over.
    """
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _walk(top: Path) -> Iterator[Path]:
    unreadable: list[Path] = []
    visited: set[str] = set()
    walk = os.walk(
        top,
        followlinks=True,
        onerror=lambda error: unreadable.append(Path(error.filename)),
    )
    for folder, subfolders, names in walk:
        visited.add(os.path.realpath(folder))
        subfolders[:] = [
            name
            for name in in_natural_order(subfolders)
            if not name.startswith(".")
            and os.path.realpath(Path(folder, name)) not in visited  # a link back up
        ]
        for name in in_natural_order(names):
            if not name.startswith(".") and Path(name).suffix.lower() in IMAGE_SUFFIXES:
                yield Path(folder, name)
    yield from unreadable
