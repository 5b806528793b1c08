"""Going through the clips of a project, frame by frame. No widgets here.

A frame is no sample until somebody works on it: see `annotator.workbench.clips.frame_samples`.
"""

from collections.abc import Callable

from psygnal import Signal

from annotator.project import ClipRecord, ImageRecord, ProjectError
from annotator.system.hashing import FileStamp
from annotator.workbench.bench import Bench
from annotator.workbench.clips import clip_text
from annotator.workbench.clips.clip_frame import ClipFrame
from annotator.workbench.clips.frame_source import FrameRead
from annotator.workbench.clips.jumps import doubtful_places
from annotator.workbench.clips.open_clip import CHANGED, OpenClip
from annotator.workbench.clips.timeline import TrackLine
from annotator.workbench.foreign_text import one_line
from annotator.workbench.photographs import Photograph
from annotator.workbench.walk import Walk

# Steps that wait for their frames: whoever holds the key does not go on long after letting go.
_MOST_STEPS = 2


class Clips:
    """The clip under way: which frame is on the screen, and with whose mesh.

    Parameters
    ----------
    bench : Bench
    walk : Walk

    Attributes
    ----------
    opened
        Another clip is open, or none.
    changed
        Its tracks, samples, key frames or doubt are others, or another track is chosen.
    moved
        The playhead is elsewhere.
    shown_again
        The frame of the sample under edit has to be shown: another was in its place.
    hand_over : callable
        Is handed what a decoder delivers, on the decoder's thread; it sees to it that `arrived` is
        called on the thread of the bench.
    interpolates : bool
        Whether corrections of key frames are carried over to frames between them.
    """

    opened = Signal()
    changed = Signal()
    moved = Signal()
    shown_again = Signal()

    def __init__(self, bench: Bench, walk: Walk) -> None:
        self._bench, self._walk = bench, walk
        self.hand_over: Callable[[OpenClip, FrameRead], None] = self.arrived
        self._open: OpenClip | None = None
        self._interpolates = True
        self._steps: list[int] = []
        self._wanted: int | None = None
        self._is_showing = False
        self._known: dict[int, FileStamp] = {}
        bench.closing.connect(self.close)

    @property
    def open_clip(self) -> OpenClip | None:
        """The clip that is open."""
        return self._open

    @property
    def line(self) -> TrackLine | None:
        """The track whose mesh is shown."""
        return None if self._open is None else self._open.line

    @property
    def frame(self) -> int:
        """Where the playhead is."""
        return 0 if self._open is None else self._open.playhead.frame

    @property
    def is_waiting(self) -> bool:
        """Whether a frame was asked for that is not on the screen yet."""
        return self._wanted is not None

    @property
    def interpolates(self) -> bool:
        """Whether corrections are carried over."""
        return self._interpolates

    @interpolates.setter
    def interpolates(self, interpolates: bool) -> None:
        if interpolates != self._interpolates:
            self._interpolates = interpolates
            self.changed.emit()
            self._show_mesh_anew()

    def may_leave(self) -> bool:
        """Return whether something else may be shown: what was done to this is saved."""
        return self._walk.may_leave()

    def all(self) -> list[ClipRecord]:
        """Return the clips of the project; none if they cannot be read, which is told."""
        if self._bench.project is None:
            return []
        try:
            return self._bench.project.clips.all()
        except ProjectError as error:
            self._bench.failed.emit(str(error))
            return []

    def open(self, clip_id: int, frame: int | None = None) -> None:
        """Open a clip at a frame; by default at the first doubtful one, or the first face."""
        if not self._walk.may_leave() or not self.take(clip_id):
            return
        assert self._open is not None
        line = self._open.line
        if frame is None and line is not None and len(line.frames):
            places = doubtful_places(line, self._open.timeline.times)
            frame = int(places[0] if len(places) else line.frames[0])
        self.go_to(frame or 0)

    def close(self) -> None:
        """Have no clip open any more."""
        self._steps.clear()
        self._wanted = None
        if self._open is not None:
            self._open.close()
            self._open = None
            self.opened.emit()

    def go_to(self, frame: int) -> None:
        """Show a frame; until it is decoded the one before stays."""
        self._steps.clear()
        self._go_to(frame)

    def step(self, by: int) -> None:
        """Show the next frame, or the one before; none is left out, however fast one asks."""
        if self._open is None:
            return
        if self._wanted is not None:
            self._steps = [*self._steps, by][:_MOST_STEPS]
        else:
            self._go_to(self._open.playhead.frame + by)

    def choose(self, track_id: int) -> None:
        """Show another face's mesh."""
        clip = self._open
        if clip is None or track_id == clip.track_id or not self._walk.may_leave():
            return
        clip.choose(track_id)
        self.changed.emit()
        line = clip.line
        if line is not None and len(line.frames) and not line.has_mesh(self.frame):
            nearest = int(line.frames[abs(line.frames - self.frame).argmin()])
            self.go_to(nearest)
        else:
            self.go_to(self.frame)

    def arrived(self, clip: OpenClip, read: FrameRead) -> None:
        """Show what was decoded, if it is still wanted."""
        if clip is not self._open or read.frame != self._wanted:
            return
        if read.pixels is not None:
            self._show(clip, read)
        elif read.is_damaged:
            self._pass_over(clip, read.frame)
        else:
            self._tell_problem(clip, read.problem)

    def photograph_of(self, image: ImageRecord) -> Photograph | None:
        """Return the pixels of a sample's frame, if they are decoded already."""
        clip = self._open
        if clip is None or image.clip_id != clip.record.id or clip.record.is_folder:
            return None
        read = None if image.clip_frame is None else clip.source.get(image.clip_frame)
        if read is None or read.pixels is None or read.stamp is None:
            return None
        return Photograph(read.pixels, read.stamp)

    def refresh(self, *, with_meshes: bool = False) -> None:
        """Read tracks and samples of the open clip anew, and show what is new of the frame."""
        if self._open is None:
            return
        try:
            is_other = self._open.refresh(with_meshes=with_meshes)
        except ProjectError:
            return  # what the annotator does next says what is wrong
        if is_other:
            self.changed.emit()
            self._show_mesh_anew()

    def take(self, clip_id: int) -> bool:
        """Let a clip be the open one, whatever is on the screen; return whether it is."""
        if self._open is not None and self._open.record.id == clip_id:
            return True
        project = self._bench.project
        if project is None:
            return False
        try:
            record = project.clips.get(clip_id)
            clip = OpenClip(project, record, self._deliver, self._known)
        except ProjectError as error:
            self._bench.failed.emit(f"{error}.")
            return False
        if self._open is not None:
            self._open.close()
        self._steps.clear()
        self._open, self._wanted = clip, None
        self.opened.emit()
        return True

    def come_to(self, frame: int) -> None:
        """Put the playhead at the frame of a sample that came under edit in another way."""
        clip = self._open
        if clip is None:
            return
        if not self._is_showing:
            self._wanted = None
        clip.playhead = clip.playhead.at(frame)
        lines = clip.timeline.tracks
        own = [t for t in lines if t.sample_at(frame) == self._bench.sample_id]
        if own and own[0].track_id != clip.track_id:
            clip.choose(own[0].track_id)
            self.changed.emit()
        self.moved.emit()

    def _deliver(self, clip: OpenClip, read: FrameRead) -> None:
        self.hand_over(clip, read)

    def _go_to(self, frame: int) -> None:
        clip = self._open
        if clip is None or not self._walk.may_leave():
            return
        clip.playhead = clip.playhead.at(frame)
        self._wanted = clip.playhead.frame
        self.moved.emit()
        kept = clip.source.get(self._wanted)
        if kept is not None:
            self.arrived(clip, kept)
        else:
            clip.source.ask(self._wanted)

    def _show(self, clip: OpenClip, read: FrameRead) -> None:
        self._wanted = None
        line = clip.line
        sample_id = None if line is None else line.sample_at(read.frame)
        self._is_showing = True
        try:
            if sample_id is None:
                self._show_frame(clip, read)
            elif sample_id == self._bench.sample_id:
                self.shown_again.emit()
            else:
                self._walk.go_to(sample_id)
        finally:
            self._is_showing = False
        self.moved.emit()
        if self._steps:
            self._go_to(clip.playhead.frame + self._steps.pop(0))

    def _show_frame(self, clip: OpenClip, read: FrameRead) -> None:
        assert read.pixels is not None
        try:
            meshes = clip.mesh_at(read.frame, interpolates=self._interpolates)
        except ProjectError as error:
            self._bench.failed.emit(f"{error}.")
            meshes = None
        prediction, landmarks = meshes or (None, None)
        self._bench.take_frame(
            ClipFrame(
                clip.record.id, clip.timeline.name, read.frame, read.pixels, clip.track_id,
                prediction, landmarks, clip.layout,
            )
        )  # fmt: skip

    def _show_mesh_anew(self) -> None:
        """Show the frame on the screen with the mesh that it has now."""
        if self._bench.frame is not None and self._wanted is None and not self._bench.is_playing:
            self._go_to(self.frame)

    def _pass_over(self, clip: OpenClip, frame: int) -> None:
        """Mark a damaged frame, and go on to the next one that can be read."""
        clip.found_damaged(frame)
        self._bench.told.emit(clip_text.NOT_READ)
        self.changed.emit()
        self._wanted = None
        here = self._shown_frame()
        way = 1 if here is None or frame >= here else -1
        onward = clip.playhead.at(frame + way).frame
        if onward != frame and onward not in clip.timeline.damaged:
            self._go_to(onward)

    def _tell_problem(self, clip: OpenClip, problem: str) -> None:
        """Tell why a clip cannot be read, and let the playhead be where something is shown."""
        self._wanted = None
        self._steps.clear()
        here = self._shown_frame()
        if here is not None:
            clip.playhead = clip.playhead.at(here)
        name = one_line(str(clip.record.path))
        is_changed = problem == CHANGED
        self._bench.failed.emit(
            clip_text.changed_text(name) if is_changed else clip_text.gone_text(name, problem)
        )
        self.moved.emit()

    def _shown_frame(self) -> int | None:
        frame = self._bench.frame
        if frame is not None:
            return frame.frame
        return None if self._bench.session is None else self._frame_of_sample()

    def _frame_of_sample(self) -> int | None:
        try:
            return self._bench.image().clip_frame
        except ProjectError:
            return None
