"""An annotator at work on a project, without a window."""

import os
import sys
from collections.abc import Callable
from threading import Thread

import pytest

from annotator.project.covariance_file import FILE_NAME
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.workbench import Workbench


def test_the_annotators_name_can_be_changed(
    bench: Workbench, drag: Callable[[Workbench, int, tuple[float, float]], None]
) -> None:
    bench.rename_annotator("sam")
    drag(bench, 152, (5, 0))
    strokes = bench.project.annotations.strokes(bench.current.id)
    assert strokes[0].annotator == "sam"


@pytest.mark.parametrize("content", [b"", b"not a covariance"])
def test_a_damaged_file_is_told_and_the_tools_go_on(bench: Workbench, content: bytes) -> None:
    told: list[str] = []
    bench.failed.connect(told.append)
    (bench.project.home / FILE_NAME).write_bytes(content)
    bench.learn_anew()
    bench.tools.choose(ToolKind.GUIDED)
    assert FILE_NAME in told[0]
    assert bench.tools.tool.covariance is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
def test_a_pipe_in_its_place_is_told_at_once_and_the_tools_go_on(bench: Workbench) -> None:
    told: list[str] = []
    bench.failed.connect(told.append)
    os.mkfifo(bench.project.home / FILE_NAME)
    step = Thread(target=bench.learn_anew, daemon=True)
    step.start()
    step.join(60)  # seconds: what hangs would last for ever
    assert not step.is_alive(), "it never came back"
    assert "it is a device or a pipe" in told[0]
