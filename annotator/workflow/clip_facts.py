"""What is known of a project's clips, for lists: their tracks, and how many samples are of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from annotator.project import ClipRecord, Project, SampleState, TrackRecord


@dataclass(frozen=True)
class TrackFacts:
    """A face through a clip, and the samples that are of it.

    Attributes
    ----------
    track
    samples, keys, accepted
        How many frames are samples, key frames, and accepted.
    """

    track: TrackRecord
    samples: int
    keys: int
    accepted: int


@dataclass(frozen=True)
class ClipFacts:
    """A clip with its tracks, by the newest model that tracked it."""

    clip: ClipRecord
    tracks: tuple[TrackFacts, ...]

    @property
    def samples(self) -> int:
        """How many samples are of it."""
        return sum(track.samples for track in self.tracks)


def facts_of(project: Project, clip: ClipRecord) -> ClipFacts:
    """Return what is known of a clip."""
    return ClipFacts(clip, tuple(_of_tracks(project, clip)))


def untracked(project: Project) -> int:
    """Return how many clips the model of the round under way has not tracked to their end."""
    current = project.rounds.current()
    if current is None:
        return len(project.clips.all())
    return len(project.clips.pending((current.next_model or current.model).id))


def _of_tracks(project: Project, clip: ClipRecord) -> Iterator[TrackFacts]:
    for track in project.clips.tracks(clip.id):
        states = project.clips.states(track.id)
        yield TrackFacts(
            track,
            samples=len(states.frames),
            keys=int(states.is_key.sum()),
            accepted=sum(state is SampleState.ACCEPTED for state in states.states),
        )
