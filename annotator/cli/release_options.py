"""Options of the commands that write releases."""

import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.terminal import NO_ANSWER, FailedError
from annotator.system.foreign_text import escaped

if TYPE_CHECKING:
    from annotator.release import SigningKey


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


FormatName = Annotated[
    str,
    typer.Option(
        "--format",
        help="The exchange format.",
        callback=known_format,
        autocompletion=formats_beginning,
    ),
]
Sign = Annotated[
    Path | None,
    typer.Option(metavar="KEY", help="Sign it with a private SSH key, as ~/.ssh/id_ed25519."),
]
