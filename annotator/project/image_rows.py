"""The rows of images: looked up, and as the store hands them out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from pathlib import Path

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from annotator.project.errors import ProjectError, UnknownImage
from annotator.project.image_records import ImageRecord, NewImage
from annotator.project.locking import locked
from annotator.project.paths import ImagePaths, display_name, frame_name
from annotator.project.tables import ClipRow, ImageRow
from annotator.system.hashing import file_stamp

REPLACED = (
    "another image was added from its path: put the original back and add it again, "
    "or exclude its samples"
)
"""The failure of an image whose file has made room for another one."""

IN_PROJECT = ImageRow.removed_at.is_(None)
"""What holds of images that nobody removed: all that lists, models and releases see."""


# The fields of a record that are columns, in their order.
_NO_COLUMNS = {"name", "clip_name", "clip_sha256"}
_RECORDED = tuple(field.name for field in fields(ImageRecord) if field.name not in _NO_COLUMNS)
_CLIP_FRAME = _RECORDED.index("clip_frame") - 2  # of those after the path


def image_row(session: Session, image_id: int, *, to_change: bool = False) -> ImageRow:
    """Return a row, of a removed image too, or raise `UnknownImage`."""
    query = select(ImageRow).where(ImageRow.id == image_id)
    row = session.scalar(locked(query, ImageRow) if to_change else query)
    if row is None:
        raise UnknownImage(f"there is no image {image_id} in this project")
    return row


def image_record(row: ImageRow, paths: ImagePaths) -> ImageRecord:
    """Return a row as the store hands it out."""
    path, clip = paths.absolute(row.path), row.clip
    clip_name = None if clip is None else display_name(clip.path)
    return ImageRecord(
        id=row.id,
        path=path,
        name=_name(path, clip_name, row.clip_frame),
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        file_size=row.file_size,
        modified_ns=row.modified_ns,
        frame=row.frame,
        coded_sha256=row.coded_sha256,
        pixels_sha256=row.pixels_sha256,
        clip_id=row.clip_id,
        clip_frame=row.clip_frame,
        clip_time=row.clip_time,
        clip_name=clip_name,
        clip_sha256=None if clip is None else clip.sha256,
    )


def all_records(session: Session, paths: ImagePaths) -> list[ImageRecord]:
    """Return all images in the order they were added, below the ORM: there may be 100,000."""
    columns = ImageRow.__table__.columns
    query = select(*(columns[name] for name in _RECORDED)).where(IN_PROJECT).order_by(ImageRow.id)
    named = select(ClipRow.id, ClipRow.path, ClipRow.sha256)
    clips: dict[int | None, tuple[str | None, str | None]] = {
        clip_id: (display_name(path), sha256) for clip_id, path, sha256 in session.execute(named)
    }
    clips[None] = None, None
    records = []
    for image_id, stored, *rest, clip_id, frame, time in session.connection().execute(query):
        clip = clips[clip_id]
        path = paths.absolute(stored)
        name = _name(stored, clip[0], frame)
        values = [*rest, clip_id, frame, time, *clip]
        records.append(ImageRecord(image_id, path, name, *values))
    return records


def records_of(
    session: Session, paths: ImagePaths, image_ids: Collection[int]
) -> dict[int, ImageRecord]:
    """Return some images by their ids, removed ones too, below the ORM."""
    columns = (getattr(ImageRow, name) for name in _RECORDED)
    query = (
        select(*columns, ClipRow.path.label("clip_path"), ClipRow.sha256.label("clip_sha256"))
        .outerjoin(ClipRow, ClipRow.id == ImageRow.clip_id)
        .where(ImageRow.id.in_(image_ids))
    )
    records = {}
    for image_id, stored, *rest, clip_path, clip_sha256 in session.connection().execute(query):
        clip_name = None if clip_path is None else display_name(clip_path)
        name = _name(stored, clip_name, rest[_CLIP_FRAME])
        path = paths.absolute(stored)
        values = [*rest, clip_name, clip_sha256]
        records[image_id] = ImageRecord(image_id, path, name, *values)
    return records


def _name(path: Path | str, clip_name: str | None, frame: int | None) -> str:
    return display_name(path) if clip_name is None else frame_name(clip_name, frame or 0)


def resembling(entries: Collection[NewImage]) -> ColumnElement[bool]:
    """Return what holds of images that may show the same picture as one of some files."""
    coded = {entry.coded_sha256 for entry in entries} - {None}
    return ImageRow.sha256.in_({entry.sha256 for entry in entries}) | ImageRow.coded_sha256.in_(
        coded
    )


def refuse_anothers(session: Session, row: ImageRow, entry: NewImage) -> None:
    """Raise ProjectError if a file holds the bytes of another image than a row's."""
    query = select(ImageRow.id).where(ImageRow.sha256 == entry.sha256, ImageRow.id != row.id)
    if session.scalar(query.where(ImageRow.frame.is_not_distinct_from(row.frame)).limit(1)):
        raise ProjectError(
            f"{entry.path} is a photograph of its own in this project, or was before it was removed"
        )


def stamp_of(path: Path) -> tuple[int | None, int | None]:
    """Return a file's size and time as the tables have them; None where there is no file."""
    try:
        return file_stamp(path)
    except OSError:
        return None, None
