"""The frame bar below the photograph: a clip's time line, where one is, and buttons to go on."""

from collections.abc import Callable, Mapping

from qtpy.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from annotator.plugin.canvas.plain_text import explain
from annotator.plugin.clips.time_line import TimeLine
from annotator.plugin.panels.parts import KeyButton, key_button, without_focus
from annotator.plugin.panels.status_line import StatusLine
from annotator.workbench.clips import clip_text
from annotator.workbench.clips.clips import Clips
from annotator.workbench.clips.playing import Playing
from annotator.workbench.keys import KeyBindings
from annotator.workbench.states import STATE_COLOURS
from annotator.workbench.workbench import Workbench

# Action of the table of keys: what stands on its button, and what it does.
_BUTTONS = {
    "previous_key": ("‹ Key", "Go to the key frame before"),
    "previous_frame": ("‹", "One frame back"),
    "play": ("Play", "Play the clip, or pause"),
    "next_frame": ("›", "One frame on"),
    "next_key": ("Key ›", "Go to the next key frame"),
    "middle_frame": ("Middle", "Go to the middle between the key frames around"),
    "next_doubtful": (
        "Doubtful ›", "Go to the next frame that the model is unsure of and nobody looked at",
    ),
    "next_track": ("Face", "Show the mesh of another face"),
    "strip": ("Strip", "Show the skin of the frames around, held still: errors swim"),
}  # fmt: skip
# "Frame 17,999": where one is gives way to nothing.
_PLACE_WIDTH = 100
_NARROW = {"previous_frame", "next_frame"}
_PROPAGATES = "Carry corrections of key frames over to the frames between them"


class FrameBar(QFrame):
    """Shows the open clip of a workbench; hidden while there is none.

    Parameters
    ----------
    workbench : Workbench
    actions : mapping
        What the keys do, by name; the buttons do the same.
    """

    def __init__(self, workbench: Workbench, actions: Mapping[str, Callable[[], object]]) -> None:
        super().__init__()
        self._bench = workbench
        self._clips: Clips = workbench.clips
        self._playing: Playing = workbench.playing
        self.time_line = TimeLine()
        self.place = StatusLine(least_name=_PLACE_WIDTH)
        self.buttons: dict[str, KeyButton] = {
            name: key_button(text, name, actions[name], tooltip, with_key=False)
            for name, (text, tooltip) in _BUTTONS.items()
        }
        self.propagates = QCheckBox("Propagate")
        self.propagates.setChecked(self._clips.interpolates)
        self._arrange()
        self._connect()
        without_focus(self)
        self.hide()

    def show_keys(self, keys: KeyBindings) -> None:
        """Name the keys in effect."""
        for button in self.buttons.values():
            button.show_key(keys)
        key = keys.text("propagate")
        explain(self.propagates, _PROPAGATES, *([f"Key: {key}"] if key else []))

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(3)
        for name, button in self.buttons.items():
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            button.setMinimumWidth(26 if name in _NARROW else 46)
            row.addWidget(button)
            if name == "next_doubtful":
                row.addSpacing(6)
                row.addWidget(self.place, stretch=1)
        row.addWidget(self.propagates)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3, 0, 2)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.time_line)

    def _connect(self) -> None:
        clips, line = self._clips, self.time_line
        clips.opened.connect(self._show_clip)
        clips.changed.connect(self._show_tracks)
        clips.moved.connect(self._show_place)
        self._playing.changed.connect(self._show_playing)
        self._bench.current_changed.connect(self._show_place)
        line.sought.connect(clips.go_to)
        line.chosen.connect(clips.choose)
        self.propagates.toggled.connect(self._propagate)

    def _show_clip(self) -> None:
        self.setVisible(self._clips.open_clip is not None)
        self._show_tracks()

    def _show_tracks(self) -> None:
        clip = self._clips.open_clip
        if clip is None:
            self.time_line.show_timeline(None, None)
            return
        self.time_line.show_timeline(clip.timeline, clip.track_id)
        self.propagates.setChecked(self._clips.interpolates)
        self.buttons["next_track"].setVisible(len(clip.timeline.tracks) > 1)
        self._show_place()

    def _show_place(self) -> None:
        clip = self._clips.open_clip
        if clip is None:
            return
        head, frame = clip.playhead, self._bench.frame
        self.time_line.show_frame(head.frame)
        place, rest = clip_text.place_text(head.frame, head.count, head.time)
        is_shown = frame is not None and frame.frame == head.frame
        text = clip_text.frame_text(
            clip.timeline, clip.line, head.frame,
            is_propagated=is_shown and frame is not None and frame.is_propagated,
        )  # fmt: skip
        colour = self._colour(head.frame)
        self.place.say(place, f"{rest}: {text}", colour, shorter=f": {text}")

    def _colour(self, frame: int) -> str | None:
        line = self._clips.line
        if line is None or line.sample_at(frame) is None:
            return None
        return STATE_COLOURS[line.states[int((line.sample_frames == frame).argmax())]]

    def _show_playing(self) -> None:
        text = "Pause" if self._playing.is_on else "Play"
        self.buttons["play"].rename(text, _BUTTONS["play"][1])

    def _propagate(self, propagates: bool) -> None:
        self._clips.interpolates = propagates
