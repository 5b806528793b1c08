"""Corrections of key frames carried to the frames between them, which become samples."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from annotator.mesh.layout import MeshLayout, layout_named
from annotator.mesh.temporal import KeyCorrection, corrected
from annotator.project import Project, SamePicture, SampleState, TrackRecord
from annotator.project.clips.records import TrackStates

_AT_ONCE = 256  # frames whose meshes are read together


@dataclass(frozen=True)
class Propagated:
    """A frame that a correction was carried to.

    Attributes
    ----------
    frame
    sample_id
        Its sample; None where it has none as it is the same picture as another frame, byte by byte.
    is_new
        Whether it was not corrected before; otherwise it followed key frames that had changed.
    """

    frame: int
    sample_id: int | None
    is_new: bool


def frames_between(track: TrackRecord, keys: list[KeyCorrection], every: int) -> list[int]:
    """Return the frames between the first and the last of the key frames, those left out.

    Every so manieth, counted from the key frame before.
    """
    at = sorted({key.frame for key in keys})
    return [
        frame
        for before, after in pairwise(at)
        for frame in range(before + every, after, every)
        if track.first_frame <= frame <= track.last_frame
    ]


def propagate(
    project: Project, track: TrackRecord, annotator: str, *, every: int = 1
) -> Iterator[Propagated]:
    """Make the frames between key frames samples with the corrections of these, one at a time.

    None of them is accepted by it: each needs a look of its own. A sample that somebody worked on
    or judged stays as it is, and a frame that somebody took out stays out; one that was propagated
    before follows the key frames as they are now.

    Parameters
    ----------
    project
    track
    annotator
        Whose strokes these corrections are.
    every
        Only every so manieth frame after each key frame.

    Raises
    ------
    ProjectError
        If the database cannot be written, or a mesh is not what was stored.
    """
    project.check_writable()
    clips = project.clips
    keys, layout = clips.key_corrections(track.id), _layout_of(project, track.model_id)
    states = clips.states(track.id)
    there = dict(zip(states.frames.tolist(), states.sample_ids.tolist(), strict=True))
    follows = set(states.frames[states.is_propagated].tolist())
    stays = _worked_on(states, follows) | clips.frames_removed(track.clip_id)
    wanted = [at for at in frames_between(track, keys, every) if at not in stays]
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        piece = clips.meshes(track.id, some[0], some[-1] + 1)
        inside = np.isin(piece.frames, some)
        for frame, mesh in zip(piece.frames[inside].tolist(), piece.landmarks[inside], strict=True):
            moved = corrected(frame, mesh, keys, layout)
            if frame in follows:
                if clips.refresh(there[frame], moved, annotator):
                    yield Propagated(frame, there[frame], is_new=False)
                continue
            try:
                made = clips.make_sample(track.id, frame, annotator, corrected=moved)
            except SamePicture:
                yield Propagated(frame, None, is_new=False)
            else:
                yield Propagated(frame, made, is_new=True)


def _worked_on(states: TrackStates, follows: Collection[int]) -> set[int]:
    """Return the frames whose samples somebody worked on or judged."""
    return {
        frame
        for frame, state in zip(states.frames.tolist(), states.states, strict=True)
        if state is not SampleState.PREDICTED and frame not in follows
    }


def _layout_of(project: Project, model_id: int) -> MeshLayout:
    (name,) = (model.layout for model in project.models.all() if model.id == model_id)
    return layout_named(name)
