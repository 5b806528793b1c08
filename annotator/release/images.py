"""The image files of a release: verified, named, copied or referenced."""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePath

from annotator.imaging import ImageError, inspect_image
from annotator.project.records import ImageRecord
from annotator.release.errors import ExportError

IMAGE_FOLDER = "images"
_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}
)
_LONGEST_STEM = 120  # bytes: with a hash and a suffix, names stay below the usual limit of 255
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """Where a release has an image.

    Attributes
    ----------
    file
        Relative to the release where the image was copied, else its absolute path.
    orientation
        The EXIF orientation that the file states, 1..8: what leads from the stored pixels to
        the upright image in which the landmarks are.
    """

    file: str
    orientation: int


def place_images(
    images: Collection[ImageRecord], folder: Path, *, copy: bool
) -> dict[int, PlacedImage]:
    """Verify every image and, if `copy`, copy it into ``images/``.

    Returns
    -------
    dict
        From the images' ids.

    Raises
    ------
    ExportError
        If an image vanished or is no longer the file that was imported.
    """
    if copy:
        (folder / IMAGE_FOLDER).mkdir()
    names = unique_names(images)
    placed = {}
    for image in images:
        file = f"{IMAGE_FOLDER}/{names[image.id]}"
        target = folder / file if copy else None
        _transfer(image, target)
        orientation = _orientation(target or image.path, image)
        placed[image.id] = PlacedImage(file if copy else _reference(image.path), orientation)
    return placed


def unique_names(images: Collection[ImageRecord]) -> dict[int, str]:
    """Return a file name for each image's id that no file system takes for another's.

    Images keep their names. Those that share one, upper and lower case and Unicode spelling
    apart, all get the beginning of their SHA-256 in theirs, whatever their order.
    """
    wanted = {image.id: _portable(image.path.name) for image in images}
    for digits in (8, 64):
        shared = Counter(_key(name) for name in wanted.values())
        for image in images:
            name = PurePath(wanted[image.id])
            if shared[_key(name.name)] > 1:
                wanted[image.id] = f"{name.stem}-{image.sha256[:digits]}{name.suffix}"
    return wanted


def _reference(path: Path) -> str:
    try:
        return path.as_posix().encode().decode()
    except UnicodeEncodeError as error:
        raise ExportError(
            f"{path.as_posix()!a} is no valid Unicode and cannot be referenced:"
            " rename it, or copy the images"
        ) from error


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _portable(name: str) -> str:
    """Replace what some file systems forbid."""
    clean = "".join(
        "_" if character in _FORBIDDEN or not character.isprintable() else character
        for character in name
    )
    path = PurePath(clean.rstrip(". ") or "image")
    stem = path.stem.encode()[:_LONGEST_STEM].decode(errors="ignore")
    return f"{'_' if stem.casefold() in _RESERVED else ''}{stem}{path.suffix[:20]}"


def _transfer(image: ImageRecord, target: Path | None) -> None:
    """Read an image, write it to `target` if there is one, and compare its hash."""
    digest = hashlib.sha256()
    try:
        source = image.path.open("rb")
    except OSError as error:
        raise ExportError(
            f"{image.path} cannot be read any more ({error.strerror or error}):"
            " put it back, or exclude its samples"
        ) from error
    with source, target.open("wb") if target else nullcontext() as copied:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            if copied:
                copied.write(chunk)
    if digest.hexdigest() != image.sha256:
        raise ExportError(
            f"{image.path} has changed since it was imported:"
            " put the original back, or exclude its samples"
        )


def _orientation(path: Path, image: ImageRecord) -> int:
    try:
        return inspect_image(path).orientation
    except ImageError as error:
        raise ExportError(f"{image.path} cannot be read any more: {error}") from error
