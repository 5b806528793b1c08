"""The command itself, with its window: how it ends."""

import os
import signal
import sys
from pathlib import Path

import pytest
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QApplication

from annotator.cli import main
from annotator.imaging.clips import inspect_clip
from annotator.plugin.live.live_window import LiveWindow
from tests.live import no_thread_left

PICTURES = "lavfi:testsrc2=size=160x120:rate=30"


def test_the_window_of_the_seeds_command_closes_by_itself(qapp, tmp_path, capsys):
    with no_thread_left():
        code = main(["-v", PICTURES, "--frames", "4", "--project", str(tmp_path / "p")])
    assert code == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("4 frames came, ")
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, LiveWindow)
                and w.isVisible()]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
@pytest.mark.parametrize(("name", "expected"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_closes_it_and_completes_what_is_recorded(
    qapp, tmp_path: Path, capsys, name: str, expected: int
) -> None:
    film = tmp_path / "film.mkv"

    def end_it() -> None:
        if film.exists() and film.stat().st_size > 2000:
            clock.stop()
            os.kill(os.getpid(), getattr(signal, name))

    clock = QTimer()
    clock.timeout.connect(end_it)
    clock.start(10)
    before = signal.getsignal(signal.SIGINT)
    with no_thread_left():
        code = main(["live", "-v", PICTURES, "--record", str(film)])
    assert code == expected
    assert signal.getsignal(signal.SIGINT) is before
    assert capsys.readouterr().err.count("\n") == 1
    assert len(inspect_clip(film).times) > 0
