"""What will become of every face that somebody gave, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from annotator.project import ImportRules, Project
from annotator.workflow.importing_annotations.converting import Conversion
from annotator.workflow.importing_annotations.faces import Faces, Given
from annotator.workflow.importing_annotations.guiding import GuideWay
from annotator.workflow.importing_annotations.meshes import MeshWay
from annotator.workflow.importing_annotations.photographs import FoundImage, find_photographs
from annotator.workflow.importing_annotations.plans import (
    NO_IMAGE,
    Plan,
    Planned,
    Way,
    portions_of,
)


def make_plan(
    project: Project,
    faces: Faces,
    conversion: Conversion,
    rules: ImportRules,
    *,
    photographs: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """Return what will become of each face; nothing is written anywhere.

    Parameters
    ----------
    project
    faces
    conversion
        As what they come in.
    rules
        What they may do.
    photographs
        A folder with photographs that may be added where the project has none.
    on_progress
        Called on the calling thread with the number of images looked for, then of faces looked at,
        and their totals. What it raises ends the planning.

    Raises
    ------
    AnnotationsError
        If they are meshes of another layout than the project's, or name somebody who cannot be
        recorded: nothing of them is imported then.
    DamagedProject
        If a mesh of the project is not what was stored.
    """
    way: Way
    if conversion.purpose == "guides":
        way = GuideWay(faces, conversion)
    else:
        way = MeshWay(faces, conversion, rules)
    images = find_photographs(project, faces.clues, photographs, on_progress=on_progress)
    return plan_of(project, faces, way, images, on_progress=on_progress)


def plan_of(
    project: Project,
    given: Given,
    way: Way,
    images: Sequence[FoundImage],
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """Return what will become of each face, once it is known where the images are.

    Raises what the way raises.
    """
    planned: list[Planned] = [Planned(NO_IMAGE)] * len(given.image_of)
    for at, clue in enumerate(given.image_of):
        found = images[clue]
        if found.file is not None:
            planned[at] = way.of_new_image(project, at)
        elif found.image_id is None:
            planned[at] = Planned(NO_IMAGE, why=found.why)
    done = 0
    for portion in portions_of(given, [found.image_id for found in images]):
        for at, outcome in way.plan(project, portion).items():
            planned[at] = outcome
        done += len(portion.places)
        if on_progress is not None:
            on_progress(done, len(planned))
    return Plan(given, way, images, planned)
