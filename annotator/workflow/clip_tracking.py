"""Clips followed frame by frame: what a tracker finds in each, as it is decoded ahead."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotator.inference import FaceMesh
from annotator.inference.tracking import TrackedFace, Tracker
from annotator.workflow.clip_stretches import Frames, Stretch

if TYPE_CHECKING:
    from annotator.imaging.clips import Clip


@dataclass(frozen=True)
class Following:
    """How faces are followed through clips.

    Attributes
    ----------
    max_faces
        At most so many at once.
    quality
        Whether each mesh is the mean of four crops: half the jitter, at four times the cost.
    """

    max_faces: int = 4
    quality: bool = False

    def tracker(
        self,
        face_mesh: FaceMesh,
        previous: Sequence[TrackedFace] = (),
        stretch: Stretch | None = None,
    ) -> Tracker:
        """Return what follows faces so: from the first frame on, or on from those of before."""
        if stretch is None:
            return Tracker(face_mesh, max_faces=self.max_faces, quality=self.quality)
        return Tracker(
            face_mesh,
            max_faces=self.max_faces,
            quality=self.quality,
            previous=previous,
            before=stretch.before,
            first_identity=stretch.first_identity,
            first_frame=stretch.start,
        )


AS_USUAL = Following()
"""How faces are followed where nobody says it."""


@dataclass(frozen=True, eq=False)
class TrackedFrame:
    """What was found in one frame.

    Attributes
    ----------
    frame
        Its number, from 0 in the order of presentation.
    time
        Seconds from the clip's first frame.
    faces
        Those followed in it; empty where there are none.
    """

    frame: int
    time: float
    faces: tuple[TrackedFace, ...]


@contextmanager
def frames_ahead(clip: Clip, start: int = 0) -> Iterator[Frames]:
    """Give a clip's frames from one on, decoded ahead for as long as the block lasts."""
    frames = clip.frames(start)
    try:
        yield frames
    finally:
        if isinstance(frames, Generator):
            frames.close()


def tracked_frames(
    clip: Clip, face_mesh: FaceMesh, following: Following = AS_USUAL
) -> Generator[TrackedFrame, None, None]:
    """Follow the faces of a clip, yielding frame after frame; those that are damaged are left out.

    Frames are decoded ahead on a thread of their own; closing the generator stops it.

    Raises
    ------
    ClipError
        If the clip cannot be read any further.
    """
    tracker = following.tracker(face_mesh)
    times = clip.info.times
    with frames_ahead(clip) as frames:
        for frame, image in frames:
            yield TrackedFrame(frame, float(times[frame]), tuple(tracker.step(image)))
