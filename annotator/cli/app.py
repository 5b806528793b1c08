"""The command line: parse, call a workflow, print.

Commands import what they need when they run, so that ``--help`` answers at once and only
the commands that open a window need napari.
"""

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator import __version__
from annotator.cli.learn import learn
from annotator.cli.terminal import (
    AsJson,
    Comment,
    FailedError,
    Model,
    NoSmallFaces,
    Person,
    ProjectFolder,
    Providers,
    SampleNumbers,
    Workers,
    count,
    counted,
    progress_bar,
    report,
    require_window_system,
    run,
    say,
)
from annotator.system.people import login_name

if TYPE_CHECKING:
    from annotator.inference import FaceMesh
    from annotator.project import RejectReason

app = typer.Typer(
    help="Refine FaceMesh predictions into ground truth.",
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default with the process's arguments; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return run(app, given or ["--help"])


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"facemesh-annotator {__version__}")
        raise typer.Exit


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument()] = Path("facemesh-demo"),
    headless: Annotated[
        bool, typer.Option("--headless", help="Edit by itself and save screenshots.")
    ] = False,
) -> None:
    """Make a project of the shipped sample images and open it in napari."""
    from annotator.workflow import create_sample_project

    require_window_system()
    create_sample_project(folder).close()
    say(f"demo project: {folder.resolve()}")
    if headless:
        from annotator.plugin.demo import DemoError, run_headless

        try:
            pictures = run_headless(folder, folder / "screenshots")
        except DemoError as error:
            raise FailedError(str(error)) from error
        for picture in pictures:
            say(f"screenshot: {picture.resolve()}")
    else:
        from annotator.plugin.launch import open_project

        open_project(folder, login_name())


@app.command()
def new(project: ProjectFolder) -> None:
    """Make an empty project."""
    from annotator.project import Project

    Project.create(project).close()
    say(f"new project: {project.resolve()}")


@app.command()
def add(
    project: ProjectFolder,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", exists=True, help="Images and folders.")
    ],
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files into the project.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add images; files that cannot be used are recorded with a reason."""
    from annotator.project import Project
    from annotator.workflow import import_images

    with Project.open(project) as opened, progress_bar("adding") as show:
        done = import_images(opened, paths, copy=copy, on_progress=show)
    text = f"added {done.added}, already there {done.already_there}, failed {len(done.failed)}"
    values = {"added": done.added, "already_there": done.already_there}
    report(values, text, done.failed, as_json=as_json)
    if done.failed and not done.added + done.already_there:
        raise typer.Exit(1)


@app.command()
def predict(
    project: ProjectFolder,
    *,
    model: Model = "face_landmark",
    providers: Providers = "cpu",
    workers: Workers = None,
    no_small_faces: NoSmallFaces = False,
    as_json: AsJson = False,
) -> None:
    """Find and predict the faces of all images that the model has not seen yet."""
    from annotator.project import Project
    from annotator.workflow import PredictionProgress, preannotate

    with Project.open(project) as opened, progress_bar("predicting") as show:
        face_mesh = _load(model, providers, no_small_faces)
        last, failed = PredictionProgress(0, 0, 0, 0), []
        with closing(preannotate(opened, face_mesh, workers=workers)) as run:
            for last in run:
                show(last.done, last.total)
                failed += [last.failure] if last.failure else []
    images = last.done - last.failed
    text = f"predicted {count(images, 'image')} with {count(last.faces, 'face')}"
    text += f", failed {last.failed}" if last.total else ": no image was waiting"
    if no_small_faces and images:
        text += "\nsmall faces were not searched for, and will not be in these images by this model"
    values = {"model": face_mesh.info.name, "images": images, "faces": last.faces}
    report(values, text, failed, as_json=as_json)
    if last.failed and not images:
        raise typer.Exit(1)


@app.command()
def status(project: ProjectFolder, as_json: AsJson = False) -> None:
    """Say how many images and samples there are, and which files failed and why."""
    from annotator.project import Project

    with Project.open(project) as opened:
        images, failed = opened.images.count(), opened.images.failed()
        samples = {state.value: n for state, n in opened.samples.counts().items()}
    rows = {"images": images, "samples": sum(samples.values())}
    rows |= {f"  {state.replace('_', ' ')}": n for state, n in samples.items()}
    lines = [f"{name:<14}{n:>8}" for name, n in rows.items()]
    report({"images": images, "samples": samples}, "\n".join(lines), failed, as_json=as_json)


@app.command(name="open")
def open_(project: ProjectFolder, annotator: Person = None) -> None:
    """Open a project in napari."""
    from annotator.project import Project

    Project.open(project).close()  # says what is wrong before napari takes its time
    require_window_system()
    from annotator.plugin.launch import open_project

    open_project(project, annotator or login_name())


@app.command()
def review(
    project: ProjectFolder,
    verdict: Annotated[Literal["accept", "reject", "exclude"], typer.Argument(metavar="VERDICT")],
    samples: SampleNumbers = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All samples without verdict.")] = False,
    reason: Annotated[list[str] | None, typer.Option(help="Why to reject; repeatable.")] = None,
    comment: Comment = "",
    reviewer: Person = None,
    as_json: AsJson = False,
) -> None:
    """Accept, reject or exclude samples."""
    from annotator.project import Project, Verdict

    if every == bool(samples):
        raise typer.BadParameter("give either the numbers of samples or --all")
    reasons = _reasons(verdict, reason or [])
    name = reviewer or login_name()
    ids = list(dict.fromkeys(samples or ()))
    with Project.open(project) as opened:
        if every:
            ids = opened.reviews.give_undecided(
                Verdict(verdict), reviewer=name, reasons=reasons, comment=comment
            )
        else:
            opened.reviews.give(
                Verdict(verdict), ids, reviewer=name, reasons=reasons, comment=comment
            )
    text = f"{verdict}: {count(len(ids), 'sample')}"
    report({"verdict": verdict, "samples": ids}, text, as_json=as_json)


@app.command()
def export(
    project: ProjectFolder,
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    format_: Annotated[
        Literal["npz", "csv", "coco"], typer.Option("--format", help="The exchange format.")
    ],
    images: Annotated[Literal["copy", "reference"], typer.Option(help="The image files.")] = "copy",
    as_json: AsJson = False,
) -> None:
    """Export the accepted samples."""
    from annotator.project import Project
    from annotator.release import export_release

    with Project.open(project) as opened:
        done = export_release(opened, folder, format_, images=images)
    values = {**asdict(done), "folder": str(done.folder)}
    report(values, f"exported {count(done.samples, 'sample')} to {done.folder}", as_json=as_json)


app.command()(learn)


@app.command()
def landmarks(
    paths: Annotated[list[Path], typer.Argument(metavar="IMAGE", exists=True)],
    *,
    output: Annotated[Path, typer.Option(metavar="FILE.npz", help="Replaced where it exists.")],
    model: Model = "face_landmark",
    providers: Providers = "cpu",
    workers: Workers = None,
    no_small_faces: NoSmallFaces = False,
    as_json: AsJson = False,
) -> None:
    """Predict images without a project; an (n_faces, 468, 3) array per file name."""
    from annotator.imaging import find_images
    from annotator.workflow.landmark_files import SameNameError, distinctly_named, save_landmarks

    try:
        files = distinctly_named(find_images(paths))
    except SameNameError as error:
        raise typer.BadParameter(str(error)) from error
    if output.is_dir():
        raise typer.BadParameter(f"{output} is a folder: name a file")
    if not output.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.absolute().parent}")
    face_mesh = _load(model, providers, no_small_faces)
    with progress_bar("predicting") as show:
        results = counted(face_mesh.predict_files(files, workers=workers), len(files), show)
        faces, failed = save_landmarks(results, output)
    text = f"{count(len(faces), 'image')} with {count(sum(faces.values()), 'face')} in {output}"
    values = {"output": str(output) if faces else None, "faces": faces}
    report(values, text if faces else "nothing written", failed, as_json=as_json)
    if failed:
        raise typer.Exit(1)


def _load(model: str, providers: str, no_small_faces: bool) -> "FaceMesh":
    from annotator.inference import FaceMesh

    names = providers.replace(",", " ").split()
    return FaceMesh.load(model, providers=names, small_faces=not no_small_faces)


def _reasons(verdict: str, names: Sequence[str]) -> tuple["RejectReason", ...]:
    from annotator.project import RejectReason

    known = [reason.value for reason in RejectReason]
    given = [name.replace("-", "_") for name in names]
    if bool(given) != (verdict == "reject") or not set(given) <= set(known):
        raise typer.BadParameter(
            f"reject, and nothing else, needs --reason, one or more of: {', '.join(known)}"
        )
    return tuple(RejectReason(name) for name in dict.fromkeys(given))
