"""Photographs that may not be used any more, and the releases that hold them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from annotator.project import Project, ReleaseRecord
from annotator.release.withdrawal import note_withdrawal


def releases_holding(project: Project, image_ids: Collection[int]) -> list[ReleaseRecord]:
    """Return the releases that hold one of some images, each once, in the order they were made."""
    held = project.releases.holding(image_ids)
    return sorted({each.id: each for of in held.values() for each in of}.values(), key=_by_id)


def held_lines(releases: Sequence[ReleaseRecord]) -> list[str]:
    """Return which releases hold what may not be used any more, a line each, and what to do."""
    if not releases:
        return ["no release in the ledger holds it"]
    lines = [
        f"in release {release} in {release.folder}"
        + (", which is withdrawn" if release.is_withdrawn else "")
        for release in releases
    ]
    if any(not release.is_withdrawn for release in releases):
        lines.append("`withdraw` says that a release is not to be used; its folder stays")
    return lines


def withdraw_release(
    project: Project, release: ReleaseRecord, why: str, by: str | None = None
) -> tuple[ReleaseRecord, list[str]]:
    """Withdraw a release, and leave a note in its folder; nothing is deleted.

    Returns
    -------
    ReleaseRecord
        As the ledger has it now.
    list of str
        What to say, a line each.
    """
    now = project.releases.withdraw(release.id, why, by)
    problem = note_withdrawal(release.folder, release.content_sha256, now.withdrawn_why or why)
    before = f"release {release} was withdrawn before"
    lines = [before if release.is_withdrawn else f"withdrew release {release}"]
    if problem is None:
        lines.append(f"remove {release.folder} and all copies of it: WITHDRAWN.txt in it says so")
    else:
        lines.append(f"remove all copies of it; of {release.folder}: {problem}")
    return now, lines


def _by_id(release: ReleaseRecord) -> int:
    return release.id
