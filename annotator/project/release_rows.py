"""The rows of the ledger of releases: what one holds, and which ones hold an image."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session, aliased

from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import ProjectError, UnknownImage
from annotator.project.release_records import ReleaseEntry
from annotator.project.tables import ImageRow, ReleasedImageRow, ReleaseEntryRow, ReleaseRow

_DIGEST = re.compile("[0-9a-f]{16}")

OF_ENTRY = (
    ReleaseEntryRow.sample_id,
    ReleaseEntryRow.image_id,
    ReleaseEntryRow.split,
    ReleaseEntryRow.landmarks,
)


def called(name: str, version: str | None = None) -> Select[ReleaseRow]:
    """Return what asks for the last release that was made of a name, or of a version."""
    query = select(ReleaseRow).where(ReleaseRow.name == name)
    if version is not None:
        query = query.where(ReleaseRow.version == version)
    return query.order_by(ReleaseRow.id.desc()).limit(1)


def holding(image_ids: Iterable[int]) -> Select[int, int]:
    """Return what asks for images and the releases that hold them, by their numbers."""
    of = ReleaseEntryRow.image_id
    return select(of, ReleaseEntryRow.release_id).where(of.in_(image_ids)).distinct()


def holding_the_same(image_ids: Iterable[int]) -> Select[int, int]:
    """Return what asks for images and the releases of their content, whatever its number was."""
    then = aliased(ReleasedImageRow)
    now = (
        select(ImageRow.id, ImageRow.sha256, ImageRow.frame)
        .where(ImageRow.id.in_(image_ids))
        .union(
            select(
                ReleasedImageRow.image_id, ReleasedImageRow.sha256, ReleasedImageRow.frame
            ).where(ReleasedImageRow.image_id.in_(image_ids))
        )
        .subquery()
    )
    same = (then.sha256 == now.c.sha256) & then.frame.is_not_distinct_from(now.c.frame)
    return (
        select(now.c.id, ReleaseEntryRow.release_id)
        .join(then, same)
        .join(ReleaseEntryRow, ReleaseEntryRow.image_id == then.image_id)
        .distinct()
    )


def entry_row(given: ReleaseEntry) -> dict[str, Any]:
    """Return the columns of an entry as they are stored, or raise ProjectError: no digest."""
    if _DIGEST.fullmatch(given.landmarks) is None:
        raise ProjectError(
            f"sample {given.sample_id} has no digest of its landmarks: expected 16 hexadecimal "
            f"digits, but got {given.landmarks[:20]!a}"
        )
    return {
        "sample_id": int(given.sample_id),
        "image_id": int(given.image_id),
        "split": None if given.split is None else given.split.value,
        "landmarks": bytes.fromhex(given.landmarks),
    }


def list_contents(session: Session, engine: Engine, image_ids: Sequence[int]) -> None:
    """Write by which content images of a release are known, as far as it is not known yet.

    It says nothing until a release holds them: it may be written before that is.
    """
    for some in chunks(sorted(set(image_ids)), engine):
        query = select(ImageRow.id, ImageRow.sha256, ImageRow.frame)
        contents = session.execute(query.where(ImageRow.id.in_(some))).all()
        if missing := set(some) - {image for image, *_ in contents}:
            raise UnknownImage(f"there is no image {min(missing)} in this project any more")
        listed = select(ReleasedImageRow.image_id, ReleasedImageRow.sha256)
        known = set(session.execute(listed.where(ReleasedImageRow.image_id.in_(some))))
        new = [
            {"image_id": image, "sha256": sha256, "frame": frame}
            for image, sha256, frame in contents
            if (image, sha256) not in known
        ]
        if new:
            session.execute(insert(ReleasedImageRow), new)


def list_entries(session: Session, release_id: int, entries: list[dict[str, Any]]) -> None:
    """Write what a release holds; `entries` are of `entry_row`.

    They go to the driver as they are: a release is entered in one transaction, and what SQLAlchemy
    does for each row is two thirds of the time for which nobody else can write.
    """
    if not entries:
        return
    connection = session.connection()
    names = ["release_id", *entries[0]]
    statement = insert(ReleaseEntryRow).compile(dialect=connection.dialect, column_keys=names)
    rows: list[Any] = [{"release_id": release_id, **each} for each in entries]
    if statement.positiontup is not None:
        rows = [tuple(row[name] for name in statement.positiontup) for row in rows]
    connection.exec_driver_sql(statement.string, rows)
