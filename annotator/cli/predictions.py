"""The command `predict`: meshes into a project."""

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from annotator.cli.gathering import gathers
from annotator.cli.options import (
    AsJson,
    Assess,
    Decoding,
    Followed,
    ProjectAddress,
    RoundModel,
    Running,
)
from annotator.cli.terminal import count, progress_bar, report
from annotator.cli.tracked import track_all, tracked_lines, tracked_values
from annotator.cli.triage import assess_after, assessed_text, assessed_values
from annotator.cli.verbosity import timed
from annotator.system.collecting import uncollected

if TYPE_CHECKING:
    from annotator.inference import FaceMesh
    from annotator.inference.fast_decoding import Decode
    from annotator.project import FailedImage, Project
    from annotator.workflow import PredictionProgress
    from annotator.workflow.predicting_clips import TrackingProgress

commands = typer.Typer()


@commands.command()
@gathers
def predict(
    project: ProjectAddress,
    *,
    model: RoundModel = None,
    running: Running,
    decode: Decoding = "exact",
    followed: Followed,
    assess: Assess = False,
    as_json: AsJson = False,
) -> None:
    """Predict the faces of images, and track those of clips, that the model has not seen yet."""
    with uncollected():
        from annotator.project import Project

    with Project.open(project) as opened:
        face_mesh = _model_for(opened, model, running, decode)
        last, failed = _predict_all(opened, face_mesh, running.workers)
        tracked = track_all(opened, face_mesh, failed, followed.following)
    assessed = assess_after(project, face_mesh, running.workers, failed) if assess else None
    images = last.done - last.failed
    lines = _lines(last, tracked, is_final=running.no_small_faces)
    values = {"model": face_mesh.info.name, "images": images, "faces": last.faces}
    values |= tracked_values(tracked)
    if assessed is not None:
        lines.append(assessed_text(assessed))
        values |= assessed_values(assessed)
    report(values, *lines, failed=failed, as_json=as_json)
    if (last.failed or tracked.failed) and not (images or tracked.meshes or tracked.clips):
        raise typer.Exit(1)


def _model_for(
    project: "Project", model: str | None, running: Running, decode: "Decode"
) -> "FaceMesh":
    """Load the model that is named, which may begin round 1, or that of the round."""
    with uncollected():
        from annotator.workflow.round_models import keep_first_model, load_round_model

    if model is not None:
        face_mesh = load_model(model, running, decode)
        keep_first_model(project, model, face_mesh)
        return face_mesh
    with timed("loading the model"):
        return load_round_model(
            project,
            providers=running.provider_names,
            small_faces=running.small_faces,
            decode=decode,
        )


def _predict_all(
    project: "Project", face_mesh: "FaceMesh", workers: int | None
) -> "tuple[PredictionProgress, list[FailedImage]]":
    """Predict the images that wait, showing how far that is; return that, and what failed."""
    from annotator.workflow import PredictionProgress, preannotate

    last, failed = PredictionProgress(0, 0, 0, 0), []
    with (
        progress_bar("predicting") as show,
        closing(preannotate(project, face_mesh, workers=workers)) as run,
    ):
        for last in run:
            show(last.done, last.total)
            failed += [last.failure] if last.failure else []
    return last, failed


def _lines(last: "PredictionProgress", tracked: "TrackingProgress", *, is_final: bool) -> list[str]:
    images, lines = last.done - last.failed, []
    if last.total or not tracked.total:
        text = f"predicted {count(images, 'image')} with {count(last.faces, 'face')}"
        lines.append(text + (f", failed {last.failed}" if last.total else ": no image was waiting"))
    if is_final and images:
        lines.append(
            "small faces were not searched for, and will not be in these images by this model"
        )
    return lines + tracked_lines(tracked)


def load_model(model: str, running: Running, decode: "Decode" = "exact") -> "FaceMesh":
    """Load a model as options say."""
    with timed("loading the program and the model"):
        from annotator.inference import FaceMesh

        return FaceMesh.load(
            model,
            providers=running.provider_names,
            small_faces=running.small_faces,
            decode=decode,
        )
