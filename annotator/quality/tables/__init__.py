"""The figures of a project's report, as pandas tables.

    from annotator.project import Project
    from annotator.quality.tables import tables_of

    with Project.open("my-project") as project:
        tables = tables_of(project)

    tables["people"]

All tables of one call are of one moment. A kind of figures is a module here, with a function that
returns its tables by name, and a place in `PRODUCERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from annotator.project import Project
from annotator.project.tallies import Tallies
from annotator.quality.tables.agreed import agreement
from annotator.quality.tables.effort import effort
from annotator.quality.tables.errors import errors
from annotator.quality.tables.findings import findings
from annotator.quality.tables.progress import progress
from annotator.quality.tables.rounds import rounds
from annotator.quality.tables.sent_back import sent_back
from annotator.quality.tables.triage import triage
from annotator.quality.tables.worst import worst

__all__ = [
    "PRODUCERS",
    "Tables",
    "agreement",
    "effort",
    "errors",
    "findings",
    "progress",
    "rounds",
    "sent_back",
    "tables_of",
    "triage",
    "worst",
]

Tables = Mapping[str, pd.DataFrame]

PRODUCERS: tuple[Callable[[Project, Tallies], Tables], ...] = (
    progress,
    effort,
    sent_back,
    errors,
    triage,
    findings,
    agreement,
    rounds,
    worst,
)


def tables_of(
    project: Project, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> Tables:
    """Return all tables by name; ``docs/report.md`` has their columns.

    Parameters
    ----------
    project
        Open, for reading at least.
    on_progress
        Told how many of the kinds of tables are done, and how many there are.

    Raises
    ------
    DamagedProject
        If a figure cannot be read. Meshes that are damaged are left out and counted.
    """
    tables: dict[str, pd.DataFrame] = {}
    with project.tallies() as tallies:
        for done, produce in enumerate(PRODUCERS):
            on_progress(done, len(PRODUCERS))
            tables |= produce(project, tallies)
    on_progress(len(PRODUCERS), len(PRODUCERS))
    return tables
