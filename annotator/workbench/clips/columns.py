"""A track as columns of pixels: 18,000 frames in a thousand of them, nothing bad lost."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.workbench.clips.timeline import TrackLine

# Doubt that is drawn as the worst there is, in shares of the outer inter-ocular distance.
MUCH_DOUBT = 0.03


@dataclass(frozen=True)
class Window:
    """Which frames a bar shows in how many pixels.

    Attributes
    ----------
    first, last : float
        The frames at its ends; frame f lies in the middle of what it takes.
    width : int
        In pixels.
    """

    first: float
    last: float
    width: int

    @classmethod
    def of_all(cls, count: int, width: int) -> "Window":
        """Return one that shows all frames."""
        return cls(0.0, float(max(count, 1)), max(width, 1))

    @property
    def pixels_per_frame(self) -> float:
        """How wide a frame is."""
        return self.width / max(self.last - self.first, 1e-9)

    def x_of(self, frame: float) -> float:
        """Return where the middle of a frame lies."""
        return (frame + 0.5 - self.first) * self.pixels_per_frame

    def frame_at(self, x: float) -> int:
        """Return the frame at a place, which may lie outside of the clip."""
        return int(np.floor(self.first + x / self.pixels_per_frame))

    def zoomed(self, factor: float, x: float, count: int) -> "Window":
        """Return one that shows fewer frames about a place (factor > 1), or more."""
        span = self.last - self.first
        least = min(20.0, float(max(count, 1)))
        wanted = min(max(span / factor, least), float(max(count, 1)))
        held = self.first + x / self.pixels_per_frame
        first = held - (held - self.first) * wanted / span
        first = min(max(first, 0.0), max(count, 1) - wanted)
        return Window(first, first + wanted, self.width)

    def following(self, frame: int, count: int) -> "Window":
        """Return one of the same extent in which a frame can be seen."""
        if self.first <= frame < self.last:
            return self
        span = self.last - self.first
        first = min(max(frame - span / 10, 0.0), max(count, 1) - span)
        return Window(first, first + span, self.width)


def mesh_columns(line: TrackLine, window: Window) -> NDArray[np.float64]:
    """Return the share of each column's frames that have a mesh, (width,) in [0, 1]."""
    edges = _edges(window)
    found = np.searchsorted(line.frames, np.ceil(edges)).astype(np.float64)
    # Where a frame is wider than a column, the column lies in one frame.
    inside = np.floor((edges[:-1] + edges[1:]) / 2)
    place = np.minimum(np.searchsorted(line.frames, inside), max(len(line.frames) - 1, 0))
    has = line.frames[place] == inside if len(line.frames) else np.zeros(window.width, np.bool_)
    if window.pixels_per_frame >= 1:
        return np.asarray(has, np.float64)
    return np.clip(np.diff(found) * window.pixels_per_frame, 0.0, 1.0)


def doubt_columns(line: TrackLine, window: Window) -> NDArray[np.float64]:
    """Return the worst doubt of each column, (width,); NaN where none is known.

    The worst and not the mean: a place that is one frame wide is still seen.
    """
    worst = np.full(window.width, np.nan)
    known = ~np.isnan(line.doubt)
    frames, doubt = line.frames[known], line.doubt[known]
    shown = (frames >= np.floor(window.first)) & (frames < window.last)
    frames, doubt = frames[shown], doubt[shown]
    if not len(frames):
        return worst
    if window.pixels_per_frame >= 1:
        inside = np.floor(window.first + (np.arange(window.width) + 0.5) / window.pixels_per_frame)
        place = np.minimum(np.searchsorted(frames, inside), len(frames) - 1)
        has = frames[place] == inside
        worst[has] = doubt[place[has]]
        return worst
    column = np.clip(
        ((frames + 0.5 - window.first) * window.pixels_per_frame).astype(np.intp),
        0, window.width - 1,
    )  # fmt: skip
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    worst[column[starts]] = np.maximum.reduceat(doubt, starts)
    return worst


def _edges(window: Window) -> NDArray[np.float64]:
    return window.first + np.arange(window.width + 1) / window.pixels_per_frame
