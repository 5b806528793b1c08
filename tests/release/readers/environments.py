"""Programs of others that read releases, each in an environment of its own.

What they need does not fit beside what the project needs. ``make readers`` makes the environments,
in ``.readers``, of what ``requirements/NAME.txt`` asks for, and runs these tests;
``FACEMESH_READERS`` names another folder. Without an environment its tests are skipped, each with
the reason.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
REQUIREMENTS = Path(__file__).parent / "requirements"
READERS = Path(os.environ.get("FACEMESH_READERS") or ROOT / ".readers")
PATIENCE = 300  # seconds: some take long to be imported on a busy machine


def reader_python(name: str) -> Path:
    """Return the Python of an environment; skip the test, with the reason, where there is none."""
    assert (REQUIREMENTS / f"{name}.txt").is_file(), f"nothing says what {name} needs"
    folder = READERS / name
    if not (folder / "installed").is_file():
        log = READERS / f"{name}.log"
        why = f"could not be installed, see {log}" if log.is_file() else "is not installed"
        pytest.skip(f"the reader {name} {why}: make readers")
    return folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"


def read_by(name: str, script: str, *arguments: str | Path, folder: Path) -> Any:
    """Run a script in an environment and return what it prints last, as JSON.

    Parameters
    ----------
    name
        Of the environment.
    script
        Python; what it prints last is one line of JSON.
    arguments
        It has them in ``sys.argv[1:]``.
    folder
        Where it runs, and where whatever it keeps for later goes.
    """
    python = reader_python(name)
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS")
    }
    offline = {"HF_HUB_OFFLINE": "1", "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
    homes = {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    ran = subprocess.run(
        [python, "-c", script, *map(str, arguments)],
        cwd=folder,
        env=environment | offline | homes | {"PYTHONUTF8": "1", "QT_QPA_PLATFORM": "offscreen"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, f"{name} failed:\n{ran.stdout[-2000:]}\n{ran.stderr[-4000:]}"
    return json.loads(ran.stdout.splitlines()[-1])
