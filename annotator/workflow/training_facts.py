"""What is known of a model's making: its run's file, what the model says itself, its evaluation.

All of it comes from files of others, and is read as JSON; PyTorch is not asked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeGuard

from annotator.project import RoundError
from annotator.system.regular import open_regular

RUN = "run.json"
_LARGEST = 16 << 20  # bytes


def read_facts(path: Path, what: str) -> dict[str, Any]:
    """Return a JSON object from a file.

    Parameters
    ----------
    path
    what
        What the file should be, for the message.

    Raises
    ------
    RoundError
        If it cannot be read, or holds no JSON object.
    """
    try:
        with open_regular(path) as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise RoundError(f"{path} cannot be read ({reason}): name {what}") from error
    if len(content) > _LARGEST:
        raise RoundError(f"{path} is larger than {what} can be: name another file")
    return parsed(content, f"{path} is damaged, or not {what}")


def parsed(content: bytes | str, trouble: str) -> dict[str, Any]:
    """Return a JSON object, or raise RoundError, which begins with what the trouble is."""
    try:
        values = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        said = "nested without end" if isinstance(error, RecursionError) else error
        raise RoundError(f"{trouble} ({said})") from error
    if not isinstance(values, dict):
        raise RoundError(f"{trouble} (it holds no JSON object)")
    return values


def validation_of(facts: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Return the errors on validation faces, before and after, by the kind of crop.

    What is not there, or no number, is left out: it is somebody else's file.
    """
    validation = facts.get("validation")
    if not isinstance(validation, dict):
        return {}
    found = {}
    for kind in ("clean", "spoiled"):
        figures = validation.get(kind)
        if isinstance(figures, dict):
            numbers = [figures.get("parent"), figures.get("net")]
            before, after = (float(each) if _is_number(each) else None for each in numbers)
            if before is not None and after is not None:
                found[kind] = {"before": before, "after": after}
    return found


def parent_of(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the name and the hash of the model that training began with."""
    parent = facts.get("parent")
    if not isinstance(parent, dict) or not isinstance(parent.get("sha256"), str):
        return None
    return str(parent.get("name", "")), parent["sha256"]


def releases_of(facts: Mapping[str, Any]) -> list[str]:
    """Return the content hashes of the releases that were trained on."""
    releases = facts.get("releases")
    if not isinstance(releases, list):
        return []
    hashes = [one.get("content_sha256") for one in releases if isinstance(one, dict)]
    return [one for one in hashes if isinstance(one, str)]


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
