"""What can go wrong with a project; every message is one line that says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from annotator.project.records import Review


RESTORE = "restore it from a backup (`facemesh-annotator restore`)"
"""What to do about a project that is damaged."""


class ProjectError(Exception):
    """Anything that keeps the store from doing what it was asked."""


class NotAProject(ProjectError):  # noqa: N818 - reads as the condition it names
    """The folder holds no project."""


class ProjectExists(ProjectError):  # noqa: N818
    """A project is there already and will not be written over."""


class DamagedProject(ProjectError):  # noqa: N818
    """The database cannot be trusted; it was left as it is."""


class NewerProject(ProjectError):  # noqa: N818
    """A newer version of this program made the database; it was left as it is."""


class BackupExists(ProjectError):  # noqa: N818
    """Something bears the name that a backup was to have; it was left alone."""


class BackupCancelled(ProjectError):  # noqa: N818
    """Whoever wanted a backup no longer does; none is left."""


class NoBackup(ProjectError):  # noqa: N818
    """A file is no backup of a project; nothing was restored."""


class UnknownSample(ProjectError):  # noqa: N818
    """No sample has this id."""


class UnknownImage(ProjectError):  # noqa: N818
    """No image has this id."""


class UnusableName(ProjectError, ValueError):  # noqa: N818
    """Nobody could be called so; nothing was written."""


class UnknownRevision(ProjectError):  # noqa: N818
    """A sample was never at this revision, or nobody knows how it was then."""


class OwnWork(ProjectError):  # noqa: N818
    """Somebody may not accept what they made themselves; nothing was written.

    Attributes
    ----------
    sample_id : int
    """

    def __init__(self, sample_id: int, person: str) -> None:
        super().__init__(
            f"sample {sample_id} is {person}'s own work, which somebody else accepts in this "
            "project: submit it (`facemesh-annotator review PROJECT submit`), or let people accept "
            "their own (`facemesh-annotator settings PROJECT own_work true`)"
        )
        self.sample_id = sample_id


class ReasonNeeded(ProjectError, ValueError):  # noqa: N818
    """Samples are excluded for a reason where several people decide; nothing was written."""

    def __init__(self, reasons: Iterable[str]) -> None:
        super().__init__(
            "this project works in two steps, where a sample is excluded for a reason: give one or "
            f"more of {', '.join(reasons)} (`--reason`)"
        )


class UnknownReason(ProjectError, ValueError):  # noqa: N818
    """A reason is none of the project's; nothing was written."""


class Decided(ProjectError):  # noqa: N818
    """A sample that was decided upon cannot be submitted; nothing was written."""


class RoundError(ProjectError):
    """A round cannot begin, be finished or be shown; nothing was written."""


class SettingError(ProjectError, ValueError):
    """There is no such setting, or it cannot have this value; nothing was written."""


class FactError(ProjectError, ValueError):
    """There is no such fact of photographs, or it cannot be so; nothing was written."""


class SplitDecided(ProjectError):  # noqa: N818
    """An image is in a split already, and never changes sides; nothing was written for it."""


class ReleaseListed(ProjectError):  # noqa: N818
    """The ledger has a release of this name and version; nothing was written."""


class UnknownRelease(ProjectError):  # noqa: N818
    """The ledger has no such release."""


class UnknownGuide(ProjectError):  # noqa: N818
    """No guide has this id."""


class StaleAnnotation(ProjectError):  # noqa: N818
    """The annotation changed since it was loaded; nothing was written."""


class UnseenVerdict(ProjectError):  # noqa: N818
    """Somebody gave a verdict that the caller has not seen; nothing was written.

    Attributes
    ----------
    sample_id : int
    review : Review
        That verdict. Whoever has seen it hands its id on as ``seen``.
    """

    def __init__(self, sample_id: int, review: Review) -> None:
        super().__init__(
            f"{review.reviewer} gave the verdict {review.verdict.value} on sample {sample_id} "
            "in the meantime: look at it first"
        )
        self.sample_id = sample_id
        self.review = review


class ProjectUnavailable(ProjectError):  # noqa: N818
    """The project cannot be read or written right now; the same call may succeed later.

    Nothing of the failed call was written, but for calls that work in portions: the message says
    how much they did.
    """


class ProjectBusy(ProjectUnavailable):
    """Another program holds the database's write lock."""


class ReadOnlyProject(ProjectUnavailable):
    """The project's folder or database may not be written."""


class DiskFull(ProjectUnavailable):
    """There is no room left to write."""
