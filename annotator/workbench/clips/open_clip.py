"""A clip that is open at the bench: its frames, its tracks, and where in it one is."""

from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips import content_sha256, open_clip
from annotator.mesh.layout import FACE_468, MeshLayout, layout_of_size
from annotator.project import ClipRecord, Project, ProjectError
from annotator.system.hashing import FileStamp, file_stamp
from annotator.workbench.clips.frame_source import FrameRead, FrameSource, ReadableClip
from annotator.workbench.clips.playhead import Playhead
from annotator.workbench.clips.propagating import Propagation
from annotator.workbench.clips.reading import read_timeline
from annotator.workbench.clips.timeline import Timeline, TrackLine
from annotator.workbench.clips.track_meshes import TrackMeshes

Landmarks = NDArray[np.float32]


CHANGED = "it has changed"


class ClipChanged(ValueError):  # noqa: N818 - reads as the condition it names
    """A clip's file holds other bytes than when it was added."""


class OpenClip:
    """One clip, with its decoder on a thread.

    Parameters
    ----------
    project : Project
    record : ClipRecord
    deliver : callable
        Is handed this, and each frame that was asked for, on the decoder's thread.
    known : dict of clips to stamps
        Those that were found to hold what was added; what is found here is added.

    Attributes
    ----------
    timeline : Timeline
        As the project had it when it was last read.
    playhead : Playhead
        Where one is, or is going.
    track_id : int or None
        Whose mesh is shown.

    Raises
    ------
    ProjectError
        If its times or tracks cannot be read.
    """

    def __init__(
        self,
        project: Project,
        record: ClipRecord,
        deliver: Callable[["OpenClip", FrameRead], None],
        known: dict[int, FileStamp],
    ) -> None:
        self._project, self.record = project, record
        self._damaged: set[int] = set()
        self._version: int | None = None
        self.timeline: Timeline = read_timeline(project, record, frozenset())
        self.playhead = Playhead(self.timeline.times)
        self.track_id: int | None = None
        self._meshes: TrackMeshes | None = None
        self._propagation: Propagation | None = None
        self.layout: MeshLayout = FACE_468
        self.choose(self.timeline.tracks[0].track_id if self.timeline.tracks else None)
        self.source = FrameSource(
            record.path, lambda: _opened(record, known), lambda read: deliver(self, read)
        )

    @property
    def line(self) -> TrackLine | None:
        """The track whose mesh is shown."""
        return self.timeline.track(self.track_id)

    def choose(self, track_id: int | None) -> None:
        """Show the mesh of another track."""
        self.track_id = track_id
        self._meshes = self._propagation = None
        if track_id is not None:
            clips = self._project.clips
            self._meshes = TrackMeshes(lambda start, stop: clips.meshes(track_id, start, stop))

    def mesh_at(
        self, frame: int, *, interpolates: bool = True
    ) -> tuple[Landmarks, Landmarks] | None:
        """Return what was predicted of the face in a frame, and what is shown, (n, 3) each.

        None where the face has no mesh. Raises ProjectError if it cannot be read.
        """
        line, meshes = self.line, self._meshes
        if line is None or meshes is None or not line.has_mesh(frame):
            return None
        prediction = meshes.at(frame)
        if prediction is None:
            return None
        self.layout = layout_of_size(len(prediction))
        if self._propagation is None:
            keys = self._project.clips.key_corrections(line.track_id)
            self._propagation = Propagation(meshes.at, keys, self.layout)
        return self._propagation.at(frame, interpolates=interpolates)

    def refresh(self, *, with_meshes: bool = False) -> bool:
        """Read tracks, samples and key frames anew; return whether they are others.

        Parameters
        ----------
        with_meshes : bool
            Whether meshes that were read may be others, too: more frames were tracked.

        Raises
        ------
        ProjectError
            If they cannot be read; then all is as before.
        """
        before, chosen = self.timeline, self.line
        known = None if with_meshes else before
        after = read_timeline(self._project, self.record, frozenset(self._damaged), known)
        self.timeline = after
        self._propagation = None
        if with_meshes and self._meshes is not None:
            self._meshes.forget()
        if after.track(self.track_id) is None:
            number = None if chosen is None else chosen.number
            same = [line for line in after.tracks if line.number == number]
            line = next(iter(same or after.tracks), None)
            self.choose(None if line is None else line.track_id)
        return not _is_same(before, after)

    def found_damaged(self, frame: int) -> None:
        """Take note of a frame that cannot be read."""
        self._damaged.add(frame)
        with suppress(ProjectError):
            self.refresh()

    def close(self) -> None:
        """Let go of the clip's file."""
        self.source.close()


def _opened(record: ClipRecord, known: dict[int, FileStamp]) -> ReadableClip:
    """Open a clip if it holds what was added; on the decoder's thread, as that may take long.

    Raises
    ------
    ClipChanged
        If it holds something else.
    OSError, ClipError
        If it cannot be read.
    """
    stamp = file_stamp(record.path)
    if record.is_folder or known.get(record.id) != stamp:
        if content_sha256(record.path) != record.sha256:
            raise ClipChanged(CHANGED)
        known[record.id] = stamp
    clip: ReadableClip = open_clip(record.path)
    return clip


def _is_same(one: Timeline, other: Timeline) -> bool:
    if len(one.tracks) != len(other.tracks) or one.damaged != other.damaged:
        return False
    return all(_is_same_line(a, b) for a, b in zip(one.tracks, other.tracks, strict=True))


def _is_same_line(one: TrackLine, other: TrackLine) -> bool:
    return (
        (one.track_id, one.number, one.states) == (other.track_id, other.number, other.states)
        and np.array_equal(one.frames, other.frames)
        and np.array_equal(one.doubt, other.doubt, equal_nan=True)
        and np.array_equal(one.sample_ids, other.sample_ids)
        and np.array_equal(one.is_key, other.is_key)
    )
