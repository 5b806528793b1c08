"""Parameters that several commands share, each with its help and what it refuses."""

from typing import Annotated, Literal

import typer

from annotator.system.foreign_text import recovered
from annotator.system.people import checked_name, known_as


def _address(given: str) -> str:
    """Refuse, as a usage error, no name at all: a path of it would be the current folder."""
    if not given.strip():
        raise typer.BadParameter("name the project's folder; the current one is called '.'")
    return given


# Text, as no path may be made of it: that takes "//" for "/" in what is not a folder.
ProjectAddress = Annotated[
    str,
    typer.Argument(metavar="PROJECT", callback=_address, help="The project's folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Model = Annotated[str, typer.Option(help="A shipped model's name, or an ONNX file.")]
RoundModel = Annotated[
    str | None,
    typer.Option(help="A shipped model's name, or an ONNX file. Default: that of the round."),
]
Providers = Annotated[str, typer.Option(help="Execution providers, preferred first: cuda,cpu.")]
Workers = Annotated[
    int | None, typer.Option(min=1, max=256, help="Threads that decode images ahead.")
]
NoSmallFaces = Annotated[
    bool, typer.Option("--no-small-faces", help="Skip the search for small faces: faster.")
]
Assess = Annotated[
    bool,
    typer.Option("--assess/--no-assess", help="Also find out how good predictions probably are."),
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
Decoding = Annotated[
    Literal["exact", "fast"],
    typer.Option("--decode", help="fast: large JPEG files at half size where faces stay large."),
]

AsSequence = Annotated[
    bool, typer.Option("--sequence", help="Take each folder of frames for one clip.")
]
FrameRate = Annotated[
    float,
    typer.Option("--fps", min=0.001, max=100000, metavar="RATE", help="Frames a second of such."),
]
Faces = Annotated[
    int, typer.Option("--faces", min=1, max=64, help="Of a clip: follow at most so many at once.")
]
Quality = Annotated[
    bool,
    typer.Option("--quality", help="Of a clip: the mean of four crops; steadier, slower."),
]


def _text(given: str) -> str:
    """Return text as it was typed, in whatever locale; refuse bytes that are no text at all.

    The project could not keep them.
    """
    given = recovered(given)
    try:
        given.encode()
    except UnicodeEncodeError as error:
        raise typer.BadParameter("it holds bytes that are not UTF-8 text") from error
    return given


def named(given: str | None) -> str | None:
    """Return a name as it is recorded; refuse, as a usage error, one that nobody could have."""
    if given is None:
        return None
    try:
        return checked_name(_text(given))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


Person = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Default: your login name.", callback=named),
]
Annotator = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Default: the name last given in the window, else your login name.",
        callback=named,
    ),
]
Comment = Annotated[str, typer.Option(help="Kept with the verdict.", callback=_text)]


def text_given(given: str | None) -> str | None:
    """Return text as it was typed; refuse, as a usage error, bytes that are no text at all."""
    return None if given is None else _text(given)


def people_named(given: str) -> tuple[str, ...]:
    """Return the people of an option, whose names have commas between them, each once.

    Refuses, as a usage error, a name that nobody could have.
    """
    names = [text for text in given.split(",") if text.strip()]
    each = {known_as(name): name for name in map(named, reversed(names)) if name is not None}
    return tuple(reversed(each.values()))
