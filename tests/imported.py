"""Imports as the command does them, for tests of any room."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from annotator.project import ImportRules, Project
from annotator.workflow.importing_annotations.carrying_out import ImportProgress, carry_out
from annotator.workflow.importing_annotations.converting import Conversion
from annotator.workflow.importing_annotations.image_facts import bring_facts
from annotator.workflow.importing_annotations.planning import make_plan
from annotator.workflow.importing_annotations.plans import Plan
from annotator.workflow.importing_annotations.sources import open_faces, source_of


def bring(
    project: Project,
    what: Path,
    *,
    dry_run: bool = False,
    purpose: Any = "annotations",
    photographs: Path | None = None,
    format_name: str | None = None,
    rules: ImportRules | None = None,
    by: str = "Imke",
) -> tuple[Plan, ImportProgress | None]:
    """Import something as the command does; return what was planned and what became of it."""
    with closing(open_faces(source_of(what, format_name))) as faces:
        conversion = Conversion(purpose, by, faces.origin)
        plan = make_plan(
            project, faces, conversion, rules or ImportRules(), photographs=photographs
        )
        progress = None
        if not dry_run:
            *_, progress = carry_out(project, plan)
            bring_facts(project, plan)
        return plan, progress
