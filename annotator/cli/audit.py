"""The command `audit`: who did what in a project, and when."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned
from annotator.cli.naming import LARGEST
from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import report
from annotator.system.csv_text import csv_line
from annotator.system.foreign_text import escaped

if TYPE_CHECKING:
    from annotator.project import AuditEntry

commands = typer.Typer()

_MOST = 10  # of a list's values that are shown; `--json` and `--csv` have all
_COLUMNS = ("number", "at", "who", "what", "sample", "image", "detail")


@commands.command()
def audit(
    project: ProjectAddress,
    *,
    sample: Annotated[
        int | None,
        typer.Option(min=1, max=LARGEST, metavar="NUMBER", help="Only what was done to a sample."),
    ] = None,
    as_csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write all of it to a file that is not there."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the audit log: who did what, and when. The database lets nobody change it."""
    from annotator.project import Project

    with Project.open(project, read_only=None) as opened:
        entries = opened.audit.entries(sample_id=sample)
        if as_csv is not None:
            written = _write(as_csv, entries)
            text = f"entries written: {written:,}"
            report({"entries": written, "file": str(as_csv)}, text, as_json=as_json)
            return
        rows = [_values(entry) for entry in entries]
    lines = aligned(_COLUMNS, [_shown(row) for row in rows], numbers={"number", "sample", "image"})
    values = {"entries": rows} if as_json else {}
    report(values, *(lines if rows else ["nothing was done yet"]), as_json=as_json, is_answer=True)


def _values(entry: "AuditEntry") -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "what": entry.what,
        "sample": entry.sample_id,
        "image": entry.image_id,
        "detail": dict(entry.detail),
    }


def _shown(row: dict[str, Any]) -> tuple[str, ...]:
    detail = "; ".join(f"{_word(name)}: {_in_words(each)}" for name, each in row["detail"].items())
    shown = {**row, "at": row["at"][:19], "what": _word(row["what"]), "detail": detail}
    return tuple(escaped("-" if shown[name] is None else str(shown[name])) for name in _COLUMNS)


def _word(name: str) -> str:
    return name.replace("_", " ")


def _in_words(value: object) -> str:
    """Return what a log holds by a name as people read it, not programs."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_word(str(name))} {_in_words(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        some = [_in_words(each) for each in value[:_MOST]]
        more = [f"{len(value) - _MOST:,} more"] if len(value) > _MOST else []
        return ", ".join(some + more) or "none"
    words = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _write(file: Path, entries: Iterable["AuditEntry"]) -> int:
    """Write entries as comma-separated values, none of them a formula; return how many."""
    from annotator.system.guarded_cells import guarded

    written = 0
    with file.open("x", encoding="utf-8", newline="") as stream:
        stream.write(csv_line(_COLUMNS))
        for entry in entries:
            row = _values(entry)
            row |= {"detail": json.dumps(row["detail"])}
            cells = (row[name] for name in _COLUMNS)
            stream.write(
                csv_line(guarded(each) if isinstance(each, str) else each for each in cells)
            )
            written += 1
    return written
