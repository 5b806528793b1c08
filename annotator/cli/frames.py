"""The commands `frames` and `propagate`: frames of clips that become samples."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned
from annotator.cli.naming import clip_named
from annotator.cli.options import AsJson, Person, ProjectAddress
from annotator.cli.terminal import FailedError, count, counted, progress_bar, report
from annotator.cli.verbosity import timed
from annotator.system.people import login_name

if TYPE_CHECKING:
    from annotator.project import ClipRecord, Project, TrackRecord
    from annotator.workflow.choosing_frames import MadeSample

commands = typer.Typer()

_Clip = Annotated[str, typer.Argument(metavar="CLIP", help="A name, path or number.")]
_Track = Annotated[
    int | None, typer.Option("--track", min=1, metavar="N", help="Of one face alone.")
]
_HEADINGS = ("frame", "track", "sample", "why")


@commands.command()
def frames(
    project: ProjectAddress,
    clip: _Clip,
    *,
    number: Annotated[
        int | None, typer.Option("--count", min=1, metavar="N", help="So many, by doubt.")
    ] = None,
    every: Annotated[
        int | None, typer.Option("--every", min=1, metavar="N", help="Each Nth frame instead.")
    ] = None,
    track: _Track = None,
    annotator: Person = None,
    as_json: AsJson = False,
) -> None:
    """Choose frames of a clip to be corrected, and make samples of them.

    With --count they are those in which the mesh trembles, or in which the model's answers to
    slightly different crops lie apart: what `predict` without --quality left open is asked first.
    """
    from annotator.project import Project
    from annotator.workflow.choosing_frames import doubtful_frames, each_frame, make_samples

    if (number is None) == (every is None):
        raise typer.BadParameter("give --count N for the most doubtful, or --every N")
    with Project.open(project) as opened:
        opened.check_writable()
        record = clip_named(opened, clip)
        tracks = tracks_of(opened, record, track)
        if every is not None:
            chosen = each_frame(opened, tracks, every)
        else:
            _look_closer(opened, record, tracks)
            chosen = doubtful_frames(opened, record, tracks, number or 0)
        made = make_samples(opened, chosen, annotator or login_name())
        with progress_bar("making samples") as show:
            done = list(counted(made, len(chosen), show))
    new = sum(one.is_new for one in done)
    left = [one for one in done if one.sample_id is None]
    there = len(done) - new - len(left)
    lines = [f"made {count(new, 'sample')}, already there {there}", *_table(done)]
    lines += [f"left out: {one.problem}" for one in left]
    report({"samples": [_values(one) for one in done]}, *lines, as_json=as_json)


@commands.command()
def propagate(
    project: ProjectAddress,
    clip: _Clip,
    *,
    track: _Track = None,
    every: Annotated[
        int, typer.Option("--every", min=1, metavar="N", help="Only each Nth frame between.")
    ] = 1,
    annotator: Person = None,
    as_json: AsJson = False,
) -> None:
    """Carry corrections to the frames between key frames, as samples that are to be looked at."""
    from annotator.project import Project
    from annotator.workflow.propagating import propagate as carry

    who, new, followed, same = annotator or login_name(), 0, 0, 0
    with Project.open(project) as opened, progress_bar("propagating") as show:
        opened.check_writable()
        tracks = tracks_of(opened, clip_named(opened, clip), track)
        for done, one in enumerate(tracks, start=1):
            for each in carry(opened, one, who, every=every):
                is_same = each.sample_id is None
                new, same = new + each.is_new, same + is_same
                followed += not (each.is_new or is_same)
            show(done, len(tracks))
    lines = [f"carried to {count(new, 'frame')}, none of them accepted: look at each"]
    if followed:
        lines.append(f"followed key frames that have changed: {count(followed, 'frame')}")
    if same:
        lines.append(f"left out, as each is the same picture as another: {count(same, 'frame')}")
    if not (new or followed or same):
        lines = ["nothing to carry: correct two frames of a face, or more, to have some between"]
    report(
        {"new": new, "followed": followed, "same": same}, *lines, as_json=as_json, is_answer=not new
    )


def _look_closer(project: "Project", clip: "ClipRecord", tracks: "Sequence[TrackRecord]") -> None:
    """Find out how far crops lie apart in the frames where tracking did not."""
    from annotator.imaging.clips import ClipError
    from annotator.workflow.doubting import faces_in_doubt, find_doubts
    from annotator.workflow.round_models import load_round_model

    total = faces_in_doubt(project, tracks)
    if not total:
        return
    with timed("loading the model"):
        face_mesh = load_round_model(project)
    try:
        with progress_bar("looking closer") as show:
            for done in find_doubts(project, clip, tracks, face_mesh):
                show(done, total)
    except ClipError as error:
        raise FailedError(f"{clip.name}: {error}") from error


def tracks_of(
    project: "Project", clip: "ClipRecord", number: int | None
) -> "Sequence[TrackRecord]":
    """Return the tracks of a clip, or the one of a number.

    Raises
    ------
    FailedError
        If there is none.
    """
    tracks = project.clips.tracks(clip.id)
    if not tracks:
        raise FailedError(f"no face is tracked in {clip.name}: `predict` does that")
    found = [track for track in tracks if number in (None, track.number)]
    if not found:
        raise FailedError(f"{clip.name} has no track {number}: `clips` lists those it has")
    return found


def _values(made: "MadeSample") -> dict[str, Any]:
    chosen = made.chosen
    return {
        "sample": made.sample_id,
        "track": chosen.track.number,
        "frame": chosen.frame,
        "is_new": made.is_new,
        "why": chosen.why,
        "problem": made.problem,
    }


def _table(made: "Sequence[MadeSample]") -> list[str]:
    rows = [
        (
            str(one.chosen.frame),
            str(one.chosen.track.number),
            "-" if one.sample_id is None else str(one.sample_id),
            one.chosen.why,
        )
        for one in made
    ]
    return aligned(_HEADINGS, rows, numbers=set(_HEADINGS) - {"why"}) if rows else []
