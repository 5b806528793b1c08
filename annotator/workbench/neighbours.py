"""The other faces of the photograph under edit: where they are and how they stand. No widgets."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.mesh.plane import plane
from annotator.mesh.polyline import is_inside
from annotator.project import ProjectError, SampleState
from annotator.project.faces_of_image import FaceOfImage
from annotator.workbench.bench import Bench
from annotator.workbench.states import state_text


@dataclass(frozen=True, eq=False)
class Neighbour:
    """Another face of the photograph.

    Attributes
    ----------
    sample_id : int
    number : int
        As the list counts the faces of a photograph, from 1.
    state : SampleState
    outline : (k, 2) float32
        The ring around it, x and y in px, closed by its first point.
    """

    sample_id: int
    number: int
    state: SampleState
    outline: NDArray[np.float32]

    @classmethod
    def of(cls, face: FaceOfImage) -> "Neighbour":
        """Return what is shown of a face."""
        ring = face.layout.contours[face.layout.boundary].vertices
        return cls(face.sample_id, face.face_index + 1, face.state, face.landmarks[ring, :2])

    @property
    def text(self) -> str:
        """What is said of it under the pointer."""
        return f"Face #{self.number}, {state_text(self.state)}: click to go there"

    @cached_property
    def _ends(self) -> tuple[float, float, float, float]:
        left, top = self.outline.min(axis=0).tolist()
        right, bottom = self.outline.max(axis=0).tolist()
        return left, top, right, bottom

    @property
    def size(self) -> float:
        """The longer side of the box around it, in px."""
        left, top, right, bottom = self._ends
        return max(right - left, bottom - top)

    def holds(self, position: tuple[float, float]) -> bool:
        """Return whether (x, y) lies within its outline."""
        (x, y), (left, top, right, bottom) = position, self._ends
        if not (left <= x <= right and top <= y <= bottom):
            return False  # as for most faces of a crowd, at every move of the pointer
        return bool(is_inside(np.array([complex(*position)]), plane(self.outline))[0])


class Neighbours:
    """Keeps the other faces of the photograph as the project has them.

    Attributes
    ----------
    changed
        There are others, or one of them is another.
    """

    changed = Signal()

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._faces: tuple[Neighbour, ...] = ()
        bench.current_changed.connect(self._read)
        bench.samples_changed.connect(self._read_again)
        bench.sample_updated.connect(self._read_if_one_of_them)

    @property
    def faces(self) -> tuple[Neighbour, ...]:
        """The other faces, but for deleted ones."""
        return self._faces

    def at(self, position: tuple[float, float]) -> Neighbour | None:
        """Return the face that (x, y) lies in, of several the smallest, or None."""
        there = [face for face in self._faces if face.holds(position)]
        return min(there, key=lambda face: face.size, default=None)

    def _read(self) -> None:
        before, self._faces = self._faces, self._read_faces()
        if before or self._faces:
            self.changed.emit()

    def _read_again(self) -> None:
        """Read them for the face on the screen; tell of them only where they are others.

        The list is also arranged anew at each letter of a filter: nothing is drawn for that.
        """
        before, self._faces = self._faces, self._read_faces()
        if list(map(_as_drawn, before)) != list(map(_as_drawn, self._faces)):
            self.changed.emit()
        else:
            self._faces = before  # whoever marks one of them knows it by its identity

    def _read_faces(self) -> tuple[Neighbour, ...]:
        project, image_id = self._bench.project, self._image_id()
        if project is None or image_id is None:
            return ()
        try:
            faces = project.samples.faces_of(image_id, person=self._bench.annotator)
        except ProjectError:
            return ()  # what the annotator does next says what is wrong
        here = self._bench.sample_id
        return tuple(Neighbour.of(face) for face in faces if face.sample_id != here)

    def _image_id(self) -> int | None:
        """Return the image of the sample under edit, if the list knows of several faces in it."""
        samples, here = self._bench.samples, self._bench.sample_id
        if here is None or not samples.knows(here):
            return None  # another window may just have taken its image out
        beside = samples.beside(here)
        return beside[0].image_id if len(beside) > 1 else None

    def _read_if_one_of_them(self, sample_id: int) -> None:
        if sample_id == self._bench.sample_id:
            return
        if self._bench.samples.get(sample_id).image_id == self._image_id():
            self._read()


def _as_drawn(face: Neighbour) -> tuple[object, ...]:
    return face.sample_id, face.number, face.state, face.outline.tobytes()
