import json
import signal
import subprocess
import sys

import pytest
from PIL import Image

from annotator.project import Project
from annotator.system.assets import asset_path

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")
QUICK = "--no-small-faces"


def test_a_round_in_processes_of_their_own(process, photos, tmp_path):
    project = tmp_path / "project"
    steps = [
        ["new", project],
        ["add", project, photos, "--json"],
        ["predict", project, QUICK, "--json"],
        ["review", project, "accept", "--all", "--json"],
        ["export", project, tmp_path / "release", "--format", "npz", "--json"],
        ["status", project, "--json"],
    ]
    for step in steps:
        result = process(*step)
        assert (result.returncode, result.stderr) == (0, "")
        if "--json" in step:
            assert json.loads(result.stdout)


# The command line, whose progress bar stops for good after the 65th image: 64 are committed
# together, so that one is predicted and not in the project yet.
STANDING_STILL = """
import signal, sys, threading
from contextlib import contextmanager
from annotator.cli import main, predictions

@contextmanager
def progress_bar(description):
    def show(done, total):
        if done == 65:
            print("in the middle", file=sys.stderr, flush=True)
            threading.Event().wait()

    yield show

predictions.progress_bar = progress_bar
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
sys.exit(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_is_one_line_and_exit_code_130(command, tmp_path, assert_one_line):
    folder = tmp_path / "photos"
    folder.mkdir()
    with Image.open(PORTRAIT) as portrait:
        for index in range(70):  # each another picture, for the same one twice adds nothing
            portrait.crop((0, 0, portrait.width - index, portrait.height)).save(
                folder / f"{index}.jpg"
            )
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", folder)
    child = subprocess.Popen(
        [sys.executable, "-c", STANDING_STILL, "predict", str(tmp_path / "p"), QUICK],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            assert child.stderr.readline() == "in the middle\n"
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=300)
        finally:
            child.kill()
    assert (child.returncode, out) == (130, "")
    assert_one_line(err)
    with Project.open(tmp_path / "p") as project:
        assert len(project.samples.summaries()) == 65
