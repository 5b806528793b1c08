"""Which files of the given folders are photographs, or look as if they were."""

import errno
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from annotator.imaging.signatures import HEAD, shows_an_image
from annotator.system.names import in_natural_order
from annotator.system.regular import open_regular

_LOG = logging.getLogger(__name__)

IMAGE_SUFFIXES: frozenset[str] = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".tif", ".tiff", ".bmp"}
    | {".dib", ".apng", ".mpo", ".avif", ".heic", ".heics", ".heif", ".hif"}
    | {".pbm", ".pgm", ".ppm", ".pnm"}
)
"""What the names of files end in that can be read, as a rule."""

_OTHER_SUFFIXES = frozenset(
    # Images that cannot be read: whoever gives a folder of them is told so.
    {".gif", ".jxl", ".jp2", ".j2k", ".jpx", ".psd", ".svg", ".tga", ".exr"}
    | {".ico", ".xcf"}
    # Cameras' raw formats.
    | {".arw", ".cr2", ".cr3", ".crw", ".dng", ".erf", ".iiq", ".nef", ".nrw", ".orf", ".pef"}
    | {".raf", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f", ".3fr"}
)


def find_images(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Yield what looks like an image among files and folders, in a reproducible order.

    Parameters
    ----------
    paths
        Files and folders. A file is yielded whatever its name, even when it does not
        exist, so that reading it reports why it cannot be used. A folder is walked
        recursively: its own files first, then its subfolders, each as people count. In folders,
        hidden entries are skipped. A link to a file is followed, and one to a folder that lies
        elsewhere; one to a folder above, whose other contents nobody gave, is not. No folder is
        walked twice. A file is taken if it is called like an image, readable or not, or begins
        like one.

    Yields
    ------
    Path
        As given, or below the folder given. Reading it says what is wrong with it, if anything:
        also with a folder that cannot be listed, which is therefore yielded itself.
    """
    for given in paths:
        path = Path(given)
        if os.path.isdir(path):  # noqa: PTH112 - unlike Path's it never raises
            yield from files_below(path, _looks_like_an_image, otherwise="no image")
        else:
            yield path


def files_below(
    top: Path, is_taken: Callable[[Path], bool], *, otherwise: str = ""
) -> Iterator[Path]:
    """Yield the files of a folder, and of those below it, that a function takes.

    In the order of `find_images`, and with those folders that cannot be listed.

    Parameters
    ----------
    top
    is_taken
    otherwise
        What is logged of files that are not taken: what they are. Empty for nothing.
    """
    unreadable: list[Path] = []
    visited: set[tuple[int, int] | None] = set()
    waiting = [top]  # a list, as folders may lie deeper than Python calls functions
    while waiting:
        folder = waiting.pop()
        identity = _identity(folder)
        if identity is not None and identity in visited:
            continue
        visited.add(identity)
        try:
            subfolders, names = _listed(folder)
        except OSError:
            unreadable.append(folder)
            continue
        for name in in_natural_order(names):
            path = folder / name
            if name.startswith("."):
                _LOG.info("passed over, as it is hidden: %s", path)
            elif is_taken(path):
                yield path
            elif otherwise:
                _LOG.info("passed over, as it is %s: %s", otherwise, path)
        waiting += [
            folder / name
            for name in reversed(in_natural_order(subfolders))
            if not name.startswith(".") and not _leads_up(folder / name, top)
        ]
    yield from unreadable


def _leads_up(folder: Path, top: Path) -> bool:
    """Return whether a folder is a link to one that holds itself, or the folder that was given."""
    if not folder.is_symlink():
        return False
    target = os.path.realpath(folder)
    holds_it = any(
        Path(os.path.realpath(below)).is_relative_to(target) for below in (folder.parent, top)
    )
    if holds_it:
        _LOG.info("not followed, as it leads to a folder above: %s", folder)
    return holds_it


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return which folder it is, links followed; its real path takes long where it lies deep."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """Return the names of a folder's subfolders, linked ones too, and of all else in it."""
    names: tuple[list[str], list[str]] = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                is_folder = entry.is_dir()
            except OSError:  # a link in a circle
                is_folder = False
            names[not is_folder].append(entry.name)
    return names


def _looks_like_an_image(path: Path) -> bool:
    """Tell by the name, and only where that says nothing by the first bytes."""
    suffix = path.suffix.lower()
    return suffix in IMAGE_SUFFIXES or suffix in _OTHER_SUFFIXES or _begins_like_one(path)


def _begins_like_one(path: Path) -> bool:
    try:
        with open_regular(path) as stream:
            return shows_an_image(stream.read(HEAD) or b"")  # nothing yet
    except OSError as error:
        # A disk that fails may hide a photograph; a pipe, a device or a lock hides none.
        return error.errno == errno.EIO
