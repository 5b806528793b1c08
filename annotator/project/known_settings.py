"""Which settings a project has: what each is for, what it can be, and what it is at first."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from annotator.project.errors import SettingError
from annotator.project.records import Reason

ALONE, TWO_STEPS = "alone", "two steps"
_LONGEST = 40
_MOST_REASONS = 30
_LARGEST_ERROR = 1000.0  # outer eye distances
_REASON = re.compile(rf"[a-z][a-z0-9_]{{0,{_LONGEST - 1}}}")


@dataclass(frozen=True)
class KnownSetting:
    """A setting that projects have.

    Attributes
    ----------
    default
        What it is until somebody changes it.
    sentence
        What it is for.
    problem
        Returns what is wrong with a value, as "must be ...", or nothing.
    strictest
        What holds where what is stored is no value of it, so that damage lets nobody do what the
        project forbids; None for the default.
    """

    default: Any
    sentence: str
    problem: Callable[[Any], str]
    strictest: Any = None

    def in_force(self, value: Any) -> Any:
        """Return the value that holds where one is stored: it, unless it is none."""
        if not self.problem(value):
            return value
        return self.default if self.strictest is None else self.strictest


def one_of(*values: Any) -> Callable[[Any], str]:
    """Return a check that a value is one of some."""
    named = " or ".join(f'"{value}"' if isinstance(value, str) else repr(value) for value in values)

    def problem(value: Any) -> str:
        is_one = any(type(value) is type(each) and value == each for each in values)
        return "" if is_one else f"must be {named}"

    return problem


def yes_or_no(value: Any) -> str:
    """Return what keeps a value from being true or false."""
    return "" if isinstance(value, bool) else "must be true or false"


def number_between(least: float, most: float) -> Callable[[Any], str]:
    """Return a check that a value is a number within bounds, which are allowed."""

    def problem(value: Any) -> str:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return (
            "" if is_number and least <= value <= most else f"must be a number, {least} to {most}"
        )

    return problem


def numbers_by_name(value: Any) -> str:
    """Return what keeps a value from being numbers by names."""
    is_sound = isinstance(value, dict) and all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in value.values()
    )
    return "" if is_sound else 'must be numbers by names, as {"accept": 0.02}'


def reasons(value: Any) -> str:
    """Return what keeps a value from being a project's reasons."""
    asked = (
        f"must be 1 to {_MOST_REASONS} different words of small letters, digits and _, "
        f'{_LONGEST} characters at most each, as ["blurred", "other"]'
    )
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_REASONS:
        return asked
    if not all(isinstance(each, str) and _REASON.fullmatch(each) for each in value):
        return asked
    return "" if len(set(value)) == len(value) else asked


def pile_ends(value: Any) -> str:
    """Return what keeps a value from saying where the piles of triage end; nothing set is {}."""
    asked = (
        'must be {} or shares of the eye distance with 0 < accept <= hopeless, as {"accept": 0.02, '
        '"hopeless": 0.25}, and "verdicts", a count, where they were learned'
    )
    if numbers_by_name(value) or set(value) - {"accept", "hopeless", "verdicts"}:
        return asked
    if not value:
        return ""
    ends = value.get("accept", 0), value.get("hopeless", 0)
    is_sound = 0 < ends[0] <= ends[1] <= _LARGEST_ERROR
    verdicts = value.get("verdicts", 1)
    return "" if is_sound and isinstance(verdicts, int) and verdicts > 0 else asked


# One line for each setting that there is: who needs another one adds it here.
KNOWN_SETTINGS: Mapping[str, KnownSetting] = MappingProxyType(
    {
        "review": KnownSetting(
            ALONE,
            'Who decides: "alone", whoever annotates accepts too; "two steps", annotators '
            "submit, and somebody else accepts.",
            one_of(ALONE, TWO_STEPS),
            strictest=TWO_STEPS,
        ),
        "own_work": KnownSetting(
            False,
            "Whether people may accept their own work in a project of two steps.",
            yes_or_no,
        ),
        "reasons": KnownSetting(
            [reason.value for reason in Reason],
            "For what reasons samples are sent back or excluded.",
            reasons,
        ),
        "triage": KnownSetting(
            {},
            "Where the piles of triage end: up to which expected error a mesh is fit to accept "
            "after a look, and above which it is hopeless; {} for what ships.",
            pile_ends,
        ),
        "agreement_threshold": KnownSetting(
            0.0256,
            "How far two opinions of a face may lie apart and agree: the mean over its vertices, "
            "as a share of the distance between the eyes' centres.",
            number_between(0.0, 1.0),
        ),
    }
)


def known_setting(name: str) -> KnownSetting:
    """Return a setting by its name, or raise `SettingError`."""
    found = KNOWN_SETTINGS.get(name)
    if found is None:
        names = ", ".join(KNOWN_SETTINGS)
        raise SettingError(f"{name!a} is no setting: the settings are {names}")
    return found


def check_setting(name: str, value: Any) -> None:
    """Raise `SettingError` if there is no such setting, or it cannot have this value."""
    if problem := known_setting(name).problem(value):
        raise SettingError(f"the setting {name} {problem}")
