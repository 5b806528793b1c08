"""The command `review`: a verdict on samples."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.checked import refusal_lines, refused_by_checks, refused_values
from annotator.cli.naming import no_impossible_number, samples_named
from annotator.cli.options import AsJson, Comment, Person, ProjectAddress
from annotator.cli.terminal import FailedError, count, report
from annotator.system.people import login_name
from annotator.system.portions import portions

if TYPE_CHECKING:
    from annotator.project import FailedImage, Judgement, Project
    from annotator.quality.checks.of_project import Checked

commands = typer.Typer()

VERDICTS = ("submit", "accept", "send-back", "exclude", "withdraw")


def _verdict(word: str) -> str:
    """Return the verdict that a word stands for: those of earlier versions are understood too."""
    verdict = "send-back" if word in ("reject", "send_back") else word
    if verdict not in VERDICTS:
        known = ", ".join(map(repr, VERDICTS))
        raise typer.BadParameter(f"{word!a} is not one of {known}.")
    return verdict


def _beginning(incomplete: str) -> list[str]:
    return [verdict for verdict in VERDICTS if verdict.startswith(incomplete)]


_VerdictName = Annotated[
    str,
    typer.Argument(
        metavar="VERDICT", help=", ".join(VERDICTS), callback=_verdict, autocompletion=_beginning
    ),
]
_Samples = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="SAMPLE",
        help="Numbers, or names of photographs with one face.",
        callback=no_impossible_number,
    ),
]
_Reasons = Annotated[
    list[str] | None,
    typer.Option(help="Why they are sent back or excluded, as blurred; repeatable."),
]


@commands.command()
def review(
    project: ProjectAddress,
    verdict: _VerdictName,
    samples: _Samples = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All samples without verdict.")] = False,
    reason: _Reasons = None,
    comment: Comment = "",
    reviewer: Person = None,
    despite_checks: Annotated[
        bool, typer.Option("--despite-checks", help="Accept whatever checks have found.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Submit, accept, send back or exclude samples, or withdraw the verdicts on them."""
    from annotator.project import Judgement, Project, Verdict

    _refuse_contradictions(verdict, is_of_some=bool(samples), every=every, reasons=reason or ())
    given = Verdict.REOPEN if verdict == "withdraw" else Verdict(verdict.replace("-", "_"))
    with Project.open(project) as opened:
        reasons = _reasons(opened, reason or [])
        judgement = Judgement(given, reviewer or login_name(), comment, reasons)
        if every:
            ids, left_out = _given_to_all(opened, judgement, despite_checks=despite_checks)
        else:
            ids, left_out = _given_to(
                opened, judgement, samples or (), despite_checks=despite_checks
            )
        told = refusal_lines(opened, left_out.refused)
    text = f"{verdict}: {count(len(ids), 'sample')}{left_out.text}"
    values = {"verdict": given.value, "samples": ids, **left_out.values}
    report(values, text, *told, failed=left_out.failed or None, as_json=as_json)
    if left_out.ids:
        raise typer.Exit(1)


def _refuse_contradictions(
    verdict: str, *, is_of_some: bool, every: bool, reasons: Sequence[str]
) -> None:
    if every == is_of_some:
        raise typer.BadParameter("give either the numbers of samples or --all")
    if every and verdict == "withdraw":
        raise typer.BadParameter("name the samples whose verdict is withdrawn")
    if reasons and verdict not in ("send-back", "exclude"):
        raise typer.BadParameter("--reason goes with send-back and exclude")
    if verdict == "send-back" and not reasons:
        raise typer.BadParameter("send-back needs --reason, one or more, as --reason blurred")


@dataclass(frozen=True)
class _LeftOut:
    """The samples that are left as before, for any of these reasons.

    Their photograph has changed, checks found something, they are the reviewer's own work, or
    they were propagated and nobody has looked at them.
    """

    ids: frozenset[int]
    failed: tuple["FailedImage", ...] = ()
    refused: tuple["Checked", ...] = ()
    own: frozenset[int] = frozenset()
    unlooked: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        """What is said of them after how many were given the verdict."""
        text = f", {count(len(self.ids), 'sample')} left as before" if self.ids else ""
        if self.own:
            text += f" ({len(self.own)} your own work: somebody else accepts it)"
        if self.unlooked:
            text += f" ({len(self.unlooked)} propagated and not looked at yet: `open` shows them)"
        return text

    @property
    def values(self) -> dict[str, object]:
        """What ``--json`` says of them besides the files that failed."""
        own: dict[str, object] = {"own_work": sorted(self.own)} if self.own else {}
        own |= {"unlooked": sorted(self.unlooked)} if self.unlooked else {}
        return own | ({"checks": refused_values(self.refused)} if self.refused else {})


def _given_to_all(
    project: "Project", judgement: "Judgement", *, despite_checks: bool
) -> tuple[list[int], _LeftOut]:
    """Give all samples without a verdict one, but for those that cannot be accepted."""
    left_out = _not_acceptable(project, judgement, None, despite_checks=despite_checks)
    ids = project.reviews.give_undecided(
        judgement.verdict,
        reviewer=judgement.reviewer,
        reasons=judgement.reasons,
        comment=judgement.comment,
        leaving_out=left_out.ids,
    )
    return ids, left_out


def _given_to(
    project: "Project", judgement: "Judgement", samples: Sequence[str], *, despite_checks: bool
) -> tuple[list[int], _LeftOut]:
    """Give samples a verdict that are named, but for those that cannot be accepted."""
    from annotator.project.partly import telling_what_is_done

    ids = samples_named(project, samples, person=judgement.reviewer)
    if judgement.verdict.state is None:
        ids = _with_verdict(project, ids)
    # What is judged is what is there now: looking at many photographs takes its time.
    revisions, seen = project.annotations.revisions(ids), project.reviews.newest_ids(ids)
    left_out = _not_acceptable(project, judgement, ids, despite_checks=despite_checks)
    ids = [sample_id for sample_id in ids if sample_id not in left_out.ids]
    given: list[int] = []
    with telling_what_is_done(given, len(ids)):
        for some in portions(ids):
            project.reviews.judge_all(some, judgement, revisions=revisions, seen=seen)
            given += some
    return ids, left_out


def _not_acceptable(
    project: "Project",
    judgement: "Judgement",
    ids: Sequence[int] | None,
    *,
    despite_checks: bool,
) -> _LeftOut:
    from annotator.project import OwnWork, Verdict
    from annotator.workflow.image_files import not_acceptable

    if judgement.verdict is Verdict.SUBMIT and ids is None:
        mere = frozenset(project.clips.unlooked(project.reviews.waiting(Verdict.SUBMIT)))
        return _LeftOut(mere, unlooked=mere)
    if judgement.verdict is not Verdict.ACCEPT:
        return _LeftOut(frozenset())
    asked = set(project.reviews.waiting(Verdict.ACCEPT) if ids is None else ids)
    own = project.reviews.own_work(asked, judgement.reviewer)
    if own and own == asked:
        raise OwnWork(min(own), judgement.reviewer)
    changed, failed = not_acceptable(project, ids)
    # Those that are named one by one were chosen by somebody.
    unlooked = project.clips.unlooked(asked) if ids is None else set()
    left_out = changed | own | unlooked
    refused = [] if despite_checks else refused_by_checks(project, ids, but=left_out)
    every = left_out.union(found.sample_id for found in refused)
    return _LeftOut(frozenset(every), failed, tuple(refused), frozenset(own), frozenset(unlooked))


def _with_verdict(project: "Project", ids: Sequence[int]) -> list[int]:
    """Return those samples that have a verdict to withdraw."""
    from annotator.project import UNDECIDED

    found = [i for i in ids if project.samples.get(i).state not in UNDECIDED]
    if not found:
        raise FailedError("there is no verdict to withdraw")
    return found


def _reasons(project: "Project", names: Sequence[str]) -> tuple[str, ...]:
    """Return the reasons given, which must be the project's, or refuse them as a usage error."""
    known = project.settings.get("reasons")
    given = [name.replace("-", "_") for name in names]
    for name in given:
        if name not in known:
            raise typer.BadParameter(f"{name!a} is no reason: take one of {', '.join(known)}")
    return tuple(dict.fromkeys(given))
