"""Being asked to end at a moment when Python drops what a signal raises."""

import signal
import sys
from threading import Thread
from time import sleep

import pytest

from annotator.system.ending import Ended, heeding, request_behind

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


class Deleted:
    """Something during whose deletion a signal comes."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


def test_a_signal_that_comes_while_an_object_is_deleted_is_heard_after_that(capfd):
    with pytest.raises(Ended, match="ended by SIGTERM"), heeding():
        Deleted()
        sleep(60)
        pytest.fail("nobody was told")
    assert capfd.readouterr().err == ""


class SlowlyStarted(Thread):
    """A thread that is heard of only after it has done something, as on a busy machine."""

    def start(self) -> None:
        super().start()
        sleep(0.1)


def test_a_signal_that_is_sent_again_while_the_first_is_still_being_dropped_is_heard(
    capfd, monkeypatch
):
    monkeypatch.setattr("threading.Thread", SlowlyStarted)
    with pytest.raises(Ended, match="ended by SIGTERM"), heeding():
        Deleted()
        sleep(60)
        pytest.fail("nobody was told")
    assert capfd.readouterr().err == ""


def test_other_errors_that_python_drops_are_told_as_before(monkeypatch):
    class Failing:
        def __del__(self) -> None:
            raise ValueError("of another kind")

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda dropped: told.append(str(dropped.exc_value)))
    before = sys.unraisablehook
    with heeding():
        Failing()
    assert told == ["of another kind"]
    assert sys.unraisablehook is before


def test_a_request_is_told_from_what_an_interrupted_import_says():
    ended = Ended(signal.SIGTERM)
    with pytest.raises(ImportError) as caught:
        try:
            raise ended
        except Ended as error:
            raise ImportError("initialization failed") from error
    assert request_behind(caught.value) is ended
    assert request_behind(ended) is ended
    assert request_behind(ImportError("no module of that name")) is None
