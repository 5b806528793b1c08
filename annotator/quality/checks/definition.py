"""What a check is, what it looks at, and what it finds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import bounding_box, tool_scale
from annotator.mesh.layout import MeshLayout
from annotator.quality.checks.pose_fit import PoseFit, pose_fit
from annotator.quality.shape_prior import ShapePrior
from annotator.quality.signals.pixels import pixel_signals

Floats = NDArray[np.floating]
Box = tuple[float, float, float, float]
"""Left, top, width and height, in px."""


class Severity(IntEnum):
    """How much a finding speaks against a sample; the greater, the more."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    """Whoever accepts it all the same is asked once."""

    @property
    def title(self) -> str:
        """For people, in lower case."""
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """Something that a check has against a sample.

    Attributes
    ----------
    check
        The name of the check.
    severity
    sentence
        For people: what is the matter, and where. Names of files in it are anybody's text.
    vertices
        Those concerned, ascending; none where it is not about some of them.
    """

    check: str
    severity: Severity
    sentence: str
    vertices: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class OtherFace:
    """Another face of the same photograph.

    Attributes
    ----------
    name
        As people know it: "face #2".
    landmarks : (m, 3)
        In px of the photograph, m of its own layout.
    is_drawn
        Whether somebody drew the box that it was predicted in.
    """

    name: str
    landmarks: Floats
    is_drawn: bool = False

    @cached_property
    def box(self) -> Box:
        """The box around it."""
        return bounding_box(self.landmarks)


@dataclass(frozen=True)
class Work:
    """What people did to a sample, as far as checks ask for it.

    Attributes
    ----------
    strokes
        Those in effect.
    marks_changed
        Whether a vertex was marked or pinned: that is work, too.
    changed_since_sent_back
        Whether it was changed since it was sent back; None if it is not sent back.
    """

    strokes: int = 0
    marks_changed: bool = False
    changed_since_sent_back: bool | None = None


@dataclass(frozen=True, eq=False)
class Subject:
    """One sample's mesh, and all that is known of it: what is not known is not looked at.

    Attributes
    ----------
    landmarks : (n, 3)
        The mesh to be looked at, in px of the upright photograph.
    layout
        Of the mesh and of the prediction.
    prediction : (n, 3) or None
        What it was made of. None where the mesh is the prediction itself.
    size
        Width and height of the photograph in px.
    photograph : (h, w, 3) uint8 or None
    others
        The other faces of the photograph.
    work
        What people did to it.
    prior
        What shapes are usual.
    alike
        Other photographs that show the same picture, by the names that people know them by.
    is_drawn
        Whether somebody drew the box that it was predicted in: they were asked there whether the
        face has a mesh already.
    """

    landmarks: Floats
    layout: MeshLayout
    prediction: Floats | None = None
    size: tuple[int, int] | None = None
    photograph: NDArray[np.uint8] | None = None
    others: tuple[OtherFace, ...] = ()
    work: Work = Work()
    prior: ShapePrior | None = None
    alike: tuple[str, ...] = ()
    is_drawn: bool = False

    @cached_property
    def scale(self) -> float:
        """The outer IOD in space, in px, at least 1: see `tool_scale`."""
        return tool_scale(self.landmarks, self.layout)

    @cached_property
    def box(self) -> Box:
        """The box around the mesh."""
        return bounding_box(self.landmarks)

    @cached_property
    def pixels(self) -> Mapping[str, float]:
        """What `pixel_signals` says of the mesh; nothing where there is no photograph."""
        if self.photograph is None:
            return {}
        return pixel_signals(self.photograph, self.landmarks, self.layout)

    @cached_property
    def fit(self) -> PoseFit:
        """The canonical face as the mesh has it turned."""
        return pose_fit(self.landmarks, self.layout)


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes
    ----------
    name
        In lower case, for tables and programs.
    title
        For people.
    severity
        The highest that it gives.
    looks_at
        What it looks at and when it has something against it, for the documentation.
    look
        Yields what it finds.
    needs_pixels
        Whether it looks at the photograph itself, which takes longer.
    """

    name: str
    title: str
    severity: Severity
    looks_at: str
    look: Callable[[Subject], Iterator[Finding]]
    needs_pixels: bool = False
