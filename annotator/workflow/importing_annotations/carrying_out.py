"""A plan is carried out: photographs first, then faces, some at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic

from annotator.project import NewImage, Project
from annotator.system.placing import remove_leftovers
from annotator.system.portions import rest_after
from annotator.workflow.copying import IMAGE_FOLDER, copy_new
from annotator.workflow.importing_annotations.plans import PORTION, Plan, portions_of

_PHOTOGRAPHS = 64  # that are added in one transaction


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is.

    Attributes
    ----------
    done, total
        Faces.
    photographs
        How many were added.
    counts
        How many of the faces done had each fate.
    beside
        What came along with these faces, and how much of each.
    """

    done: int
    total: int
    photographs: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    beside: Mapping[str, int] = field(default_factory=dict)


def carry_out(
    project: Project, plan: Plan, *, copy: bool = False, size: int = PORTION
) -> Iterator[ImportProgress]:
    """Do what was planned, as far as it is still so, and say how far it is after each portion.

    What is there is looked at again in the transaction that writes: what others did meanwhile is
    kept. Ended at any time, by whatever, and begun anew, it comes to the same as done at once.

    Parameters
    ----------
    project
    plan
    copy
        Whether photographs are copied into the project.
    size
        Of how many faces at least a portion is.

    Raises
    ------
    ProjectError
        If the database refuses a portion; those before stay.
    OSError
        If a photograph cannot be copied.
    """
    project.check_writable()
    image_ids, added = _with_photographs(project, plan, copy=copy)
    absent = [
        each
        for each, clue in zip(plan.planned, plan.given.image_of, strict=True)
        if image_ids[clue] is None
    ]
    counts, beside = Counter(each.fate for each in absent), Counter[str]()
    done, total = len(absent), len(plan.planned)
    yield ImportProgress(done, total, added, dict(counts))
    for portion in portions_of(plan.given, image_ids, size):
        began = monotonic()
        for each in plan.way.store(project, portion).values():
            counts[each.fate] += 1
            beside.update(dict(each.brought))
        done += len(portion.places)
        yield ImportProgress(done, total, added, dict(counts), dict(beside))
        rest_after(began)


def _with_photographs(project: Project, plan: Plan, *, copy: bool) -> tuple[list[int | None], int]:
    """Add the photographs that faces need; return the image of each clue, and how many came."""
    image_ids = [found.image_id for found in plan.images]
    wanted = [
        (clue, found.file) for clue, found in enumerate(plan.images) if found.file is not None
    ]
    added = 0
    if copy:
        remove_leftovers(project.home / IMAGE_FOLDER)
    for start in range(0, len(wanted), _PHOTOGRAPHS):
        some = wanted[start : start + _PHOTOGRAPHS]
        entries = [file for _, file in some]
        placed = copy_new(project, entries) if copy else entries
        added += project.images.add(placed).added
        for (clue, _), entry in zip(some, placed, strict=True):
            image = project.images.showing(entry) if isinstance(entry, NewImage) else None
            image_ids[clue] = None if image is None else image.id
    return image_ids, added
