"""What `landmarks` does with a clip: its faces followed, and their meshes in one file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.terminal import count, progress_bar, report

if TYPE_CHECKING:
    from annotator.inference import FaceMesh
    from annotator.workflow.clip_landmarks import ClipLandmarks
    from annotator.workflow.clip_tracking import Following

NO_FILTER = "none"


def clip_given(paths: Sequence[Path], *, sequence: bool) -> Path | None:
    """Return the clip that is meant, or None where paths are of photographs.

    Raises
    ------
    typer.BadParameter
        If there is anything besides it: a file holds the meshes of one clip.
    """
    from annotator.imaging.clip_files import looks_like_a_clip

    clips = [path for path in paths if sequence or looks_like_a_clip(path)]
    if not clips:
        return None
    if len(paths) > 1:
        raise typer.BadParameter("a file holds the meshes of one clip: give it alone")
    if sequence and not clips[0].is_dir():
        raise typer.BadParameter("--sequence takes a folder of frames")
    return clips[0]


def check_output(output: Path, endings: Sequence[str]) -> None:
    """Refuse what no meshes can be written to, before anything is looked for."""
    if output.is_dir():
        raise typer.BadParameter(f"{output} is a folder: name a file")
    if output.suffix.lower() not in endings:
        if len(endings) == 1:
            raise typer.BadParameter(f"it becomes an NPZ file: call it {output.name}{endings[0]}")
        raise typer.BadParameter(f"its name has to end in one of {', '.join(endings)}")
    if not output.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.absolute().parent}")


def known_filter(name: str) -> str:
    """Return the name of a filter; refuse, as a usage error, one that there is not."""
    from annotator.mesh.temporal import FILTERS

    if name not in FILTERS:
        raise typer.BadParameter(f"{name!r} is no filter: {', '.join(FILTERS)} are")
    return name


@dataclass(frozen=True, slots=True)
class Calming:
    """What is done about the jitter of a clip's meshes."""

    filter_name: Annotated[
        str,
        typer.Option(
            "--filter",
            callback=known_filter,
            help="What a clip's meshes go through: pose_shape, mediapipe or none.",
        ),
    ] = NO_FILTER
    smooth: Annotated[
        bool, typer.Option("--smooth", help="Smooth a clip's meshes, seen from both ends.")
    ] = False

    @property
    def does_something(self) -> bool:
        """Whether it does."""
        return self.smooth or self.filter_name != NO_FILTER


def save_clip(
    path: Path,
    fps: float | None,
    face_mesh: "FaceMesh",
    output: Path,
    following: "Following",
    *,
    calming: Calming,
    as_json: bool,
) -> None:
    """Write the meshes of a clip, showing how far that is, and say what is in the file."""
    from annotator.imaging.clips import open_clip
    from annotator.workflow.clip_landmarks import save_clip_landmarks

    opened = open_clip(path) if fps is None else open_clip(path, fps=fps)
    with opened as clip, progress_bar("tracking") as show:
        done = save_clip_landmarks(
            clip,
            face_mesh,
            output,
            following=following,
            filter_name=calming.filter_name,
            smooth=calming.smooth,
            on_progress=show,
        )
    report(_values(done, output), *_lines(done, output), as_json=as_json)
    if not done.read:
        raise typer.Exit(1)


def _lines(done: "ClipLandmarks", output: Path) -> list[str]:
    faces = f"{count(done.tracks, 'face')} in {done.with_faces:,} of {count(done.frames, 'frame')}"
    lines = [f"followed {faces}, written to {output}"]
    if done.read < done.frames:
        lines.append(f"damaged and left out: {count(done.frames - done.read, 'frame')}")
    return lines


def _values(done: "ClipLandmarks", output: Path) -> dict[str, Any]:
    return {
        "output": str(output),
        "frames": done.frames,
        "damaged": done.frames - done.read,
        "with_faces": done.with_faces,
        "tracks": done.tracks,
    }
