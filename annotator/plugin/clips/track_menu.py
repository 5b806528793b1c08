"""The menu of a track on the time line: whose face it is."""

from qtpy.QtCore import QPoint
from qtpy.QtWidgets import QMenu, QWidget

from annotator.plugin.canvas.plain_text import add_entry
from annotator.workbench.clips.tracks import Tracks
from annotator.workbench.workbench import Workbench


class TrackMenu:
    """Cuts a track at the playhead, joins it with another, shows its mesh.

    Parameters
    ----------
    workbench : Workbench
    tracks : Tracks
    parent : QWidget
    """

    def __init__(self, workbench: Workbench, tracks: Tracks, parent: QWidget) -> None:
        self._clips, self._tracks, self._parent = workbench.clips, tracks, parent

    def menu_of(self, track_id: int, frame: int) -> QMenu:
        """Return the menu of a track, cutting before a frame."""
        parent = self._parent
        menu = QMenu(parent)
        clip = self._clips.open_clip
        line = None if clip is None else clip.timeline.track(track_id)
        if clip is None or line is None:
            return menu
        show = add_entry(menu, f"Show {line.name}", lambda: self._clips.choose(track_id))
        show.setEnabled(track_id != clip.track_id)
        menu.addSeparator()
        cut = add_entry(
            menu, f"Cut {line.name} here: another face from frame {frame:,} on",
            lambda: self._tracks.cut(track_id, frame),
        )  # fmt: skip
        cut.setEnabled(self._tracks.can_cut(track_id, frame))
        others = self._tracks.joinable(track_id)
        for other in others:
            add_entry(
                menu, f"Join {line.name} with {other.name}: they are the same face",
                lambda *_, other_id=other.track_id: self._tracks.join(track_id, other_id),
            )  # fmt: skip
        if not others:
            add_entry(menu, "No face is to be joined: others are seen beside it").setEnabled(False)
        return menu

    def ask(self, track_id: int, frame: int, at: QPoint) -> None:
        """Show the menu at a place of the screen."""
        menu = self.menu_of(track_id, frame)
        menu.exec(at)
        menu.deleteLater()
