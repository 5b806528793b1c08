"""Annotations of others come into the project: looked at first, then taken in, as long work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Event

from annotator.project import ImportRules, Project
from annotator.workbench.steps import Step, Work
from annotator.workflow.importing_annotations.carrying_out import carry_out
from annotator.workflow.importing_annotations.converting import Conversion, Purpose
from annotator.workflow.importing_annotations.faces import SpooledFaces
from annotator.workflow.importing_annotations.image_facts import FactsPlan, bring_facts
from annotator.workflow.importing_annotations.merging import plan_merge
from annotator.workflow.importing_annotations.plan_text import (
    done_sentences,
    face_sentences,
    plan_sentences,
    writes_something,
)
from annotator.workflow.importing_annotations.planning import make_plan
from annotator.workflow.importing_annotations.plans import Plan
from annotator.workflow.importing_annotations.released import ReleasedFaces
from annotator.workflow.importing_annotations.sources import open_faces, source_of

_SHOWN = 200  # faces in the list


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What somebody wants imported.

    Attributes
    ----------
    what
        A release, annotations, or another project, which is merged.
    purpose
        As what faces come in; of a project, everything does.
    photographs
        A folder with photographs that may be added.
    """

    what: Path
    purpose: Purpose
    photographs: Path | None = None


class _CancelledError(Exception):
    """Nobody wants to know any more what would become of the faces."""


class Importing:
    """One import, from the order to its end; `close` lets go of what was read.

    Parameters
    ----------
    order
    by
        Who imports.
    """

    def __init__(self, order: ImportOrder, by: str) -> None:
        self._order = order
        self._by = by
        self._plan: Plan | None = None
        self._facts = FactsPlan()
        self._opened: list[Project | ReleasedFaces | SpooledFaces] = []
        self._cancelled = Event()

    def cancel(self) -> None:
        """End the planning, from another thread: at the next file, or hundred faces."""
        self._cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the planning is not to go on."""
        return self._cancelled.is_set()

    @property
    def is_planned(self) -> bool:
        """Whether it is known what will become of each face."""
        return self._plan is not None

    @property
    def does_something(self) -> bool:
        """Whether anything would be written."""
        return self._plan is not None and (
            self._facts.does_something or writes_something(self._plan)
        )

    @property
    def summary(self) -> list[str]:
        """What will become of all faces, in lines."""
        if self._plan is None:
            return []
        told = [f"  photographs: {one}" for one in self._facts.told]
        return [*plan_sentences(self._plan), *told]

    @property
    def faces(self) -> list[str]:
        """What will become of each face, in lines, what is in the way first."""
        return [] if self._plan is None else face_sentences(self._plan, _SHOWN)

    def planning(self, project: Project) -> Work:
        """Find out what will become of each face; nothing is written.

        Its steps are few and long: `cancel` ends it within one.
        """
        try:
            yield from self._planning(project)
        except _CancelledError:
            return

    def _planning(self, project: Project) -> Work:
        yield Step(0, 0, "Reading what is to be imported")
        source = source_of(self._order.what)
        if source.kind == "project":
            other = Project.open(source.path, read_only=True)
            self._opened.append(other)
            yield Step(0, 0, "Comparing the projects")
            plan = plan_merge(project, other, by=self._by, on_progress=self._heed)
        else:
            faces = open_faces(source, on_progress=self._heed)
            self._opened.append(faces)
            yield Step(0, 0, "Matching faces")
            conversion = Conversion(self._order.purpose, self._by, faces.origin)
            plan = make_plan(
                project,
                faces,
                conversion,
                ImportRules(),
                photographs=self._order.photographs,
                on_progress=self._heed,
            )
        self._facts = bring_facts(project, plan, writes=False)
        self._plan = plan
        yield Step(1, 1, "Nothing is imported yet.")

    def _heed(self, _done: int, _total: int) -> None:
        if self._cancelled.is_set():
            raise _CancelledError

    def carrying_out(self, project: Project) -> Work:
        """Take in what was planned, as far as it is still so; the last step sums up."""
        if self._plan is None:
            return
        project.check_writable()
        last = None
        for last in carry_out(project, self._plan):
            yield Step(last.done, last.total, f"{last.done:,} of {last.total:,} faces")
        bring_facts(project, self._plan)
        if last is not None:
            told = ", ".join(line.strip() for line in done_sentences(last))
            yield Step(last.done, last.total, f"{told[:1].upper()}{told[1:]}.")

    def close(self) -> None:
        """Let go of what was read."""
        for opened in self._opened:
            opened.close()
        self._opened.clear()
        self._plan = None
