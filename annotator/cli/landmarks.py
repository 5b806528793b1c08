"""The command `landmarks`: meshes into a file, without a project."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.clip_landmarks import NO_FILTER, Calming, check_output, clip_given, save_clip
from annotator.cli.gathering import gathers
from annotator.cli.given_paths import some_there
from annotator.cli.options import (
    AsJson,
    AsSequence,
    Decoding,
    Followed,
    FrameRate,
    Model,
    Running,
)
from annotator.cli.predictions import load_model
from annotator.cli.terminal import count, counted, progress_bar, report
from annotator.system.collecting import uncollected

if TYPE_CHECKING:
    from annotator.inference import FaceMesh

commands = typer.Typer()


@commands.command()
@gathers
def landmarks(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="IMAGE|CLIP", callback=some_there, help="Images and folders; or one clip."
        ),
    ],
    *,
    output: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="NPZ, of a clip also CSV or JSON; replaces what is there."
        ),
    ],
    model: Model = "face_landmark",
    running: Running,
    decode: Decoding = "exact",
    sequence: AsSequence = False,
    fps: FrameRate = 30.0,
    followed: Followed,
    calming: Calming,
    as_json: AsJson = False,
) -> None:
    """Predict images, or follow the faces of a clip, without a project."""
    clip = clip_given(paths, sequence=sequence)
    if clip is None:
        if followed.quality or calming.does_something:
            raise typer.BadParameter("--quality, --filter and --smooth are for a clip")
        check_output(output, (".npz",))
        files = _photographs(paths)
        face_mesh = load_model(model, running, decode)
        _save_photographs(files, face_mesh, output, running.workers, as_json=as_json)
        return
    if calming.smooth and calming.filter_name != NO_FILTER:
        raise typer.BadParameter("give either --filter or --smooth")
    from annotator.workflow.clip_landmarks import WRITERS

    check_output(output, tuple(WRITERS))
    face_mesh = load_model(model, running)
    rate = fps if sequence else None
    save_clip(clip, rate, face_mesh, output, followed.following, calming=calming, as_json=as_json)


def _photographs(paths: Sequence[Path]) -> list[Path]:
    """Return the images that are meant; refuse, as a usage error, two of one name."""
    with uncollected():
        from annotator.imaging import find_images
        from annotator.workflow.landmark_files import SameNameError, distinctly_named
    try:
        return distinctly_named(list(find_images(paths)))
    except SameNameError as error:
        raise typer.BadParameter(str(error)) from error


def _save_photographs(
    files: Sequence[Path],
    face_mesh: "FaceMesh",
    output: Path,
    workers: int | None,
    *,
    as_json: bool,
) -> None:
    """Write an array (faces, vertices, 3) per file name, and say what is in the file."""
    from annotator.workflow.landmark_files import save_landmarks

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
