"""What the store hands out and takes in of images and their files: frozen values, free of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from annotator.imaging.picture import Picture

Content = tuple[str, int | None]
"""By what images are known: the SHA-256 of a file, and which frame of it, if it has several."""


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image to add.

    Attributes
    ----------
    width, height
        Of the upright image, in pixels.
    file_size, modified_ns
        The file's stamp (`annotator.system.hashing.file_stamp`) from before it was hashed, so
        that a change in between is noticed later; None if it is to be looked up.
    frame
        Which frame of the file, counted from 0; None for a file that is one picture.
    coded_sha256, pixels_sha256
        What the picture is known by where the bytes of its file differ, see
        `annotator.imaging.identity`; None if that is not known.
    copied_from
        The file of which `path` is a copy that was made for the project.
    note
        What whoever adds it is told of how its pixels are read; not kept.
    """

    path: Path
    sha256: str
    width: int
    height: int
    file_size: int | None = None
    modified_ns: int | None = None
    frame: int | None = None
    coded_sha256: str | None = None
    pixels_sha256: str | None = None
    copied_from: Path | None = None
    note: str = ""

    @property
    def content(self) -> Content:
        """What makes it another image than others."""
        return self.sha256, self.frame


@dataclass(frozen=True, slots=True)
class FailedImage:
    """A file that could not be used, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of the entries of one call.

    Attributes
    ----------
    added, already_there, failed
        How many were new, showed a picture that was there already, or had failed.
    kept
        Images of which the file changed in its metadata alone: among those already there.
    replaced
        Images that were there and have lost their file to another picture.
    restored
        Images that had been removed and are back: among those already there.
    """

    added: int
    already_there: int
    failed: int
    kept: tuple[int, ...] = ()
    replaced: tuple[int, ...] = ()
    restored: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """An image of the project.

    Attributes
    ----------
    path
        Absolute.
    name
        Of the file, fit for display; of a frame, of its clip, and which frame it is.
    file_size, modified_ns
        The file's stamp (`annotator.system.hashing.file_stamp`) when it was added; None if it is
        not known. In projects of older versions the second is a time in nanoseconds, which is no
        file's stamp any more.
    frame
        Which frame of the file, counted from 0; None for a file that is one picture.
    coded_sha256, pixels_sha256
        What the picture is known by where the bytes of its file differ, see
        `annotator.imaging.identity`; None if that is not known.
    clip_id, clip_frame, clip_time
        Of which clip it is a frame, which one, counted from 0, and when it is shown, in seconds
        from the clip's first one; None of a photograph.
    clip_name, clip_sha256
        What that clip is called, fit for display, and the SHA-256 of its content.
    """

    id: int
    path: Path
    name: str
    sha256: str
    width: int
    height: int
    file_size: int | None = None
    modified_ns: int | None = None
    frame: int | None = None
    coded_sha256: str | None = None
    pixels_sha256: str | None = None
    clip_id: int | None = None
    clip_frame: int | None = None
    clip_time: float | None = None
    clip_name: str | None = None
    clip_sha256: str | None = None

    @property
    def stamp(self) -> tuple[int | None, int | None]:
        """Size and time of the file when it was added."""
        return self.file_size, self.modified_ns

    @property
    def picture_sha256(self) -> str:
        """What the picture is known by alone: the SHA-256 of its file, or, of one frame of several.

        That is the one of the file's SHA-256, a blank and the frame's number: known to all,
        whatever decodes the frame.
        """
        return picture_sha256_of(self.sha256, self.frame)

    @property
    def file_name(self) -> str:
        """What a file with this picture alone is called."""
        return file_name_of(self.path.name, self.frame)

    @property
    def picture(self) -> Picture:
        """Where its pixels come from."""
        return Picture(self.path, self.frame)


def picture_sha256_of(file_sha256: str, frame: int | None) -> str:
    """Return `ImageRecord.picture_sha256` of a file, or of a frame of it."""
    return file_sha256 if frame is None else sha256(f"{file_sha256} {frame}".encode()).hexdigest()


def file_name_of(name: str, frame: int | None) -> str:
    """Return `ImageRecord.file_name` of a file that is called so, or of a frame of it."""
    return name if frame is None else f"{name}.frame-{frame:06}.png"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was made of some images.

    Attributes
    ----------
    faces, edited
        Samples, deleted ones too, and those of them with a stroke in effect.
    strokes, verdicts
        Strokes in effect, and all verdicts that were ever given.
    """

    faces: int
    edited: int
    strokes: int
    verdicts: int


@dataclass(frozen=True, slots=True)
class RemovedImage:
    """An image that was taken out of the project, when (UTC), and what is kept of it."""

    image: ImageRecord
    removed_at: datetime
    kept: Kept
