"""The command `predict`: meshes into a project."""

from contextlib import closing
from typing import TYPE_CHECKING

import typer

from annotator.cli.options import (
    AsJson,
    Assess,
    Decoding,
    Faces,
    NoSmallFaces,
    ProjectAddress,
    Providers,
    Quality,
    RoundModel,
    Workers,
)
from annotator.cli.terminal import count, progress_bar, report
from annotator.cli.tracked import track_all, tracked_lines, tracked_values
from annotator.cli.triage import assess_after, assessed_text, assessed_values
from annotator.cli.verbosity import timed
from annotator.system.collecting import uncollected

if TYPE_CHECKING:
    from annotator.inference import FaceMesh
    from annotator.inference.fast_decoding import Decode
    from annotator.workflow import PredictionProgress
    from annotator.workflow.predicting_clips import TrackingProgress

commands = typer.Typer()


@commands.command()
def predict(
    project: ProjectAddress,
    *,
    model: RoundModel = None,
    providers: Providers = "cpu",
    workers: Workers = None,
    no_small_faces: NoSmallFaces = False,
    decode: Decoding = "exact",
    faces: Faces = 4,
    quality: Quality = False,
    assess: Assess = False,
    as_json: AsJson = False,
) -> None:
    """Predict the faces of images, and track those of clips, that the model has not seen yet."""
    with uncollected():
        from annotator.project import Project
        from annotator.workflow import PredictionProgress, preannotate
        from annotator.workflow.round_models import keep_first_model, load_round_model

    with Project.open(project) as opened:
        if model is None:
            with timed("loading the model"):
                face_mesh = load_round_model(
                    opened,
                    providers=provider_names(providers),
                    small_faces=not no_small_faces,
                    decode=decode,
                )
        else:
            face_mesh = load_model(model, providers, no_small_faces, decode)
            keep_first_model(opened, model, face_mesh)
        last, failed = PredictionProgress(0, 0, 0, 0), []
        with (
            progress_bar("predicting") as show,
            closing(preannotate(opened, face_mesh, workers=workers)) as run,
        ):
            for last in run:
                show(last.done, last.total)
                failed += [last.failure] if last.failure else []
        tracked = track_all(opened, face_mesh, failed, faces=faces, quality=quality)
    assessed = assess_after(project, face_mesh, workers, failed) if assess else None
    images = last.done - last.failed
    lines = _lines(last, tracked, is_final=no_small_faces)
    values = {"model": face_mesh.info.name, "images": images, "faces": last.faces}
    values |= tracked_values(tracked)
    if assessed is not None:
        lines.append(assessed_text(assessed))
        values |= assessed_values(assessed)
    report(values, *lines, failed=failed, as_json=as_json)
    if (last.failed or tracked.failed) and not (images or tracked.meshes or tracked.clips):
        raise typer.Exit(1)


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


def load_model(
    model: str, providers: str, no_small_faces: bool, decode: "Decode" = "exact"
) -> "FaceMesh":
    """Load a model as options say."""
    with timed("loading the program and the model"):
        from annotator.inference import FaceMesh

        return FaceMesh.load(
            model,
            providers=provider_names(providers),
            small_faces=not no_small_faces,
            decode=decode,
        )


def provider_names(providers: str) -> list[str]:
    """Return the execution providers of an option, preferred first."""
    return providers.replace(",", " ").split()
