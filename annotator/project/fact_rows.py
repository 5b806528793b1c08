"""The rows of facts: of an image its own, of a clip's frame its clip's as well."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import UnknownImage
from annotator.project.fact_records import NOTHING_KNOWN, Consent, ImageFacts
from annotator.project.leaving import MAY_LEAVE, SAYS_NO
from annotator.project.locking import locked
from annotator.project.tables import ClipRow, FactsRow, ImageRow, RefusedPictureRow

_KNOWN = (
    FactsRow.subject,
    FactsRow.group_name,
    FactsRow.licence,
    FactsRow.consent,
    FactsRow.source,
    FactsRow.revoked_at,
    FactsRow.revoked_by,
    FactsRow.revoked_why,
)


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What facts are kept of: a clip, or an image that is no frame of one."""

    is_clip: bool
    id: int

    def __str__(self) -> str:
        return f"clip {self.id}" if self.is_clip else f"image {self.id}"


def targets_of(session: Session, engine: Engine, image_ids: Collection[int]) -> dict[int, Target]:
    """Return, by image, what its facts are kept of, or raise `UnknownImage`."""
    found: dict[int, Target] = {}
    for some in chunks(sorted(set(image_ids)), engine):
        query = select(ImageRow.id, ImageRow.clip_id).where(ImageRow.id.in_(some))
        for image_id, clip_id in session.execute(query):
            found[image_id] = Target(clip_id is not None, image_id if clip_id is None else clip_id)
    if missing := set(image_ids) - found.keys():
        raise UnknownImage(f"there is no image {min(missing)} in this project")
    return found


def facts_of(session: Session, engine: Engine, image_ids: Collection[int]) -> dict[int, ImageFacts]:
    """Return what is known of images, by their ids; those that there are not are left out."""
    found: dict[int, ImageFacts] = {}
    of_clips: dict[int, ImageFacts] = {}
    for some in chunks(sorted(set(image_ids)), engine):
        query = (
            select(ImageRow.id, ImageRow.clip_id, *_KNOWN)
            .outerjoin(FactsRow, FactsRow.image_id == ImageRow.id)
            .where(ImageRow.id.in_(some))
        )
        for image_id, clip_id, *known in session.execute(query):
            own = ImageFacts(*known)
            if clip_id is not None and clip_id not in of_clips:
                of_clips[clip_id] = _of_clip(session, clip_id)
            found[image_id] = own if clip_id is None else _of_frame(of_clips[clip_id], own)
    return found


def rows_to_change(
    session: Session, engine: Engine, targets: Collection[Target]
) -> dict[Target, FactsRow]:
    """Return the rows of facts that there are of images and clips, locked."""
    found: dict[Target, FactsRow] = {}
    for is_clip, column in ((False, FactsRow.image_id), (True, FactsRow.clip_id)):
        ids = sorted(each.id for each in targets if each.is_clip is is_clip)
        for some in chunks(ids, engine):
            query = locked(select(FactsRow).where(column.in_(some)), FactsRow)
            found |= {_target_of(row): row for row in session.scalars(query)}
    return found


def new_row(target: Target) -> FactsRow:
    """Return a row that says nothing yet."""
    return FactsRow(clip_id=target.id) if target.is_clip else FactsRow(image_id=target.id)


def keep_refusals(session: Session, image_ids: Sequence[int]) -> None:
    """Remember pictures that may not leave, before their images are deleted for good."""
    query = (
        select(ImageRow.id, ImageRow.clip_id, ImageRow.sha256, ImageRow.coded_sha256)
        .add_columns(ImageRow.frame)
        .where(ImageRow.id.in_(image_ids), ~MAY_LEAVE)
    )
    for image_id, clip_id, *content in session.execute(query).all():
        said = select(FactsRow).where(
            or_(FactsRow.image_id == image_id, FactsRow.clip_id == clip_id), SAYS_NO
        )
        for row in session.scalars(said.order_by(FactsRow.id).limit(1)):
            session.execute(insert(RefusedPictureRow), [_refused(row, *content)])


def keep_clip_refusal(session: Session, clip_id: int) -> None:
    """Remember a clip that may not leave, before it is deleted for good."""
    query = (
        select(FactsRow, ClipRow.sha256)
        .join(ClipRow, ClipRow.id == FactsRow.clip_id)
        .where(FactsRow.clip_id == clip_id, SAYS_NO)
    )
    for row, sha256 in session.execute(query).all():
        session.execute(insert(RefusedPictureRow), [_refused(row, sha256)])


def forget_refusals(session: Session, targets: Collection[Target]) -> None:
    """Forget what was remembered of pictures that may leave again."""
    if session.scalar(select(RefusedPictureRow.id).limit(1)) is None:
        return  # as in nearly all projects
    for sha256, coded in _contents(session, targets):
        same = RefusedPictureRow.sha256 == sha256
        if coded is not None:
            same = or_(same, RefusedPictureRow.coded_sha256 == coded)
        session.execute(delete(RefusedPictureRow).where(same))


def _contents(session: Session, targets: Collection[Target]) -> Iterator[tuple[str, str | None]]:
    clips = [each.id for each in targets if each.is_clip]
    images = [each.id for each in targets if not each.is_clip]
    query = select(ImageRow.sha256, ImageRow.coded_sha256)
    yield from session.execute(query.where(ImageRow.id.in_(images)))
    yield from session.execute(query.where(ImageRow.clip_id.in_(clips)))
    for sha256 in session.scalars(select(ClipRow.sha256).where(ClipRow.id.in_(clips))):
        yield sha256, None


def _refused(
    row: FactsRow, sha256: str, coded_sha256: str | None = None, frame: int | None = None
) -> Mapping[str, object]:
    return {
        "sha256": sha256,
        "coded_sha256": coded_sha256,
        "frame": frame,
        "consent": row.consent,
        "revoked_at": row.revoked_at,
        "revoked_by": row.revoked_by,
        "revoked_why": row.revoked_why,
    }


def _target_of(row: FactsRow) -> Target:
    assert row.image_id is not None or row.clip_id is not None  # as the database checks
    is_clip = row.image_id is None
    return Target(is_clip, row.clip_id if is_clip else row.image_id)  # type: ignore[arg-type]


def _of_clip(session: Session, clip_id: int) -> ImageFacts:
    known = session.execute(select(*_KNOWN).where(FactsRow.clip_id == clip_id)).one_or_none()
    return NOTHING_KNOWN if known is None else ImageFacts(*known)


def _of_frame(clip: ImageFacts, own: ImageFacts) -> ImageFacts:
    """Return what is known of a frame: its clip's, and what was known of it before it was one.

    What either says against its use holds.
    """
    refused = Consent.REFUSED in (clip.consent, own.consent)
    revoked = clip if clip.revoked_at is not None else own
    return ImageFacts(
        clip.subject or own.subject,
        clip.group or own.group,
        clip.licence or own.licence,
        Consent.REFUSED if refused else clip.consent or own.consent,
        clip.source or own.source,
        revoked.revoked_at,
        revoked.revoked_by,
        revoked.revoked_why,
    )
