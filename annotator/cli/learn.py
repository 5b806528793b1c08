"""The command `learn`: what annotators corrected teaches Guided drag."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import count, progress_bar, report

if TYPE_CHECKING:
    from annotator.workflow.learning import Effort, Lesson

commands = typer.Typer()

_WORST_REGIONS = 4


@commands.command()
def learn(
    project: ProjectAddress,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Teach Guided drag what this project's annotators corrected."""
    from annotator.project import Project
    from annotator.project.covariance_file import FILE_NAME, write_covariance
    from annotator.workflow.learning import learn as learn_from

    # A dry run only reads.
    read_only = None if dry_run else False
    with (
        Project.open(project, read_only=read_only) as opened,
        progress_bar("trying it out") as show,
    ):
        lesson = learn_from(opened, on_progress=show)
        path = opened.home / FILE_NAME
    written = not (dry_run or lesson.costs_strokes)
    if written:
        write_covariance(path.parent, lesson.covariance, lesson.corrections, datetime.now(UTC))
    outcome = f"written to {path}"
    if not written:
        outcome = "nothing written: a dry run" if dry_run else _KEPT_OUT
    values = {**_values(lesson), "file": str(path) if written else None}
    report(values, *_lines(lesson), outcome, as_json=as_json)


_KEPT_OUT = (
    "nothing written: it would cost strokes, not save any; learn again after more corrections"
)


def _values(lesson: "Lesson") -> dict[str, object]:
    return {
        "corrections": lesson.corrections,
        "accepted_as_predicted": lesson.as_predicted,
        "layout": lesson.layout.name,
        "left_out": lesson.left_out,
        "prior_weight": round(lesson.prior_weight, 4),
        "shares": {_key(name): round(share, 4) for name, share in lesson.shares.items()},
        "region_errors": {_key(name): round(error, 5) for name, error in lesson.regions.items()},
        "strokes": [_effort_values(effort) for effort in lesson.efforts],
    }


def _key(name: str) -> str:
    return name.replace(" ", "_")


def _effort_values(effort: "Effort") -> dict[str, object]:
    prior, learned = effort.medians if effort.prior else (None, None)
    return {"to": effort.goal, "faces": len(effort.prior), "prior": prior, "learned": learned}


def _lines(lesson: "Lesson") -> list[str]:
    """Return the report for people, line by line."""
    unchanged = lesson.as_predicted
    lines = [f"learned from {count(lesson.corrections, 'corrected face')}"]
    if unchanged:
        lines[0] += f"; {count(unchanged, 'face')} accepted as predicted taught nothing"
    if lesson.left_out:
        others = count(lesson.left_out, "face")
        lines.append(f"{others} of other layouts than {lesson.layout.name} left out")
    lines.append(f"the built-in expectation still weighs {100 * lesson.prior_weight:.0f} %")
    shares = (f"{name} {100 * share:.0f} %" for name, share in lesson.shares.items())
    lines.append(f"what was corrected: {', '.join(shares)}")
    worst = list(lesson.regions.items())[:_WORST_REGIONS]
    regions = (f"{name} {100 * error:.1f} %" for name, error in worst)
    lines.append(f"farthest off, of the outer inter-ocular distance: {', '.join(regions)}")
    if not lesson.efforts:
        lines.append("strokes cannot be compared: all corrections are in one photograph")
        return lines
    lines.append("strokes of a simulated annotator, each face by what other photographs teach:")
    return lines + [_effort_line(effort) for effort in lesson.efforts]


def _effort_line(effort: "Effort") -> str:
    goal = f"  to {100 * effort.goal:g} % of the outer IOD"
    if not effort.prior:
        return f"{goal}: no face began above it"
    prior, learned = effort.medians
    faces = count(len(effort.prior), "face")
    return f"{goal}: {learned:g} in the median instead of {prior:g} ({faces})"
