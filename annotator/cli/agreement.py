"""The commands `agreement assign`, `honeypots`, `show`, `consensus` and `withdraw`."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.cli.agreement_text import agreement_page, agreement_values, disputes, standing_values
from annotator.cli.columns import text_cell
from annotator.cli.naming import no_impossible_number, samples_named
from annotator.cli.options import AsJson, Person, ProjectAddress, people_named
from annotator.cli.terminal import FailedError, count, print_table, report
from annotator.system.csv_text import csv_text
from annotator.system.people import known_as, login_name

if TYPE_CHECKING:
    import pandas as pd

    from annotator.project import Project
    from annotator.workflow.asking import Asked

commands = typer.Typer(
    name="agreement", help="Have several people annotate the same faces, and compare them."
)

People = Annotated[
    str, typer.Option(metavar="NAMES", help="Their names, with commas between them.")
]
Seed = Annotated[int, typer.Option(help="Another one gives another draw.")]
Threshold = Annotated[
    float | None,
    typer.Option(
        min=0.0,
        max=1.0,
        help="How far apart opinions agree, as a share of the eye-centre IOD. "
        "Default: the project's setting agreement_threshold.",
    ),
]
Table = Literal["pairs", "regions", "honeypots", "opinions"]


@commands.command()
def assign(
    project: ProjectAddress,
    *,
    annotators: People,
    share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Of the faces nobody worked on, 0 to 1.")
    ],
    per_sample: Annotated[int, typer.Option(min=2, help="People to each of them.")] = 2,
    seed: Seed = 0,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Give a share of the faces to several annotators each, blind; again: to nobody twice."""
    from annotator.project import Project
    from annotator.workflow.asking import ask_for_opinions

    people = people_named(annotators)
    with Project.open(project) as opened:
        asked = ask_for_opinions(opened, people, share, per_sample=per_sample, seed=seed, by=by)
    _report_asked(asked, as_json=as_json)


@commands.command()
def honeypots(
    project: ProjectAddress,
    samples: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SAMPLE",
            help="Accepted ones: numbers, or names of photographs with one face.",
            callback=no_impossible_number,
        ),
    ] = None,
    *,
    number: Annotated[int, typer.Option("--count", min=0, help="So many accepted faces.")] = 0,
    annotators: People = "",
    seed: Seed = 0,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Give accepted faces to annotators who do not know them, as if nobody had worked on them."""
    from annotator.project import Project
    from annotator.workflow.asking import ask_known

    if bool(samples) == bool(number):
        raise typer.BadParameter("give either samples or --count")
    people = people_named(annotators)
    with Project.open(project) as opened:
        chosen = samples_named(opened, samples or ())
        asked = ask_known(opened, people, count=number, samples=chosen, seed=seed, by=by)
    _report_asked(asked, as_json=as_json)


@commands.command()
def show(
    project: ProjectAddress,
    *,
    table: Annotated[Table, typer.Option(help="What --csv prints.")] = "pairs",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one table, row by row.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how far annotators lie from one another, and from known answers."""
    from annotator.project import Project
    from annotator.quality.agreement import tables
    from annotator.quality.agreement.summary import summarised
    from annotator.workflow.settling import standings

    if as_csv and as_json:
        raise typer.BadParameter("give either --csv or --json")
    with Project.open(project, read_only=None) as opened:
        if as_csv:
            _print_csv(getattr(tables, table)(opened))
            return
        found, faces = summarised(opened), list(standings(opened))
        asked = tables.opinions(opened)
        names = _names(opened)
    values = agreement_values(found, asked, faces) if as_json else {}
    lines = agreement_page(found, asked, faces, names)
    report(values, *lines, as_json=as_json, is_answer=True)


@commands.command()
def consensus(
    project: ProjectAddress,
    *,
    threshold: Threshold = None,
    reviewer: Person = None,
    as_json: AsJson = False,
) -> None:
    """Make opinions that agree the faces' annotations; say which ones somebody has to decide."""
    from annotator.project import Project
    from annotator.workflow.settling import Standing, reach_consensus

    with Project.open(project) as opened:
        by = reviewer or login_name()
        found = list(reach_consensus(opened, by=by, threshold=threshold))
        names = _names(opened)
    tally = Counter(one.standing for one in found)
    lines = [f"{count(tally[Standing.AGREED], 'face')} agreed, and submitted for review"]
    lines += [
        f"{count(tally[one], 'face')} {one.words}"
        for one in (Standing.DISPUTED, Standing.WAITING, Standing.DECIDED)
        if tally[one]
    ]
    lines += disputes(found, names)
    report({"faces": [standing_values(one) for one in found]}, *lines, as_json=as_json)


@commands.command()
def withdraw(
    project: ProjectAddress,
    *,
    annotators: People,
    reviewer: Person = None,
    as_json: AsJson = False,
) -> None:
    """Wait no more for the opinions that somebody has not given yet."""
    from annotator.project import Project, Verdict

    by, people = reviewer or login_name(), people_named(annotators)
    asked = set(map(known_as, people))
    if known_as(by) in asked:
        raise FailedError(f"somebody else than {by} has to withdraw what {by} is asked for")
    with Project.open(project) as opened:
        every = opened.opinions.all()
        ids = [one.sample_id for one in every if known_as(one.annotator) in asked and one.is_open]
        opened.reviews.give(Verdict.EXCLUDE, ids, reviewer=by, comment="withdrawn")
    report({"opinions": ids}, f"withdrawn: {count(len(ids), 'opinion')}", as_json=as_json)


def _report_asked(asked: "Asked", *, as_json: bool) -> None:
    lines = [f"{count(len(asked.faces), 'face')}, {count(len(asked.opinions), 'opinion')}"]
    lines += [f"  {name}: {count(number, 'face')}" for name, number in sorted(asked.each.items())]
    values = {
        "samples": list(asked.faces),
        "opinions": list(asked.opinions),
        "annotators": asked.each,
    }
    report(values, *lines, as_json=as_json)


def _names(project: "Project") -> dict[int, str]:
    return {
        one.id: f"sample {one.id} (face {one.face_index + 1} of {one.image_name})"
        for one in project.samples.summaries()
    }


def _print_csv(table: "pd.DataFrame") -> None:
    """Print a table in which a terminal finds no command, and a spreadsheet no formula."""
    for name in [name for name, kind in table.dtypes.items() if kind == "string"]:
        table[name] = table[name].map(text_cell, na_action="ignore")
    rows = table.astype(object).where(table.notna(), None).itertuples(index=False)
    print_table(csv_text([table.columns, *rows]))
