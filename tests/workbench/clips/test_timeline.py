"""What a frame bar draws and where its keys lead: values."""

import numpy as np

from annotator.project import SampleState
from annotator.workbench.clips.columns import Window, doubt_columns, mesh_columns
from annotator.workbench.clips.jumps import (
    doubtful_places,
    middle_of_keys,
    next_doubtful,
    next_key,
)
from annotator.workbench.clips.timeline import Timeline, TrackLine, spans

TIMES = np.arange(300) / 30


def line(frames=None, doubt=None, keys=(), samples=()):
    frames = np.arange(300) if frames is None else np.array(frames)
    doubt = np.full(len(frames), np.nan) if doubt is None else doubt
    both = sorted({*keys, *samples})
    return TrackLine(
        7, 1, frames, doubt, np.array(both, np.int64), np.arange(len(both)) + 50,
        (SampleState.IN_PROGRESS,) * len(both), np.isin(both, keys),
    )  # fmt: skip


def test_runs_of_frames_end_at_gaps():
    assert spans(np.array([2, 3, 4, 9, 12, 13])).tolist() == [[2, 4], [9, 9], [12, 13]]
    assert spans(np.zeros(0, np.int64)).shape == (0, 2)


def test_a_track_knows_its_meshes_samples_and_doubts():
    one = line([3, 4, 9], np.array([0.01, np.nan, 0.03]), keys=[4], samples=[9])
    assert [one.has_mesh(frame) for frame in (2, 3, 9, 10)] == [False, True, True, False]
    assert one.sample_at(9) == 51
    assert one.sample_at(3) is None
    assert one.keys.tolist() == [4]
    assert one.doubt_at(9) == 0.03
    assert one.doubt_at(4) is None
    timeline = Timeline(1, "walk", TIMES, (one, line([9, 10])))
    assert len(timeline.tracks_at(9)) == 2
    assert timeline.tracks_at(4) == (one,)


def test_keys_lead_to_key_frames_on_both_sides():
    one = line(keys=[10, 40, 90], samples=[60])
    assert [next_key(one, 40, way) for way in (1, -1)] == [90, 10]
    assert next_key(one, 90, 1) is None


def test_the_middle_lies_between_the_key_frames_around_and_has_a_mesh():
    one = line([*range(50), *range(60, 100)], keys=[20, 90])
    assert middle_of_keys(one, 30) in (49, 60)
    assert middle_of_keys(one, 5) == 10
    assert middle_of_keys(one, 95) in (94, 95)
    assert middle_of_keys(line(keys=[20, 21]), 20) is None
    assert middle_of_keys(line([]), 0) is None


def test_a_doubtful_place_is_its_worst_frame_and_one_that_was_looked_at_is_none():
    doubt = np.full(300, 0.004)
    doubt[50:60] = 0.02
    doubt[54] = 0.04
    doubt[200:203] = 0.03
    assert doubtful_places(line(doubt=doubt), TIMES).tolist() == [54, 200]
    assert doubtful_places(line(doubt=doubt, samples=[53]), TIMES).tolist() == [200]
    assert next_doubtful(line(doubt=doubt), TIMES, 54) == 200
    assert next_doubtful(line(doubt=doubt), TIMES, 200) == 54
    assert next_doubtful(line(), TIMES, 0) is None
    assert not len(doubtful_places(line(doubt=np.full(300, 0.004)), TIMES))


def test_the_worst_frame_of_ten_minutes_is_seen_in_a_thousand_columns():
    frames = np.arange(18_000)
    doubt = np.full(18_000, 0.001)
    doubt[12_345] = 0.05
    window = Window.of_all(18_000, 1000)
    columns = doubt_columns(line(frames, doubt), window)
    assert columns.argmax() == int(window.x_of(12_345))
    assert columns.max() == 0.05
    gone = np.concatenate([frames[:5000], frames[9000:]])
    has_mesh = mesh_columns(line(gone, doubt[gone]), window)
    assert has_mesh[300] == 0
    assert has_mesh[100] == 1


def test_a_frame_that_is_many_pixels_wide_fills_them():
    one = line([0, 1, 5], np.array([0.01, 0.02, 0.03]))
    window = Window(0, 10, 100)
    assert (mesh_columns(one, window) > 0).sum() == 30
    assert doubt_columns(one, window)[55] == 0.03
    assert np.isnan(doubt_columns(one, window)[35])


def test_zooming_keeps_the_frame_under_the_pointer_and_the_clip_in_sight():
    window = Window.of_all(18_000, 1000)
    x = window.x_of(9_000)
    zoomed = window.zoomed(8, x, 18_000)
    assert abs(zoomed.frame_at(x) - 9_000) <= 1
    assert zoomed.last - zoomed.first < 2_500
    assert zoomed.zoomed(1 / 100, 3, 18_000) == window
    assert zoomed.following(17_000, 18_000).first <= 17_000 < zoomed.following(17_000, 18_000).last
    assert zoomed.following(9_000, 18_000) is zoomed
