"""Which frames of a clip are worth correcting: they become samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import layout_of_size
from annotator.mesh.temporal import jitter
from annotator.project import ClipRecord, Project, SamePicture, TrackRecord
from annotator.quality.frame_doubt import frame_doubts


@dataclass(frozen=True)
class ChosenFrame:
    """A face in a frame that is to become a sample.

    Attributes
    ----------
    track
    frame
    why
        In a few words.
    """

    track: TrackRecord
    frame: int
    why: str


@dataclass(frozen=True)
class MadeSample:
    """A chosen frame that is a sample now, or was left out.

    Attributes
    ----------
    chosen
    sample_id
        None of one that was left out.
    is_new
        Whether it was none before.
    problem
        Why it was left out.
    """

    chosen: ChosenFrame
    sample_id: int | None
    is_new: bool
    problem: str = ""


def each_frame(project: Project, tracks: Sequence[TrackRecord], every: int) -> list[ChosenFrame]:
    """Choose every so manieth frame of a clip, counted from its first, with all of these faces."""
    why = "every frame" if every == 1 else f"every {every} frames"
    chosen = []
    for track in tracks:
        removed = list(project.clips.frames_removed(track.clip_id))
        seen = np.setdiff1d(project.clips.seen(track.id).frames, removed)
        chosen += [ChosenFrame(track, frame, why) for frame in seen[seen % every == 0].tolist()]
    return sorted(chosen, key=lambda one: (one.frame, one.track.number))


def doubtful_frames(
    project: Project, clip: ClipRecord, tracks: Sequence[TrackRecord], number: int
) -> list[ChosenFrame]:
    """Choose the frames whose meshes are most doubtful, apart from one another.

    They are told by how a mesh trembles against those around it, and by how far crops lie apart
    where that is known (`frame_doubts`). Frames that are samples already are none, nor are those
    beside them, nor those that somebody took out of the project.

    Parameters
    ----------
    project
    clip
    tracks
        Of the clip.
    number
        How many, at most.
    """
    times = project.clips.times(clip.id)
    found = [one for track in tracks for one in _doubts(project, track, times)]
    found.sort(key=lambda one: (-one.score, one.frame))
    taken = [frame for track in tracks for frame in project.clips.states(track.id).frames.tolist()]
    taken += project.clips.frames_removed(clip.id)
    chosen: list[_Doubted] = []
    apart = max(1, clip.frame_count // (2 * number))
    while len(chosen) < number and apart:
        for one in found:
            if len(chosen) < number and all(abs(one.frame - at) >= apart for at in taken):
                chosen.append(one)
                taken.append(one.frame)
        apart //= 2
    chosen.sort(key=lambda one: one.frame)
    return [ChosenFrame(one.track, one.frame, one.why) for one in chosen]


class _Doubted(NamedTuple):
    """A mesh of a track: how doubtful it is, in outer IOD, and why."""

    track: TrackRecord
    frame: int
    score: float
    why: str


def _doubts(project: Project, track: TrackRecord, times: NDArray[np.float64]) -> Iterator[_Doubted]:
    piece = project.clips.meshes(track.id, track.first_frame, track.last_frame + 1)
    layout = layout_of_size(piece.landmarks.shape[1])
    trembling = jitter(times[piece.frames], piece.landmarks, layout)
    for at, (frame, score) in enumerate(
        zip(piece.frames.tolist(), frame_doubts(trembling, piece.doubt).tolist(), strict=True)
    ):
        said = [(f"trembles by {trembling[at]:.1%}", trembling[at])]
        said += [(f"crops lie {piece.doubt[at]:.1%} apart", piece.doubt[at])]
        why = ", ".join(text for text, value in said if np.isfinite(value))
        yield _Doubted(track, frame, score, why or "at the end of the track")


def make_samples(
    project: Project, chosen: Sequence[ChosenFrame], annotator: str
) -> Iterator[MadeSample]:
    """Make chosen frames samples, one after the other, yielding each.

    A frame that is one already stays as it is. One of a folder that is the same picture as another
    frame, as where a film stands still, is left out. Closing the iterator keeps those that were
    made.

    Raises
    ------
    ProjectError
        If the database cannot be written, or the clip has changed since it was added.
    """
    project.check_writable()
    for one in chosen:
        before = project.clips.sample_at(one.track.id, one.frame)
        try:
            made = project.clips.make_sample(one.track.id, one.frame, annotator)
        except SamePicture as error:
            yield MadeSample(one, None, is_new=False, problem=str(error))
        else:
            yield MadeSample(one, made, is_new=before is None)
