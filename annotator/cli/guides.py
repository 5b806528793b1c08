"""The commands `guides list`, `fit` and `remove`: sparse landmarks of another origin."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.columns import aligned, text_cell
from annotator.cli.naming import LARGEST, no_impossible_number, samples_named
from annotator.cli.options import AsJson, Person, ProjectAddress
from annotator.cli.terminal import FailedError, count, report
from annotator.system.people import login_name

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.project.guide_records import Guide
    from annotator.workflow.fitting_guides import FittedSample

commands = typer.Typer(
    name="guides", help="Sparse landmarks of another origin: shown over meshes, and fitted to."
)

Samples = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SAMPLE",
        help="Numbers, or names of photographs with one face.",
        callback=no_impossible_number,
    ),
]
_COLUMNS = ("guide", "sample", "scheme", "points", "added", "by", "origin")


@commands.command(name="list")
def list_(project: ProjectAddress, samples: Samples = None, *, as_json: AsJson = False) -> None:
    """List the guides of a project, or of some samples."""
    from annotator.project import Project

    with Project.open(project, read_only=None) as opened:
        chosen = samples_named(opened, samples) if samples else opened.guides.samples()
        rows = [_row(guide) for sample in chosen for guide in opened.guides.of(sample)]
    cells = [tuple(text_cell(str(row[name])) for name in _COLUMNS) for row in rows]
    lines = aligned(_COLUMNS, cells, numbers={"guide", "sample", "points"})
    told = lines if rows else ["no guides: import --as guides adds some"]
    report({"guides": rows}, *told, as_json=as_json, is_answer=True)


def _row(guide: "Guide") -> dict[str, Any]:
    import numpy as np

    return {
        "guide": guide.id,
        "sample": guide.sample_id,
        "scheme": guide.scheme,
        "points": int(np.isfinite(guide.points[:, :2]).all(axis=1).sum()),
        "added": guide.added_at.isoformat(timespec="seconds"),
        "by": guide.added_by,
        "origin": guide.origin,
    }


@commands.command()
def fit(
    project: ProjectAddress,
    samples: Samples = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All samples with a guide.")] = False,
    decided: Annotated[
        bool,
        typer.Option("--decided", help="Also those with a verdict, which is withdrawn by it."),
    ] = False,
    annotator: Person = None,
    as_json: AsJson = False,
) -> None:
    """Fit meshes to their newest guides, a stroke each that can be undone."""
    from annotator.project import Project
    from annotator.workflow.fitting_guides import fit_samples

    if bool(samples) == everything:
        raise typer.BadParameter("give either samples or --all")
    with Project.open(project) as opened:
        chosen = _chosen(opened, samples or [], everything=everything)
        done = list(fit_samples(opened, chosen, annotator or login_name(), decided=decided))
    fitted = [one for one in done if not one.why_not]
    left = [one for one in done if one.why_not]
    values = {
        "fitted": [_fitted_values(one) for one in fitted],
        "left": [{"sample": one.sample_id, "reason": one.why_not} for one in left],
    }
    lines = [f"{count(len(fitted), 'face')} fitted to guides"]
    lines += [line for one in fitted for line in _remarks(one)]
    lines += [f"sample {one.sample_id} is as it was: {one.why_not}" for one in left]
    report(values, *lines, as_json=as_json)
    if samples and left and not fitted:
        raise typer.Exit(1)


def _chosen(project: "Project", samples: list[str], *, everything: bool) -> list[int]:
    if not everything:
        return samples_named(project, samples)
    if chosen := project.guides.samples():
        return chosen
    raise FailedError("no sample has a guide: add some with import --as guides")


def _fitted_values(one: "FittedSample") -> dict[str, Any]:
    return {
        "sample": one.sample_id,
        "guide": one.guide_id,
        "points": one.used,
        "left_out": list(one.left_out),
        "moved_px": round(one.moved, 3),
        "folded": one.folded,
    }


def _remarks(one: "FittedSample") -> list[str]:
    """Return what somebody should look at, if anything."""
    said = []
    if one.left_out:
        numbers = ", ".join(map(str, one.left_out))
        said.append(f"left out as all others contradict them: points {numbers}")
    if one.folded:
        said.append(f"{count(one.folded, 'triangle')} turned over")
    return [f"sample {one.sample_id}: {'; '.join(said)}"] if said else []


@commands.command()
def remove(
    project: ProjectAddress,
    guides: Annotated[
        list[int], typer.Argument(metavar="GUIDE", min=1, max=LARGEST, help="Their numbers.")
    ],
    *,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Take guides out of a project; meshes that were fitted to them stay."""
    from annotator.project import Project

    with Project.open(project) as opened:
        removed = opened.guides.remove(guides, by=by)
    report({"removed": removed}, f"{count(removed, 'guide')} removed", as_json=as_json)
