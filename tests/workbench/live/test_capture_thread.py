import numpy as np
import pytest

from annotator.workbench.live import capture_thread
from annotator.workbench.live.capture_thread import NO_LIMIT, CaptureThread, Ending, Limit
from tests.live import FakeCamera, no_thread_left, plain_frames, source_of, wait_until


class Heard:
    """A capture thread, and all that it handed on."""

    def __init__(self, camera, *, source=None, limit=NO_LIMIT):
        self.frames, self.told, self.endings = [], [], []
        self.thread = CaptureThread(
            source or source_of(), camera, take=self.frames.append, tell=self.told.append,
            ended=self.endings.append, limit=limit,
        )  # fmt: skip

    def to_the_end(self):
        with no_thread_left():
            self.thread.start()
            wait_until(lambda: self.endings)
            self.thread.stop()
        return self


def test_every_frame_is_handed_on_with_its_number_and_time():
    camera = FakeCamera(plain_frames(5))
    heard = Heard(camera).to_the_end()
    assert [frame.number for frame in heard.frames] == [0, 1, 2, 3, 4]
    assert [frame.pixels[0, 0, 0] for frame in heard.frames] == [40, 43, 46, 49, 52]
    np.testing.assert_allclose([frame.time for frame in heard.frames], np.arange(5) / 30)
    assert heard.endings == [Ending.END]
    assert camera.is_closed


def test_to_stop_ends_the_wait_for_a_frame():
    camera = FakeCamera(plain_frames(5), waits=True)
    heard = Heard(camera)
    with no_thread_left():
        heard.thread.start()
        camera.release(2)
        wait_until(lambda: len(heard.frames) == 2)
        heard.thread.stop()
    assert heard.endings == [Ending.STOPPED]
    assert camera.is_closed


def test_a_source_that_loops_goes_on_with_later_times():
    cameras = [FakeCamera(plain_frames(3)) for _ in range(2)]
    heard = Heard(FakeCamera(plain_frames(3)), source=source_of(*cameras, loops=True)).to_the_end()
    assert len(heard.frames) == 9
    assert (np.diff([frame.time for frame in heard.frames]) > 0).all()
    assert all(camera.is_closed for camera in cameras)
    assert heard.told == ["no camera is left"]


def test_a_network_source_that_is_lost_is_tried_again_and_told(monkeypatch):
    monkeypatch.setattr(capture_thread, "_WAITS", (0.01,))
    back = FakeCamera(plain_frames(2))
    source = source_of(back, is_camera=False, is_network=True)
    heard = Heard(FakeCamera(plain_frames(3), trouble="the stream broke off"), source=source)
    heard.thread.start()
    wait_until(lambda: len(heard.frames) == 5)
    heard.thread.stop()
    assert heard.told[:3] == [
        "the stream broke off",
        "the source was lost: trying again (1)",
        "the source is back",
    ]
    assert heard.endings == [Ending.STOPPED]
    assert back.is_closed


def test_a_camera_that_is_lost_ends_with_the_reason():
    heard = Heard(FakeCamera(plain_frames(2), trouble="the camera was unplugged")).to_the_end()
    assert heard.told == ["the camera was unplugged"]
    assert heard.endings == [Ending.LOST]


@pytest.mark.parametrize("limit", [Limit(frames=4), Limit(seconds=0.0, frames=99)])
def test_it_ends_by_itself_after_as_much_as_was_asked_for(limit):
    camera = FakeCamera(plain_frames(50))
    heard = Heard(camera, limit=limit).to_the_end()
    assert len(heard.frames) == (4 if limit.frames == 4 else 1)
    assert heard.endings == [Ending.LIMIT]
    assert camera.is_closed


def test_times_that_stand_still_or_go_back_still_grow():
    class Backwards(FakeCamera):
        def read(self):
            read = super().read()
            return None if read is None else (read[0], -read[1])

    heard = Heard(Backwards(plain_frames(4))).to_the_end()
    assert (np.diff([frame.time for frame in heard.frames]) > 0).all()


def test_a_thread_that_never_began_closes_its_camera():
    camera = FakeCamera([])
    Heard(camera).thread.stop()
    assert camera.is_closed
