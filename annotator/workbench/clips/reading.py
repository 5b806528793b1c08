"""What the project holds of a clip, read for a frame bar."""

from annotator.project import ClipRecord, Project, TrackRecord
from annotator.workbench.clips.timeline import Timeline, TrackLine
from annotator.workbench.foreign_text import one_line


def read_timeline(
    project: Project,
    clip: ClipRecord,
    damaged: frozenset[int],
    before: Timeline | None = None,
) -> Timeline:
    """Return a clip's times and tracks, without their meshes.

    Parameters
    ----------
    project : Project
    clip : ClipRecord
    damaged : frozenset of int
        Frames that were found not to be readable.
    before : Timeline, optional
        What of it cannot have changed by strokes and verdicts is not read again.

    Raises
    ------
    ProjectError
        If they cannot be read.
    """
    tracks = project.clips.tracks(clip.id)
    known = {} if before is None else {line.track_id: line for line in before.tracks}
    lines = [_line(project, track, known.get(track.id)) for track in tracks]
    return Timeline(
        clip_id=clip.id,
        name=one_line(clip.name),
        times=project.clips.times(clip.id) if before is None else before.times,
        tracks=tuple(sorted(lines, key=lambda line: line.number)),
        damaged=damaged,
    )


def _line(project: Project, track: TrackRecord, before: TrackLine | None) -> TrackLine:
    if before is None or len(before.frames) != track.frame_count:
        before = None
    seen = project.clips.seen(track.id) if before is None else before
    samples = project.clips.states(track.id)
    return TrackLine(
        track_id=track.id,
        number=track.number,
        frames=seen.frames,
        doubt=seen.doubt,
        sample_frames=samples.frames,
        sample_ids=samples.sample_ids,
        states=samples.states,
        is_key=samples.is_key,
    )
