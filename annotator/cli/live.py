"""The command `live`: faces of a webcam, a video or a stream, as they come."""

import os
import re
from collections.abc import Collection, Sequence
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.gathering import gathers
from annotator.cli.live_options import Drawn, Kept, Tracked, Until, options_of
from annotator.cli.terminal import FailedError, say
from annotator.cli.verbosity import timed
from annotator.cli.windows import require_window_system

if TYPE_CHECKING:
    from annotator.imaging.clips.capture import Camera
    from annotator.workbench.live.live_look import LiveLook
    from annotator.workbench.live.live_session import LiveParts, LiveSession, LiveWishes
    from annotator.workbench.live.source import Source

commands = typer.Typer()

_WINDOW = {"qtpy": ("qtpy",), "Qt": ("PyQt6", "PySide6")}
_VIDEO = "PyAV is missing, which reads cameras and videos: pip install 'facemesh-annotator[video]'"
# What no command is called: a camera's index, an address, a test picture.
_SOURCE = re.compile(r"\d{1,2}|lavfi:.*|[A-Za-z][A-Za-z0-9+.-]*://.*", re.DOTALL)
_LOOKS_EVERY = 0.2  # seconds
_TELLS_EVERY = 2.0


@commands.command()
@gathers
def live(
    *,
    video: Annotated[
        str,
        typer.Option(
            "--video",
            "-v",
            metavar="SOURCE",
            help="A camera's index, a file, rtsp://..., or lavfi:testsrc2=size=640x480.",
        ),
    ] = "0",
    tracked: Tracked,
    drawn: Drawn,
    kept: Kept,
    loop: Annotated[bool, typer.Option("--loop", help="Begin a file again at its end.")] = False,
    until: Until,
    headless: Annotated[
        bool, typer.Option("--headless", help="Without a window: track, keep, record, tell.")
    ] = False,
) -> None:
    """Show a webcam's faces with their meshes, and keep frames with their prediction.

    'facemesh-annotator -v 0' is short for 'facemesh-annotator live -v 0'.
    """
    _check(kept.record)
    from annotator.workbench.live.source import Source

    source = Source.of(video, loops=loop)
    with closing(_opened(source)) as camera:  # first: it may not be there, and all else takes time
        if not headless:
            require_window_system(_WINDOW)
        with timed("loading the program and the model"):
            from annotator.workbench.live.assembling import assemble

            parts = assemble(source, camera, options_of(tracked, kept, until))
        show = _run_headless if headless else _run_window
        session = show(parts, drawn.first_look(source), kept.wishes)
    for line in (*session.told(), session.summary()):
        say(line)


def names_source(text: str, commands_known: Collection[str]) -> bool:
    """Return whether a text after ``-v`` names a source of pictures, and no command."""
    if text.startswith("-") or text in commands_known:
        return False
    if _SOURCE.fullmatch(text):
        return True
    path = Path(text)
    return bool(path.suffix) or path.exists() or "/" in text or os.sep in text


def with_live(arguments: Sequence[str], commands_known: Collection[str]) -> list[str]:
    """Return arguments in which ``-v SOURCE`` without a command begins `live`, as in the seed.

    ``-v`` before a command is ``--verbose``, as ever.
    """
    given = list(arguments)
    if len(given) > 1 and given[0] == "-v" and names_source(given[1], commands_known):
        return ["live", *given]
    return given


def _check(record: Path | None) -> None:
    """Refuse what cannot work before anything is opened."""
    if find_spec("av") is None:
        raise FailedError(_VIDEO)
    if record is not None:
        from annotator.workbench.live.recording import RecordingError, check_recordable

        try:
            check_recordable(record)
        except RecordingError as error:
            raise typer.BadParameter(str(error)) from error


def _opened(source: "Source") -> "Camera":
    from annotator.imaging.clips.errors import ClipError

    try:
        return source.open()
    except ClipError as error:
        raise FailedError(str(error)) from error


def _run_window(parts: "LiveParts", look: "LiveLook", wishes: "LiveWishes") -> "LiveSession":
    from annotator.plugin.live.launching import show_live

    return show_live(parts, look, wishes)


def _run_headless(parts: "LiveParts", look: "LiveLook", wishes: "LiveWishes") -> "LiveSession":
    """Run until the source ends, telling now and then how fast it goes."""
    from annotator.workbench.live.live_session import LiveSession
    from annotator.workbench.live.live_words import faces_text, pace_text

    news = Event()
    session = LiveSession(parts, look, news.set)
    told_at = monotonic()
    with session.running(wishes):
        while session.ending is None:
            news.wait(_LOOKS_EVERY)
            news.clear()
            seen = session.seen()
            if seen is not None:
                session.painted(seen)
            for line in session.told():
                say(line)
            now = monotonic()
            if seen is not None and now - told_at >= _TELLS_EVERY:
                told_at = now
                pace = pace_text(session.shown, now, captured=session.captured, until="mesh")
                say(f"{pace} · {faces_text(seen.faces)}")
    return session
