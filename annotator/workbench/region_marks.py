"""Hiding, pinning and marking whole regions of the face. No widgets here."""

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.mesh.marks import (
    Visibility,
    is_pinned,
    visibility_in_frame,
    visibility_of,
    with_pins,
    with_visibility,
)
from annotator.mesh.tools.base import Edit
from annotator.project import ProjectError
from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits


class RegionMarks:
    """What the current sample has of marks, region by region.

    Attributes
    ----------
    hidden_changed
        Other regions are hidden.
    """

    hidden_changed = Signal()

    def __init__(self, bench: Bench, edits: Edits) -> None:
        self._bench = bench
        self._edits = edits
        self._hidden: frozenset[str] = frozenset()
        self._size: tuple[int, int] | None = None
        bench.current_changed.connect(self._take_up)

    @property
    def hidden(self) -> frozenset[str]:
        """The regions that are not shown, in any sample."""
        return self._hidden

    def toggle_hidden(self, region: str) -> None:
        """Hide a region from the view and the tools, or show it again."""
        self._hidden ^= {region}
        self._hide_in_session()
        self.hidden_changed.emit()

    def vertices(self, region: str) -> NDArray[np.intp]:
        """Return the vertices of a region in the current sample, (k,); none if it has none."""
        session = self._bench.session
        found = None if session is None else session.state.layout.regions.get(region)
        return np.empty(0, np.intp) if found is None else found.vertices

    def toggle_pinned(self, region: str) -> None:
        """Pin a region; or free it, if all of it is pinned."""
        session, vertices = self._bench.session, self.vertices(region)
        if session is not None and vertices.size:
            state = session.state
            pinned = not is_pinned(state.marks[vertices]).all()
            marks = with_pins(state.marks, vertices, pinned=pinned)
            self._edits.apply("pin" if pinned else "unpin", Edit(state.landmarks, marks))

    def cycle_visibility(self, region: str) -> None:
        """Mark a region as occluded, then as out of frame, then as visible again."""
        session, vertices = self._bench.session, self.vertices(region)
        if session is not None and vertices.size:
            state = session.state
            marks = with_visibility(state.marks, vertices, self._next_visibility(region))
            self._edits.apply("visibility", Edit(state.landmarks, marks))

    def visibility(self, region: str) -> Visibility | None:
        """Return what shows of a region, as it is exported; None if its vertices differ."""
        session = self._bench.session
        if session is None:
            return None
        state = session.state
        seen = visibility_of(state.marks)
        if self._size is not None:
            seen = visibility_in_frame(state.marks, state.landmarks, self._size)
        return _common(seen, self.vertices(region))

    def pinned(self, region: str) -> bool | None:
        """Return whether a region is pinned; None if only a part of it is."""
        session, vertices = self._bench.session, self.vertices(region)
        if session is None or not vertices.size:
            return False
        pins = is_pinned(session.state.marks)[vertices]
        return None if pins.any() and not pins.all() else bool(pins.all())

    def _next_visibility(self, region: str) -> Visibility:
        session = self._bench.session
        # By what was marked: what lies outside the photograph would never leave "out of frame".
        marks = None if session is None else visibility_of(session.state.marks)
        now = None if marks is None else _common(marks, self.vertices(region))
        return Visibility.OCCLUDED if now is None else Visibility((now + 1) % len(Visibility))

    def _take_up(self) -> None:
        try:
            image = self._bench.image()
        except ProjectError:  # nothing is open, or whoever shows it says what is wrong
            self._size = None
        else:
            self._size = (image.width, image.height)
        self._hide_in_session()

    def _hide_in_session(self) -> None:
        session = self._bench.session
        if session is not None:
            hidden = np.zeros(len(session.landmarks), np.bool_)
            for region in self._hidden:
                hidden[self.vertices(region)] = True
            session.hide(hidden)


def _common(visibility: NDArray[np.uint8], vertices: NDArray[np.intp]) -> Visibility | None:
    """Return what these vertices share, or None."""
    values = np.unique(visibility[vertices])
    return Visibility(int(values[0])) if len(values) == 1 else None
