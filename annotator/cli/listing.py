"""The command `list`: samples by number and name, for people and for programs."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned, text_cell
from annotator.cli.gathering import gathers
from annotator.cli.options import AsJson, ProjectAddress, named
from annotator.cli.terminal import print_table, report
from annotator.system.csv_text import csv_text
from annotator.system.foreign_text import escaped, path_text

if TYPE_CHECKING:
    from annotator.project import SampleState, SampleSummary
    from annotator.workbench.measures import TriageMeasures
    from annotator.workbench.shown_samples import Shown
    from annotator.workbench.sort_keys import SortKey

commands = typer.Typer()

_STATES = ("predicted", "in_progress", "submitted", "accepted", "sent_back", "excluded", "deleted")
_POSE = ("yaw", "pitch", "roll")
_HEADINGS = ("sample", "state", "strokes", "annotator", "reviewer", "face", "photograph")
_MAY_NOT = "may not leave"  # the project: only where some of those listed may not


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which samples are listed, and in which order."""

    state: Annotated[
        list[str] | None,
        typer.Option(help=f"Only samples in it: {', '.join(_STATES)}; repeatable."),
    ] = None
    name: Annotated[str, typer.Option(help="Only photographs whose name holds this.")] = ""
    sort: Annotated[
        str,
        typer.Option(
            help="By name, image, state, score, displacement, time, strokes or change; assessed "
            "ones by gain, error, findings, spread, shape, yaw, pitch, roll, jitter, size, blur or "
            "brightness."
        ),
    ] = "name"
    descending: Annotated[bool, typer.Option("--descending", help="The other way.")] = False

    @property
    def shown(self) -> "Shown":
        """The same, as lists take it; refuses, as a usage error, what there is not."""
        from annotator.workbench.shown_samples import Shown

        states = _known_states(self.state)
        return Shown(states, self.name, _known_key(self.sort), self.descending)


@commands.command("list")
@gathers
def list_samples(
    project: ProjectAddress,
    *,
    wanted: Wanted,
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
    from annotator.workbench.shown_samples import ShownSamples
    from annotator.workflow.next_step import next_step

    if as_csv and as_json:
        raise typer.BadParameter("give either --csv or --json")
    measures: TriageMeasures | None = None
    shown, samples = wanted.shown, ShownSamples()
    with Project.open(project, read_only=None) as opened:
        if shown.key.measured is not None or as_csv or as_json:
            measures = TriageMeasures(Triage.of(opened))
            samples.measures = measures
        samples.replace(opened.samples.summaries(person=shown_to))
        withheld = {each: one.why_not for each, one in opened.facts.withheld().items()}
        total = len(samples)
        none = "no sample matches" if total else next_step(opened)
    samples.arrange(shown)
    listed = [samples.at(row) for row in range(len(samples))]
    if as_csv:
        print_table(_comma_separated(list(_valued(listed, measures, withheld))))
        return
    lines = _table(listed, shown.key, measures, withheld) if listed else [none]
    values = {"samples": list(_valued(listed, measures, withheld))} if as_json else {}
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


def _valued(
    samples: "Sequence[SampleSummary]",
    measures: "TriageMeasures | None",
    withheld: Mapping[int, str | None],
) -> Iterator[dict[str, Any]]:
    """Yield what programs are told of samples, with how heads are turned where that is known."""
    turned = [_measured(samples, name, measures) for name in _POSE]
    for sample, *angles in zip(samples, *turned, strict=True):
        pose = {
            name: None if math.isnan(angle) else round(angle, 2)
            for name, angle in zip(_POSE, angles, strict=True)
        }
        yield {**_values(sample), **pose, "may_not_leave": withheld.get(sample.image_id)}


def _measured(
    samples: "Sequence[SampleSummary]", name: str, measures: "TriageMeasures | None"
) -> list[float]:
    """Return a measure of each sample, NaN where it is not known."""
    if measures is None:
        return [math.nan] * len(samples)
    import numpy as np

    found: list[float] = measures.signed(
        name, np.array([sample.id for sample in samples], np.int64)
    ).tolist()
    return found


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
        "clip": sample.clip_name,
        "frame": sample.clip_frame,
        "time": None if sample.clip_time is None else round(sample.clip_time, 6),
        "track": sample.clip_track,
    }


def _comma_separated(rows: Sequence[dict[str, Any]]) -> str:
    names = ["sample", "photograph", "face", "state", "strokes", "annotator", "reviewer", "score",
             "displacement", "round_change", "seconds_spent", "seconds_reviewed",
             "path", "clip", "frame", "time", "track", *_POSE, "may_not_leave"]  # fmt: skip
    cells = ((row[name] for name in names) for row in rows)
    return csv_text(
        [names, *([text_cell(c) if isinstance(c, str) else c for c in line] for line in cells)]
    )


def _table(
    samples: Sequence["SampleSummary"],
    key: "SortKey",
    measures: "TriageMeasures | None",
    withheld: Mapping[int, str | None],
) -> list[str]:
    from annotator.workbench.states import state_text

    more = [] if key.measured is None else [key.measured.name]
    found = [_measured(samples, name, measures) for name in more]
    is_marked = any(sample.image_id in withheld for sample in samples)
    rows = [
        (
            str(sample.id),
            state_text(sample.state),
            str(sample.stroke_count or "-"),
            escaped(sample.annotator or "-"),
            escaped(sample.reviewer or "-"),
            str(sample.face_index + 1),
            *("-" if math.isnan(value) else f"{value:.4g}" for value in measured),
            *([withheld.get(sample.image_id) or "-"] if is_marked else []),
            sample.image_name,
        )
        for sample, *measured in zip(samples, *found, strict=True)
    ]
    marked = [_MAY_NOT] if is_marked else []
    headings = (*_HEADINGS[:-1], *more, *marked, _HEADINGS[-1])
    lines = aligned(headings, rows, numbers={"sample", "strokes", "face", *more})
    unknown = [n for n, column in zip(more, found, strict=True) if all(map(math.isnan, column))]
    return lines + [
        f"{name} is not known of any of these yet: `assess` finds it" for name in unknown
    ]
