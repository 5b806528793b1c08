"""What can be chosen of an export or a release, in words, and the wish that the choices make."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from annotator.release import About, Choice, ExportError, ImageMode, KeyFileError, SigningKey
from annotator.release.about import checked_name
from annotator.release.formats import format_named
from annotator.release.image_modes import Metadata
from annotator.release.splits import USUAL, shares_of
from annotator.workflow.releasing import REQUIRABLE, ReleaseWish

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
USUAL_SHARES = str(USUAL)
"""Of training, validation and test, unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Signing:
    """By which key it is signed.

    Attributes
    ----------
    key
        The file of a private SSH key.
    passphrase
        Of an encrypted one; empty where nobody gave any.
    """

    key: Path
    passphrase: str = field(default="", repr=False)

    def read(self) -> SigningKey:
        """Return the key.

        Raises
        ------
        KeyFileError
            If it cannot be used.
        """
        return SigningKey(self.key, self._asked)

    def _asked(self) -> str:
        if not self.passphrase:
            raise KeyFileError(f"{self.key} is encrypted: enter its passphrase")
        return self.passphrase


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
    sign
        None where nobody signs.
    """

    folder: Path
    choice: Choice
    release: ReleaseWish | None = None
    sign: Signing | None = None


@dataclass(frozen=True, slots=True)
class ReleaseEntries:
    """What was entered of a release, as text; what is empty is as the command line has it.

    Attributes
    ----------
    name
    version
        By default proposed.
    title, description, licence
        For the card; the title is by default the name.
    shares
        Of new images, in per cent, as ``80/10/10``.
    require
        Facts, of `REQUIRABLE`, without which an image is refused.
    folder
        By default one among the project's releases.
    """

    name: str
    version: str = ""
    title: str = ""
    description: str = ""
    licence: str = ""
    shares: str = USUAL_SHARES
    require: tuple[str, ...] = ()
    folder: str = ""

    def wish(self, choice: Choice) -> ReleaseWish:
        """Return what is to be released.

        Raises
        ------
        ExportError
            If it cannot be called so, or anything else of it cannot be.
        """
        return ReleaseWish(
            checked_name(self.name.strip()),
            choice,
            About(
                title=self.title.strip() or None,
                description=self.description.strip(),
                licence=self.licence.strip() or None,
            ),
            self.version.strip() or None,
            shares_of(self.shares.strip() or USUAL_SHARES),
            tuple(one for one in REQUIRABLE if one in self.require),
            _whole_path(self.folder, "folder"),
        )


def export_wish(
    folder: Path,
    choice: Choice,
    *,
    release: ReleaseEntries | None = None,
    key: str = "",
    passphrase: str = "",
) -> ExportWish:
    """Return what choices make.

    Parameters
    ----------
    folder
        Of an export; a release says itself where it goes.
    choice
    release
        None for an export.
    key, passphrase
        The file of the key that signs, by its whole path; empty where nobody signs.

    Raises
    ------
    ExportError
        If anything of it cannot be.
    """
    path = _whole_path(key, "key")
    sign = None if path is None else Signing(path, passphrase)
    return ExportWish(folder, choice, None if release is None else release.wish(choice), sign)


def _whole_path(text: str, what: str) -> Path | None:
    """Return the path that was entered, ``~`` for one's home; None where nothing was."""
    if not text.strip():
        return None
    path = Path(text.strip())
    if path.parts[:1] == ("~",):  # nobody else's home: to look for it may fail
        path = Path.home().joinpath(*path.parts[1:])
    if not path.is_absolute():
        raise ExportError(f"{text.strip()!a:.90} is no whole path: enter where the {what} lies")
    return path


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
