"""No photograph is opened, and so none hashed, by who holds the database's write lock."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.system.assets import asset_path

# Runs commands; whenever their main thread opens a photograph, another connection tries to write.
# Threads that read ahead hold no lock, and may read while another batch is committed.
WATCHED = """
import json, os, shutil, sqlite3, sys, threading
from pathlib import Path
from annotator.cli import main

home, photos = Path(sys.argv[1]), sys.argv[2]
opened, busy = [], []

def hear(event, given):
    if event != "open" or threading.current_thread() is not threading.main_thread():
        return
    if not isinstance(given[0], (str, bytes)) or not os.fsdecode(given[0]).endswith(".jpg"):
        return
    opened.append(command)
    other = sqlite3.connect(home / "project.sqlite", timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    except sqlite3.OperationalError:
        busy.append(command)
    finally:
        other.close()

def run(*words):
    global command
    command = words[0]
    assert main([str(word) for word in (words[0], home, *words[1:])]) == 0, words

sys.addaudithook(hear)
command = ""
run("new")
run("add", photos)
run("predict", "--no-small-faces", "-q")
elsewhere = shutil.copytree(photos, home.parent / "elsewhere")
for path in Path(photos).iterdir():
    os.utime(path, (1, 1))  # known by its content alone
run("add", elsewhere)
run("add", elsewhere, "--copy")
run("review", "accept", "--all")
run("relocate", photos, elsewhere)
run("export", home.parent / "release", "--format", "npz")
print(json.dumps([sorted(set(opened)), busy]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="what is open cannot be asked for there")
def test_whoever_reads_a_photograph_does_not_keep_others_from_writing(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ("collins.jpg", "hopper.jpg"):
        (photos / name).write_bytes(asset_path("datasets", "sample", name).read_bytes())
    child = subprocess.run(
        [sys.executable, "-c", WATCHED, str(tmp_path / "project"), str(photos)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    opened, busy = json.loads(child.stdout.splitlines()[-1])
    assert {"add", "export"} <= set(opened), "or nothing was tested"
    assert busy == []
