"""The photographs' files: inspected for an import, copied into a project, looked after later."""

import os
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from annotator.imaging import ImageError, Picture
from annotator.imaging.identity import pixels_sha256
from annotator.project import FailedImage, ImageRecord, NewImage, Project, Verdict
from annotator.system.hashing import FileStamp

# Files are read by so many threads: more than cores, as some of them wait for the disk.
READERS = min(8, 2 + (os.cpu_count() or 1))

# What is said of a file that holds another content by now: its name stands before it.
HAS_CHANGED = "has changed since it was added"
HAVE_CHANGED = "have changed since they were added"
ADD_AGAIN = "add it again"


def inspect_picture(picture: Picture) -> NewImage | FailedImage:
    """Hash one picture's file and read its size, or say why that is not possible."""
    path = picture.path
    try:
        # The stamp comes first: what is written to the file from here on will show.
        size, modified = picture.stamp() if path.exists() else (None, None)
        info, content = picture.info(), picture.content_hash()
        return NewImage(
            path,
            content,
            info.width,
            info.height,
            size,
            modified,
            frame=picture.frame,
            note=info.note,
            coded_sha256=picture.coded_hash(),
        )
    except ImageError as error:
        return FailedImage(path, str(error))
    except OSError as error:
        return failed_by(path, error)


def failed_by(path: Path, error: OSError) -> FailedImage:
    """Return that a file failed, and how the system calls the reason."""
    return FailedImage(path, (error.strerror or type(error).__name__).lower())


def photograph_has_changed(record: ImageRecord) -> bool:
    """Return whether a file holds another content than when it was added to the project.

    Its meshes then belong to pixels that are no longer there. The file is read only if its stamp
    is not what the project remembers.

    A file that is gone or cannot be read has not changed: reading it says what is wrong.
    """
    return Originals().has_changed(record)


def was_original(record: ImageRecord, before: FileStamp | None) -> bool:
    """Return whether what was read since a stamp was taken is the image that was added.

    None is the stamp of a file that was not there.
    """
    after = record.picture.stamp_if_there()
    if before is None or after not in (before, None):
        return False  # written to meanwhile: nobody knows which content was read
    return Originals().held(record, before)  # asked once each: there is nothing to remember


def shows_same(record: ImageRecord, picture: Picture) -> bool:
    """Return whether a file of other bytes shows the same upright pixels as an image.

    That is so where its metadata alone is another. It is told by what is coded in the file, else
    by its pixels, as far as the image's are known.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    try:
        if record.coded_sha256 is not None and picture.coded_hash() == record.coded_sha256:
            return True
        if record.pixels_sha256 is None:
            return False
        info = picture.info()
        if (info.width, info.height) != (record.width, record.height):
            return False
        return pixels_sha256(picture.read()) == record.pixels_sha256
    except ImageError:
        return False


def trouble_with(record: ImageRecord, originals: "Originals | None" = None) -> str | None:
    """Return why a file cannot stand for an image of the project, or None if it can.

    Unlike `photograph_has_changed` it also tells of files that are gone or cannot be read.
    """
    try:
        holds = (originals or Originals()).holds(record)
    except FileNotFoundError:
        return "the file does not exist"
    except OSError as error:
        return (error.strerror or type(error).__name__).lower()
    return None if holds else f"the file {HAS_CHANGED}: {ADD_AGAIN}"


def not_acceptable(
    project: Project, sample_ids: Collection[int] | None
) -> tuple[set[int], tuple[FailedImage, ...]]:
    """Return the samples whose photograph is no longer what was added, and these photographs.

    What stands over other pixels than it was made on, or over none, must not become ground truth.

    Parameters
    ----------
    project
    sample_ids
        Of the samples that are to be accepted; None for all that wait for it.

    Raises
    ------
    UnknownSample
        If there is no such sample.
    """
    if sample_ids is None:
        waiting = set(project.reviews.waiting(Verdict.ACCEPT))
        samples = [one for one in project.samples.summaries() if one.id in waiting]
    else:
        samples = [project.samples.get(sample_id) for sample_id in sample_ids]
    records = project.images.records({sample.image_id for sample in samples})
    originals = Originals()
    with ThreadPoolExecutor(READERS, thread_name_prefix="compare") as executor:
        found = executor.map(lambda record: trouble_with(record, originals), records.values())
        trouble = {id_: reason for id_, reason in zip(records, found, strict=True) if reason}
    left_out = {sample.id for sample in samples if sample.image_id in trouble}
    return left_out, tuple(FailedImage(records[i].path, why) for i, why in trouble.items())


class _Known(NamedTuple):
    """What was found in a file while it had a stamp: the picture, in the same bytes or others."""

    stamp: FileStamp
    holds: bool
    is_same_file: bool


class Originals:
    """Tells which files hold what was added to the project, and hashes none twice for it.

    A file whose metadata alone changed still holds it: the pixels are what meshes belong to.

    Copying a folder gives its files new times but the same content: such a file is hashed the
    first time that it is asked about, and then known by its new stamp. Threads may share it: at
    worst two hash the same file.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[Picture, str], _Known] = {}

    def has_changed(self, record: ImageRecord) -> bool:
        """Return what `photograph_has_changed` returns."""
        try:
            return not self.holds(record)
        except OSError:
            return False

    def holds(self, record: ImageRecord) -> bool:
        """Return whether a file holds what was added; raises OSError if it cannot be read."""
        return self._holds(record, record.picture.stamp())

    def must_read(self, record: ImageRecord) -> bool:
        """Return whether `has_changed` would have to read the file to tell."""
        try:
            stamp = record.picture.stamp()
        except OSError:
            return False
        return self._told_by_stamp(record, stamp) is None

    def is_rewritten(self, record: ImageRecord) -> bool:
        """Return whether a file is known to hold the picture in other bytes; reads no file."""
        known = self._held.get((record.picture, record.sha256))
        if known is None or known.stamp != record.picture.stamp_if_there():
            return False
        return known.holds and not known.is_same_file

    def held(self, record: ImageRecord, stamp: FileStamp) -> bool:
        """Return whether a file held what was added while it had a stamp.

        That is, whether pixels are the image's which were read between two looks that both
        found this stamp. If it cannot be told any more, they count as others.
        """
        try:
            return self._holds(record, stamp)
        except OSError:
            return False

    def _holds(self, record: ImageRecord, stamp: FileStamp) -> bool:
        told = self._told_by_stamp(record, stamp)
        if told is not None:
            return told
        picture = record.picture
        is_same_file = picture.content_hash() == record.sha256
        holds = is_same_file or shows_same(record, picture)
        if picture.stamp() != stamp:
            return False  # what was hashed may not be what there was under that stamp
        self._held[picture, record.sha256] = _Known(stamp, holds, is_same_file)
        return holds

    def _told_by_stamp(self, record: ImageRecord, stamp: FileStamp) -> bool | None:
        """Return whether a file holds what was added, or None if its stamp does not tell."""
        if stamp == record.stamp:
            return True
        is_known = record.coded_sha256 is not None or record.pixels_sha256 is not None
        if record.file_size not in (None, stamp[0]) and not is_known:
            return False
        known = self._held.get((record.picture, record.sha256))
        return known.holds if known is not None and known.stamp == stamp else None
