import pytest

from annotator.workbench.live.live_words import pace_text
from annotator.workbench.live.pace import Pace


def paced(*times: float, age: float = 0.02) -> Pace:
    pace = Pace(window=2.0)
    for at in times:
        pace.note(at, age)
    return pace


def test_frames_a_second_are_those_of_the_last_moments():
    slow, fast = [0.0, 1.0, 2.0], [3.0 + n / 20 for n in range(41)]
    assert paced(*slow, *fast).frames_a_second(5.0) == pytest.approx(20, rel=0.01)


def test_what_stands_still_gets_slower_and_is_forgotten():
    pace = paced(*[n / 10 for n in range(11)])
    assert pace.frames_a_second(1.0) == pytest.approx(10)
    assert pace.frames_a_second(2.0) == pytest.approx(5, rel=0.1)
    assert pace.frames_a_second(9.0) == 0.0
    assert pace.age(9.0) is None
    assert pace.count == 11


def test_the_age_is_the_usual_one_and_the_worst_is_told_too():
    pace = paced(0.0, 0.1, 0.2)
    pace.note(0.3, 0.5)
    assert pace.age(0.3) == pytest.approx(0.02)
    assert pace.worst_age(0.3) == 0.5
    assert pace_text(pace, 0.3) == "10.0 frames/s · 20 ms from capture to paint (worst 500)"


def test_frames_that_came_and_were_not_shown_are_told():
    shown, came = paced(0.0, 0.1, 0.2, 0.3), paced(*[n / 30 for n in range(10)])
    assert pace_text(shown, 0.3, captured=came).startswith("10.0 frames/s of 30.0 · ")
    assert pace_text(came, 0.3, captured=came).startswith("30.0 frames/s · ")
