"""The commands of `release`: named versions of what is accepted, and what became of them."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from annotator.cli import release_records, release_splits, verify, withdrawal
from annotator.cli.columns import aligned
from annotator.cli.gathering import gathers
from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.release_options import (
    CardWords,
    FormatName,
    GivenVersion,
    HowWritten,
    Into,
    Required,
    SharesText,
    Sign,
    signed_by,
    signing_key,
)
from annotator.cli.terminal import count, printable, progress_bar, report

if TYPE_CHECKING:
    from annotator.workflow.releasing import ReleaseMade, ReleasePlan

MAKE = "make"


class _Release(TyperGroup):
    """Takes what is none of its commands for a project that is to be released."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is meant, and what it is given."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = [MAKE, *args]
        return super().resolve_command(ctx, args)


commands = typer.Typer(
    name="release",
    cls=_Release,
    help="Release what is accepted: `release PROJECT NAME`. Of a project that is called as one of"
    " these commands say ./NAME.",
)


Name = Annotated[str, typer.Argument(metavar="NAME", help="What the release is called.")]


@commands.command(MAKE)
@gathers
def make(
    project: ProjectAddress,
    name: Name,
    *,
    format_: FormatName = "npz",
    into: Into = None,
    written: HowWritten,
    version: GivenVersion = None,
    words: CardWords,
    shares: SharesText = "80/10/10",
    require: Required = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be released, and write nothing.")
    ] = False,
    sign: Sign = None,
    as_json: AsJson = False,
) -> None:
    """Release the accepted samples: a version with splits, entered in the project."""
    from annotator.project import Project
    from annotator.release.splits import shares_of
    from annotator.workflow.releasing import ReleaseWish, make_release, plan_release

    wish = ReleaseWish(
        name,
        written.choice(format_),
        words.about,
        version,
        shares_of(shares),
        tuple(one.strip() for one in require.split(",") if one.strip()),
        into,
    )
    key = None if sign is None or dry_run else signing_key(sign)  # before any work is done
    with Project.open(project, read_only=None) as opened, progress_bar("releasing") as show:
        if dry_run:
            plan = plan_release(opened, wish, on_progress=show)
            report(_planned_values(plan), *_planned_lines(plan), as_json=as_json, is_answer=True)
            return
        done = make_release(opened, wish, sign=key, on_progress=show)
    values, lines = signed_by(key)
    report({**_made_values(done), **values}, *_made_lines(done), *lines, as_json=as_json)


def _planned_values(plan: "ReleasePlan") -> dict[str, object]:
    return {
        "name": plan.about.name,
        "version": plan.about.version,
        "last_version": None if plan.last is None else plan.last.version,
        "folder": printable(plan.folder),
        "samples": plan.samples,
        "images": len(plan.splits.sides),
        "splits": plan.counts,
        "new_in_splits": len(plan.splits.new),
        "tied": list(plan.splits.tied),
        "revoked": plan.revoked,
        "added": plan.changes.added,
        "removed": plan.changes.removed,
        "edited": plan.changes.edited,
        "moved": plan.changes.moved,
    }


def _planned_lines(plan: "ReleasePlan") -> list[str]:
    from annotator.release.split_report import empty_sides

    lines = [
        f"{plan.about.name} {plan.about.version} would hold {count(plan.samples, 'sample')} on"
        f" {count(len(plan.splits.sides), 'image')}, in {plan.folder}",
        *_said(plan),
        *empty_sides(plan.counts),
    ]
    if plan.last is not None:
        lines.insert(1, f"since {plan.last.version}: {plan.changes}")
    return lines


def _said(plan: "ReleasePlan") -> list[str]:
    """Return what is told of the splits, and of what is left out."""
    told = ", ".join(f"{side} {number:,}" for side, number in plan.counts.items())
    lines = [f"images by split: {told}"]
    if plan.splits.tied:
        lines.append(
            f"{count(len(plan.splits.tied), 'image')} left out: they tie one side of the splits"
            " to another, or are tied to the other ('release splits show' lists them)"
        )
    if plan.revoked:
        lines.append(f"{count(plan.revoked, 'image')} left out: revoked, or consent was refused")
    return lines


def _made_values(done: "ReleaseMade") -> dict[str, object]:
    return {
        **_planned_values(done.plan),
        "content_sha256": done.record.content_sha256,
        "format": done.record.format,
        "kept": [record.id for record in done.kept],
        "entered": [str(record) for record in done.entered],
        "contents": done.report.contents.values(),
    }


def _made_lines(done: "ReleaseMade") -> list[str]:
    from annotator.release.image_remarks import image_remarks
    from annotator.release.split_report import HEADINGS, split_rows, told
    from annotator.workflow.same_pictures import kept_text

    plan, contents = done.plan, done.report.contents
    table = aligned(HEADINGS, split_rows(contents), numbers=HEADINGS[1:])
    lines = [
        *(f"entered {record}, which was finished before" for record in done.entered),
        f"released {done.record}: {count(done.record.samples, 'sample')} in {done.report.folder}",
    ]
    if plan.last is not None:
        lines.append(f"since {plan.last.version}: {plan.changes}")
    lines += [*table, *told(contents), *_said(plan)[1:], *image_remarks(done.report.images)]
    if done.kept:
        lines.append(kept_text(len(done.kept)))
    return lines


commands.command("verify")(verify.verify)
commands.command("withdraw")(withdrawal.withdraw)
for one in release_records.commands.registered_commands:
    commands.registered_commands.append(one)
commands.add_typer(release_splits.commands)
