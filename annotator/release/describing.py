"""The files that say in words what a release is, and what its manifest says of that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from annotator.release.about import About
from annotator.release.card import CARD, Making, card_text
from annotator.release.contents import Contents
from annotator.release.croissant import CROISSANT, TABLES, croissant_text
from annotator.system.hashing import file_sha256


def describe(folder: Path, about: About, contents: Contents, making: Making) -> None:
    """Write ``README.md`` and ``croissant.json`` beside what a format wrote."""
    tables = {name: file_sha256(folder / name) for name in TABLES if (folder / name).is_file()}
    texts: Mapping[str, str] = {
        CARD: card_text(about, contents, making),
        CROISSANT: croissant_text(about, contents, tables),
    }
    for name, text in texts.items():
        with (folder / name).open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)


def stated_of(about: About, contents: Contents, making: Making, *, splits: bool) -> dict[str, Any]:
    """Return what the manifest says of a release as a whole.

    Parameters
    ----------
    about, contents, making
    splits
        Whether its samples are on sides.
    """
    said: dict[str, Any] = {
        "provenance": {
            **about.provenance(),
            "revoked_images": making.revoked,
            "contents": contents.values(),
        }
    }
    if about.name is not None:
        said |= {"name": about.name, "version": about.version}
    if splits:
        said["splits"] = {side: part.faces for side, part in contents.sides.items()}
    return said
