"""What a frame bar draws of a clip, as values: its tracks, key frames, states and doubt."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotator.project import SampleState

Frames = NDArray[np.int64]

# No frame, or none that is known.
NO_FRAMES: Frames = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class TrackLine:
    """One face's way through a clip.

    Attributes
    ----------
    track_id : int
    number : int
        What the track is called.
    frames : (k,) int64
        Those in which the face has a mesh, ascending.
    doubt : (k,) float
        In shares of the outer inter-ocular distance; NaN where it is not known.
    sample_frames : (m,) int64
        Frames of which this face is a sample, ascending.
    sample_ids : (m,) int
    states : tuple of SampleState
        Of these samples.
    is_key : (m,) bool
        Whether somebody corrected the face there.
    """

    track_id: int
    number: int
    frames: Frames
    doubt: NDArray[np.floating]
    sample_frames: Frames = field(default_factory=lambda: NO_FRAMES)
    sample_ids: NDArray[np.integer] = field(default_factory=lambda: NO_FRAMES)
    states: tuple[SampleState, ...] = ()
    is_key: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    @property
    def keys(self) -> Frames:
        """The key frames, ascending."""
        return self.sample_frames[self.is_key]

    @property
    def name(self) -> str:
        """What it is called."""
        return f"Face {self.number}"

    def has_mesh(self, frame: int) -> bool:
        """Return whether the face has a mesh in a frame."""
        place = int(np.searchsorted(self.frames, frame))
        return place < len(self.frames) and int(self.frames[place]) == frame

    def sample_at(self, frame: int) -> int | None:
        """Return the sample that the face is in a frame, or None."""
        place = int(np.searchsorted(self.sample_frames, frame))
        if place < len(self.sample_frames) and int(self.sample_frames[place]) == frame:
            return int(self.sample_ids[place])
        return None

    def doubt_at(self, frame: int) -> float | None:
        """Return the doubt of a frame, or None where it is not known."""
        place = int(np.searchsorted(self.frames, frame))
        if place >= len(self.frames) or int(self.frames[place]) != frame:
            return None
        doubt = float(self.doubt[place])
        return None if np.isnan(doubt) else doubt


@dataclass(frozen=True, eq=False)
class Timeline:
    """A clip as a frame bar shows it.

    Attributes
    ----------
    clip_id : int
    name : str
        Of the clip, fit to be shown.
    times : (n,) float64
        Of its frames, in seconds.
    tracks : tuple of TrackLine
        By their numbers.
    damaged : frozenset of int
        Frames that were found not to be readable.
    """

    clip_id: int
    name: str
    times: NDArray[np.float64]
    tracks: tuple[TrackLine, ...] = ()
    damaged: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.times)

    def track(self, track_id: int | None) -> TrackLine | None:
        """Return a track, or None if there is none of that id."""
        return next((line for line in self.tracks if line.track_id == track_id), None)

    def tracks_at(self, frame: int) -> tuple[TrackLine, ...]:
        """Return the tracks that have a mesh in a frame."""
        return tuple(line for line in self.tracks if line.has_mesh(frame))


def spans(frames: Frames) -> NDArray[np.int64]:
    """Return the runs of frames without a gap, (s, 2): first and last of each."""
    if not len(frames):
        return np.zeros((0, 2), np.int64)
    ends = np.flatnonzero(np.diff(frames) > 1)
    first = np.concatenate([[0], ends + 1])
    last = np.concatenate([ends, [len(frames) - 1]])
    return np.stack([frames[first], frames[last]], axis=1)
