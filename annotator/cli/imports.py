"""The commands `import` and `merge`: annotations of others, and another project, into a project."""

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from annotator.cli.columns import aligned
from annotator.cli.gathering import gathers
from annotator.cli.options import AsJson, Person, ProjectAddress
from annotator.cli.terminal import FailedError, is_yes, progress_bar, report, say
from annotator.system.people import login_name

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.workflow.importing_annotations.plans import Plan

commands = typer.Typer()

_SHOWN = 40  # faces in the table on a terminal
_LACKING = "photographs that the project lacks: `add` them, or give their folder by --photographs"

GivenFormat = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="Default: what it is recognised as."),
]
Purpose = Annotated[
    Literal["predictions", "guides", "annotations"],
    typer.Option("--as", help="What the faces come in as."),
]
Over = Annotated[
    bool, typer.Option("--over", help="Where people worked on a face, add what comes as a stroke.")
]
Copy = Annotated[
    bool, typer.Option("--copy", help="Copy photographs that are added into the project.")
]


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of a plan, and whether it is carried out."""

    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would become of each face.")
    ] = False
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is done.")] = False
    as_json: AsJson = False


@commands.command(name="import")
@gathers
def import_(
    project: ProjectAddress,
    what: Annotated[
        Path, typer.Argument(metavar="WHAT", help="A release, or a file or folder of annotations.")
    ],
    *,
    format_: GivenFormat = None,
    purpose: Purpose = "annotations",
    photographs: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Add photographs from here that the project lacks."),
    ] = None,
    copy: Copy = False,
    model_name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Of the model, where nothing says it.")
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="KEYS", help="Take a release only if one of these keys signed it."),
    ] = None,
    by: Person = None,
    over: Over = False,
    telling: Telling,
) -> None:
    """Take in a release, or annotations of other programs; tells first what becomes of each face.

    Faces are matched by what their images hold and by their boxes. Nothing
    that people made here is changed, unless --over says so.
    """
    from annotator.project import ImportRules, Project
    from annotator.workflow.importing_annotations.converting import Conversion
    from annotator.workflow.importing_annotations.planning import make_plan
    from annotator.workflow.importing_annotations.plans import NO_IMAGE
    from annotator.workflow.importing_annotations.sources import open_faces, source_of

    if photographs is not None and not photographs.is_dir():
        raise typer.BadParameter(f"{photographs} is no folder", param_hint="--photographs")
    source = source_of(what, _known(format_))
    if source.kind == "project":
        raise FailedError(f"{what} is a project: `facemesh-annotator merge` takes it in")
    with closing(open_faces(source, signed_by=key)) as faces:
        conversion = Conversion(purpose, by or login_name(), faces.origin, model_name)
        rules = ImportRules(over=over)
        with Project.open(project, read_only=telling.dry_run) as opened:
            with progress_bar("matching") as show:
                plan = make_plan(
                    opened, faces, conversion, rules, photographs=photographs, on_progress=show
                )
            lacks = plan.counts.get(NO_IMAGE, 0) > 0 and photographs is None
            _tell_and_do(opened, plan, telling, copy=copy, hints=[_LACKING] if lacks else [])


@commands.command()
@gathers
def merge(
    project: ProjectAddress,
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="The other project's folder: it is only read.")
    ],
    *,
    prefer: Annotated[
        Literal["mine", "other"],
        typer.Option(help="Whose work on a face stays where both went on with it."),
    ] = "mine",
    copy: Copy = False,
    by: Person = None,
    telling: Telling,
) -> None:
    """Take in another project: photographs, predictions, meshes, verdicts, facts, splits.

    Remarks, guides and opinions come along. What only one of both worked on is
    kept; what both did is told and left. Clips, tracks, single strokes, time
    spent, settings and what tools learned are not merged.
    """
    from annotator.project import Project
    from annotator.workflow.importing_annotations.merging import plan_merge

    with (
        Project.open(other, read_only=True) as source,
        Project.open(project, read_only=telling.dry_run) as opened,
    ):
        if source.home.resolve() == opened.home.resolve():
            raise FailedError("a project cannot be merged into itself")
        with progress_bar("comparing") as show:
            plan = plan_merge(
                opened, source, by=by or login_name(), over=prefer == "other", on_progress=show
            )
        _tell_and_do(opened, plan, telling, copy=copy)


def _known(name: str | None) -> str | None:
    from annotator.release import UnknownFormat
    from annotator.release.formats import format_named

    try:
        return None if name is None else format_named(name.replace("-", "_")).name
    except UnknownFormat as error:
        raise typer.BadParameter(str(error), param_hint="--format") from error


def _tell_and_do(
    project: "Project",
    plan: "Plan",
    telling: Telling,
    *,
    copy: bool,
    hints: Sequence[str] = (),
) -> None:
    from annotator.workflow.importing_annotations.image_facts import bring_facts
    from annotator.workflow.importing_annotations.plan_text import (
        HEADINGS,
        NUMBERS,
        plan_rows,
        plan_sentences,
        plan_values,
        writes_something,
    )

    lines = plan_sentences(plan)
    rows = plan_rows(plan, _SHOWN)
    lines += ["", *aligned(HEADINGS, rows, numbers=NUMBERS)]
    if len(plan.planned) > len(rows):
        lines.append(f"... and {len(plan.planned) - len(rows):,} more: --json tells all")
    facts = bring_facts(project, plan, writes=False)
    lines += [*hints, *(f"photographs: {told}" for told in facts.told)]
    is_nothing = not (writes_something(plan) or facts.does_something)
    of_photographs = {"facts": list(facts.told), "facts_left": list(facts.left)}
    values = {**plan_values(plan), **of_photographs, "dry_run": telling.dry_run}
    if telling.dry_run or is_nothing:
        report(values, *lines, *(["nothing to do"] if is_nothing else []), as_json=telling.as_json)
        return
    if not telling.as_json:
        for line in lines:
            say(line)
    _confirm(yes=telling.yes)
    done, told = _do(project, plan, copy=copy)
    report({**values, "done": done}, *told, as_json=telling.as_json)


def _do(project: "Project", plan: "Plan", *, copy: bool) -> tuple[dict[str, Any], list[str]]:
    from annotator.workflow.importing_annotations.carrying_out import ImportProgress, carry_out
    from annotator.workflow.importing_annotations.image_facts import bring_facts
    from annotator.workflow.importing_annotations.plan_text import done_sentences

    progress = ImportProgress(0, len(plan.planned))
    with progress_bar("importing") as show:
        for progress in carry_out(project, plan, copy=copy):
            show(progress.done, progress.total)
    bring_facts(project, plan)
    values = {
        "counts": dict(progress.counts),
        "photographs": progress.photographs,
        "beside": dict(progress.beside),
    }
    return values, done_sentences(progress)


def _confirm(*, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise FailedError("to import has to be confirmed: give --yes, or --dry-run to look only")
    if not is_yes("Import this?"):
        raise FailedError("nothing was imported")
