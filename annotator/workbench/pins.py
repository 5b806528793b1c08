"""What was said of places of the mesh on the screen and is not resolved: its pins. No widgets."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.mesh.layout import MeshLayout
from annotator.project import ProjectError
from annotator.project.remarks import Remark
from annotator.workbench.bench import Bench
from annotator.workbench.foreign_text import one_line
from annotator.workbench.when_text import when_text

# So much of a remark stands on the photograph; the Review page has all of it.
_SHORT, _LONG = 48, 400


@dataclass(frozen=True)
class Pin:
    """An open remark, and its number among those of the sample.

    Attributes
    ----------
    number : int
        From 1.
    remark : Remark
    """

    number: int
    remark: Remark

    @property
    def short(self) -> str:
        """What stands beside its place."""
        return f"{self.number}  {one_line(self.remark.text, _SHORT)}".strip()

    @property
    def line(self) -> str:
        """Who said it, when, and all of it."""
        said = f"{one_line(self.remark.author)}, {when_text(self.remark.created_at)}"
        text = one_line(self.remark.text, _LONG)
        return f"{self.number}  {said}: {text}" if text else f"{self.number}  {said}"

    def vertices(self, layout: MeshLayout) -> NDArray[np.intp]:
        """Return the vertices that it is about; none where it is about all of the mesh."""
        remark = self.remark
        if not remark.vertices and remark.region is not None and remark.region in layout.regions:
            return layout.regions[remark.region].vertices
        return np.array([v for v in remark.vertices if v < layout.count], np.intp)

    def place(
        self, landmarks: NDArray[np.floating], layout: MeshLayout
    ) -> tuple[float, float] | None:
        """Return where it is pinned, (x, y), or None where it is about all of the mesh."""
        vertices = self.vertices(layout)
        if not len(vertices):
            return None
        x, y = landmarks[vertices, :2].mean(axis=0).tolist()
        return x, y


class Pins:
    """Knows the open remarks on the current sample, adds to them and resolves them.

    Attributes
    ----------
    changed
        They are others, or none.
    """

    changed = Signal()

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._pins: tuple[Pin, ...] = ()
        self._said: tuple[int, set[int]] | None = None  # a sample, and what was said of it here
        bench.current_changed.connect(self._begin)
        bench.sample_updated.connect(self._read_updated)
        bench.samples_changed.connect(self._read)

    @property
    def open(self) -> tuple[Pin, ...]:
        """The open ones, the oldest first."""
        return self._pins

    @property
    def said_here(self) -> tuple[Pin, ...]:
        """Those of the open ones that were pinned here since the sample came up."""
        here = self._said[1] if self._said and self._said[0] == self._bench.sample_id else set()
        return tuple(pin for pin in self._pins if pin.remark.id in here)

    def say(self, text: str, vertices: Sequence[int]) -> bool:
        """Pin a remark to vertices of the current sample; return whether it was written."""
        bench = self._bench
        session, project = bench.session, bench.project
        if session is None or project is None or not bench.may_change() or not text.strip():
            return False
        try:
            remark = project.remarks.add(
                session.sample_id, text, author=bench.annotator, vertices=vertices,
                revision=session.revision,
            )  # fmt: skip
        except (ProjectError, ValueError) as error:
            bench.failed.emit(f"{error}.")
            return False
        if self._said is None:
            self._said = session.sample_id, set()
        self._said[1].add(remark.id)
        self._read()
        return True

    def resolve(self, remark_id: int) -> bool:
        """Say that a remark is done with; return whether that was written."""
        bench = self._bench
        if bench.project is None or not bench.may_change():
            return False
        try:
            bench.project.remarks.resolve(remark_id, by=bench.annotator)
        except ProjectError as error:
            bench.failed.emit(str(error))
            return False
        self._read()
        return True

    def _begin(self) -> None:
        self._said = None
        self._read()

    def _read_updated(self, sample_id: int) -> None:
        if sample_id == self._bench.sample_id:
            self._read()

    def _read(self) -> None:
        project, sample_id = self._bench.project, self._bench.sample_id
        found: list[Remark] = []
        if project is not None and sample_id is not None:
            try:
                found = project.remarks.of(sample_id, is_open=True)
            except ProjectError:
                found = []  # what is done next says what is wrong
        places = [remark for remark in found if not _says_again(remark, found)]
        pins = tuple(Pin(number, remark) for number, remark in enumerate(places, start=1))
        if pins != self._pins:
            self._pins = pins
            self.changed.emit()


def _says_again(remark: Remark, every: Sequence[Remark]) -> bool:
    """Return whether a verdict marks what its reviewer pinned: that is there by itself."""
    pinned = {
        vertex
        for other in every
        if other.review_id is None and other.author == remark.author
        for vertex in other.vertices
    }
    return remark.review_id is not None and bool(remark.vertices) and pinned >= {*remark.vertices}
