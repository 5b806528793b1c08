"""What people say of a mesh, pinned to vertices or a region, until it is resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout
from annotator.project.audit import note
from annotator.project.engine.base import Engine
from annotator.project.errors import ProjectError, UnknownSample
from annotator.project.layouts import stored_layout
from annotator.project.locking import locked
from annotator.project.opinion_rows import refuse_foreign
from annotator.project.people import recorded_name
from annotator.project.tables import (
    AnnotationRow,
    ModelRow,
    PredictionRow,
    RemarkRow,
    SampleRow,
)
from annotator.system.people import usable_name

LONGEST_REMARK = 10_000
"""Characters."""


RemarkContent = tuple[str, str, tuple[int, ...], str | None]


def remark_content(
    author: str, text: str, vertices: Sequence[int], region: str | None
) -> RemarkContent:
    """Return what is equal for remarks that say the same, whichever version recorded a name."""
    return usable_name(author), text.strip(), tuple(sorted(set(vertices))), region


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody said of a sample's mesh.

    Attributes
    ----------
    vertices
        What it is about; empty where it is about the region, or all of the mesh.
    region
        The name of a region of the layout, or None.
    revision
        Of the annotation that it was said of.
    review_id
        The verdict that it came with, or None.
    resolved_by, resolved_at
        Who said that it is done with, and when (UTC); None while it is open.
    """

    id: int
    sample_id: int
    author: str
    text: str
    vertices: tuple[int, ...]
    region: str | None
    created_at: datetime
    revision: int
    review_id: int | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be seen to."""
        return self.resolved_at is None

    @property
    def content(self) -> RemarkContent:
        """What is equal for remarks that say the same of a sample."""
        return remark_content(self.author, self.text, self.vertices, self.region)


class Remarks:
    """The remarks on a project's samples. They are never changed, only resolved."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        sample_id: int,
        text: str,
        *,
        author: str,
        vertices: Sequence[int] = (),
        region: str | None = None,
        revision: int | None = None,
        once: bool = False,
    ) -> Remark:
        """Say something of a sample's mesh.

        Parameters
        ----------
        sample_id, text
        author
        vertices
            Which of the layout's it is about; none means all.
        region
            The name of one of the layout's regions, likewise.
        revision
            Of the annotation that was looked at; None for the current one.
        once
            Whether what they have said of it in the same words is returned, and not said again.

        Raises
        ------
        UnknownSample
            If there is no such sample, or it is somebody else's opinion.
        UnusableName
            If nobody could be called as the author is.
        ValueError
            If there is no text, or too much of it, or the layout has no such vertex or region.
        """
        who = recorded_name(author)
        with self._engine.writing() as session:
            sample = session.get(SampleRow, sample_id)
            if sample is not None:
                refuse_foreign(sample, who)
            content = remark_content(who, text, vertices, region)
            for remark in _all_of(session, sample_id) if once else []:
                if remark.content == content:
                    return remark
            row = add_remark(
                session, sample_id, text, who, vertices=vertices, region=region, revision=revision
            )
            return _remark(row)

    def of(self, sample_id: int, *, is_open: bool | None = None) -> list[Remark]:
        """Return the remarks on a sample, the oldest first; all, or only (un)resolved ones."""
        with self._engine.reading() as session:
            found = _all_of(session, sample_id)
        return [one for one in found if is_open is None or one.is_open is is_open]

    def samples_with_open(self) -> set[int]:
        """Return the samples with a remark that is open, opinions too."""
        query = select(RemarkRow.sample_id).where(RemarkRow.resolved_at.is_(None)).distinct()
        with self._engine.reading() as session:
            return set(session.scalars(query))

    def resolve(self, remark_id: int, *, by: str) -> Remark:
        """Say that a remark is done with; one that is resolved already stays as it is.

        Raises
        ------
        ProjectError
            If there is no such remark.
        UnusableName
            If nobody could be called so.
        """
        who = recorded_name(by)
        with self._engine.writing() as session:
            query = locked(select(RemarkRow).where(RemarkRow.id == remark_id), RemarkRow)
            row = session.scalar(query)
            if row is None:
                raise ProjectError(f"there is no remark {remark_id} in this project")
            if row.resolved_at is None:
                resolve_row(session, row, who)
            return _remark(row)


def add_remark(
    session: Session,
    sample_id: int,
    text: str,
    who: str,
    *,
    vertices: Sequence[int] = (),
    region: str | None = None,
    revision: int | None = None,
    review_id: int | None = None,
) -> RemarkRow:
    """Write a remark in a transaction; as `Remarks.add`."""
    current, layout = _mesh_of(session, sample_id)
    checked = _checked_text(text, needs_some=not vertices and region is None)
    _refuse_unknown_place(layout, vertices, region)
    row = RemarkRow(
        sample_id=sample_id,
        review_id=review_id,
        author=who,
        text=checked,
        vertices=np.array(sorted(set(vertices)), np.uint16) if vertices else None,
        region=region,
        created_at=datetime.now(UTC),
        revision=current if revision is None else revision,
    )
    session.add(row)
    session.flush()
    note(
        session, "remark", who, sample_id=sample_id, remark=row.id, text=checked,
        vertices=sorted(set(vertices)), region=region, revision=row.revision,
    )  # fmt: skip
    return row


def resolve_row(session: Session, row: RemarkRow, who: str) -> None:
    """Resolve an open remark, locked, in a transaction."""
    row.resolved_by, row.resolved_at = who, datetime.now(UTC)
    note(session, "resolve", who, sample_id=row.sample_id, remark=row.id)


def _all_of(session: Session, sample_id: int) -> list[Remark]:
    query = select(RemarkRow).where(RemarkRow.sample_id == sample_id).order_by(RemarkRow.id)
    return [_remark(row) for row in session.scalars(query)]


def _mesh_of(session: Session, sample_id: int) -> tuple[int, MeshLayout]:
    query = (
        select(AnnotationRow.revision, ModelRow.layout)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .join(SampleRow, SampleRow.id == AnnotationRow.sample_id)
        .where(AnnotationRow.sample_id == sample_id)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise UnknownSample(f"there is no sample {sample_id} in this project")
    return found[0], stored_layout(found[1])


def _checked_text(text: str, *, needs_some: bool) -> str:
    text = text.strip()
    if needs_some and not text:
        raise ValueError("a remark needs a text, or vertices or a region that it marks")
    if len(text) > LONGEST_REMARK:
        raise ValueError(f"a remark has {LONGEST_REMARK:,} characters at most, this {len(text):,}")
    return text


def _refuse_unknown_place(layout: MeshLayout, vertices: Sequence[int], region: str | None) -> None:
    if any(not 0 <= vertex < layout.count for vertex in vertices):
        raise ValueError(f"vertices must lie between 0 and {layout.count - 1}")
    if region is not None and region not in layout.regions:
        raise ValueError(f"{region!a} is no region of {layout.name}")


def _remark(row: RemarkRow) -> Remark:
    vertices = () if row.vertices is None else tuple(row.vertices.tolist())
    return Remark(
        row.id, row.sample_id, row.author, row.text, vertices, row.region, row.created_at,
        row.revision, row.review_id, row.resolved_by, row.resolved_at,
    )  # fmt: skip
