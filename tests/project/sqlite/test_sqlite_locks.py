"""No way to look at files lets go of the locks of a project that the program has open.

On POSIX, closing a file drops all locks that the process holds on it. Another program that opens
and closes the project then takes itself for the last one, and removes the log that is in use: what
is stored afterwards is seen by nobody, and a kill loses it.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.project.project import Project
from annotator.system.assets import asset_path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks are let go of by POSIX only")

# Works on a project as a window does: with each line that it gets it looks at files in one way, and
# with the next it stores a stroke.
WINDOW = """
import sys
from contextlib import suppress
from pathlib import Path
import numpy as np
from annotator.imaging import ImageError, find_images, inspect_image, read_image, read_thumbnail
from annotator.project import Project, Stroke
from annotator.system.hashing import file_sha256
from annotator.system.regular import open_inside, open_regular
from annotator.workflow.importing import import_images

folder, other = Path(sys.argv[1]), Path(sys.argv[2])
database = folder / "project.sqlite"
link = folder / "images" / "link.jpg"

def both_orders():
    first, second = Project.open(folder), Project.open(folder)
    first.samples.summaries(), second.samples.summaries()
    first.close(), second.close()
    first, second = Project.open(folder), Project.open(other)
    first.version(), second.version()
    second.close(), first.close()

def opened_and_closed(path):
    with suppress(OSError):
        open_regular(path).close()

WAYS = {
    "nothing": lambda: None,
    "whether it is a project": lambda: Project.is_project(folder),
    "opened once more and closed": lambda: Project.open(folder).close(),
    "twice at once, and beside another": both_orders,
    "copied before an upgrade": lambda: project._engine.back_up("0005"),
    "a walk of the folder around it": lambda: list(find_images([folder.parent])),
    "added from the folder around it": lambda: import_images(project, [folder.parent]),
    "added and copied by name": lambda: import_images(project, [database, link], copy=True),
    "inspected as a photograph": lambda: inspect_image(database),
    "decoded as a photograph": lambda: read_image(link),
    "a thumbnail of it": lambda: read_thumbnail(link, 64),
    "hashed": lambda: file_sha256(database),
    "hashed through a link": lambda: file_sha256(link),
    "opened inside a folder": lambda: open_inside(folder, "images/link.jpg").close(),
    "what SQLite keeps beside it": lambda: [
        opened_and_closed(Path(f"{database}{ending}")) for ending in ("-wal", "-shm")
    ],
}

project = Project.open(folder)
project.samples.summaries()
project.version()
for line in sys.stdin:
    if line.strip() == "stroke":
        mesh = project.annotations.load(1)
        where = np.array([1, 2, 3])
        stroke = Stroke("grab", where, mesh.landmarks[where], mesh.landmarks[where] + 1)
        project.annotations.record_stroke(1, stroke, revision=mesh.revision, annotator="Ann")
    else:
        with suppress(OSError, ImageError):
            WAYS[line.strip()]()
    print("done", flush=True)
"""


@pytest.fixture
def there(predicted, tmp_path) -> Path:
    """A closed project that lies in a folder with photographs, and a link to its database."""
    predicted.close()
    photograph = asset_path("datasets", "sample", "collins.jpg")
    shutil.copy(photograph, tmp_path / "photograph.jpg")
    images = predicted.home / "images"
    images.mkdir()
    (images / "link.jpg").symlink_to(predicted.home / "project.sqlite")
    return predicted.home


class Window:
    """A program that has a project open and does as it is told."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def tell(self, what: str) -> None:
        """Have it do something, and return when that is done."""
        self._program.stdin.write(f"{what}\n")
        self._program.stdin.flush()
        assert self._program.stdout.readline() == "done\n", what

    def kill(self) -> None:
        """End it in the middle of everything."""
        self._program.kill()
        self._program.wait()


@pytest.fixture
def window(there, create_project) -> Iterator[Window]:
    """One on the project, killed with the test."""
    other = create_project("other")
    other.close()
    command = [sys.executable, "-c", WINDOW, str(there), str(other.home)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=environment, **pipes) as program:
        yield Window(program)
        program.kill()


def strokes_seen_by_others(folder: Path) -> int:
    """Count the strokes as a program that comes now sees them."""
    with closing(sqlite3.connect(folder / "project.sqlite")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM strokes").fetchone()
        return int(count)


WAYS = [line.split('"')[1] for line in WINDOW.splitlines() if line.startswith('    "')]


def test_no_way_to_look_at_files_loses_a_stroke_of_the_project_that_is_open(there, window):
    log = there / "project.sqlite-wal"
    for number, way in enumerate(WAYS, start=1):
        window.tell(way)
        with Project.open(there) as beside:  # as `status` does, in another program
            beside.samples.counts()
        assert log.exists(), f"{way}: the log that is in use was removed"
        window.tell("stroke")
        assert strokes_seen_by_others(there) == number, way
    window.kill()
    with Project.open(there) as project:
        assert len(project.annotations.strokes(1)) == len(WAYS)
