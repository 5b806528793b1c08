"""What the store hands out and takes in: frozen values, free of SQL.

Landmark arrays are float32 of shape (n, 3), n of the layout: x right, y down and z, in pixels of
the upright image. Arrays handed out are read-only; copy one before changing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from annotator.imaging.picture import Picture


class SampleState(StrEnum):
    """Where a sample stands on its way to ground truth."""

    PREDICTED = "predicted"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    SENT_BACK = "sent_back"
    EXCLUDED = "excluded"
    DELETED = "deleted"


# Those of samples without a verdict; one that was submitted waits for it.
UNDECIDED = (SampleState.PREDICTED, SampleState.IN_PROGRESS)


# What can be submitted for a review: what its annotators still work on, and what waits for it.
SUBMITTABLE = (*UNDECIDED, SampleState.SENT_BACK, SampleState.SUBMITTED)


def verdict_in_effect(state: SampleState, stroke_count: int) -> str:
    """Return what tables and releases call the verdict of a sample that has one.

    It is the state, but ``"accepted_as_predicted"`` where no stroke is in effect.
    """
    as_predicted = state is SampleState.ACCEPTED and not stroke_count
    return "accepted_as_predicted" if as_predicted else state.value


class Verdict(StrEnum):
    """What a reviewer said, or, of `SUBMIT`, an annotator: that the mesh is to be reviewed."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    EXCLUDE = "exclude"
    DELETE = "delete"
    REOPEN = "reopen"

    @property
    def state(self) -> SampleState | None:
        """What a sample is in that has it; None if that depends on the sample."""
        return _STATES.get(self)


_STATES = {
    Verdict.SUBMIT: SampleState.SUBMITTED,
    Verdict.ACCEPT: SampleState.ACCEPTED,
    Verdict.SEND_BACK: SampleState.SENT_BACK,
    Verdict.EXCLUDE: SampleState.EXCLUDED,
    Verdict.DELETE: SampleState.DELETED,
}


class VisitPurpose(StrEnum):
    """What somebody was at a sample for."""

    ANNOTATE = "annotate"
    REVIEW = "review"


class Reason(StrEnum):
    """Why samples are sent back or excluded, in a project that has set no other reasons."""

    NOT_A_FACE = "not_a_face"
    POOR_MESH = "poor_mesh"
    OCCLUDED = "occluded"
    BLURRED = "blurred"
    EXTREME_POSE = "extreme_pose"
    DUPLICATE = "duplicate"
    OTHER = "other"


class SampleSummary(NamedTuple):
    """What a list shows of a sample; a tuple, as a list may hold 100,000 of them.

    Attributes
    ----------
    image_name
        Of the file, fit for display; of a frame of a clip it says which one.
    image_file
        Its absolute path as text; `image_path` is the same as a path.
    stroke_count
        Strokes in effect (undone ones do not count).
    box
        Left, top, width and height of the current landmarks, in pixels of the upright image.
    annotator
        Who made the last stroke in effect, if there is one.
    reviewer
        Who gave the verdict in effect, if there is one.
    displacement
        Mean 2-D distance between annotation and prediction in outer IODs of the annotation;
        see `annotator.mesh.units`.
    seconds_spent
        How long people annotated it, as far as visits were recorded.
    added_by
        Who drew the box of a face that the detector had missed; None for those it found.
    frame
        Which frame of the file, counted from 0; None for a file that is one picture.
    seconds_reviewed
        How long people looked at what others had made of it.
    round_change
        How far the newest model's prediction lies from that of the round before: the mean 2-D
        distance in outer IODs of the newer one. None where there are no two, or the newest
        model does not find the face.
    track_id
        Of the face's track, where the image is a frame of a clip.
    clip_frame, clip_time, clip_id
        Which frame of which clip, counted from 0, and its seconds from the clip's first one; None
        of a photograph.
    clip_name
        What that clip is called, fit for display.
    clip_track
        By which number people know the face in the clip.
    """

    id: int
    image_id: int
    image_name: str
    image_file: str
    face_index: int
    state: SampleState
    presence: float
    stroke_count: int
    box: tuple[float, float, float, float]
    annotator: str | None
    reviewer: str | None
    displacement: float
    seconds_spent: float
    added_by: str | None
    frame: int | None = None
    seconds_reviewed: float = 0.0
    round_change: float | None = None
    track_id: int | None = None
    clip_frame: int | None = None
    clip_time: float | None = None
    clip_id: int | None = None
    clip_name: str | None = None
    clip_track: int | None = None

    @property
    def image_path(self) -> Path:
        """Where the photograph is, absolute."""
        return Path(self.image_file)

    @property
    def picture(self) -> Picture:
        """Where its pixels come from."""
        return Picture(self.image_path, self.frame)


@dataclass(frozen=True, slots=True)
class Review:
    """A verdict; `revision` is that of the annotation it was given on.

    `id` grows with every verdict of the project: of two, the one with the greater is the newer,
    whatever clocks say.
    """

    id: int
    verdict: Verdict
    reviewer: str
    reasons: tuple[str, ...]
    comment: str
    created_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody worked on a sample for some `seconds`, from `started_at` (UTC) on.

    `strokes` counts those made during the visit, whatever became of them.
    """

    sample_id: int
    annotator: str | None
    started_at: datetime
    seconds: float
    strokes: int
    purpose: VisitPurpose = VisitPurpose.ANNOTATE
