"""The command `history`: how a sample became what it is, and how it was before."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned
from annotator.cli.naming import LARGEST, no_impossible_number, samples_named
from annotator.cli.options import AsJson, Person, ProjectAddress
from annotator.cli.terminal import report
from annotator.system.foreign_text import escaped
from annotator.system.people import login_name

if TYPE_CHECKING:
    from annotator.project import Project

commands = typer.Typer()

_COLUMNS = ("at", "revision", "what", "who", "said")


def _one(name: str) -> str:
    return (no_impossible_number([name]) or [name])[0]


@commands.command()
def history(
    project: ProjectAddress,
    sample: Annotated[
        str,
        typer.Argument(
            metavar="SAMPLE", help="A number, or a photograph with one face.", callback=_one
        ),
    ],
    *,
    restore: Annotated[
        int | None,
        typer.Option(
            min=0, max=LARGEST, metavar="REVISION", help="Make the mesh again what it was at it."
        ),
    ] = None,
    annotator: Person = None,
    as_json: AsJson = False,
) -> None:
    """Show a sample's revisions, verdicts and remarks, or bring a revision back."""
    from annotator.project import Project

    with Project.open(project, read_only=None if restore is None else False) as opened:
        (sample_id,) = samples_named(opened, [sample])
        current = opened.annotations.load(sample_id).revision
        if restore is not None:
            current = _restored(opened, sample_id, restore, annotator or login_name())
        rows = _rows(opened, sample_id)
    values = {"sample": sample_id, "revision": current, "history": rows}
    if restore is None:
        lines = aligned(_COLUMNS, [_shown(row) for row in rows], numbers={"revision"})
        told = lines if rows else ["as it was predicted: nobody did anything to it"]
    else:
        told = [f"sample {sample_id} is as it was at revision {restore}: revision {current} now"]
    report(values, *told, as_json=as_json, is_answer=restore is None)


def _restored(project: "Project", sample_id: int, past: int, annotator: str) -> int:
    """Bring a revision back, over what is there now; return the revision that came of it."""
    newest = project.reviews.newest_ids([sample_id])[sample_id]
    revision = project.annotations.load(sample_id).revision
    annotation = project.annotations.restore(
        sample_id, past, revision=revision, annotator=annotator, seen=newest
    )
    return annotation.revision


def _rows(project: "Project", sample_id: int) -> list[dict[str, Any]]:
    """Return all that happened to a sample, in its order."""
    rows = [
        _row(made.made_at, made.revision, _change(made.change.value, made.tool), made.made_by)
        for made in project.annotations.made(sample_id)
    ]
    known = {made.stroke_id for made in project.annotations.made(sample_id)}
    rows += [  # of earlier versions, which did not say what revision came of them
        _row(stroke.created_at, None, _change("stroke", stroke.tool), stroke.annotator)
        for stroke in project.annotations.strokes(sample_id)
        if stroke.id not in known
    ]
    for review in project.reviews.history(sample_id):
        said = ": ".join(filter(None, (", ".join(review.reasons), review.comment)))
        what = review.verdict.value
        rows.append(_row(review.created_at, review.revision, what, review.reviewer, said))
    for remark in project.remarks.of(sample_id):
        said, at = f"#{remark.id} {remark.text}", remark.revision
        rows.append(_row(remark.created_at, at, "remark", remark.author, said))
        if remark.resolved_at is not None:
            done = f"#{remark.id}"
            rows.append(_row(remark.resolved_at, at, "resolve", remark.resolved_by, done))
    return sorted(rows, key=lambda row: str(row["at"]))


def _row(
    at: datetime, revision: int | None, what: str, who: str | None, said: str = ""
) -> dict[str, Any]:
    told = (at.isoformat(timespec="microseconds"), revision, what, who, said)
    return dict(zip(_COLUMNS, told, strict=True))


def _change(kind: str, tool: str | None) -> str:
    return kind if tool is None else f"{kind} ({tool})"


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    number = "-" if row["revision"] is None else row["revision"]
    shown = {**row, "at": row["at"][:19], "revision": number, "who": row["who"] or "-"}
    return tuple(escaped(str(shown[name])) for name in _COLUMNS)
