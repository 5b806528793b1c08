"""Where the keys of a frame bar lead: to key frames, between them, and to doubtful frames."""

import numpy as np
from numpy.typing import NDArray

from annotator.workbench.clips.timeline import NO_FRAMES, Frames, TrackLine

# Of the frames whose doubt is known, so many are called doubtful.
_WORST = 0.2
# Doubtful frames that lie no further apart, in seconds, are one doubtful place...
_ONE_PLACE_S = 0.5
# ... and what lies so near to a sample was looked at with it.
_LOOKED_AT_S = 0.15


def next_key(line: TrackLine, frame: int, direction: int) -> int | None:
    """Return the next key frame after (1) or before (-1) a frame, or None."""
    keys = line.keys
    beyond = keys[keys > frame] if direction > 0 else keys[keys < frame][::-1]
    return int(beyond[0]) if len(beyond) else None


def middle_of_keys(line: TrackLine, frame: int) -> int | None:
    """Return the frame half-way between the key frames around a frame.

    Before the first key frame and after the last one the track's end takes the place of the one
    that is missing. Of frames without a mesh the nearest with one is taken. None where nothing lies
    between.
    """
    if not len(line.frames):
        return None
    keys = line.keys
    before, after = keys[keys <= frame], keys[keys > frame]
    low = int(before[-1]) if len(before) else int(line.frames[0])
    high = int(after[0]) if len(after) else int(line.frames[-1])
    between = line.frames[(line.frames > low) & (line.frames < high)]
    if not len(between):
        return None
    return int(between[np.abs(between - (low + high) / 2).argmin()])


def doubtful_places(line: TrackLine, times: NDArray[np.float64]) -> Frames:
    """Return the frames to be looked at first, ascending: the worst of each doubtful place.

    Places are runs of frames of the worst fifth. One near which there is a sample was looked at.

    Parameters
    ----------
    line : TrackLine
    times : (n,) float64
        Of all frames of the clip, in seconds.
    """
    known = ~np.isnan(line.doubt)
    frames, doubt = line.frames[known], line.doubt[known]
    if not len(frames):
        return NO_FRAMES
    # What all frames have in common is no doubt of one of them.
    is_worst = doubt > np.median(doubt)
    is_worst &= doubt >= np.quantile(doubt, 1 - _WORST)
    frames, doubt = frames[is_worst], doubt[is_worst]
    places = np.split(np.arange(len(frames)), _breaks(times[frames]))
    worst = [int(frames[place][doubt[place].argmax()]) for place in places if len(place)]
    seen = times[line.sample_frames]
    return np.array(
        [f for f in worst if not (np.abs(seen - times[f]) <= _LOOKED_AT_S).any()], np.int64
    )


def next_doubtful(line: TrackLine, times: NDArray[np.float64], frame: int) -> int | None:
    """Return the next doubtful place after a frame, starting over at the end, or None."""
    places = doubtful_places(line, times)
    places = places[places != frame]
    if not len(places):
        return None
    after = places[places > frame]
    return int(after[0] if len(after) else places[0])


def _breaks(times: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.flatnonzero(np.diff(times) > _ONE_PLACE_S) + 1
