"""What can be chosen of an export or a release, in words, and the wish that the choices make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from annotator.release import About, Choice, ExportError, ImageMode
from annotator.release.about import checked_name
from annotator.release.formats import format_named
from annotator.release.image_modes import Metadata
from annotator.workflow.releasing import ReleaseWish

IMAGES: tuple[tuple[str, ImageMode], ...] = (
    ("copied", "copy"),
    ("linked: no room taken on the same disk", "link"),
    ("copied, those stored turned as upright PNG", "upright"),
    ("left where they are", "reference"),
    ("cut to each face", "face"),
    ("cut as the net sees them, 192 px", "crop-192"),
    ("cut as the net sees them, 256 px", "crop-256"),
    ("left out", "none"),
)
METADATA: tuple[tuple[str, Metadata], ...] = (
    ("left out (places, times, cameras)", "strip"),
    ("left in", "keep"),
)


@dataclass(frozen=True, slots=True)
class ExportWish:
    """What is to be written.

    Attributes
    ----------
    folder
    choice
        How.
    release
        Of a release; None for an export.
    """

    folder: Path
    choice: Choice
    release: ReleaseWish | None = None


def export_wish(
    folder: Path,
    choice: Choice,
    *,
    name: str | None = None,
    version: str = "",
    licence: str = "",
    require_licence: bool = False,
) -> ExportWish:
    """Return what choices make.

    Parameters
    ----------
    folder
        Of an export; a release goes where the project keeps them.
    choice
    name
        Of a release; None for an export.
    version
        Empty to have it proposed.
    licence
        Of the whole, for the card; may be empty.
    require_licence
        Whether every image must have one.

    Raises
    ------
    ExportError
        If a release cannot be called so.
    """
    about = About(licence=licence or None)
    if name is None:
        return ExportWish(folder, choice.with_about(about))
    wish = ReleaseWish(
        checked_name(name),
        choice,
        about,
        version or None,
        require=("licence",) if require_licence else (),
    )
    return ExportWish(folder, choice, wish)


def carried(format_name: str) -> str:
    """Return what a format keeps and loses, in a sentence or two."""
    chosen = format_named(format_name)
    said = [f"Keeps {chosen.keeps}."] if chosen.keeps else []
    if chosen.loses:
        said.append(f"Loses {chosen.loses}.")
        if chosen.read is None:
            said.append("An exact record is written beside it.")
    return " ".join(said)


def release_name(folder: Path) -> str:
    """Return what a release of a project may be called: as its folder, as far as that is a name."""
    letters = "".join(one if one.isalnum() or one in "-_." else "-" for one in folder.name)
    try:
        return checked_name(letters.strip("-_.")[:40].strip("-_."))
    except ExportError:
        return "faces"
