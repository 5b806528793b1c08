"""The command `clips`: the clips of a project, and the faces tracked through them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned
from annotator.cli.naming import clip_named
from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import printable, report

if TYPE_CHECKING:
    from annotator.workflow.clip_facts import ClipFacts, TrackFacts

commands = typer.Typer()

_CLIPS = ("clip", "frames", "seconds", "tracks", "samples", "name")
_TRACKS = ("track", "from", "to", "frames", "samples", "keys", "accepted")


@commands.command()
def clips(
    project: ProjectAddress,
    clip: Annotated[
        str | None,
        typer.Argument(metavar="CLIP", help="A name, path or number: list its tracks."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the clips; or the faces tracked through one, and how many samples are of them."""
    from annotator.project import Project
    from annotator.workflow.clip_facts import facts_of

    with Project.open(project, read_only=None) as opened:
        records = opened.clips.all() if clip is None else [clip_named(opened, clip)]
        found = [facts_of(opened, record) for record in records]
    if clip is None:
        lines = _clip_table(found) or ["no clips yet: `add` a video, then `predict`"]
        report(
            {"clips": [_values(each) for each in found]}, *lines, as_json=as_json, is_answer=True
        )
        return
    lines = _track_table(found[0].tracks) or ["no face is tracked in it: `predict` does that"]
    report(_values(found[0]), *lines, as_json=as_json, is_answer=True)


def _values(facts: "ClipFacts") -> dict[str, Any]:
    clip = facts.clip
    return {
        "clip": clip.id,
        "path": printable(clip.path),
        "is_folder": clip.is_folder,
        "width": clip.width,
        "height": clip.height,
        "frames": clip.frame_count,
        "duration": round(clip.duration, 6),
        "samples": facts.samples,
        "tracks": [_track_values(each) for each in facts.tracks],
    }


def _track_values(facts: "TrackFacts") -> dict[str, int]:
    track = facts.track
    return {
        "track": track.number,
        "first_frame": track.first_frame,
        "last_frame": track.last_frame,
        "frames": track.frame_count,
        "samples": facts.samples,
        "key_frames": facts.keys,
        "accepted": facts.accepted,
    }


def _clip_table(found: "Sequence[ClipFacts]") -> list[str]:
    rows = [
        (
            str(each.clip.id),
            str(each.clip.frame_count),
            f"{each.clip.duration:.1f}",
            str(len(each.tracks)),
            str(each.samples),
            each.clip.name,
        )
        for each in found
    ]
    return aligned(_CLIPS, rows, numbers=set(_CLIPS) - {"name"}) if rows else []


def _track_table(tracks: "Sequence[TrackFacts]") -> list[str]:
    rows = [tuple(map(str, _track_values(each).values())) for each in tracks]
    return aligned(_TRACKS, rows, numbers=_TRACKS) if rows else []
