"""The command `list`: samples by number and name, for people and for programs."""

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned
from annotator.cli.options import AsJson, ProjectAddress, named
from annotator.cli.terminal import print_table, report
from annotator.system.csv_text import csv_text
from annotator.system.foreign_text import escaped, path_text

if TYPE_CHECKING:
    from annotator.project import SampleState, SampleSummary
    from annotator.workbench.sort_keys import SortKey

commands = typer.Typer()

_STATES = ("predicted", "in_progress", "submitted", "accepted", "sent_back", "excluded", "deleted")
_HEADINGS = ("sample", "state", "strokes", "annotator", "reviewer", "face", "photograph")


@commands.command("list")
def list_samples(
    project: ProjectAddress,
    *,
    state: Annotated[
        list[str] | None,
        typer.Option(help=f"Only samples in it: {', '.join(_STATES)}; repeatable."),
    ] = None,
    name: Annotated[str, typer.Option(help="Only photographs whose name holds this.")] = "",
    sort: Annotated[
        str,
        typer.Option(
            help="By name, image, state, score, displacement, time, strokes or change; assessed "
            "ones by gain, error, findings, spread, shape, yaw, pitch, size, blur or brightness."
        ),
    ] = "name",
    descending: Annotated[bool, typer.Option("--descending", help="The other way.")] = False,
    shown_to: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="As somebody sees it who gives opinions.", callback=named
        ),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    as_json: AsJson = False,
) -> None:
    """List samples by number and name, in their states; deleted ones only if asked for."""
    from annotator.project import Project
    from annotator.quality.standing import Triage
    from annotator.workbench.measures import TriageMeasures
    from annotator.workbench.shown_samples import Shown, ShownSamples

    if as_csv and as_json:
        raise typer.BadParameter("give either --csv or --json")
    shown, samples = Shown(_known_states(state), name, _known_key(sort), descending), ShownSamples()
    with Project.open(project, read_only=None) as opened:
        if shown.key.measured is not None:
            samples.measures = TriageMeasures(Triage.of(opened))
        samples.replace(opened.samples.summaries(person=shown_to))
    total = len(samples)
    samples.arrange(shown)
    listed = [samples.at(row) for row in range(len(samples))]
    if as_csv:
        rows = [_values(sample) for sample in listed]
        # A program reads names as they are; a terminal would obey them.
        if sys.stdout.isatty():
            rows = [
                {name: escaped(v) if isinstance(v, str) else v for name, v in row.items()}
                for row in rows
            ]
        print_table(_comma_separated(rows))
        return
    none = "no sample matches" if total else "no samples yet: `add` photographs, then `predict`"
    lines = _table(listed) if listed else [none]
    values = {"samples": [_values(sample) for sample in listed]} if as_json else {}
    report(values, *lines, as_json=as_json, is_answer=True)


def _known_states(given: Sequence[str] | None) -> tuple["SampleState", ...]:
    from annotator.project import SampleState
    from annotator.workbench.states import NOT_DELETED

    names = [text.replace("-", "_").replace(" ", "_") for text in given or ()]
    if unknown := set(names) - set(_STATES):
        raise typer.BadParameter(f"{min(unknown)!r} is no state: {', '.join(_STATES)} are")
    return tuple(SampleState(text) for text in names) or NOT_DELETED


def _known_key(given: str) -> "SortKey":
    from annotator.workbench.sort_keys import SortKey

    known = {key.name.lower(): key for key in SortKey}
    if given not in known:
        raise typer.BadParameter(f"{given!r} is none of {', '.join(known)}")
    return known[given]


def _values(sample: "SampleSummary") -> dict[str, Any]:
    """Return what programs are told of a sample; names as they are, but for bytes of no text."""
    return {
        "sample": sample.id,
        "photograph": path_text(os.path.basename(sample.image_file)),  # noqa: PTH119 - of a text
        "face": sample.face_index,
        "state": sample.state.value,
        "strokes": sample.stroke_count,
        "annotator": sample.annotator,
        "reviewer": sample.reviewer,
        "score": round(sample.presence, 6),
        "displacement": round(sample.displacement, 6),
        "round_change": None if sample.round_change is None else round(sample.round_change, 6),
        "seconds_spent": round(sample.seconds_spent, 1),
        "seconds_reviewed": round(sample.seconds_reviewed, 1),
        "path": path_text(sample.image_file),
    }


def _comma_separated(rows: Sequence[dict[str, Any]]) -> str:
    names = ["sample", "photograph", "face", "state", "strokes", "annotator", "reviewer", "score",
             "displacement", "round_change", "seconds_spent", "seconds_reviewed",
             "path"]  # fmt: skip
    return csv_text([names, *([row[name] for name in names] for row in rows)])


def _table(samples: Sequence["SampleSummary"]) -> list[str]:
    from annotator.workbench.states import state_text

    rows = [
        (
            str(sample.id),
            state_text(sample.state),
            str(sample.stroke_count or "-"),
            escaped(sample.annotator or "-"),
            escaped(sample.reviewer or "-"),
            str(sample.face_index + 1),
            sample.image_name,
        )
        for sample in samples
    ]
    return aligned(_HEADINGS, rows, numbers={"sample", "strokes", "face"})
