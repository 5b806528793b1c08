"""Semantic versions of releases, proposed from what is different since the last one.

Who trained on a release learns from the version whether results compare: records that were edited,
removed or moved between splits make a major version, records that were added a minor one, words
alone a patch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from annotator.release.errors import ExportError

if TYPE_CHECKING:
    from typing import Self

_VERSION = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """Major, minor, patch."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the version that a text names.

        Raises
        ------
        ExportError
            If it names none.
        """
        if (found := _VERSION.fullmatch(text)) is None:
            raise ExportError(f"{text!a:.40} is no version: give three numbers, as 1.2.0")
        return cls(*map(int, found.groups()))


FIRST = Version(1, 0, 0)


class Entry(Protocol):
    """What is remembered of a record of a release."""

    @property
    def sample_id(self) -> int:
        """Which record it is."""

    @property
    def split(self) -> str | None:
        """The side that it is on."""

    @property
    def landmarks(self) -> str:
        """What its landmarks and visibility are known by."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How many records differ between two releases.

    Attributes
    ----------
    added, removed, edited, moved
        A record that was moved between splits and edited counts as both.
    words
        Whether something else that is said differs.
    """

    added: int = 0
    removed: int = 0
    edited: int = 0
    moved: int = 0
    words: bool = False

    def __str__(self) -> str:
        names = ("added", "removed", "edited", "moved")
        told = [f"{getattr(self, name):,} {name}" for name in names if getattr(self, name)]
        if self.words:
            told.append("words changed")
        return ", ".join(told) or "nothing changed"

    def after(self, last: Version) -> Version | None:
        """Return the version that comes next; None if nothing changed."""
        if self.removed or self.edited or self.moved:
            return Version(last.major + 1, 0, 0)
        if self.added:
            return Version(last.major, last.minor + 1, 0)
        return Version(last.major, last.minor, last.patch + 1) if self.words else None


def difference(
    before: Iterable[Entry], after: Iterable[Entry], *, words: bool = False
) -> Difference:
    """Compare the records of two releases.

    Parameters
    ----------
    before, after
    words
        Whether something else that is said differs.
    """
    known = {entry.sample_id: (entry.split, entry.landmarks) for entry in before}
    total, added, edited, moved = len(known), 0, 0, 0
    for entry in after:
        if (was := known.get(entry.sample_id)) is None:
            added += 1
            continue
        total -= 1
        moved += was[0] != entry.split
        edited += was[1] != entry.landmarks
    return Difference(added, total, edited, moved, words)


def chosen_version(given: str | None, last: str | None, changes: Difference) -> Version:
    """Return the version of the next release.

    Parameters
    ----------
    given
        What somebody wants it to be; None to have it proposed.
    last
        That of the last release of the name; None if there is none.
    changes
        Since that one.

    Raises
    ------
    ExportError
        If `given` is no version, or not greater than `last`, or nothing changed.
    """
    if last is None:
        return FIRST if given is None else Version.of(given)
    newest, proposed = Version.of(last), changes.after(Version.of(last))
    if proposed is None:
        raise ExportError(
            f"nothing changed since version {last}: use that one, or accept or edit samples first"
        )
    if given is None:
        return proposed
    if (wanted := Version.of(given)) <= newest:
        raise ExportError(
            f"version {wanted} does not come after {last}, the last one: give a greater one, or"
            f" leave it out for {proposed}"
        )
    return wanted
