"""Frames as they come: from files and drawn sources in place of cameras, and from nowhere."""

import itertools
import os
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from annotator.imaging.clips.capture import open_camera
from annotator.imaging.clips.errors import CameraError
from tests.clips import number_of, painted_frames, write_clip


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Twelve frames within 0.6 seconds, at uneven times, turned."""
    times = np.cumsum([0, *[0.02, 0.08] * 6])[:12].tolist()
    return write_clip(tmp_path / "clip.mp4", painted_frames(12), times=times, rotation=90)


def test_a_file_stands_for_a_camera_and_keeps_its_times(clip: Path) -> None:
    camera = open_camera(str(clip))
    began = time.monotonic()
    found = list(iter(camera.read, None))
    assert time.monotonic() - began >= 0.5  # as long as it is shown
    camera.close()
    assert [number_of(image) for image, _ in found] == list(range(12))
    steps = np.diff([at for _, at in found])
    assert (steps > 0).all()
    assert camera.read() is None


def test_frames_that_are_not_paced_have_the_times_of_the_clip(clip: Path) -> None:
    camera = open_camera(str(clip), paced=False)
    times = [at for _, at in iter(camera.read, None)]
    camera.close()
    np.testing.assert_allclose(np.diff(times), [0.02, 0.08] * 5 + [0.02], atol=1e-3)


def test_what_ffmpeg_draws_stands_for_a_camera() -> None:
    camera = open_camera("lavfi:testsrc2=size=320x240:rate=50", paced=False)
    found = list(itertools.islice(iter(camera.read, None), 5))
    camera.close()
    assert {image.shape for image, _ in found} == {(240, 320, 3)}
    np.testing.assert_allclose(np.diff([at for _, at in found]), 1 / 50, atol=1e-6)
    assert camera.read() is None


def test_a_camera_that_is_closed_by_another_thread_stops(clip: Path) -> None:
    camera = open_camera(str(clip))
    assert camera.read() is not None
    ended = threading.Event()
    thread = threading.Thread(target=lambda: ([*iter(camera.read, None)] and None) or ended.set())
    thread.start()
    camera.close()
    assert ended.wait(60)
    thread.join()


class _Server:
    """Answers one request on this machine with a video's bytes, and then with nothing."""

    def __init__(self, content: bytes, hangs_up: bool) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/live.ts"
        self._content, self._hangs_up = content, hangs_up
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        asked, _ = self._socket.accept()
        with asked:
            asked.recv(4096)
            length = f"Content-Length: {len(self._content)}\r\n" if self._hangs_up else ""
            asked.sendall(f"HTTP/1.0 200 OK\r\n{length}\r\n".encode() + self._content)
            if not self._hangs_up:
                self._done.wait(60)

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        self._socket.close()


def test_a_stream_gives_frames_until_it_ends(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.ts", painted_frames(20))
    server = _Server(path.read_bytes(), hangs_up=True)
    camera = open_camera(server.address)
    found = list(iter(camera.read, None))
    camera.close()
    server.close()
    assert [number_of(image) for image, _ in found] == list(range(20))
    assert found[0][1] <= found[-1][1] <= time.monotonic()


def test_a_stream_that_falls_silent_is_not_waited_for_without_end(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.ts", painted_frames(90, 320, 192), gop=10)
    server = _Server(path.read_bytes(), hangs_up=False)
    camera = open_camera(server.address, wait=0.5)
    with pytest.raises(CameraError, match=r"gives no more frames .*: see that it is connected"):
        [*iter(camera.read, None)]
    camera.close()
    server.close()
    assert camera.read() is None


def test_an_address_that_does_not_answer_is_refused(tmp_path: Path) -> None:
    server = _Server(b"", hangs_up=False)
    with pytest.raises(CameraError, match="gives no video"):
        open_camera(server.address, wait=0.3)
    server.close()


@pytest.mark.skipif(os.path.exists("/dev/video77"), reason="there is such a camera")  # noqa: PTH110
def test_without_a_camera_one_line_says_what_to_look_at() -> None:
    began = time.process_time()
    with pytest.raises(CameraError) as refused:
        open_camera("77")
    said = str(refused.value)
    assert said.startswith("camera 77 cannot be opened")
    for hint in ("plugged in", "no other program", "privacy settings", "another index, -v 0"):
        assert hint in said
    assert "\n" not in said
    assert time.process_time() - began < 20  # it does not try again and again


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("rtsp://me:secret@127.0.0.1:1/live", "rtsp://127.0.0.1:1/live gives no video"),
        ("http://127.0.0.1:1/live", "http://127.0.0.1:1/live gives no video"),
        ("lavfi:nonsense=1", "FFmpeg cannot draw 'nonsense=1'"),
        ("nowhere.mp4", "nowhere.mp4: the file does not exist"),
    ],
)
def test_a_source_that_gives_nothing_is_refused_in_one_line(source: str, said: str) -> None:
    with pytest.raises(CameraError) as refused:
        open_camera(source)
    assert str(refused.value).startswith(said)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)
