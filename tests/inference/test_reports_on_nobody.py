"""Nothing is sent anywhere: ONNX Runtime is told so before it is loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.system.assets import asset_path

PHOTOGRAPH = asset_path("datasets", "sample", "collins.jpg")
PREDICT = """
import os, sys
from annotator.cli import main
assert main(["landmarks", sys.argv[1], "--output", sys.argv[2]]) == 0
assert os.environ["ORT_DISABLE_TELEMETRY"] == "1"
"""
ANOTHER_FIRST = "import onnxruntime\n" + PREDICT


def run(code: str, home: Path, output: Path) -> None:
    environment = os.environ | {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    given = [sys.executable, "-c", code, str(PHOTOGRAPH), str(output)]
    done = subprocess.run(given, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_predicting_leaves_nothing_in_the_home_of_whoever_predicts(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    run(PREDICT, home, tmp_path / "meshes.npz")
    assert not [path for path in home.rglob("*") if "onnxruntime" in path.name.lower()]


def test_it_works_where_another_program_part_loaded_onnx_runtime_before(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    run(ANOTHER_FIRST, home, tmp_path / "meshes.npz")
    assert (tmp_path / "meshes.npz").exists()


@pytest.mark.parametrize("folder", ["annotator", "benchmarks"])
def test_onnx_runtime_is_imported_in_one_place(folder: str):
    root = Path(__file__).parents[2] / folder
    users = {
        path.name
        for path in root.rglob("*.py")
        if "import onnxruntime" in path.read_text("utf-8") and path.name != "onnx_runtime.py"
    }
    assert not {name for name in users if name != "runtime.py"}
