"""The commands `sampling draw` and `show`: a random part reviewed, and what it says of all."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.naming import LARGEST
from annotator.cli.options import AsJson, Person, ProjectAddress
from annotator.cli.terminal import FailedError, count, report

if TYPE_CHECKING:
    from annotator.project.draws import Draw

commands = typer.Typer(
    name="sampling", help="Review a random part of what was submitted, and bound its errors."
)


MOST_DRAWN = 1_000_000


@commands.command()
def draw(
    project: ProjectAddress,
    *,
    samples: Annotated[
        int | None, typer.Option("--count", min=1, max=MOST_DRAWN, help="How many to draw.")
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(help="Or as many as bound the share of errors by this, if all are right."),
    ] = None,
    confidence: Annotated[float, typer.Option(help="Of the bound.")] = 0.95,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Draw submitted samples at random, to be reviewed: `sampling show` says what came of it."""
    if (samples is None) == (limit is None):
        raise typer.BadParameter("give either --count or --limit, as --limit 0.05")
    if not 0 < confidence < 1 or (limit is not None and not 0 < limit < 1):
        raise typer.BadParameter("shares lie between 0 and 1, as 0.05")
    from annotator.project import Project
    from annotator.quality.sampling import needed_for

    wanted = samples if samples is not None else needed_for(limit or 0, confidence)
    if wanted > MOST_DRAWN:
        raise typer.BadParameter(
            f"{wanted:,} samples would be needed, and {MOST_DRAWN:,} are drawn"
        )
    with Project.open(project) as opened:
        drawn = opened.draws.draw(wanted, confidence=confidence, by=by)
    lines = _lines(drawn)
    if wanted > drawn.population:
        lines.insert(1, _all_of_them(wanted, drawn.population))
    report({**_values(drawn), "wanted": wanted}, *lines, as_json=as_json, is_answer=True)


def _all_of_them(wanted: int, population: int) -> str:
    """Return what to say where fewer are submitted than were to be drawn."""
    return (
        f"{wanted:,} were to be drawn, but only {count(population, 'sample')} "
        f"{'is' if population == 1 else 'are'} submitted: all of them were drawn"
    )


@commands.command()
def show(
    project: ProjectAddress,
    number: Annotated[
        int | None,
        typer.Argument(
            min=1, max=LARGEST, metavar="NUMBER", help="Of the draw. Default: the last."
        ),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what came of a draw, and which share of errors that bounds."""
    from annotator.project import Project

    with Project.open(project, read_only=None) as opened:
        draws = opened.draws.all() if number is None else [opened.draws.get(number)]
    if not draws:
        raise FailedError("nothing was drawn yet: `sampling draw` does so")
    report(_values(draws[-1]), *_lines(draws[-1]), as_json=as_json, is_answer=True)


def _values(drawn: "Draw") -> dict[str, Any]:
    from annotator.quality.sampling import error_bounds, error_limit

    reviewed = len(drawn.right) + len(drawn.wrong)
    low, high = error_bounds(len(drawn.wrong), reviewed, drawn.confidence)
    return {
        "draw": drawn.number,
        "drawn_by": drawn.drawn_by,
        "drawn_at": drawn.drawn_at.isoformat(),
        "population": drawn.population,
        "confidence": drawn.confidence,
        "samples": list(drawn.sample_ids),
        "right": list(drawn.right),
        "wrong": list(drawn.wrong),
        "waiting": list(drawn.waiting),
        "error_low": low,
        "error_high": high,
        "error_limit": error_limit(len(drawn.wrong), reviewed, drawn.confidence),
    }


def _lines(drawn: "Draw") -> list[str]:
    from annotator.quality.sampling import error_limit

    reviewed = len(drawn.right) + len(drawn.wrong)
    numbers = ", ".join(map(str, drawn.waiting[:20]))
    more = f" and {len(drawn.waiting) - 20:,} more" if len(drawn.waiting) > 20 else ""
    lines = [
        f"draw {drawn.number}: {count(len(drawn.sample_ids), 'sample')} of {drawn.population:,} "
        f"submitted; {len(drawn.right):,} right, {len(drawn.wrong):,} wrong"
    ]
    if drawn.waiting:
        lines.append(f"to be reviewed: {numbers}{more}")
    if reviewed:
        limit = error_limit(len(drawn.wrong), reviewed, drawn.confidence)
        lines.append(
            f"at most {limit:.1%} of all are wrong, with a confidence of {drawn.confidence:.0%}"
            + (" (so far: review all that were drawn)" if drawn.waiting else "")
        )
    return lines
