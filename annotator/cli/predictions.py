"""The commands `predict` and `landmarks`: meshes into a project, or into a file."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.given_paths import some_there
from annotator.cli.options import (
    AsJson,
    Assess,
    Decoding,
    Model,
    NoSmallFaces,
    ProjectAddress,
    Providers,
    RoundModel,
    Workers,
)
from annotator.cli.terminal import count, counted, progress_bar, report
from annotator.cli.triage import assess_after, assessed_text, assessed_values
from annotator.cli.verbosity import timed
from annotator.system.collecting import uncollected

if TYPE_CHECKING:
    from annotator.inference import FaceMesh
    from annotator.inference.fast_decoding import Decode

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
    assess: Assess = False,
    as_json: AsJson = False,
) -> None:
    """Find and predict the faces of all images that the model has not seen yet."""
    with uncollected():
        from annotator.project import Project
        from annotator.workflow import PredictionProgress, preannotate
        from annotator.workflow.round_models import keep_first_model, load_round_model

    with Project.open(project) as opened, progress_bar("predicting") as show:
        if model is None:
            with timed("loading the model"):
                face_mesh = load_round_model(
                    opened,
                    providers=_names(providers),
                    small_faces=not no_small_faces,
                    decode=decode,
                )
        else:
            face_mesh = _load(model, providers, no_small_faces, decode)
            keep_first_model(opened, model, face_mesh)
        last, failed = PredictionProgress(0, 0, 0, 0), []
        with closing(preannotate(opened, face_mesh, workers=workers)) as run:
            for last in run:
                show(last.done, last.total)
                failed += [last.failure] if last.failure else []
    assessed = assess_after(project, face_mesh, workers, failed) if assess else None
    images = last.done - last.failed
    text = f"predicted {count(images, 'image')} with {count(last.faces, 'face')}"
    text += f", failed {last.failed}" if last.total else ": no image was waiting"
    lines = [text]
    if no_small_faces and images:
        lines.append(
            "small faces were not searched for, and will not be in these images by this model"
        )
    values = {"model": face_mesh.info.name, "images": images, "faces": last.faces}
    if assessed is not None:
        lines.append(assessed_text(assessed))
        values |= assessed_values(assessed)
    report(values, *lines, failed=failed, as_json=as_json)
    if last.failed and not images:
        raise typer.Exit(1)


@commands.command()
def landmarks(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="IMAGE", callback=some_there, help="Images and folders."),
    ],
    *,
    output: Annotated[Path, typer.Option(metavar="FILE.npz", help="Replaced where it exists.")],
    model: Model = "face_landmark",
    providers: Providers = "cpu",
    workers: Workers = None,
    no_small_faces: NoSmallFaces = False,
    decode: Decoding = "exact",
    as_json: AsJson = False,
) -> None:
    """Predict images without a project; an array (faces, vertices, 3) per file name."""
    with uncollected():
        from annotator.imaging import find_images
        from annotator.workflow.landmark_files import (
            SameNameError,
            distinctly_named,
            save_landmarks,
        )

    _check_npz_path(output)
    try:
        files = distinctly_named(find_images(paths))
    except SameNameError as error:
        raise typer.BadParameter(str(error)) from error
    face_mesh = _load(model, providers, no_small_faces, decode)
    with progress_bar("predicting") as show:
        results = counted(face_mesh.predict_files(files, workers=workers), len(files), show)
        faces, failed = save_landmarks(results, face_mesh.info.layout, output)
    text = f"{count(len(faces), 'image')} with {count(sum(faces.values()), 'face')} in {output}"
    values = {"output": str(output) if faces else None, "faces": faces}
    nothing = "nothing written: " + ("no image could be read" if failed else "no image was found")
    is_all = not (faces or failed)
    report(values, text if faces else nothing, failed=failed, as_json=as_json, is_answer=is_all)
    if failed or not faces:
        raise typer.Exit(1)


def _load(model: str, providers: str, no_small_faces: bool, decode: "Decode") -> "FaceMesh":
    with timed("loading the program and the model"):
        from annotator.inference import FaceMesh

        return FaceMesh.load(
            model,
            providers=_names(providers),
            small_faces=not no_small_faces,
            decode=decode,
        )


def _names(providers: str) -> list[str]:
    return providers.replace(",", " ").split()


def _check_npz_path(path: Path) -> None:
    """Refuse what no NPZ file can be written to, before any photograph is looked for."""
    if path.is_dir():
        raise typer.BadParameter(f"{path} is a folder: name a file")
    if path.suffix.lower() != ".npz":
        raise typer.BadParameter(f"it becomes an NPZ file: call it {path.name}.npz")
    if not path.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {path.absolute().parent}")
