"""The same project gives the same bytes, whatever the process, and a killed export nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.release import export_release, formats, load_release
from annotator.release.formats import FORMATS, Format

ROOT = Path(__file__).parents[2]

EXPORT = """
import os, sys
from pathlib import Path
from annotator.project import Project
from annotator.release import export_release
from annotator.release.formats import FORMATS

os.umask(int(sys.argv[3], 8))
with Project.open(sys.argv[1]) as project:
    for name in FORMATS:
        export_release(project, Path(sys.argv[2]) / name, name)
"""

# One that holds images itself and has the exact record beside it, and stops in the middle.
KILLED = """
import sys, time
from pathlib import Path
from annotator.project import Project
from annotator.release import export_release, formats
from annotator.release.formats import Format

def write(folder, blocks, layout):
    for block in blocks:
        (folder / "images.bin").write_bytes(block.images[0].path.read_bytes())
        print("writing", flush=True)
        time.sleep(60)

formats.FORMATS = {"bin": Format("bin", "Bytes", write, embeds_images=True)}
with Project.open(sys.argv[1]) as project:
    export_release(project, Path(sys.argv[2]), "bin")
"""


def run_apart(*arguments: str | Path, **environment: str) -> None:
    subprocess.run(
        [sys.executable, "-c", EXPORT, *map(str, arguments)],
        check=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def test_processes_of_other_places_and_habits_write_the_same_bytes(project, tmp_path, content):
    project.close()
    here = {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
    there = {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONUTF8": "0"}
    run_apart(project.home, tmp_path / "here", "022", **here)
    run_apart(project.home, tmp_path / "there", "077", **there)
    first, second = content(tmp_path / "here"), content(tmp_path / "there")
    assert {name.split("/")[0] for name in first} == set(FORMATS)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_export_of_embedded_images_leaves_no_release(project, tmp_path, monkeypatch):
    target = tmp_path / "out" / "release"
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(project.home), str(target)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"writing\n"
        running.send_signal(signal.SIGKILL)
    assert not target.exists()
    assert all(path.name.startswith(".") for path in target.parent.iterdir())

    def write(folder, blocks, layout):
        (folder / "images.bin").write_bytes(
            b"".join(image.path.read_bytes() for block in blocks for image in block.images)
        )

    known = Format("bin", "Bytes", write, embeds_images=True)
    monkeypatch.setattr(formats, "FORMATS", {**formats.FORMATS, "bin": known})
    export_release(project, target, "bin")
    assert [path.name for path in target.parent.iterdir()] == ["release"]
    assert len(load_release(target).samples) == 4
    assert not (target / "images").exists()
