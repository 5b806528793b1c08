"""The commands `round start`, `finish`, `list` and `show`: the loop, once round and again."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.gathering import gathers
from annotator.cli.naming import LARGEST
from annotator.cli.options import (
    AsJson,
    Followed,
    ProjectAddress,
    Running,
)
from annotator.cli.terminal import count, printable, progress_bar, report
from annotator.cli.tracked import tracked_lines, tracked_values
from annotator.system.collecting import uncollected

if TYPE_CHECKING:
    from annotator.project import Round
    from annotator.workflow.rounds import Ending

commands = typer.Typer(name="round", help="Begin and end rounds, and look back at them.")

_KINDS = {"clean": "validation", "spoiled": "validation, spoiled"}


@commands.command()
def start(
    project: ProjectAddress,
    *,
    model: Annotated[
        str | None,
        typer.Option(help="A shipped model's name, or an ONNX file. Default: face_landmark."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Begin round 1 with a model of your own; all other rounds begin by themselves."""
    with uncollected():
        from annotator.project import Project
        from annotator.workflow.rounds import start_round

    with Project.open(project) as opened:
        begun = start_round(opened, model)
    text = f"round {begun.number} is under way with the model {begun.model.name}"
    report(_values(begun), text, as_json=as_json)


@dataclass(frozen=True, slots=True)
class Trained:
    """The model that a round ends with, and where it comes from."""

    model: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="The model that was trained. Default: model.onnx of --run."
        ),
    ] = None
    release: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The release that it was trained on.")
    ] = None
    run: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The training run, with its run.json.")
    ] = None
    metrics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The JSON of an evaluation, to be kept.")
    ] = None
    name: Annotated[
        str | None, typer.Option(help="What the model is called. Default: as its run's folder.")
    ] = None

    def ending(self, running: Running) -> "Ending":
        """Return how the round ends with it, when it predicts so."""
        from annotator.workflow.rounds import Ending

        return Ending(
            self.model,
            self.release,
            self.run,
            self.metrics,
            self.name,
            providers=running.provider_names,
            small_faces=running.small_faces,
        )


@commands.command()
@gathers
def finish(
    project: ProjectAddress,
    *,
    trained: Trained,
    running: Running,
    followed: Followed,
    as_json: AsJson = False,
) -> None:
    """End the round with a new model: it predicts everything, and the next round begins."""
    with uncollected():
        from annotator.project import Project
        from annotator.workflow import PredictionProgress
        from annotator.workflow.predicting_clips import TrackingProgress
        from annotator.workflow.rounds import begin_to_finish, predict_and_finish

    ending, following = trained.ending(running), followed.following
    with Project.open(project) as opened, progress_bar("predicting") as show:
        finishing = begin_to_finish(opened, ending)
        last, tracked, failed = PredictionProgress(0, 0, 0, 0), TrackingProgress(0, 0), []
        steps = predict_and_finish(opened, finishing, workers=running.workers, following=following)
        with closing(steps):
            for step in steps:
                show(step.done, step.total)
                failed += [step.failure] if step.failure else []
                if isinstance(step, TrackingProgress):
                    tracked = step
                else:
                    last = step
        done = opened.rounds.get(finishing.round.number)
    lines = [
        f"round {done.number} is finished: {finishing.face_mesh.info.name} predicted "
        f"{count(last.done - last.failed, 'image')} with {count(last.faces, 'face')}",
        *tracked_lines(tracked),
        *_figures(done),
        *(f"note: {remark}" for remark in finishing.remarks),
        f"round {done.number + 1} has begun",
    ]
    values = {**_values(done), "images": last.done - last.failed, "faces": last.faces}
    values |= {**tracked_values(tracked), "remarks": list(finishing.remarks)}
    report(values, *lines, failed=failed, as_json=as_json)


@commands.command("list")
def list_rounds(project: ProjectAddress, *, as_json: AsJson = False) -> None:
    """List the rounds: which model predicted, what was released, how good the next one was."""
    from annotator.project import Project

    with Project.open(project) as opened:
        rounds = opened.rounds.all()
    values = {"rounds": [_values(each) for each in rounds]}
    lines = list(map(_line, rounds)) or ["no round yet: `predict` begins the first one"]
    report(values, *lines, as_json=as_json, is_answer=True)


@commands.command()
def show(
    project: ProjectAddress,
    number: Annotated[
        int | None,
        typer.Argument(metavar="N", min=1, max=LARGEST, help="Default: the round under way."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say all that is known of a round."""
    from annotator.project import Project, RoundError

    with Project.open(project) as opened:
        found = opened.rounds.current() if number is None else opened.rounds.get(number)
    if found is None:
        raise RoundError("no round yet: `predict` begins the first one")
    report(_values(found), *_page(found), as_json=as_json, is_answer=True)


def _line(one: "Round") -> str:
    text = f"{one.number:>3}  {one.started_at:%Y-%m-%d}  {_state(one):<10}  {one.model.name}"
    if one.release is not None:
        text += f"  released {count(one.release.samples, 'sample')}"
    clean = _figures(one)[:1]  # as many as fit a line
    return "  ".join([text, *clean])


def _page(one: "Round") -> list[str]:
    rows = {
        "round": str(one.number),
        "state": _state(one),
        "model": f"{one.model.name}  {one.model.sha256[:12]}",
        "started": f"{one.started_at:%Y-%m-%d %H:%M} UTC",
    }
    if one.finished_at is not None:
        rows["finished"] = f"{one.finished_at:%Y-%m-%d %H:%M} UTC"
    if one.release is not None:
        rows["release"] = (
            f"{count(one.release.samples, 'sample')}  {one.release.content_sha256[:12]}  "
            f"{one.release.folder}"
        )
    if one.next_model is not None:
        rows["new model"] = f"{one.next_model.name}  {one.next_model.sha256[:12]}"
    lines = [f"{name:<10}{text}" for name, text in rows.items()]
    return lines + [f"{'':<10}{figure}" for figure in _figures(one)]


def _state(one: "Round") -> str:
    if one.is_finished:
        return "finished"
    return "finishing" if one.is_finishing else "under way"


def _figures(one: "Round") -> list[str]:
    """Return the errors on validation faces, before and after, in words."""
    validation = (one.metrics or {}).get("validation", {})
    return [
        f"{title} {100 * validation[kind]['before']:.2f} -> "
        f"{100 * validation[kind]['after']:.2f} % of the outer IOD"
        for kind, title in _KINDS.items()
        if kind in validation
    ]


def _values(one: "Round") -> dict[str, Any]:
    release, following = one.release, one.next_model
    return {
        "round": one.number,
        "state": _state(one),
        "model": {"name": one.model.name, "sha256": one.model.sha256},
        "started_at": one.started_at.isoformat(),
        "finished_at": None if one.finished_at is None else one.finished_at.isoformat(),
        "next_model": following and {"name": following.name, "sha256": following.sha256},
        "release": release
        and {
            "content_sha256": release.content_sha256,
            "folder": printable(release.folder),
            "samples": release.samples,
        },
        "training": one.training,
        "metrics": one.metrics,
    }
