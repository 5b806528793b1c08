"""How many samples a check found something in, and what became of them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.project.assessment_records import OfMesh
from annotator.project.assessment_table import FindingRow
from annotator.project.image_rows import IN_PROJECT
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.tables import ImageRow, SampleRow


class FindingTally(NamedTuple):
    """In how many samples of a state a check found something, of a severity and in a mesh."""

    name: str
    severity: int
    of_mesh: OfMesh
    state: SampleState
    samples: int


def finding_tallies(session: Session) -> list[FindingTally]:
    """Return them by name, severity, mesh and state; each sample counts once in each."""
    groups = FindingRow.name, FindingRow.severity, FindingRow.of_mesh, SampleRow.state
    query = (
        select(*groups, func.count(FindingRow.sample_id.distinct()))
        .join(SampleRow, SampleRow.id == FindingRow.sample_id)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(IN_PROJECT, IS_ORIGINAL)
        .group_by(*groups)
        .order_by(*groups)
    )
    return [FindingTally(*row) for row in session.execute(query)]
