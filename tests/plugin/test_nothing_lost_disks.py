"""The real window on a disk that is full or closed: strokes wait until they can be written."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_ROOM = "8m"  # for the sample project and a few hundred strokes

# A disk of its own that goes away with the process. A namespace of users lets anybody mount one.
_MOUNT = f"""
set -e
mount -t tmpfs -o size={_ROOM} tmpfs "$1"
cp -r "$2" "$1/faces"
exec "$3" -c "$4" "$1/faces"
"""

WINDOW = """
import json
import os
import sys
from pathlib import Path
from qtpy.QtCore import QTimer
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QMessageBox
from annotator.plugin.canvas import picture_keeper
from annotator.plugin.launch import open_viewer
from annotator.plugin.canvas.pointer import Pointer
from annotator.project import Project

picture_keeper._NOTE_MS = 86_400_000  # nothing else takes or frees room
folder = Path(sys.argv[1])
viewer, dock = open_viewer(folder, "kim")
assert QTest.qWaitForWindowExposed(dock.window(), 60_000)
dock.view.frame()
bench = dock.workbench
said = []
bench.told.connect(said.append)
bench.failed.connect(said.append)
facts = {"sample": bench.session.sample_id}

def drag():
    x, y, _ = bench.session.landmarks[152].tolist()
    Pointer(viewer).drag((x, y), (x + 3, y + 2), steps=2)

def fill():
    with open(folder.parent / "filler", "ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass

drag()
facts["stored before"] = bench.session.revision
fill()
while not bench.session.unsaved_count:  # what the log has room for is still written
    drag()
    fill()
drag()
drag()
facts["stored when full"] = bench.session.revision
facts["waiting"] = bench.session.unsaved_count
facts["shown"] = bench.session.landmarks.tobytes().hex()
retries = []
dock._retry.timeout.connect(lambda: retries.append(None))
while len(retries) < 2:
    QTest.qWait(20)
facts["still waiting"] = bench.session.unsaved_count
facts["said"] = list(said)

def cancel():
    box = QApplication.activeModalWidget()
    if box is not None and box.isVisible():
        asking.stop()
        box.button(QMessageBox.StandardButton.Cancel).click()

asking = QTimer()
asking.timeout.connect(cancel)
asking.start(10)
facts["closed"] = dock.window().close()
said.clear()
(folder.parent / "filler").unlink()
while bench.session.unsaved_count:
    QTest.qWait(20)
facts["waiting at last"] = bench.session.unsaved_count
facts["said at last"] = said
facts["revision"] = bench.session.revision
dock.shut_down()
with Project.open(folder) as project:
    facts["stored"] = project.annotations.load(facts["sample"]).landmarks.tobytes().hex()
    facts["strokes"] = len(project.annotations.strokes(facts["sample"]))
print(json.dumps(facts), flush=True)
os._exit(0)
"""


@pytest.fixture
def run_on_a_small_disk(project_folder: Path, tmp_path: Path) -> Callable[[str], dict[str, object]]:
    """Runs a script on the project, on a disk that is easily filled; it prints JSON."""
    disk = tmp_path / "disk"
    disk.mkdir()
    wrapped = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if shutil.which("unshare") is None:
        pytest.skip("needs Linux's unshare to mount a small disk")
    probe = [*wrapped, 'mount -t tmpfs -o size=1m tmpfs "$1"', "sh", str(disk)]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a small disk")

    def run(script: str) -> dict[str, object]:
        arguments = ["sh", str(disk), str(project_folder), sys.executable, script]
        ended = subprocess.run(
            [*wrapped, _MOUNT, *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env=os.environ
            | {
                "NAPARI_CONFIG": str(tmp_path / "napari.yaml"),
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
        )
        assert ended.returncode == 0, ended.stderr
        facts: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
        return facts

    return run


def test_strokes_on_a_full_disk_wait_and_are_written_when_there_is_room(
    run_on_a_small_disk: Callable[[str], dict[str, object]],
) -> None:
    facts = run_on_a_small_disk(WINDOW)
    assert facts["stored before"] == 1
    assert facts["waiting"] == facts["still waiting"] == 3
    first, *later = facts["said"]
    assert "no space left to write" in first
    assert "1 stroke waits in memory" in first
    assert [sentence.split(" wait")[0] for sentence in later] == ["2 strokes", "3 strokes"]
    assert facts["closed"] is False, "the window asked and stayed"
    assert facts["waiting at last"] == 0
    assert facts["said at last"] == ["The strokes that waited are saved."]
    assert facts["revision"] == facts["strokes"] == facts["stored when full"] + 3
    assert facts["stored"] == facts["shown"]


CLOSED_FOLDER = """
import json
import os
import sys
from pathlib import Path
from qtpy.QtTest import QTest
from annotator.plugin.launch import open_viewer
from annotator.plugin.canvas.pointer import Pointer

folder = Path(sys.argv[1])
viewer, dock = open_viewer(folder, "kim")
assert QTest.qWaitForWindowExposed(dock.window(), 60_000)
dock.view.frame()
session = dock.workbench.session
said = []
dock.workbench.told.connect(said.append)
dock.workbench.failed.connect(said.append)

def drag():
    x, y, _ = session.landmarks[152].tolist()
    Pointer(viewer).drag((x, y), (x + 4, y + 4), steps=2)

folder.chmod(0)
if root := os.getuid() == 0:
    os.seteuid(65534)  # root may write anywhere
drag()
drag()
waiting = session.unsaved_count
if root:
    os.seteuid(0)
folder.chmod(0o755)
while session.unsaved_count:
    QTest.qWait(20)
left = session.unsaved_count
facts = {"waiting": waiting, "said": said, "stored": session.revision, "left": left}
dock.shut_down()
print(json.dumps(facts), flush=True)
os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no POSIX permissions")
def test_strokes_in_a_folder_that_may_no_longer_be_written_wait_until_it_may(
    run_script: Callable[[str], subprocess.CompletedProcess[str]],
) -> None:
    ended = run_script(CLOSED_FOLDER)
    assert ended.returncode == 0, ended.stderr
    facts = json.loads(ended.stdout.splitlines()[-1])
    assert facts["waiting"] == 2
    assert "is read-only: ask for permission" in facts["said"][0]
    assert facts["said"][-1] == "The strokes that waited are saved."
    assert (facts["stored"], facts["left"]) == (2, 0)
