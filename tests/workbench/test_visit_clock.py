"""How long somebody worked on a sample."""

from datetime import UTC, datetime

import pytest

from annotator.workbench.visit_clock import Stay, VisitClock

MORNING = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 100.0
        self.stays: list[Stay] = []
        self.visits = VisitClock(lambda: self.time, self.stays.append, now=lambda: MORNING)

    def wait(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_the_time_at_a_sample_is_told_when_it_is_left(watch: Watch) -> None:
    watch.visits.enter(7)
    watch.wait(10)
    watch.visits.touch()
    watch.wait(5)
    watch.visits.count_stroke()
    watch.wait(2)
    watch.visits.enter(8)
    assert watch.stays == [Stay(7, MORNING, 17.0, 1)]


def test_a_pause_does_not_count(watch: Watch) -> None:
    watch.visits.enter(7)
    watch.wait(30)
    watch.visits.touch()
    watch.wait(61)
    watch.visits.touch()
    watch.wait(4)
    watch.visits.close()
    assert watch.stays[0].seconds == 34.0


def test_what_is_a_pause_can_be_set(watch: Watch) -> None:
    watch.visits.idle_seconds = 120.0
    watch.visits.enter(7)
    watch.wait(119)
    watch.visits.close()
    assert watch.stays[0].seconds == 119.0


def test_time_in_another_window_does_not_count(watch: Watch) -> None:
    watch.visits.enter(7)
    watch.wait(3)
    watch.visits.pause()
    watch.wait(20)
    watch.visits.touch()
    watch.wait(4)
    watch.visits.close()
    assert watch.stays[0].seconds == 7.0


def test_leaving_from_another_window_counts_up_to_there(watch: Watch) -> None:
    watch.visits.enter(7)
    watch.wait(3)
    watch.visits.pause()
    watch.wait(20)
    watch.visits.close()
    assert watch.stays[0].seconds == 3.0


def test_coming_back_to_the_same_sample_goes_on(watch: Watch) -> None:
    watch.visits.enter(7)
    watch.wait(3)
    watch.visits.enter(7)
    watch.wait(3)
    watch.visits.close()
    assert [stay.seconds for stay in watch.stays] == [6.0]


def test_a_stay_without_time_and_strokes_is_none(watch: Watch) -> None:
    watch.visits.enter(7)
    watch.visits.enter(8)
    watch.visits.close()
    watch.visits.close()
    assert watch.stays == []


def test_a_clock_that_goes_back_takes_nothing_away(watch: Watch) -> None:
    watch.visits.enter(7)
    watch.wait(10)
    watch.visits.touch()
    watch.wait(-1000)
    watch.visits.touch()
    watch.wait(5)
    watch.visits.close()
    assert watch.stays[0].seconds == 15.0
