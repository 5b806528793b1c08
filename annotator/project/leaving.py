"""Which images may leave a project, in one place: whatever makes releases or trains asks here."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine, chunks
from annotator.project.fact_records import Consent, LeftOut
from annotator.project.image_rows import IN_PROJECT
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.tables import FactsRow, ImageRow, SampleRow

SAYS_NO: ColumnElement[bool] = or_(
    FactsRow.revoked_at.is_not(None),
    func.coalesce(FactsRow.consent, "") == Consent.REFUSED.value,
)
"""What holds of facts of what was revoked, and of that to which the people on it said no."""

MAY_LEAVE: ColumnElement[bool] = and_(
    ~exists().where(FactsRow.image_id == ImageRow.id, SAYS_NO).correlate(ImageRow),
    ~exists().where(FactsRow.clip_id == ImageRow.clip_id, SAYS_NO).correlate(ImageRow),
)
"""What holds of images that releases may hold: neither they nor their clip say no."""

IS_RELEASABLE: ColumnElement[bool] = and_(
    SampleRow.state == SampleState.ACCEPTED, IN_PROJECT, IS_ORIGINAL, MAY_LEAVE
)
"""What holds of samples, joined with their image, that a release holds."""


def left_out(session: Session) -> LeftOut:
    """Return how many accepted samples, on how many images, may not leave the project."""
    query = (
        select(func.count(ImageRow.id.distinct()), func.count())
        .select_from(SampleRow)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.state == SampleState.ACCEPTED, IN_PROJECT, IS_ORIGINAL, ~MAY_LEAVE)
    )
    return LeftOut(*session.execute(query).one())


def not_leaving(session: Session, engine: Engine, image_ids: Collection[int]) -> list[int]:
    """Return those of some images that may not leave the project, or are not there any more."""
    asked = sorted(set(image_ids))
    found: set[int] = set()
    for some in chunks(asked, engine):
        found.update(session.scalars(select(ImageRow.id).where(ImageRow.id.in_(some), MAY_LEAVE)))
    return [image_id for image_id in asked if image_id not in found]


def all_not_leaving(session: Session) -> list[int]:
    """Return the images of the project that may not leave it, in the order of their ids."""
    query = select(ImageRow.id).where(IN_PROJECT, ~MAY_LEAVE).order_by(ImageRow.id)
    return list(session.scalars(query))


def refused_images(session: Session) -> int:
    """Return how many images of the project may not leave it, whatever was made of them."""
    query = select(func.count()).select_from(ImageRow).where(IN_PROJECT, ~MAY_LEAVE)
    return session.scalar(query) or 0
