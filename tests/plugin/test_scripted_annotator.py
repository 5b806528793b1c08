"""The annotator's session by script, from spoiled faces to a window opened anew."""

import os
import subprocess
import sys
from pathlib import Path

# In percent of the outer IOD, and near the 2.56 % that strokes are counted to in mesh-tools.md;
# in a window that software draws quickly. The script alone goes on to 1 % in a larger one.
GOAL = 2.5
ARGUMENTS = ["--goal", str(GOAL), "--window", "760", "640"]
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "scripted_annotator.py"


def test_three_spoiled_faces_are_corrected_undone_redone_and_found_again(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *ARGUMENTS],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=os.environ | {"NAPARI_CONFIG": str(tmp_path / "napari.yaml"), "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    *faces, found = done.stdout.splitlines()
    assert [face.split()[1] for face in faces] == ["grab", "guide", "draw"]
    for face in faces:
        assert float(face.rpartition("-> ")[2].rstrip("%")) < GOAL
    assert found == "a new process found every corrected mesh and its history"
