"""The image files of a release: verified, named, copied or referenced."""

from __future__ import annotations

import hashlib
import logging
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from annotator.imaging import ImageError, inspect_image
from annotator.release.errors import ExportError
from annotator.release.frames import VideoFrames
from annotator.release.unique_names import UniqueNames
from annotator.release.upright import SUFFIX, UPRIGHT, is_read_alike, write_upright
from annotator.system.foreign_text import recovered
from annotator.system.hashing import file_sha256
from annotator.system.regular import open_regular

if TYPE_CHECKING:
    from annotator.project.image_records import ImageRecord

_LOG = logging.getLogger(__name__)

ImageMode = Literal["copy", "upright", "reference"]
Stored = Literal["original", "stripped", "upright", "crop"]

IMAGE_FOLDER = "images"
EMBEDDED = "embedded"
"""What a manifest says of images that lie inside the files of a format."""
ELSEWHERE = frozenset({EMBEDDED, "reference", "none"})
"""What it says where no image is a file of the release."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """Where a release has an image.

    Attributes
    ----------
    file
        Relative to the release where it has a file of its own, else the absolute path.
    orientation
        What leads from the pixels as they are stored there to the upright image in which the
        landmarks are: 1..8 as in EXIF, 1 for nothing.
    stored
        ``"original"``: byte for byte the file that was imported; ``"stripped"``: the same without
        its metadata; ``"upright"``: its pixels, written anew; ``"crop"``: some of them.
    sha256, size
        Of the release's own file, in bytes; None where there is none.
    path
        Where its bytes lie while the release is written; None where it has no image at all.
    """

    file: str
    orientation: int
    stored: Stored = "original"
    sha256: str | None = None
    size: int | None = None
    path: Path | None = None


@dataclass(slots=True)
class Tally:
    """How many photographs a release has that are not simply the upright originals.

    Attributes
    ----------
    turned_on_reading
        Their pixels are stored another way up, and every reader that turns images turns them.
    written_upright
        Written anew.
    misread
        Referenced, though common readers do not agree which way is up, or how bright it is.
    """

    turned_on_reading: int = 0
    written_upright: int = 0
    misread: int = 0


class ImagePlaces:
    """Where a release has its images: each is verified as it is asked for, and copied if need be.

    Parameters
    ----------
    folder
        The release.
    names
        What to call files in ``images/``; None to leave the images where they are.
    upright
        Write anew whatever is to be turned, and not only what readers disagree about.

    Attributes
    ----------
    tally
        Of those placed so far.
    """

    def __init__(self, folder: Path, names: UniqueNames | None, *, upright: bool = False) -> None:
        self.tally = Tally()
        self._folder = folder
        self._names = names
        self._upright = upright
        self._frames = VideoFrames()

    def place(self, image: ImageRecord, inside: str = IMAGE_FOLDER) -> PlacedImage:
        """Verify an image and, unless it is referenced, copy it or write it upright.

        Parameters
        ----------
        image
        inside
            Which folder of the release it belongs in.

        Raises
        ------
        ExportError
            If the image vanished or is no longer the file that was imported, is a frame of a file
            that is no video, or of a video and to be referenced.
        """
        if image.frame is not None and image.clip_id is None:
            raise ExportError(
                f"{image.path}: frame {image.frame} of it cannot be exported, only whole files can:"
                " exclude its samples"
            )
        try:
            if image.frame is not None:
                return self._frame(image, inside)
            if self._names is None:
                return self._referenced(image)
            return self._own(image, self._target(image, self._names, inside))
        except ImageError as error:
            raise ExportError(f"{image.path} cannot be read any more: {error}") from error

    def close(self) -> None:
        """Close the video that is open."""
        self._frames.close()

    def _target(self, image: ImageRecord, names: UniqueNames, inside: str) -> Path:
        target = self._folder / inside / names.of(image.file_name, image.picture_sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _placed(self, path: Path, orientation: int, stored: Stored) -> PlacedImage:
        file = path.relative_to(self._folder).as_posix()
        size = path.stat().st_size
        return PlacedImage(file, orientation, stored, file_sha256(path), size, path)

    def _frame(self, image: ImageRecord, inside: str) -> PlacedImage:
        if self._names is None:
            raise ExportError(
                f"{image.name} is a frame of a video and cannot be referenced, as no reader of"
                " releases would find it: copy the images"
            )
        target = self._target(image, self._names, inside)
        self._frames.write(image, target)
        return self._placed(target, UPRIGHT, "upright")

    def _referenced(self, image: ImageRecord) -> PlacedImage:
        _transfer(image, None)
        info = inspect_image(image.path)
        if not is_read_alike(image.path, info):
            self.tally.misread += 1
        elif info.orientation != UPRIGHT:
            self.tally.turned_on_reading += 1
        return PlacedImage(_reference(image.path), info.orientation, path=image.path)

    def _own(self, image: ImageRecord, copy: Path) -> PlacedImage:
        file = copy.relative_to(self._folder).as_posix()
        size = _transfer(image, copy)
        info = inspect_image(copy)
        if is_read_alike(copy, info) and not (self._upright and info.orientation != UPRIGHT):
            if info.orientation != UPRIGHT:
                self.tally.turned_on_reading += 1
                _LOG.info("turned by EXIF when it is read: %s", file)
            return PlacedImage(file, info.orientation, "original", image.sha256, size, copy)
        anew = copy.with_name(copy.name + SUFFIX)
        write_upright(copy, anew)
        copy.unlink()
        self.tally.written_upright += 1
        _LOG.info("written upright: %s", file + SUFFIX)
        return self._placed(anew, UPRIGHT, "upright")


def _reference(path: Path) -> str:
    try:
        return recovered(path.as_posix()).encode().decode()
    except UnicodeEncodeError as error:
        raise ExportError(
            f"{path.as_posix()!a} is no valid Unicode and cannot be referenced:"
            " rename it, or copy the images"
        ) from error


def _transfer(image: ImageRecord, target: Path | None) -> int:
    """Read an image, write it to `target` if there is one, compare its hash, return its size."""
    digest, size = hashlib.sha256(), 0
    try:
        source = open_regular(image.path)
    except OSError as error:
        raise ExportError(
            f"{image.path} cannot be read any more ({error.strerror or error}):"
            " put it back, say with 'relocate' where it is now, or exclude its samples"
        ) from error
    with source, target.open("xb") if target else nullcontext() as copied:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            if copied:
                copied.write(chunk)
    if digest.hexdigest() != image.sha256:
        raise ExportError(
            f"{image.path} has changed since it was imported:"
            " add it again if its metadata alone changed, put the original back,"
            " or exclude its samples"
        )
    return size
