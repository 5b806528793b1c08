"""Live pictures from the camera to what is painted: the threads, and what is done with frames."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from time import monotonic

from annotator.imaging.clips.capture import Camera
from annotator.imaging.clips.errors import ClipError
from annotator.mesh.layout import MeshLayout
from annotator.system.words import count
from annotator.workbench.live.auto_grab import AutoGrab
from annotator.workbench.live.capture_thread import NO_LIMIT, CaptureThread, Ending, Limit
from annotator.workbench.live.face_thread import FaceThread, Tracking
from annotator.workbench.live.grabbing import Grab, Grabber
from annotator.workbench.live.live_frame import LiveFrame, Seen
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.newest import Newest
from annotator.workbench.live.pace import Pace
from annotator.workbench.live.recording import Recorder, RecordingError
from annotator.workbench.live.source import Source


@dataclass(frozen=True)
class LiveParts:
    """What a session is made of.

    Attributes
    ----------
    source : Source
    camera : Camera
        Of the source, open; the session closes it.
    tracker : Tracking
    layout : MeshLayout
        Of the tracker's meshes.
    make_grabber : callable
        Makes what keeps frames, given what it tells; the session closes it.
    limit : Limit
    """

    source: Source
    camera: Camera
    tracker: Tracking
    layout: MeshLayout
    make_grabber: Callable[[Callable[[str], object]], Grabber]
    limit: Limit = NO_LIMIT


@dataclass(frozen=True)
class LiveWishes:
    """What a session does from its beginning on.

    Attributes
    ----------
    record : Path or None
        A file to record to.
    grabs : bool
        Whether frames are kept where the model doubts.
    """

    record: Path | None = None
    grabs: bool = False


AS_IT_IS = LiveWishes()


class LiveSession:
    """Runs live pictures until it is stopped: capture, tracking, grabbing, recording.

    All methods are for one thread, a window's say; what happens is told there by asking.

    Parameters
    ----------
    parts : LiveParts
    look : LiveLook
    notify : callable
        Called on some thread whenever there is something to ask for; must not take long.

    Attributes
    ----------
    shown, captured : Pace
        Of the frames that were painted, and of those that came.
    """

    def __init__(
        self, parts: LiveParts, look: LiveLook, notify: Callable[[], object] = lambda: None
    ) -> None:
        self._parts = parts
        self._look = look
        self._notify = notify
        self._size: tuple[int, int] | None = None
        self._seen: Newest[Seen] = Newest()
        self._sentences: SimpleQueue[str] = SimpleQueue()
        self._recorder: Recorder | None = None
        self._recorder_lock = Lock()
        self._auto: AutoGrab | None = None
        self._ending: Ending | None = None
        self.shown, self.captured = Pace(), Pace()
        self._grabber = parts.make_grabber(self.tell)
        self._faces = FaceThread(
            parts.tracker, parts.layout, look, done=self._take_seen, tell=self.tell
        )
        self._capture = CaptureThread(
            parts.source,
            parts.camera,
            take=self._take_frame,
            tell=self.tell,
            ended=self._take_ending,
            limit=parts.limit,
        )

    def start(self, wishes: LiveWishes = AS_IT_IS) -> None:
        """Begin."""
        self.grab_by_itself(wishes.grabs)
        if wishes.record is not None:
            self.record(wishes.record)
        self._faces.start()
        self._capture.start()

    @contextmanager
    def running(self, wishes: LiveWishes = AS_IT_IS) -> Iterator[None]:
        """Begin, and stop at the end of the block, however that comes."""
        self.start(wishes)
        try:
            yield
        finally:
            self.stop()

    def stop(self) -> None:
        """Return when all threads have ended, and what was grabbed and recorded is in its files."""
        with ExitStack() as steps:  # each is done also where one before fails
            steps.callback(self._grabber.close)
            steps.callback(self._finish_recording)
            steps.callback(self._faces.stop)
            steps.callback(self._capture.stop)

    @property
    def source(self) -> Source:
        """Where pictures come from."""
        return self._parts.source

    @property
    def ending(self) -> Ending | None:
        """Why no more frames come; None while they do."""
        return self._ending

    @property
    def passed_over(self) -> int:
        """How many frames came while others were looked at, and never were."""
        return self._faces.passed_over

    def summary(self) -> str:
        """Return what came of it all, in words."""
        frames, shown = count(self.captured.count, "frame"), self.shown.count
        return f"{frames} came, {shown} were shown, {len(self.grabbed)} kept"

    @property
    def look(self) -> LiveLook:
        """How frames are drawn."""
        return self._look

    def change_look(self, **changes: object) -> None:
        """Draw in another way from now on, also the last frame; takes the fields of `LiveLook`."""
        self._look = replace(self._look, **changes)  # type: ignore[arg-type]
        self._faces.show(self._look, self._size)

    def resize(self, size: tuple[int, int]) -> None:
        """Draw as large as a view is, (width, height) in px."""
        self._size = size
        self._faces.show(self._look, size)

    def seen(self) -> Seen | None:
        """Return the newest that was seen, once; None if that was asked for already."""
        return self._seen.take_if_there()

    def painted(self, seen: Seen) -> None:
        """Count a frame that is on the screen."""
        if seen.is_new:
            now = monotonic()
            self.shown.note(now, now - seen.frame.captured_at)

    def told(self) -> Iterator[str]:
        """Yield what was told since this was asked for last."""
        while True:
            try:
                yield self._sentences.get_nowait()
            except Empty:
                return

    def tell(self, sentence: str) -> None:
        """Have something told; from any thread."""
        self._sentences.put(sentence)
        self._notify()

    @property
    def project(self) -> Path:
        """Where grabbed frames are kept."""
        return self._grabber.folder

    def move_to_project(self, folder: Path) -> None:
        """Keep grabbed frames in another project."""
        self._grabber.move(folder)

    @property
    def grabbed(self) -> list[Path]:
        """The files of the frames that were kept."""
        return list(self._grabber.files)

    def grab(self, seen: Seen) -> None:
        """Keep a frame that was seen."""
        self._grabber.grab(Grab.of(seen.frame, seen.faces, self.source.name))

    @property
    def grabs_by_itself(self) -> bool:
        """Whether frames are kept where the model doubts."""
        return self._auto is not None

    def grab_by_itself(self, wanted: bool) -> None:
        """Begin or end to keep frames where the model doubts."""
        self._auto = AutoGrab(self._parts.layout) if wanted else None

    @property
    def is_recording(self) -> bool:
        """Whether frames are recorded."""
        return self._recorder is not None

    def record(self, path: Path | None = None) -> bool:
        """Begin to record, to a file in the current folder unless told where; tell of failures."""
        self._finish_recording()
        file = path or Path(f"live-{datetime.now():%Y%m%d-%H%M%S}.mkv")
        try:
            recorder = Recorder(file, self.tell)
        except (RecordingError, ClipError) as error:
            self.tell(str(error))
            return False
        with self._recorder_lock:
            self._recorder = recorder
        self.tell(f"recording to {file.name}")
        return True

    def end_recording(self) -> None:
        """Complete the file and tell of it."""
        self._finish_recording()

    def _finish_recording(self) -> None:
        with self._recorder_lock:
            recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()
            self.tell(recorder.text())

    def _take_frame(self, frame: LiveFrame) -> None:
        """Hand on what the camera gave; on the capture thread."""
        self.captured.note(frame.captured_at)
        self._faces.take(frame)
        with self._recorder_lock:
            if self._recorder is not None:
                self._recorder.take(frame)

    def _take_seen(self, seen: Seen) -> None:
        """Hand on what was seen; on the thread that saw it."""
        auto = self._auto
        if auto is not None and seen.is_new:
            why = auto.reason(seen.frame.time, seen.faces)
            if why:
                grab = Grab.of(seen.frame, seen.faces, self.source.name, why)
                self._grabber.grab(grab)
        self._seen.put(seen)
        self._notify()

    def _take_ending(self, ending: Ending) -> None:
        self._ending = ending
        self._notify()
