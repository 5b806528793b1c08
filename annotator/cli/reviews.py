"""The command `review`: a verdict on samples."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.cli.naming import no_impossible_number, samples_named
from annotator.cli.options import AsJson, Comment, Person, ProjectAddress
from annotator.cli.terminal import FailedError, count, report
from annotator.system.people import login_name

if TYPE_CHECKING:
    from annotator.project import Project, RejectReason

commands = typer.Typer()

# As the project's RejectReason has them, which takes long to import for those who ask for help.
REASONS = (
    "not_a_face",
    "poor_mesh",
    "occluded",
    "blurred",
    "extreme_pose",
    "duplicate",
    "other",
)


@commands.command()
def review(
    project: ProjectAddress,
    verdict: Annotated[
        Literal["accept", "reject", "exclude", "withdraw"], typer.Argument(metavar="VERDICT")
    ],
    samples: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SAMPLE",
            help="Numbers, or names of photographs with one face.",
            callback=no_impossible_number,
        ),
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All samples without verdict.")] = False,
    reason: Annotated[
        list[str] | None,
        typer.Option(help=f"Why to reject: {', '.join(REASONS)}; repeatable."),
    ] = None,
    comment: Comment = "",
    reviewer: Person = None,
    as_json: AsJson = False,
) -> None:
    """Accept, reject or exclude samples, or withdraw the verdicts on them."""
    from annotator.project import Project, Verdict
    from annotator.workflow.image_files import not_acceptable

    if every == bool(samples):
        raise typer.BadParameter("give either the numbers of samples or --all")
    if every and verdict == "withdraw":
        raise typer.BadParameter("name the samples whose verdict is withdrawn")
    reasons = _reasons(verdict, reason or [])
    name = reviewer or login_name()
    given = Verdict.REOPEN if verdict == "withdraw" else Verdict(verdict)
    left_out, failed = set[int](), None
    with Project.open(project) as opened:
        ids = samples_named(opened, samples or ())
        if verdict == "withdraw":
            ids = _with_verdict(opened, ids)
        # What is judged is what is there now: looking at many photographs takes its time.
        revisions, seen = opened.annotations.revisions(ids), opened.reviews.newest_ids(ids)
        if verdict == "accept":
            left_out, failed = not_acceptable(opened, None if every else ids)
        if every:
            ids = opened.reviews.give_undecided(
                given,
                reviewer=name,
                reasons=reasons,
                comment=comment,
                leaving_out=left_out,
            )
        else:
            ids = [sample_id for sample_id in ids if sample_id not in left_out]
            opened.reviews.give(
                given,
                ids,
                reviewer=name,
                reasons=reasons,
                comment=comment,
                revisions=revisions,
                seen=seen,
            )
    text = f"{verdict}: {count(len(ids), 'sample')}"
    if left_out:
        text += f", {count(len(left_out), 'sample')} left as before"
    report({"verdict": verdict, "samples": ids}, text, failed or None, as_json=as_json)
    if left_out:
        raise typer.Exit(1)


def _with_verdict(project: "Project", ids: Sequence[int]) -> list[int]:
    """Return those samples that have a verdict to withdraw."""
    from annotator.project import UNDECIDED

    found = [i for i in ids if project.samples.get(i).state not in UNDECIDED]
    if not found:
        raise FailedError("there is no verdict to withdraw")
    return found


def _reasons(verdict: str, names: Sequence[str]) -> tuple["RejectReason", ...]:
    from annotator.project import RejectReason

    known = [reason.value for reason in RejectReason]
    given = [name.replace("-", "_") for name in names]
    for name in given:
        if name not in known:
            raise typer.BadParameter(f"{name!r} is no reason: take one of {', '.join(known)}")
    if bool(given) != (verdict == "reject"):
        raise typer.BadParameter(
            f"reject, and nothing else, needs --reason, one or more of: {', '.join(known)}"
        )
    return tuple(RejectReason(name) for name in dict.fromkeys(given))
