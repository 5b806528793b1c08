"""Parameters that several commands share, each with its help and what it refuses."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.system.foreign_text import recovered
from annotator.system.people import checked_name, known_as

if TYPE_CHECKING:
    from annotator.workflow.clip_tracking import Following


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


@dataclass(frozen=True, slots=True)
class Running:
    """What a model runs on, and over."""

    providers: Providers = "cpu"
    workers: Workers = None
    no_small_faces: NoSmallFaces = False

    @property
    def small_faces(self) -> bool:
        """Whether they are searched for."""
        return not self.no_small_faces

    @property
    def provider_names(self) -> tuple[str, ...]:
        """The execution providers, preferred first."""
        return provider_names(self.providers)


@dataclass(frozen=True, slots=True)
class Followed:
    """How faces are followed through clips."""

    faces: Faces = 4
    quality: Quality = False

    @property
    def following(self) -> "Following":
        """The same, as what follows them takes it."""
        from annotator.workflow.clip_tracking import Following

        return Following(self.faces, self.quality)


def provider_names(providers: str) -> tuple[str, ...]:
    """Return the execution providers that an option names, preferred first."""
    return tuple(providers.replace(",", " ").split())


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
