"""Meshes of others come in as predictions or annotations; what is no mesh is left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from annotator.mesh.layout import LAYOUTS
from annotator.project import Fate, ImportedFace, ImportRules, Project, UnusableName
from annotator.project.imports.deciding import match_faces
from annotator.project.imports.records import FaceThere
from annotator.release.incoming import AnnotationsError, IncomingFace
from annotator.system.foreign_text import escaped
from annotator.workflow.importing_annotations.converting import (
    Conversion,
    Converted,
    NoMeshError,
    box_of_points,
)
from annotator.workflow.importing_annotations.faces import Faces
from annotator.workflow.importing_annotations.plans import (
    NO_IMAGE,
    NOT_A_FACE,
    Planned,
    Portion,
    told,
)


@dataclass(frozen=True, slots=True, eq=False)
class MeshWay(Converted):
    """Faces come in as meshes.

    Attributes
    ----------
    rules
        What they may do.
    """

    rules: ImportRules

    def plan(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Return what will become of faces, see `Way`; raises as `ready_faces`."""
        ready = ready_faces(project, self.faces, self.conversion, portion)
        decided = project.imports.plan(ready.faces, self.rules, by=self.by)
        return ready.outcomes | dict(zip(ready.places, map(told, decided), strict=True))

    def store(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Write faces, see `Way`; raises as `ready_faces` and `Imports.store`."""
        ready = ready_faces(project, self.faces, self.conversion, portion)
        stored = project.imports.store(ready.faces, self.rules, by=self.by)
        return ready.outcomes | dict(zip(ready.places, map(told, stored), strict=True))

    def of_new_image(self, project: Project, at: int) -> Planned:
        """Return what will become of a face whose photograph is to be added."""
        layouts = [layout.name for layout in project.imports.layouts()]
        made = converted(self.conversion, self.faces.load(at), (0, (1, 1)), None, layouts)
        if isinstance(made, Planned):
            return made
        return Planned(Fate.NEW.value, why="with its photograph")


class Ready(NamedTuple):
    """The faces of a portion that can be given to the store, and what becomes of the others."""

    places: list[int]
    faces: list[ImportedFace]
    outcomes: dict[int, Planned]


def ready_faces(project: Project, faces: Faces, conversion: Conversion, portion: Portion) -> Ready:
    """Return the meshes of a portion, all of images of the project, as the store takes them.

    Raises
    ------
    AnnotationsError
        If a face names somebody who cannot be recorded.
    """
    ids = set(portion.image_ids)
    sizes = {id_: (rec.width, rec.height) for id_, rec in project.images.records(ids).items()}
    there = project.imports.there(sorted(sizes))
    layouts = {layout.name for layout in project.imports.layouts()}
    ready = Ready([], [], {})
    of_image: dict[int, list[tuple[int, IncomingFace]]] = {}
    for at, image_id in zip(portion.places, portion.image_ids, strict=True):
        if image_id in sizes:
            of_image.setdefault(image_id, []).append((at, faces.load(at)))
        else:
            ready.outcomes[at] = Planned(NO_IMAGE, why="not in the project any more")
    for image_id, loaded in of_image.items():
        lent = _meshes_there([face for _, face in loaded], there[image_id])
        for (at, face), mesh in zip(loaded, lent, strict=True):
            made = converted(conversion, face, (image_id, sizes[image_id]), mesh, layouts)
            if isinstance(made, Planned):
                ready.outcomes[at] = made
            else:
                ready.places.append(at)
                ready.faces.append(made)
    return ready


def converted(
    conversion: Conversion,
    face: IncomingFace,
    place: tuple[int, tuple[int, int]],
    there: FaceThere | None,
    layouts: Collection[str],
) -> ImportedFace | Planned:
    """Return a face as the store takes it, or that it is left out, and why.

    Parameters
    ----------
    conversion, face
    place
        The id of its image, and that's width and height in pixels.
    there
        The face that it is matched with, if there is one.
    layouts
        The names of those that the project's meshes have.

    Raises
    ------
    AnnotationsError
        If it names somebody who cannot be recorded.
    """
    if layouts and face.scheme in LAYOUTS and face.scheme not in layouts:
        why = f"it is {face.scheme}, and the project's meshes are {', '.join(sorted(layouts))}"
        return Planned(NOT_A_FACE, why=why)
    try:
        return conversion.imported(face, *place, None if there is None else there.landmarks)
    except NoMeshError as error:
        return Planned(NOT_A_FACE, why=str(error))
    except UnusableName as error:
        raise AnnotationsError(f"{escaped(face.where)}: {error}") from error


def _meshes_there(
    faces: Sequence[IncomingFace], there: Sequence[FaceThere]
) -> list[FaceThere | None]:
    boxes = [box_of_points(face.points) for face in faces]
    return [None if match is None else match[0] for match in match_faces(boxes, there)]
