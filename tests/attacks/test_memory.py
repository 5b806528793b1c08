"""However many photographs go through one program, it holds no more of them in memory."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing import kills
from tests.memory import MIB

# More by `FACEMESH_IMAGES=2000 make test`.
IMAGES = kills(150, "FACEMESH_IMAGES")
# Decoded, the photographs of the suite are 95 MiB after the second round.
MOST = 30 * MIB


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's word on what is in memory")
def test_adding_and_predicting_many_photographs_holds_none_of_them(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.attacks.grower", str(tmp_path), str(IMAGES)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    assert found["faces"] >= IMAGES
    _, warm, *later = found["held"]
    print(f"\n{IMAGES} images: {[round(held / MIB) for held in found['held']]} MiB")
    assert max(later) - warm < MOST
