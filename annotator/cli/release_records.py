"""The commands `release diff`, `list` and `show`: releases that were made."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned
from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import FailedError, count, print_table, printable, report

if TYPE_CHECKING:
    from annotator.project.release_records import ReleaseRecord
    from annotator.release.comparison import Totals

commands = typer.Typer()

_ReleaseName = Annotated[
    str, typer.Argument(metavar="NAME[@VERSION]", help="A release; the newest of its name.")
]


@commands.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A folder, or NAME@VERSION.")],
    after: Annotated[str, typer.Argument(metavar="B", help="A folder, or NAME@VERSION.")],
    *,
    project: Annotated[
        str | None,
        typer.Option("--project", metavar="PROJECT", help="Whose releases NAME@VERSION are."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row for each change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is different between two releases: added, removed, moved, edited, by how much."""
    from annotator.release.comparison import Totals, compared
    from annotator.system.csv_text import csv_line
    from annotator.system.guarded_cells import guarded

    if as_csv and as_json:
        raise typer.BadParameter("give either --csv or --json")
    folders = [_folder(each, project) for each in (before, after)]
    totals, changes = Totals(), []
    with compared(*folders) as comparison:
        for at, change in enumerate(comparison.changes()):
            totals.add(change)
            values = change.values()
            if as_csv:
                header = csv_line(values) if at == 0 else ""
                cells = (guarded(one) if isinstance(one, str) else one for one in values.values())
                print_table(header + csv_line(cells))
            elif as_json:
                changes.append(values)
        remarks = comparison.remarks
    if not as_csv:
        stated = {**totals.values(), "remarks": list(remarks), "changes": changes}
        report(stated, *_told(totals), *remarks, as_json=as_json, is_answer=True)


def _told(totals: "Totals") -> list[str]:
    kinds = totals.kinds
    told = [
        f"{kinds[kind]:,} {kind}" for kind in ("added", "removed", "edited", "moved") if kinds[kind]
    ]
    lines = [", ".join(told) or "the same records"]
    if kinds["moved"]:
        lines[0] += " to another split"
    if kinds["edited"]:
        largest = totals.largest
        nme = f", {100 * largest['nme']:.2f} % of the outer IOD" if "nme" in largest else ""
        lines.append(
            f"edited by at most {largest['mean']:.2f} px in the mean of a face{nme};"
            f" the farthest vertex by {largest['max']:.2f} px"
        )
    lines += [
        f"{name} differs in {count(number, 'record')}"
        for name, number in sorted(totals.facts.items())
    ]
    return lines


def _folder(given: str, project: str | None) -> Path:
    """Return the folder that is meant: one that is there, or that of a release in the ledger."""
    if project is None or Path(given).is_dir():
        if "@" in given and not Path(given).is_dir():
            raise FailedError(f"{given} is no folder: give --project PROJECT for a release by name")
        return Path(given)
    from annotator.project import Project

    with Project.open(project, read_only=None) as opened:
        return opened.releases.named(given).folder


@commands.command("list")
def list_releases(project: ProjectAddress, *, as_json: AsJson = False) -> None:
    """List the releases of a project."""
    from annotator.project import Project

    with Project.open(project, read_only=None) as opened:
        records = opened.releases.all()
    rows = [
        (
            one.name,
            one.version,
            f"{one.made_at:%Y-%m-%d}",
            f"{one.samples:,}",
            one.format,
            _state(one),
        )
        for one in records
    ]
    headings = ("name", "version", "made", "samples", "format", "")
    lines = aligned(headings, rows, numbers={"samples"}) if rows else [
        "no release yet: release PROJECT NAME makes the first one"
    ]  # fmt: skip
    values = {"releases": [_values(one) for one in records]}
    report(values, *lines, as_json=as_json, is_answer=True)


@commands.command()
def show(project: ProjectAddress, release: _ReleaseName, *, as_json: AsJson = False) -> None:
    """Say all that is known of a release."""
    from annotator.project import Project

    with Project.open(project, read_only=None) as opened:
        record = opened.releases.named(release)
        splits: dict[str, int] = {}
        for entry in opened.releases.entries(record.id):
            splits[str(entry.split)] = splits.get(str(entry.split), 0) + 1
    rows = {
        "release": str(record),
        "made": f"{record.made_at:%Y-%m-%d %H:%M} UTC by {record.made_by}",
        "holds": f"{count(record.samples, 'sample')} on {count(record.images, 'image')}",
        "splits": ", ".join(f"{side} {number:,}" for side, number in sorted(splits.items())),
        "format": record.format,
        "content": record.content_sha256,
        "folder": f"{record.folder}{'' if record.folder.is_dir() else ' (not there any more)'}",
    }
    if record.is_withdrawn:
        when = f"{record.withdrawn_at:%Y-%m-%d %H:%M} UTC by {record.withdrawn_by}"
        rows["withdrawn"] = f"{when}: {record.withdrawn_why}"
    lines = [f"{name:<11}{text}" for name, text in rows.items()]
    report({**_values(record), "splits": splits}, *lines, as_json=as_json, is_answer=True)


def _state(one: "ReleaseRecord") -> str:
    return f"withdrawn: {one.withdrawn_why}" if one.is_withdrawn else ""


def _values(one: "ReleaseRecord") -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "folder": printable(one.folder),
        "content_sha256": one.content_sha256,
        "format": one.format,
        "images": one.images,
        "samples": one.samples,
        "made_at": one.made_at.isoformat(),
        "made_by": one.made_by,
        "withdrawn": one.is_withdrawn,
        "withdrawn_at": None if one.withdrawn_at is None else one.withdrawn_at.isoformat(),
        "withdrawn_by": one.withdrawn_by,
        "withdrawn_why": one.withdrawn_why,
    }
