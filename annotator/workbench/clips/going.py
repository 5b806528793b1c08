"""Going through a clip by what is in it: key frames, doubtful frames, faces. No widgets here."""

from collections.abc import Callable

import numpy as np

from annotator.workbench.bench import Bench
from annotator.workbench.clips import clip_text
from annotator.workbench.clips.clips import Clips
from annotator.workbench.clips.jumps import middle_of_keys, next_doubtful, next_key
from annotator.workbench.clips.timeline import TrackLine


class Going:
    """Jumps that the keys and buttons of a frame bar make; where there is nothing, that is told.

    Parameters
    ----------
    bench : Bench
    clips : Clips
    """

    def __init__(self, bench: Bench, clips: Clips) -> None:
        self._bench, self._clips = bench, clips

    def step(self, by: int) -> None:
        """Show the next frame, or the one before."""
        if self._clips.open_clip is None:
            self._bench.told.emit(clip_text.NO_CLIP)
        else:
            self._clips.step(by)

    def to_key(self, direction: int) -> None:
        """Go to the next key frame, or the one before (-1)."""
        here = self._clips.frame
        self._jump(lambda line: next_key(line, here, direction), clip_text.NO_KEYS[direction])

    def to_middle(self) -> None:
        """Go to the middle between the key frames around."""
        here = self._clips.frame
        self._jump(lambda line: middle_of_keys(line, here), clip_text.NO_MIDDLE)

    def to_doubtful(self) -> None:
        """Go to the next frame that the model is unsure of and that nobody looked at."""
        clip, line, here = self._clips.open_clip, self._clips.line, self._clips.frame
        is_known = line is not None and not bool(np.isnan(line.doubt).all())
        otherwise = clip_text.NO_DOUBTFUL if is_known else clip_text.NO_DOUBT
        times = np.zeros(0) if clip is None else clip.timeline.times
        self._jump(lambda line: next_doubtful(line, times, here), otherwise)

    def to_next_face(self) -> None:
        """Show the mesh of the next face of this frame, or of the next one at all."""
        clip = self._clips.open_clip
        if clip is None:
            self._bench.told.emit(clip_text.NO_CLIP)
            return
        lines = clip.timeline.tracks_at(self._clips.frame) or clip.timeline.tracks
        ids = [line.track_id for line in lines]
        if not ids:
            self._bench.told.emit(clip_text.NO_TRACKS)
        elif ids == [clip.track_id]:
            self._bench.told.emit(clip_text.ONE_FACE)
        else:
            here = ids.index(clip.track_id) if clip.track_id in ids else -1
            self._clips.choose(ids[(here + 1) % len(ids)])

    def _jump(self, find: Callable[[TrackLine], int | None], otherwise: str) -> None:
        line = self._clips.line
        if self._clips.open_clip is None:
            self._bench.told.emit(clip_text.NO_CLIP)
        elif line is None:
            self._bench.told.emit(clip_text.NO_TRACKS)
        elif (frame := find(line)) is None:
            self._bench.told.emit(otherwise)
        else:
            self._clips.go_to(frame)
