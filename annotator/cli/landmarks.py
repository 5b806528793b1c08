"""The command `landmarks`: meshes into a file, without a project."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.clip_landmarks import check_output, clip_given, known_filter, save_clip
from annotator.cli.given_paths import some_there
from annotator.cli.options import (
    AsJson,
    AsSequence,
    Decoding,
    Faces,
    FrameRate,
    Model,
    NoSmallFaces,
    Providers,
    Quality,
    Workers,
)
from annotator.cli.predictions import load_model
from annotator.cli.terminal import count, counted, progress_bar, report
from annotator.system.collecting import uncollected

if TYPE_CHECKING:
    from annotator.inference import FaceMesh

commands = typer.Typer()


@commands.command()
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
    providers: Providers = "cpu",
    workers: Workers = None,
    no_small_faces: NoSmallFaces = False,
    decode: Decoding = "exact",
    sequence: AsSequence = False,
    fps: FrameRate = 30.0,
    faces: Faces = 4,
    quality: Quality = False,
    filter_name: Annotated[
        str,
        typer.Option(
            "--filter",
            callback=known_filter,
            help="What a clip's meshes go through: pose_shape, mediapipe or none.",
        ),
    ] = "none",
    smooth: Annotated[
        bool, typer.Option("--smooth", help="Smooth a clip's meshes, seen from both ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Predict images, or follow the faces of a clip, without a project."""
    clip = clip_given(paths, sequence=sequence)
    if clip is None:
        if quality or smooth or filter_name != "none":
            raise typer.BadParameter("--quality, --filter and --smooth are for a clip")
        check_output(output, (".npz",))
        with uncollected():
            from annotator.workflow.landmark_files import SameNameError, distinctly_named
        try:
            files = distinctly_named(_found(paths))
        except SameNameError as error:
            raise typer.BadParameter(str(error)) from error
        face_mesh = load_model(model, providers, no_small_faces, decode)
        _save_photographs(files, face_mesh, output, workers, as_json=as_json)
        return
    if smooth and filter_name != "none":
        raise typer.BadParameter("give either --filter or --smooth")
    from annotator.workflow.clip_landmarks import WRITERS
    from annotator.workflow.clip_tracking import Following

    check_output(output, tuple(WRITERS))
    face_mesh = load_model(model, providers, no_small_faces)
    save_clip(
        clip, fps if sequence else None, face_mesh, output,
        following=Following(faces, quality), filter_name=filter_name, smooth=smooth,
        as_json=as_json,
    )  # fmt: skip


def _found(paths: Sequence[Path]) -> list[Path]:
    from annotator.imaging import find_images

    return list(find_images(paths))


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
