"""Options of the command `live`, by what they are about."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from annotator.cli.options import Person

if TYPE_CHECKING:
    from annotator.workbench.live.assembling import LiveOptions
    from annotator.workbench.live.live_look import LiveLook
    from annotator.workbench.live.live_session import LiveWishes
    from annotator.workbench.live.source import Source


@dataclass(frozen=True, slots=True)
class Tracked:
    """How faces are found and followed."""

    model: Annotated[
        str | None,
        typer.Option(help="A shipped model's name, or an ONNX file. Default: the project's."),
    ] = None
    quality: Annotated[
        bool, typer.Option("--quality", help="Ask the model four times a face: calmer, and doubt.")
    ] = False
    faces: Annotated[int, typer.Option(min=1, max=64, help="Tracked at most.")] = 4


@dataclass(frozen=True, slots=True)
class Drawn:
    """How they are shown at first."""

    filtered: Annotated[
        Literal["pose_shape", "mediapipe", "none"],
        typer.Option("--filter", help="The filter in time of what is shown."),
    ] = "pose_shape"
    split: Annotated[
        bool, typer.Option("--split", help="As predicted on the left, filtered on the right.")
    ] = False
    mirror: Annotated[
        bool | None,
        typer.Option("--mirror/--no-mirror", help="As in a mirror. Default: cameras only."),
    ] = None

    def first_look(self, source: "Source") -> "LiveLook":
        """Return the same of a source of pictures."""
        from annotator.workbench.live.assembling import first_look

        return first_look(source, name=self.filtered, split=self.split, mirror=self.mirror)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the pictures, where, and by whom."""

    project: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where grabbed frames go; made if need be.")
    ] = Path("facemesh-live")
    annotator: Person = None
    auto: Annotated[
        bool, typer.Option("--auto", help="Keep frames by itself where the model doubts.")
    ] = False
    record: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Record to a new .mkv or .mp4 file.")
    ] = None

    @property
    def wishes(self) -> "LiveWishes":
        """What is to begin with the session."""
        from annotator.workbench.live.live_session import LiveWishes

        return LiveWishes(self.record, grabs=self.auto)


@dataclass(frozen=True, slots=True)
class Until:
    """When it ends by itself."""

    frames: Annotated[
        int | None, typer.Option(min=1, help="End by itself after so many frames.")
    ] = None
    seconds: Annotated[
        float | None, typer.Option(min=0.0, help="End by itself after so many seconds.")
    ] = None


def options_of(tracked: Tracked, kept: Kept, until: Until) -> "LiveOptions":
    """Return the same as what a session is made of."""
    from annotator.system.people import login_name
    from annotator.workbench.live.assembling import LiveOptions
    from annotator.workbench.live.capture_thread import Limit

    who, limit = kept.annotator or login_name(), Limit(until.frames, until.seconds)
    return LiveOptions(tracked.model, tracked.quality, tracked.faces, kept.project, who, limit)
