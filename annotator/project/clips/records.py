"""What the store hands out and takes in of clips: frozen values, free of SQL.

A frame is a number in its clip, counted from 0 in the order in which frames are shown; a time is
seconds from the clip's first frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotator.imaging.picture import Picture
from annotator.mesh.layout import MeshLayout
from annotator.project.clip_columns import are_times, is_file_name
from annotator.project.records import SampleState


@dataclass(frozen=True, slots=True, eq=False)
class NewClip:
    """A clip to add.

    Attributes
    ----------
    path
        Of the video, or of the folder of frames.
    sha256
        As `annotator.imaging.clips.content_sha256` returns it.
    width, height
        Of the upright frames, in pixels.
    times
        (n,) float64 seconds of the frames, ascending from 0.
    is_folder
        Whether it is a folder of frames.
    file_size, modified_ns
        The stamp of a video's file from before it was hashed; None of a folder.
    note
        What whoever adds it is told of how it is read.
    files
        The names of a folder's frames, in their order; empty of a video.

    Raises
    ------
    ValueError
        If these cannot be the times, or the files, of a clip.
    """

    path: Path
    sha256: str
    width: int
    height: int
    times: npt.NDArray[np.float64]
    is_folder: bool = False
    file_size: int | None = None
    modified_ns: int | None = None
    note: str = ""
    files: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        times = np.array(self.times, dtype=np.float64)
        if times.ndim != 1 or not are_times(times):
            raise ValueError("the times of a clip's frames ascend from 0")
        times.setflags(write=False)
        object.__setattr__(self, "times", times)
        if len(self.files) != (len(times) if self.is_folder else 0):
            raise ValueError(
                f"a folder has a file for each of its {len(times)} frames, and a video has none; "
                f"got {len(self.files)}"
            )
        if not all(map(is_file_name, self.files)):
            raise ValueError("the files of a clip are names in its folder")


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """A clip of the project.

    Attributes
    ----------
    path
        Absolute.
    name
        Of its file or folder, fit for display.
    width, height
        Of the upright frames, in pixels.
    duration
        The time of its last frame.
    files
        The names of a folder's frames, in their order; empty of a video.
    """

    id: int
    path: Path
    name: str
    sha256: str
    width: int
    height: int
    frame_count: int
    duration: float
    is_folder: bool
    added_at: datetime
    files: tuple[str, ...] = ()

    def picture(self, frame: int) -> Picture:
        """Return where the pixels of a frame come from."""
        if not 0 <= frame < self.frame_count:
            raise ValueError(f"{self.name} has the frames 0 to {self.frame_count - 1}: no {frame}")
        return Picture(self.path / self.files[frame]) if self.files else Picture(self.path, frame)


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """One face through a clip, as one model saw it.

    Attributes
    ----------
    number
        What people know the face by, from 1, the same whichever model tracked it.
    first_frame, last_frame, frame_count
        Where it is seen, and in how many frames: damaged ones between them are left out.
    """

    id: int
    clip_id: int
    number: int
    model_id: int
    first_frame: int
    last_frame: int
    frame_count: int


@dataclass(frozen=True, slots=True, eq=False)
class TrackPiece:
    """A face in some frames of a clip, as a model saw it: never filtered.

    Attributes
    ----------
    number
        What the tracker calls the face: identities that only ever grow. Of a piece that
        `Clips.meshes` returns it is the number of the track.
    frames
        (k,) integers, ascending.
    landmarks
        (k, n, 3) float32, n of the model's layout, in pixels of the upright frame.
    presence
        (k,) how sure the model is that this is a face, 0 to 1.
    doubt
        (k,) mean spread of the crops in shares of the outer IOD; NaN where it is not known.
    """

    number: int
    frames: npt.NDArray[np.integer]
    landmarks: npt.NDArray[np.float32]
    presence: npt.NDArray[np.floating]
    doubt: npt.NDArray[np.floating]

    def checked(self, layout: MeshLayout, frame_count: int) -> TrackPiece:
        """Return it as it is stored: converted and frozen.

        Raises
        ------
        ValueError
            If its arrays cannot be those of a face in a clip of so many frames.
        """
        frames = np.array(self.frames)
        count = len(frames) if frames.ndim == 1 else 0
        if not count or not np.issubdtype(frames.dtype, np.integer):
            raise ValueError("a piece of a track has one or more frames, (k,) whole numbers")
        if frames[0] < 0 or frames[-1] >= frame_count or (np.diff(frames) <= 0).any():
            raise ValueError(f"the frames of a piece ascend, from 0 to {frame_count - 1} at most")
        meshes = np.array(self.landmarks, dtype=np.float32)
        if meshes.shape != (count, layout.count, 3) or not np.isfinite(meshes).all():
            raise ValueError(
                f"expected finite landmarks of shape {(count, layout.count, 3)}, but got "
                f"{meshes.shape}"
            )
        presence, doubt = (
            np.array(values, dtype=np.float32) for values in (self.presence, self.doubt)
        )
        if presence.shape != (count,) or doubt.shape != (count,):
            raise ValueError(f"expected presence and doubt of shape ({count},)")
        if not np.isfinite(presence).all() or np.isinf(doubt).any():
            raise ValueError("presence is finite, and doubt as well where it is known")
        return TrackPiece(int(self.number), frames.astype(np.int64), meshes, presence, doubt)


@dataclass(frozen=True, slots=True, eq=False)
class TrackStates:
    """The samples of a track, in the order of their frames.

    Attributes
    ----------
    frames
        (k,) int64.
    sample_ids
        (k,) int64.
    states
        Their states.
    is_key
        (k,) bool, whether somebody corrected the mesh: with strokes in effect that are more than
        what was propagated from others.
    is_propagated
        (k,) bool, whether it has strokes in effect, all of which were propagated from others.
    """

    frames: npt.NDArray[np.int64]
    sample_ids: npt.NDArray[np.int64]
    states: tuple[SampleState, ...]
    is_key: npt.NDArray[np.bool_]
    is_propagated: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class StaleSample:
    """A propagated sample whose key frames say something else by now.

    Attributes
    ----------
    sample_id, frame
    corrected
        (n, 3) what they say now: for `Clips.refresh`.
    """

    sample_id: int
    frame: int
    corrected: npt.NDArray[np.float32]
