"""What is known of photographs beside their pixels: who is on them, and what may be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from unicodedata import category, normalize

from annotator.project.errors import FactError
from annotator.system.foreign_text import JOINERS, recovered

FIELDS = ("subject", "group", "licence", "consent", "source")
"""The facts that people set, in the order of tables."""

UNKNOWN = "unknown"
"""What stands for no fact where people write them: in tables and on the command line."""

LONGEST_FACT = 500
"""Characters that a fact has at most."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})


class Consent(StrEnum):
    """What the people on a photograph said to its use; None where nobody knows."""

    GIVEN = "given"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of an image; of a frame of a clip, what is known of the clip.

    Attributes
    ----------
    subject
        Who is on it, by any name or number: one subject's images lie in one split.
    group
        What else keeps images together: a recording, a family, a place.
    licence
        Under which terms it may be used.
    consent
        What the people on it said.
    source
        Where it is from.
    revoked_at, revoked_by, revoked_why
        When, by whom and why it was revoked; None while it is not.
    """

    subject: str | None = None
    group: str | None = None
    licence: str | None = None
    consent: Consent | None = None
    source: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoked_why: str | None = None

    @property
    def may_leave(self) -> bool:
        """Whether releases may hold it: it is not revoked, and nobody refused."""
        return self.why_not is None

    @property
    def why_not(self) -> str | None:
        """Why no release may hold it: ``"revoked"``, else ``"refused"``; None where one may."""
        if self.revoked_at is not None:
            return "revoked"
        return "refused" if self.consent is Consent.REFUSED else None


NOTHING_KNOWN = ImageFacts()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """How many images, with how many samples, no release may hold."""

    images: int
    samples: int


def checked_facts(changes: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return changes of facts as they are recorded: composed, without blanks around; None clears.

    Raises
    ------
    FactError
        If there is no such fact, or it cannot be so.
    """
    for name in changes:
        if name not in FIELDS:
            raise FactError(f"there is no fact {name!a}: the facts are {', '.join(FIELDS)}")
    return {
        name: None if value is None else _checked_fact(name, value)
        for name, value in changes.items()
    }


def checked_text(name: str, text: str) -> str:
    """Return a text that goes into the project, as it is recorded.

    Raises
    ------
    FactError
        If it is empty, too long, or holds what is not shown.
    """
    if len(text) > 4 * LONGEST_FACT:  # what follows need not look at megabytes
        raise FactError(f"{name} has {LONGEST_FACT} characters at most, this one {len(text):,}")
    text = normalize("NFC", recovered(text).strip())
    if not text.strip(JOINERS):
        raise FactError(f"{name} cannot be empty: leave it out, or say `unknown` to clear it")
    if len(text) > LONGEST_FACT:
        raise FactError(f"{name} has {LONGEST_FACT} characters at most, this one {len(text):,}")
    if any(category(sign) in _HIDDEN and sign not in JOINERS for sign in text):
        raise FactError(
            f"{name} cannot hold line breaks or other characters that are not shown: leave them out"
        )
    return text


def _checked_fact(name: str, value: str) -> str:
    text = checked_text(name, value)
    if text == UNKNOWN:
        raise FactError(f"{name} cannot be called {UNKNOWN}, which clears it")
    if name == "consent":
        try:
            return Consent(text)
        except ValueError as error:
            raise FactError(
                f"consent is {text[:40]!a}, but can only be given or refused (or unknown, which "
                "clears it)"
            ) from error
    return text
