"""What people say of a release as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from annotator.release.errors import ExportError

FOLDER = "releases"
"""Where a project keeps its releases, unless told otherwise: none of it is added to it."""

LONGEST_NAME = 80
_LONGEST_TEXT = 20_000
_ALLOWED = frozenset("-_.")


@dataclass(frozen=True, slots=True)
class About:
    """A release in words.

    Attributes
    ----------
    name, version
        What it is called, and its semantic version; None for an export that has none.
    title
        For people; by default the name.
    description
        What it is, in the words of who made it.
    licence
        Under which it is given to others; each image's own is in its row.
    project, words
        What the project, and all that is said beside records, are known by; hashes under the
        project's key, from which nobody learns what was said.
    """

    name: str | None = None
    version: str | None = None
    title: str | None = None
    description: str = ""
    licence: str | None = None
    project: str | None = None
    words: str | None = None

    def __post_init__(self) -> None:
        if (self.name is None) != (self.version is None):
            raise ExportError("a release has a name and a version, an export neither")
        for what in (self.title, self.description, self.licence):
            if what is not None and len(what) > _LONGEST_TEXT:
                raise ExportError(f"words of a release have at most {_LONGEST_TEXT:,} characters")

    @property
    def heading(self) -> str:
        """What the card is headed by."""
        return self.title or self.name or "Face meshes"

    def provenance(self) -> dict[str, str]:
        """Return what the manifest says of where it comes from, without what is not known."""
        said = {"project": self.project, "words": self.words}
        return {key: value for key, value in said.items() if value is not None}


UNNAMED = About()
"""Of an export about which nothing is said."""


def checked_name(name: str) -> str:
    """Return the name of a release, which is part of a folder's name.

    Raises
    ------
    ExportError
        If it cannot be.
    """
    is_fit = (
        0 < len(name) <= LONGEST_NAME
        and all(one.isalnum() or one in _ALLOWED for one in name)
        and name[0].isalnum()
        and name[-1].isalnum()
        and name.isprintable()
    )
    if not is_fit:
        raise ExportError(
            f"a release cannot be called {name!a:.90}: use letters and digits, and between them"
            f" - _ and ., {LONGEST_NAME} characters at most"
        )
    return name
