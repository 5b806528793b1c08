"""What goes from thread to thread: a frame as it came, and what was seen in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Mesh = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """One frame as a camera gave it.

    Attributes
    ----------
    number : int
        From 0, in the order in which they came.
    pixels : (H, W, 3) uint8
        RGB, upright, never mirrored.
    time : float
        Seconds on the camera's own clock; grows from frame to frame.
    captured_at : float
        When the camera handed it over, in seconds of `time.monotonic`.
    """

    number: int
    pixels: Pixels
    time: float
    captured_at: float


@dataclass(frozen=True, eq=False)
class SeenFace:
    """One face of a live frame.

    Attributes
    ----------
    identity : int
        The same from frame to frame.
    landmarks : (n, 3) float32
        As the model said, in px of the frame.
    filtered : (n, 3) float32
        What is shown of it.
    presence : float
    doubt : float or None
        Mean spread of the model's answers in shares of the outer IOD; None where it was not asked.
    jitter, filtered_jitter : float or None
        Mean second difference over the last frames of either, in the same shares; None while there
        are too few.
    """

    identity: int
    landmarks: Mesh
    filtered: Mesh
    presence: float
    doubt: float | None
    jitter: float | None
    filtered_jitter: float | None


@dataclass(frozen=True)
class Caption:
    """Words over a part of the picture, from the left upper corner on, in px of the picture."""

    left: int
    top: int
    text: str


@dataclass(frozen=True, eq=False)
class Composed:
    """A picture ready to be painted.

    Attributes
    ----------
    pixels : (h, w, 3) uint8
        RGB, as large as the view.
    captions : tuple of Caption
    """

    pixels: Pixels
    captions: tuple[Caption, ...]


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame with the faces in it.

    Attributes
    ----------
    frame : LiveFrame
    faces : tuple of SeenFace
    picture : Composed or None
        What is painted; None while nobody looks.
    is_new : bool
        Whether the frame was not shown before; otherwise it is drawn in another way.
    """

    frame: LiveFrame
    faces: tuple[SeenFace, ...]
    picture: Composed | None
    is_new: bool = True
