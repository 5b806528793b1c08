"""The names that go with strokes, verdicts, visits and added faces, as the store records them."""

from __future__ import annotations

from annotator.project.errors import UnusableName
from annotator.system.people import checked_name, login_name


def recorded_name(name: str) -> str:
    """Return a person's name as it is recorded; every name that is written comes through here.

    Names that older versions recorded are read as they are, whatever they hold.

    Raises
    ------
    UnusableName
        If it is empty, too long, or holds what cannot be shown.
    """
    try:
        return checked_name(name)
    except ValueError as error:
        raise UnusableName(f"{error}: give the name of who did it") from error


def who_does_it(by: str | None) -> str:
    """Return the name of who does something, as it is recorded; None is whoever is logged in.

    Raises
    ------
    UnusableName
        As `recorded_name`.
    """
    return recorded_name(login_name() if by is None else by)
