"""The parts of the dock that video needs, put together."""

from collections.abc import Callable, Mapping
from typing import Any

from qtpy.QtWidgets import QVBoxLayout, QWidget

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.private import put_below_canvas
from annotator.plugin.clips.clips_dialog import ClipEntry, ClipsDialog
from annotator.plugin.clips.frame_bar import FrameBar
from annotator.plugin.clips.player import Player
from annotator.plugin.clips.strip_panel import StripPanel
from annotator.plugin.clips.track_menu import TrackMenu
from annotator.project import ProjectError
from annotator.workbench.clips.clip_text import clip_text
from annotator.workbench.clips.tracks import Tracks
from annotator.workbench.keys import KeyBindings
from annotator.workbench.workbench import Workbench

_NO_CLIPS = "This project has no clips: Project > Add photographs or videos… takes some."


class ClipParts:
    """The frame bar below the canvas, the strip under it, the list of clips, and what plays.

    Parameters
    ----------
    viewer : napari.Viewer
    workbench : Workbench
    view : FaceView
    owner : QWidget
        The dock.
    tell : callable
        Shows a sentence.
    """

    def __init__(
        self,
        viewer: Any,
        workbench: Workbench,
        view: FaceView,
        owner: QWidget,
        tell: Callable[[str], None],
    ) -> None:
        self._viewer, self._workbench, self._owner, self._tell = viewer, workbench, owner, tell
        self.player = Player(workbench, view, owner)
        self.tracks = Tracks(workbench, workbench.clips)
        self.strip = StripPanel(workbench)
        self.below: QWidget | None = None
        workbench.clips.opened.connect(self._hide_strip)
        workbench.samples_changed.connect(self._open_first)

    def place(self, actions: Mapping[str, Callable[[], object]]) -> None:
        """Put the bar below the canvas; its buttons do what the keys do."""
        self.bar = FrameBar(self._workbench, actions)
        self.track_menu = TrackMenu(self._workbench, self.tracks, self.bar)
        self.bar.time_line.menu_asked.connect(self.track_menu.ask)
        self.below = QWidget()
        layout = QVBoxLayout(self.below)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.strip)
        put_below_canvas(self._viewer, self.below)

    def show_keys(self, keys: KeyBindings) -> None:
        """Name the keys in effect."""
        self.bar.show_keys(keys)

    def look(self) -> None:
        """Take in what others made of the clip that is open."""
        self._workbench.following.look()

    def ask_clip(self) -> None:
        """Ask for a clip and open it."""
        try:
            entries = self._entries()
        except ProjectError as error:
            self._tell(f"{error}.")
            return
        if not entries:
            self._tell(_NO_CLIPS)
            return
        dialog = ClipsDialog(entries, self._owner)
        if dialog.exec():
            self._workbench.clips.open(dialog.clip_id)

    def close(self) -> None:
        """Leave the window, and stop what runs."""
        self.player.close()
        self._workbench.clips.close()
        self.strip.close_strip()
        if self.below is not None:
            self.below.hide()
            self.below.setParent(None)
            self.below.deleteLater()
            self.below = None

    def _entries(self) -> list[ClipEntry]:
        project = self._workbench.project
        if project is None:
            return []
        entries = []
        for clip in project.clips.all():
            tracks = project.clips.tracks(clip.id)
            samples = {
                int(frame) for track in tracks for frame in project.clips.states(track.id).frames
            }
            text = clip_text(clip.name, clip.frame_count, clip.duration, len(tracks), len(samples))
            entries.append(ClipEntry(clip.id, text))
        return entries

    def _open_first(self) -> None:
        """Begin where there is nothing but clips: whoever added one sees it at once."""
        bench = self._workbench
        if bench.project is None or bench.editor is not None or bench.samples.total:
            return
        clips = bench.clips.all()
        if clips and bench.clips.open_clip is None:
            bench.clips.open(clips[0].id)

    def _hide_strip(self) -> None:
        if self._workbench.clips.open_clip is None and not self.strip.isHidden():
            self.strip.toggle()
