"""Where in a clip one is, and which frame is due."""

import numpy as np
import pytest

from annotator.workbench.clips.playhead import PlayClock, Playhead, time_text

TIMES = np.array([0.0, 0.1, 0.15, 0.5, 0.6])


def test_the_playhead_ends_at_the_ends_of_the_clip():
    head = Playhead(TIMES, 3)
    assert head.moved(1).frame == 4
    assert head.moved(9).frame == 4
    assert head.moved(-9).frame == 0
    assert head.time == 0.5
    assert Playhead(np.zeros(0)).moved(1).frame == 0


def test_the_frame_that_is_due_follows_the_times_of_a_variable_rate():
    clock = PlayClock(began_at=100.0, began_with=0.1)
    dues = [clock.due(100 + seconds, TIMES) for seconds in (0, 0.04, 0.06, 0.39, 0.41, 9)]
    assert dues == [1, 1, 2, 2, 3, 4]


def test_a_clock_that_waited_goes_on_from_what_is_shown():
    clock = PlayClock(100.0, 0.0).held_at(105.0, 0.15)
    assert clock.due(105.0, TIMES) == 2
    assert clock.due(105.36, TIMES) == 3


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.00 s"),
        (4.1, "4.10 s"),
        (59.999, "1:00.00"),
        (187.2, "3:07.20"),
        (3727.2, "1:02:07.20"),
    ],
)
def test_times_are_written_as_people_read_them(seconds, text):
    assert time_text(seconds) == text
