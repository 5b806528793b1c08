"""Making a release: a named version of all that is accepted, with splits, entered in the ledger."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.project import Project
from annotator.project.release_records import NewRelease, ReleaseRecord
from annotator.release import ExportError, ExportReport, export_accepted
from annotator.release.about import FOLDER, UNNAMED, About, checked_name
from annotator.release.splits import USUAL, Decision, Shares
from annotator.release.versions import Difference, Version, chosen_version, difference
from annotator.system.words import count
from annotator.workflow.release_plan import Held, held_by, last_words, project_mark
from annotator.workflow.release_recovery import enter_finished, withdraw_revoked
from annotator.workflow.same_pictures import keep_accepted
from annotator.workflow.splitting import decide_splits

if TYPE_CHECKING:
    from annotator.project import ImageRecord
    from annotator.project.accepted import AcceptedSamples
    from annotator.release.choice import Choice
    from annotator.release.signing import SigningKey

_LOG = logging.getLogger(__name__)

REQUIRABLE = ("licence", "consent", "subject")
_NAMED = 3  # images that a message names

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ReleaseWish:
    """What somebody wants released.

    Attributes
    ----------
    name
    choice
        The format, and how images and names are written.
    about
        Title, description and licence; its name and version are filled in.
    version
        None to have it proposed.
    shares
        Of new clusters, each side's.
    require
        Facts, of `REQUIRABLE`, that every image must have.
    folder
        None for one in the project's folder.
    """

    name: str
    choice: Choice
    about: About = UNNAMED
    version: str | None = None
    shares: Shares = USUAL
    require: tuple[str, ...] = ()
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What a release would be.

    Attributes
    ----------
    folder
    about
        With its name and version.
    last
        The last release of the name.
    changes
        Since that one.
    splits
    held
        What it holds.
    revoked
        How many images are left out, as they were revoked or consent was refused.
    """

    folder: Path
    about: About
    last: ReleaseRecord | None
    changes: Difference
    splits: Decision
    held: Held
    revoked: int

    @property
    def samples(self) -> int:
        """How many it holds."""
        return sum(at in self.splits.sides for at in self.held.images.values())

    @property
    def counts(self) -> dict[str, int]:
        """How many images each side has."""
        counted = Counter(str(side) for side in self.splits.sides.values())
        return {side: counted[side] for side in ("train", "validation", "test") if counted[side]}


@dataclass(frozen=True, slots=True)
class ReleaseMade:
    """A release that was made.

    Attributes
    ----------
    plan
    record
        As the ledger has it.
    report
        Of what was written.
    kept
        Images whose metadata alone had changed.
    entered
        Releases that had been finished and were not in the ledger yet.
    """

    plan: ReleasePlan
    record: ReleaseRecord
    report: ExportReport
    kept: tuple[ImageRecord, ...]
    entered: tuple[ReleaseRecord, ...]


def plan_release(
    project: Project, wish: ReleaseWish, *, on_progress: OnProgress | None = None
) -> ReleasePlan:
    """Say what a release would be; nothing is written.

    Raises
    ------
    ExportError
        If it could not be made: nothing is accepted or changed, an image lacks what is required.
    """
    with project.samples.all_accepted() as accepted:
        return _planned(project, accepted, wish, on_progress)[0]


def make_release(
    project: Project,
    wish: ReleaseWish,
    *,
    sign: SigningKey | None = None,
    on_progress: OnProgress | None = None,
) -> ReleaseMade:
    """Make a release: decide splits, write the folder, enter it in the ledger, in this order.

    Killed at any moment it leaves no half of a release. Killed before the entry it leaves a whole
    one in its folder, which the next release of the name enters.

    Raises
    ------
    ExportError
        As `plan_release` and `export_accepted`, or if the project can only be read.
    ProjectError
        If the project cannot be written.
    """
    if project.is_read_only:
        raise ExportError(
            "the project can only be read, and a release is entered in it: 'export' writes the"
            " accepted samples without a name"
        )
    entered = enter_finished(project, checked_name(wish.name), _places(project, wish))
    kept = keep_accepted(project)
    with project.samples.all_accepted() as accepted:
        plan, narrowed = _planned(project, accepted, wish, on_progress)
        project.splits.decide(plan.splits.new)
        report = export_accepted(
            narrowed,
            plan.folder,
            replace(wish.choice, splits=plan.splits.sides, about=plan.about),
            secret=project.secret(),
            sign=sign,
            on_progress=on_progress,
        )
    record = _enter(project, plan, report)
    if withdraw_revoked(project, record):
        raise ExportError(
            f"an image of {record} was revoked while it was finished, and it is withdrawn:"
            f" remove {record.folder}, and give the command again"
        )
    _LOG.info("released %s", record)
    return ReleaseMade(plan, record, report, kept, entered)


def _enter(project: Project, plan: ReleasePlan, report: ExportReport) -> ReleaseRecord:
    """Enter in the ledger what was written."""
    return project.releases.add(
        NewRelease(
            str(plan.about.name),
            str(plan.about.version),
            report.folder,
            report.content_sha256,
            report.format,
            len(plan.splits.sides),
            plan.held.entries(plan.splits.sides),
        )
    )


def _places(project: Project, wish: ReleaseWish) -> list[Path]:
    """Return where finished releases of a name may lie."""
    own = sorted((project.home / FOLDER).glob(f"{wish.name}-*"))
    return own if wish.folder is None else [*own, wish.folder.absolute()]


def _planned(
    project: Project,
    accepted: AcceptedSamples,
    wish: ReleaseWish,
    on_progress: OnProgress | None,
) -> tuple[ReleasePlan, AcceptedSamples]:
    name = checked_name(wish.name)
    for what in wish.require:
        if what not in REQUIRABLE:
            raise ExportError(f"{what!a:.40} cannot be required: choose {', '.join(REQUIRABLE)}")
    if not len(accepted):
        raise ExportError("nothing is accepted yet: accept samples, then release them")
    held = held_by(project, accepted, wish.choice, wish.about)
    _refuse_missing(project, held, wish.require)
    splits = decide_splits(project, held.images, wish.shares, on_progress=on_progress)
    if not splits.sides:
        raise ExportError("all accepted samples tie one side of the splits to another")
    last = next((one for one in reversed(project.releases.all()) if one.name == name), None)
    newest = _newest(project, name)
    words = last is None or last.is_withdrawn or last_words(last) != held.words
    changes = difference(
        () if last is None else project.releases.entries(last.id),
        held.entries(splits.sides),
        words=words,
    )
    version = chosen_version(wish.version, newest, changes)
    mark = project_mark(project.secret())
    about = replace(wish.about, name=name, version=str(version), project=mark, words=held.words)
    folder = wish.folder or project.home / FOLDER / f"{name}-{version}"
    plan = ReleasePlan(
        folder.absolute(), about, last, changes, splits, held, accepted.left_out.images
    )
    return plan, accepted.only(splits.sides)


def _newest(project: Project, name: str) -> str | None:
    """Return the greatest version of a name, which need not be the last one that was made."""
    versions = [Version.of(one.version) for one in project.releases.all() if one.name == name]
    return str(max(versions)) if versions else None


def _refuse_missing(project: Project, held: Held, require: tuple[str, ...]) -> None:
    image_ids = sorted(set(held.images.values()))
    facts = project.facts.of(image_ids) if require else {}
    for what in require:
        lacking = [at for at in image_ids if getattr(facts.get(at), what, None) is None]
        if lacking:
            records = project.images.records(lacking[:_NAMED])
            names = ", ".join(record.name for record in records.values())
            more = ", ..." if len(lacking) > _NAMED else ""
            raise ExportError(
                f"of {count(len(lacking), 'image')} nobody stated the {what} ({names}{more}):"
                f" set it, or release without --require {what}"
            )
