"""The commands `assess` and `triage`: how good predictions probably are, and what is worth work."""

import math
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned
from annotator.cli.options import (
    AsJson,
    ProjectAddress,
    Providers,
    RoundModel,
    Workers,
    provider_names,
)
from annotator.cli.terminal import count, progress_bar, report
from annotator.cli.verbosity import timed
from annotator.system.collecting import uncollected
from annotator.system.csv_text import csv_line
from annotator.system.foreign_text import path_text

if TYPE_CHECKING:
    from annotator.inference import FaceMesh
    from annotator.project import FailedImage, Project, SampleSummary
    from annotator.quality.standing import Standing, Triage
    from annotator.workflow import AssessmentProgress

commands = typer.Typer()

_HEADINGS = ("order", "sample", "pile", "error", "findings", "state", "face", "photograph", "why")
_SEVERITIES = ("-", "low", "medium", "high")


@commands.command("assess")
def assess_samples(
    project: ProjectAddress,
    *,
    again: Annotated[bool, typer.Option("--again", help="Also those that were before.")] = False,
    model: RoundModel = None,
    providers: Providers = "cpu",
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Find out how good each prediction probably is, where that is not known yet."""
    with uncollected():
        from annotator.inference import FaceMesh
        from annotator.project import Project
        from annotator.workflow.round_models import load_round_model

    names = provider_names(providers)
    with Project.open(project) as opened:
        with timed("loading the model"):
            if model is None:
                face_mesh = load_round_model(opened, providers=names)
            else:
                face_mesh = FaceMesh.load(model, providers=names)
        last, failed = assess_all(opened, face_mesh, again=again, workers=workers)
        lines = [assessed_text(last), *_piles(opened)]
        values = {"model": face_mesh.info.name, **assessed_values(last)}
    report(values, *lines, failed=failed, as_json=as_json)
    if last.failed and not last.faces:
        raise typer.Exit(1)


def _piles(project: "Project") -> list[str]:
    from annotator.quality.standing import Triage, standings

    known = Triage.of(project)
    return _summary(list(standings(_shown(project), known)), known)


def _shown(project: "Project") -> "list[SampleSummary]":
    from annotator.workbench.states import NOT_DELETED

    return project.samples.summaries(NOT_DELETED)


def assess_all(
    project: "Project", face_mesh: "FaceMesh", *, again: bool = False, workers: int | None = None
) -> "tuple[AssessmentProgress, list[FailedImage]]":
    """Assess what is due, showing how far that is; return how far it came, and what failed."""
    from annotator.workflow import AssessmentProgress, assess, assessor_for

    last, failed = AssessmentProgress(0, 0), []
    with progress_bar("assessing") as show:
        assessor = assessor_for(project, face_mesh)
        with closing(assess(project, assessor, again=again, workers=workers)) as run:
            for last in run:
                show(last.done, last.total)
                failed += [last.failure] if last.failure else []
    return last, failed


def assess_after(
    address: str, face_mesh: "FaceMesh", workers: int | None, failed: "list[FailedImage]"
) -> "AssessmentProgress":
    """Assess what was just predicted, and note what failed that did not fail before."""
    from annotator.project import Project

    with Project.open(address) as project:
        last, more = assess_all(project, face_mesh, workers=workers)
    known = {one.path for one in failed}
    failed += [one for one in more if one.path not in known]
    return last


def assessed_text(last: "AssessmentProgress") -> str:
    """Return what a run did, for people."""
    text = f"assessed {count(last.faces, 'face')}"
    return text + (f", failed {last.failed}" if last.total else ": none was waiting")


def assessed_values(last: "AssessmentProgress") -> dict[str, Any]:
    """Return the same for programs."""
    return {"photographs": last.done, "assessed": last.faces}


@commands.command()
def triage(
    project: ProjectAddress,
    *,
    learn: Annotated[
        bool, typer.Option("--learn", help="Let the project's verdicts say where piles end.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="At most so many samples.")
    ] = None,
    csv_file: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Write a table; replaced where it exists."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which samples are worth work, in which order, and why each stands where it does."""
    with uncollected():
        from annotator.project import Project
        from annotator.quality.standing import Triage, learn_pile_ends, standings
        from annotator.system.placing import placed

    if csv_file is not None and as_json:
        raise typer.BadParameter("give either --csv or --json")
    with Project.open(project, read_only=False if learn else None) as opened:
        learned = learn_pile_ends(opened) if learn else None
        known = Triage.of(opened)
        every = _shown(opened)
    said = _LEARNED_NOTHING if learn and learned is None else ""
    found = list(standings(every, known))
    shown = found if limit is None else found[:limit]
    lines = [*_summary(found, known), *([said] if said else [])]
    if csv_file is not None:
        with placed(csv_file) as stream:
            stream.write(_comma_separated(shown, known).encode())
        report({}, *lines, f"{count(len(shown), 'sample')} in {csv_file}", as_json=False)
        return
    values = {
        "piles": _counts(found),
        "thresholds": _threshold_values(known),
        "samples": [_values(one) for one in shown] if as_json else [],
    }
    report(values, *lines, *_table(shown), as_json=as_json, is_answer=True)


_LEARNED_NOTHING = (
    "nothing learned: the project has too few verdicts on assessed samples, or all alike"
)


def _summary(found: Sequence["Standing"], known: "Triage") -> list[str]:
    """Return how many samples lie on each pile, and how the piles are told apart."""
    counts = ", ".join(f"{number} {name}" for name, number in _counts(found).items())
    return [counts, f"piles by expected error, of the outer IOD: {known.ends.text}"]


def _counts(found: Sequence["Standing"]) -> dict[str, int]:
    from annotator.quality.triage import Pile

    numbers = {pile.value: sum(one.pile is pile for one in found) for pile in Pile}
    return {**numbers, "not assessed": sum(one.pile is None for one in found)}


def _threshold_values(known: "Triage") -> dict[str, Any]:
    ends = known.ends
    return {
        "accept": ends.thresholds.accept,
        "hopeless": ends.thresholds.hopeless,
        "verdicts": ends.verdicts,
        "is_own": ends.is_own,
    }


def _values(one: "Standing") -> dict[str, Any]:
    """Return what programs are told of a sample."""
    sample = one.sample
    return {
        "order": one.order,
        "sample": sample.id,
        "photograph": path_text(Path(sample.image_file).name),
        "face": sample.face_index,
        "state": sample.state.value,
        "pile": None if one.pile is None else one.pile.value,
        "expected_error": _rounded(one.doubt),
        "expected_gain": _rounded(one.gain),
        "gravest_finding": _SEVERITIES[one.severity] if one.severity else None,
        "why": [reason.sentence for reason in one.reasons],
        "path": path_text(sample.image_file),
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None or math.isnan(number) else round(number, 6)


def _table(shown: Sequence["Standing"]) -> list[str]:
    from annotator.quality.short_words import in_short
    from annotator.workbench.states import state_text

    if not shown:
        return []
    rows = [
        (
            str(one.order or "-"),
            str(one.sample.id),
            "not assessed" if one.pile is None else one.pile.value,
            "-" if one.doubt is None or math.isnan(one.doubt) else f"{one.doubt:.1%}",
            _SEVERITIES[one.severity],
            state_text(one.sample.state),
            str(one.sample.face_index + 1),
            one.sample.image_name,
            in_short(one.reasons) or "-",
        )
        for one in shown
    ]
    return aligned(_HEADINGS, rows, numbers={"order", "sample", "error", "face"})


def _comma_separated(shown: Sequence["Standing"], known: "Triage") -> str:
    """Return a table for spreadsheets, with every signal, in which no name is a formula."""
    from annotator.quality.standing import places_of
    from annotator.system.guarded_cells import guarded

    signals = list(known.columns.signals)
    places = places_of(known.columns, [one.sample.id for one in shown]).tolist()
    lines = [csv_line([*_CSV, *signals])]
    for one, place in zip(shown, places, strict=True):
        row = {**_values(one), "why": "; ".join(reason.sentence for reason in one.reasons)}
        cells = [guarded(cell) if isinstance(cell, str) else cell for cell in map(row.get, _CSV)]
        values = known.values(place) if place >= 0 else {}
        lines.append(csv_line([*cells, *(_rounded(values.get(name)) for name in signals)]))
    return "".join(lines)


_CSV = (
    "order", "sample", "photograph", "face", "state", "pile", "expected_error", "expected_gain",
    "gravest_finding", "why", "path",
)  # fmt: skip
