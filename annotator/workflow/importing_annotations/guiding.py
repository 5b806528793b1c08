"""Points of others that are kept beside meshes, as guides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from annotator.project import Fate, Project
from annotator.project.guide_records import Guide, NewGuide
from annotator.project.imports.deciding import match_faces
from annotator.project.imports.records import FaceThere
from annotator.project.records import SampleState
from annotator.release.incoming import IncomingFace
from annotator.workflow.importing_annotations.converting import Conversion, Converted, box_of_points
from annotator.workflow.importing_annotations.plans import Planned, Portion


class _Planned(NamedTuple):
    """What becomes of the faces of a portion, and which guides samples get."""

    outcomes: dict[int, Planned]
    added: list[tuple[int, NewGuide]]


@dataclass(frozen=True, slots=True, eq=False)
class GuideWay(Converted):
    """Faces come in as guides.

    A guide belongs to a face: where none is, it is left out. One that is there already, point for
    point, is not added again.
    """

    def plan(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Return what will become of faces, see `Way`."""
        return self._planned(project, portion).outcomes

    def store(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Add guides, see `Way`; raises as `Guides.add_all`."""
        planned = self._planned(project, portion)
        if planned.added:
            project.guides.add_all(planned.added, by=self.by, once=True)
        return planned.outcomes

    def of_new_image(self, project: Project, at: int) -> Planned:
        """Return what will become of a face whose photograph is to be added."""
        return Planned(Fate.NO_FACE.value, why="predict its photograph, then import again")

    def _planned(self, project: Project, portion: Portion) -> _Planned:
        there = project.imports.there(sorted(set(portion.image_ids)))
        planned = _Planned({}, [])
        for image_id, known in there.items():
            pairs = zip(portion.places, portion.image_ids, strict=True)
            loaded = {at: self.faces.load(at) for at, of_one in pairs if of_one == image_id}
            shown = [face for face in known if face.state is not SampleState.DELETED]
            matches = match_faces([box_of_points(face.points) for face in loaded.values()], shown)
            for (at, face), match in zip(loaded.items(), matches, strict=True):
                if match is None:
                    why = "predict its photograph, or add the face"
                    planned.outcomes[at] = Planned(Fate.NO_FACE.value, why=why)
                else:
                    self._take(project, planned, at, face, match)
        return planned

    def _take(
        self,
        project: Project,
        planned: _Planned,
        at: int,
        face: IncomingFace,
        match: tuple[FaceThere, float],
    ) -> None:
        sample, overlap = match
        guide = _guide(face, self.conversion)
        is_known = any(_is_same(guide, one) for one in project.guides.of(sample.id))
        fate = Fate.ALREADY if is_known else Fate.MATCHED
        planned.outcomes[at] = Planned(fate.value, sample.id, overlap)
        if not is_known:
            planned.added.append((sample.id, guide))


def _guide(face: IncomingFace, conversion: Conversion) -> NewGuide:
    origin = conversion.origin.get("from", "")
    return NewGuide(face.scheme, face.points, face.visibility, origin[:200])


def _is_same(guide: NewGuide, known: Guide) -> bool:
    if guide.scheme != known.scheme or guide.points.shape != known.points.shape:
        return False
    has_same_flags = (guide.visibility is None) == (known.visibility is None) and (
        guide.visibility is None
        or known.visibility is None
        or np.array_equal(guide.visibility, known.visibility)
    )
    return has_same_flags and np.array_equal(guide.points, known.points, equal_nan=True)
