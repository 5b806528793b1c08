import json
import shutil
import signal
import subprocess
import sys
import time

import pytest

from annotator.cli import main
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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_is_one_line_and_exit_code_130(tmp_path, assert_one_line):
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(300):
        shutil.copy(PORTRAIT, folder / f"{index}.jpg")
        with (folder / f"{index}.jpg").open("ab") as stream:
            stream.write(bytes([index % 256, index // 256]))
    main(["new", str(tmp_path / "p")])
    main(["add", str(tmp_path / "p"), str(folder)])
    child = subprocess.Popen(
        [sys.executable, "-m", "annotator.cli", "predict", str(tmp_path / "p")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with Project.open(tmp_path / "p") as project:
        deadline = time.monotonic() + 30
        while not project.samples.summaries() and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
        assert 0 < len(project.samples.summaries()) < 300
    assert (child.returncode, out) == (130, "")
    assert_one_line(err)
