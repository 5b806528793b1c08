"""The figures of a report, worked out anew from the rows of the database alone.

Nothing of the package is used but which vertices are which region of the face. Each function
returns the rows of a table by the names of its columns, as the report's JSON has them.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.workflow.team.recounting.agreed import Agreed
from tests.workflow.team.recounting.meshes import Errors
from tests.workflow.team.recounting.stored import Rows
from tests.workflow.team.recounting.triage import Triaged
from tests.workflow.team.recounting.work import Work


class Recounted(Work, Errors, Triaged, Agreed):
    """All tables of a project."""

    def tables(self) -> dict[str, Callable[[], Rows]]:
        """Return all tables but ``stroke_counts``, by their names in the report."""
        same = (
            "states", "people", "days", "effort", "reasons", "sent_back", "regions", "vertices",
            "measured", "triage", "ranking", "expected_errors", "findings", "agreement",
            "honeypots", "honeypot_scores", "rounds", "worst",
        )  # fmt: skip
        return {name: getattr(self, name) for name in same} | {"accepted": self.accepted_counts}
