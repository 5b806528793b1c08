"""Eight programs on one project at once: what any of them was told is done is there afterwards."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing import rounds

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as POSIX has it")


def test_eight_programs_on_one_project_lose_nothing_and_wait_for_each_other(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.attacks.crowd", str(tmp_path), str(max(3, rounds(3 / 4)))],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "OPENBLAS_NUM_THREADS": "1",  # threads do not come along into a fork
        },
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"failed": [], "lost": []}, ended.stderr
