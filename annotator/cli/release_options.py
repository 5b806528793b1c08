"""Options of the commands that write releases."""

import sys
from dataclasses import dataclass
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.cli.terminal import NO_ANSWER, FailedError
from annotator.system.foreign_text import escaped

if TYPE_CHECKING:
    from annotator.release import SigningKey
    from annotator.release.about import About
    from annotator.release.choice import Choice


def known_format(name: str) -> str:
    """Return the name of a format; refuse, as a usage error, one that there is not."""
    from annotator.release import UnknownFormat
    from annotator.release.formats import format_named

    try:
        return format_named(name).name
    except UnknownFormat as error:
        raise typer.BadParameter(str(error)) from error


def formats_beginning(incomplete: str) -> list[str]:
    """Return the formats whose names begin so, for the shell."""
    from annotator.release.formats import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


def signing_key(path: Path) -> "SigningKey":
    """Read a private key; whoever sits at the terminal is asked for its passphrase."""
    from annotator.release import SigningKey

    def passphrase() -> str:
        try:
            return getpass(f"passphrase of {escaped(str(path))}: ")
        except EOFError as error:  # Ctrl+D
            raise FailedError(NO_ANSWER) from error

    return SigningKey(path, passphrase if sys.stdin.isatty() else None)


def signed_by(key: "SigningKey | None") -> tuple[dict[str, str], list[str]]:
    """Return who signed what was written, for programs and for people; nothing where nobody did."""
    if key is None:
        return {}, []
    return {"signed_by": key.fingerprint}, [f"signed with {key.fingerprint}"]


FormatName = Annotated[
    str,
    typer.Option(
        "--format",
        help="The exchange format.",
        callback=known_format,
        autocompletion=formats_beginning,
    ),
]
ReleaseImages = Annotated[
    Literal["copy", "upright", "reference", "link", "face", "crop-192", "crop-256", "none"],
    typer.Option(
        "--images",
        help="Copy the image files; write those that are stored another way up as upright PNG;"
        " name where they are; link them, which takes no room; cut out each face, in all its"
        " pixels or as the net sees it in 192 or 256; or leave images out.",
    ),
]
ReleaseMetadata = Annotated[
    Literal["strip", "keep"],
    typer.Option(
        "--metadata",
        help="Strip image files of what they say beside their pixels (places, cameras, texts), or"
        " keep them as they are.",
    ),
]
AsPseudonyms = Annotated[
    bool,
    typer.Option(
        "--pseudonyms",
        help="Put keyed hashes in place of the names of people, subjects, groups, images, clips.",
    ),
]
Sign = Annotated[
    Path | None,
    typer.Option(metavar="KEY", help="Sign it with a private SSH key, as ~/.ssh/id_ed25519."),
]
Into = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="A folder that does not exist yet. Default: releases/NAME-VERSION of the project.",
    ),
]
GivenVersion = Annotated[
    str | None,
    typer.Option(
        metavar="VERSION", help="As 1.2.0, after the last one. Default: told by what is different."
    ),
]
SharesText = Annotated[
    str,
    typer.Option(
        metavar="A/B/C", help="Per cent for training, validation and test, of new images."
    ),
]
Required = Annotated[
    str,
    typer.Option(
        metavar="FACTS",
        help="Refuse while an image lacks one of these: licence,consent,subject.",
    ),
]


@dataclass(frozen=True, slots=True)
class HowWritten:
    """How images and names are written, in whatever format."""

    images: ReleaseImages = "copy"
    metadata: ReleaseMetadata = "strip"
    pseudonyms: AsPseudonyms = False

    def choice(self, format: str) -> "Choice":
        """Return the same as what is chosen of an export in a format."""
        from annotator.release.choice import Choice

        return Choice(format, self.images, metadata=self.metadata, pseudonyms=self.pseudonyms)


@dataclass(frozen=True, slots=True)
class CardWords:
    """What is said of a release as a whole, on its card."""

    title: Annotated[str | None, typer.Option(help="Of the card. Default: NAME.")] = None
    description: Annotated[str, typer.Option(help="What it is, for the card.")] = ""
    licence: Annotated[
        str | None, typer.Option(help="Under which the whole is given to others, for the card.")
    ] = None

    @property
    def about(self) -> "About":
        """The same, as a release takes it."""
        from annotator.release.about import About

        return About(title=self.title, description=self.description, licence=self.licence)
