"""The command `withdraw`: releases that are not to be used any more."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.naming import photographs_named
from annotator.cli.options import AsJson, Person, ProjectAddress, text_given
from annotator.cli.terminal import FailedError, count, is_yes, printable, report

if TYPE_CHECKING:
    from annotator.project import ImageRecord, Project, ReleaseRecord

commands = typer.Typer()


@commands.command()
def withdraw(
    project: ProjectAddress,
    release: Annotated[
        str | None, typer.Argument(metavar="NAME[@VERSION]", help="Default: its last version.")
    ] = None,
    *,
    why: Annotated[str, typer.Option(metavar="TEXT", help="Kept with it.", callback=text_given)],
    image: Annotated[
        str | None,
        typer.Option(
            metavar="IMAGE",
            help="Revoke this photograph, and withdraw what holds it.",
            callback=text_given,
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before.")] = False,
    by: Person = None,
    as_json: AsJson = False,
) -> None:
    """Say that a release is not to be used any more; its folder stays."""
    from annotator.project import Project
    from annotator.workflow.withdrawing import releases_holding, withdraw_release

    if (release is None) == (image is None):
        raise typer.BadParameter("give the name of a release, or --image")
    with Project.open(project) as opened:
        images = [] if image is None else _images(opened, image)
        ids = [each.id for each in images]
        meant = (
            releases_holding(opened, ids) if release is None else [opened.releases.named(release)]
        )
        _confirm(meant, len(images), yes=yes)
        if images:
            opened.facts.revoke(ids, why, by)
        done = [withdraw_release(opened, each, why, by) for each in meant]
    lines = [f"revoked {count(len(images), 'photograph')}"] if images else []
    lines += [line for _, said in done for line in said]
    lines += ["no release in the ledger holds it"] if images and not done else []
    values = {
        "revoked": ids,
        "withdrawn": [
            {"name": each.name, "version": each.version, "folder": printable(each.folder)}
            for each, _ in done
        ],
    }
    report(values, *lines, as_json=as_json)


def _images(project: "Project", given: str) -> "list[ImageRecord]":
    removed = [each.image for each in project.removals.all()]
    return photographs_named(project, [given], [*project.images.all(), *removed])


def _confirm(releases: "Sequence[ReleaseRecord]", images: int, *, yes: bool) -> None:
    named = ", ".join(map(str, releases))
    revoked = f"Revoke {count(images, 'photograph')}? " if images else ""
    what = f"Withdraw {count(len(releases), 'release')} ({named})?" if releases else ""
    if yes:
        return
    if not sys.stdin.isatty():
        raise FailedError("withdrawing cannot be taken back, and has to be confirmed: give --yes")
    if not is_yes(f"{revoked}{what} This cannot be taken back.".strip()):
        raise FailedError("nothing was withdrawn")
