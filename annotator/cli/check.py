"""The command `check`: whether a project is what was stored."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import count, progress_bar, report
from annotator.system.foreign_text import plain

if TYPE_CHECKING:
    from annotator.workflow.checking import Findings

commands = typer.Typer()


@commands.command()
def check(
    project: ProjectAddress,
    *,
    photographs: Annotated[
        bool, typer.Option("--photographs", help="Read and compare all photographs, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the whole project and say whether anything in it is damaged; changes nothing."""
    from annotator.project import DamagedProject, Project
    from annotator.workflow.checking import Findings, check_project

    try:
        with (
            Project.open(project, read_only=None) as opened,
            progress_bar("reading photographs") as show,
        ):
            found = check_project(opened, photographs=photographs, on_progress=show)
    except DamagedProject as error:  # not even to be opened
        found = Findings(database=(str(error),))
    report(
        _values(found),
        *_lines(found, photographs=photographs),
        failed=found.photographs,
        as_json=as_json,
        is_answer=True,
    )
    if not found.are_none:
        raise typer.Exit(1)


def _values(found: "Findings") -> dict[str, Any]:
    return {
        "sound": found.are_none,
        "samples": found.samples,
        "photographs": found.files,
        "database": list(found.database),
        "damaged": [
            {
                "sample": mesh.sample_id,
                "photograph": mesh.image_name,
                "face": mesh.face_index,
                "part": mesh.part,
            }
            for mesh in found.meshes
        ],
        "damaged_tracks": [
            {
                "clip": track.clip_name,
                "face": track.track,
                "first_frame": track.first_frame,
                "last_frame": track.last_frame,
            }
            for track in found.tracks
        ],
    }


def _lines(found: "Findings", *, photographs: bool) -> list[str]:
    looked = count(found.samples, "sample")
    if photographs:
        looked += f" and {count(found.files, 'photograph')}"
    lines = [f"damaged: the database: {plain(problem)}" for problem in found.database]
    lines += [f"damaged: {each}" for each in (*found.meshes, *found.tracks)]
    if found.are_none:
        parts = "meshes, marks, strokes and files" if photographs else "meshes, marks and strokes"
        return [f"sound: {looked}; {parts} are as they were stored, the database's structure whole"]
    if any("backup" in problem for problem in found.database):  # it says already what to do
        return lines
    return lines + [_advice(found, looked)] * bool(lines)


def _advice(found: "Findings", looked: str) -> str:
    """Return what to do about a damaged database, or about damaged meshes in a sound one."""
    if found.database:
        return "restore the project from a backup"
    return (
        f"looked at {looked}: restore the project from a backup, or take the photograph out "
        "for good with `remove --for-good` and add it again"
    )
