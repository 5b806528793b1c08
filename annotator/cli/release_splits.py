"""The commands `release splits show`, `fix` and `unfix`: what each image is for."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.cli.naming import photographs_named
from annotator.cli.options import AsJson, Person, ProjectAddress
from annotator.cli.terminal import count, print_table, printable, report

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from annotator.project import ImageRecord, Project
    from annotator.project.split_records import StoredSplit

commands = typer.Typer(name="splits", help="What each image is for: training, validation, test.")

_Images = Annotated[
    list[str], typer.Argument(metavar="IMAGE...", help="Photographs, by name, path or folder.")
]


@commands.command()
def show(
    project: ProjectAddress,
    *,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a row for each image.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what was decided of images, and which tie one side to another."""
    from annotator.project import Project
    from annotator.workflow.splitting import tied_images

    if as_csv and as_json:
        raise typer.BadParameter("give either --csv or --json")
    with Project.open(project, read_only=None) as opened:
        decided, tied = opened.splits.decided(), tied_images(opened)
        records = opened.images.records(decided)
    if as_csv:
        print_table(_table(decided, tied, records))
        return
    counted = Counter(str(one.split) for one in decided.values())
    fixed = sum(one.is_fixed for one in decided.values())
    ties = [records[at] for at in tied if at in records]
    lines = [f"{side:<11}{counted[side]:>9,}" for side in sorted(counted)]
    lines += [f"{count(fixed, 'image')} fixed by hand"] if fixed else []
    lines += [f"left out, as it is tied to another side: {record.name}" for record in ties]
    values = {"splits": counted, "fixed": fixed, "tied": [printable(one.path) for one in ties]}
    nothing = ["nothing is decided yet: the first release does, or 'release splits fix'"]
    report(values, *(lines or nothing), as_json=as_json, is_answer=True)


def _table(
    decided: "Mapping[int, StoredSplit]",
    tied: "Collection[int]",
    records: "Mapping[int, ImageRecord]",
) -> str:
    from annotator.system.csv_text import csv_text
    from annotator.system.guarded_cells import guarded

    rows = [
        (
            guarded(records[at].name),
            guarded(printable(records[at].path)),
            str(one.split),
            int(one.is_fixed),
            int(at in tied),
        )
        for at, one in decided.items()
        if at in records
    ]
    return csv_text([("image", "path", "split", "fixed", "left_out"), *rows])


@commands.command()
def fix(
    project: ProjectAddress,
    split: Annotated[
        Literal["train", "validation", "test"], typer.Argument(metavar="SPLIT", help="Where to.")
    ],
    images: _Images,
    *,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Put photographs, with all that belongs to them, on a side for good: a fixed test set."""
    from annotator.project import Project
    from annotator.project.split_records import Split

    with Project.open(project) as opened:
        ids = _ids(opened, images)
        fixed = opened.splits.fix(ids, Split(split), by)
    report(
        {"fixed": fixed, "split": split},
        f"{count(fixed, 'image')} fixed for {split}; what belongs to them follows",
        as_json=as_json,
    )


@commands.command()
def unfix(
    project: ProjectAddress,
    images: _Images,
    *,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Take that back; what a release had there stays there."""
    from annotator.project import Project

    with Project.open(project) as opened:
        unfixed = opened.splits.unfix(_ids(opened, images), by)
    report({"unfixed": unfixed}, f"{count(unfixed, 'image')} no longer fixed", as_json=as_json)


def _ids(project: "Project", given: list[str]) -> list[int]:
    return [record.id for record in photographs_named(project, given, project.images.all())]
