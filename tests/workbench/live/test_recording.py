import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import numpy as np
import pytest

av = pytest.importorskip("av")

from annotator.imaging.clips import inspect_clip, open_clip  # noqa: E402
from annotator.workbench.live.live_frame import LiveFrame  # noqa: E402
from annotator.workbench.live.recording import (  # noqa: E402
    Recorder,
    RecordingError,
    check_recordable,
)
from tests.clips import number_of, painted_frames  # noqa: E402

TIMES = [0.0, 0.04, 0.05, 0.2, 0.21, 0.7]


def live(number: int, pixels: np.ndarray, time: float) -> LiveFrame:
    return LiveFrame(number, pixels, time, 0.0)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_every_frame_is_recorded_at_its_time(tmp_path: Path, suffix: str) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path / f"film{suffix}", told.append)
    for number, frame in enumerate(painted_frames(len(TIMES))):
        recorder.take(live(number, frame, 5.0 + TIMES[number]))
    recorder.close()
    assert told == []
    assert recorder.text() == f"recorded 6 frames to film{suffix}"
    with open_clip(recorder.path) as clip:
        np.testing.assert_allclose(clip.info.times, TIMES, atol=0.0015)
        assert [number_of(clip.read(at)) for at in range(len(TIMES))] == [0, 1, 2, 3, 4, 5]


def test_sides_that_cannot_be_halved_stay_as_they_are(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "odd.mkv", print)
    recorder.take(live(0, np.full((81, 97, 3), 120, np.uint8), 0.0))
    recorder.close()
    info = inspect_clip(recorder.path)
    assert (info.width, info.height) == (97, 81)


KILLED = """
import os, sys, time
from pathlib import Path
from annotator.workbench.live.live_frame import LiveFrame
from annotator.workbench.live.recording import Recorder
from tests.clips import painted_frames

recorder = Recorder(Path(sys.argv[1]), print)
for number, frame in enumerate(painted_frames(200)):
    recorder.take(LiveFrame(number, frame, number / 30, 0.0))
    while recorder.written <= number:
        time.sleep(0.001)
print("recorded", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal there")
@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_what_a_killed_program_recorded_can_be_played_but_for_its_end(
    tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"film{suffix}"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(file)],
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as program:  # fmt: skip
        assert program.stdout is not None
        assert program.stdout.readline() == "recorded\n"
        program.send_signal(signal.SIGKILL)
    with open_clip(file) as clip:
        assert len(clip) >= 200 - 60  # two seconds of 30 frames
        assert number_of(clip.read(100)) == 100


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "film.mkv").write_bytes(b"dear")
    for name, said in [
        ("film.mkv", "is there already"),
        ("film.avi", "ends with .mkv or .mp4"),
        ("no/film.mkv", "there is no folder"),
    ]:
        with pytest.raises(RecordingError, match=said):
            check_recordable(tmp_path / name)
        with pytest.raises(RecordingError, match=said):
            Recorder(tmp_path / name, print)
    assert (tmp_path / "film.mkv").read_bytes() == b"dear"


def test_frames_that_come_too_fast_are_dropped_and_counted(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mkv", print)
    busy = Event()
    write = recorder._write
    recorder._write = lambda frame: (busy.wait(), write(frame))[1]  # type: ignore[method-assign]
    frame = np.zeros((16, 16, 3), np.uint8)
    for number in range(100):
        recorder.take(live(number, frame, number / 30))
    busy.set()
    recorder.close()
    assert recorder.written + recorder.dropped == 100
    assert 38 <= recorder.dropped <= 40
    assert recorder.text().endswith(f", {recorder.dropped} dropped as they came too fast")


def test_a_frame_that_cannot_be_encoded_ends_the_recording_and_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    recorder = Recorder(tmp_path / "film.mkv", told.append)
    frame = np.zeros((16, 16, 3), np.uint8)
    recorder.take(live(0, frame, 0.0))
    recorder.take(live(1, frame[:, :, 0], 0.1))  # what no encoder takes
    recorder.take(live(2, frame, 0.2))
    recorder.close()
    assert len(told) == 1
    assert told[0].startswith("recording ended early: ")
    assert inspect_clip(recorder.path).times.shape == (1,)
