"""Commands that write, each with the scene it is given in, and what is there before and after.

A scene is made once, by the command line and the store, in a folder that always has the same
name: projects know by whole paths where photographs lie. It is kept elsewhere and put back.
"""

import gzip
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from annotator.cli import main
from annotator.project import EditSession, Project
from annotator.project.strokes import Stroke
from annotator.release import load_release
from annotator.system.assets import asset_path
from tests.clips import portrait_frames, write_clip

PORTRAITS = ("collins.jpg", "collins_close.webp", "hopper.jpg", "hopper_tilted.jpg")
SMALL_IMAGES = 140  # more than one transaction of `add` or `predict` holds
OLDER = Path(__file__).parents[1] / "project" / "data" / "project_0003.sqlite.gz"

# What differs between two runs of the same command: times, and the numbers of changes.
_TIMES = ("_at", "modified_ns")
_COUNTERS = {"sample_changes", "sqlite_sequence"}


@dataclass(frozen=True)
class Attacked:
    """A command that writes.

    Attributes
    ----------
    arguments
        As given on the command line, in the folder of the scene.
    scene
        What was done before.
    in_steps
        Whether part of it may be stored when it is cut off; otherwise it is all or nothing.
    """

    arguments: tuple[str, ...]
    scene: Callable[[], None]
    in_steps: bool = False


def photographs() -> None:
    """Lay photographs into folders: many small ones without a face, and portraits."""
    for name in ("small", "portraits"):
        Path(name).mkdir()
    for name in PORTRAITS:
        shutil.copy(asset_path("datasets", "sample") / name, "portraits")
    for number in range(SMALL_IMAGES):
        pixels = np.random.default_rng(number).integers(0, 255, (24, 24, 3), np.uint8)
        Image.fromarray(pixels).save(Path("small", f"{number}.png"))


def empty() -> None:
    """Make an empty project."""
    photographs()
    done("new", "project")


def added() -> None:
    """Add the photographs."""
    empty()
    done("add", "project", "small", "portraits")


def predicted() -> None:
    """Predict the faces."""
    empty()
    done("add", "project", "portraits")
    done("predict", "project", "--no-small-faces")


def filmed() -> None:
    """Lay a clip beside the photographs, with an empty project."""
    empty()
    frames = portrait_frames(20, 192, 144)
    write_clip(Path("film.mp4"), frames)


def film_added() -> None:
    """Add the clip."""
    filmed()
    done("add", "project", "film.mp4")


def film_tracked() -> None:
    """Track it."""
    film_added()
    done("predict", "project")


def edited() -> None:
    """Predict the faces, and edit them."""
    predicted()
    with Project.open("project") as project:
        for sample in project.samples.summaries():
            landmarks = project.annotations.load(sample.id).landmarks
            moved = landmarks + np.random.default_rng(sample.id).normal(0, 2, landmarks.shape)
            edit = Stroke("grab", np.arange(len(moved)), landmarks, moved.astype(np.float32))
            project.annotations.record_stroke(sample.id, edit, revision=0, annotator="kim")
    done("review", "project", "send-back", "1", "--reason", "blurred", "--reviewer", "robin")


def accepted() -> None:
    """Accept two faces."""
    edited()
    done("review", "project", "accept", "3", "4", "--despite-checks", "--reviewer", "robin")


def released() -> None:
    """Export what was accepted, and begin an empty project."""
    accepted()
    done("export", "project", "release", "--format", "npz")
    Path("project").rename("other")
    done("new", "project")


def released_before() -> None:
    """Release what was accepted; the key that splits are drawn with is there from then on."""
    accepted()
    done("release", "project", "first")


def annotated_twice() -> None:
    """Ask two people for opinions of all faces, which they give, hardly apart."""
    predicted()
    with Project.open("project") as project:
        wanted = [(sample, person) for sample in range(1, 5) for person in ("ann", "ben")]
        for opinion, (_, person) in zip(project.opinions.ask(wanted), wanted, strict=True):
            start = project.annotations.load(opinion).landmarks[:1]
            stroke = Stroke("grab", np.arange(1), start, start + 3 + (person == "ben"))
            project.annotations.record_stroke(opinion, stroke, revision=0, annotator=person)
            project.reviews.submit(opinion, reviewer=person)


def removed() -> None:
    """Take photographs out."""
    edited()
    done("remove", "project", "collins.jpg", "hopper.jpg")


def moved() -> None:
    """Move the photographs."""
    edited()
    Path("portraits").rename("elsewhere")


def older() -> None:
    """Put a project there that an earlier version left."""
    images = Path("project", "images")
    images.mkdir(parents=True)
    for path in asset_path("datasets", "sample").iterdir():
        shutil.copy(path, images)
    Path("project", "project.sqlite").write_bytes(gzip.decompress(OLDER.read_bytes()))


_BY_ROBIN = ("--reviewer", "robin")
_ALL = ("1", "2", "3", "4")
ATTACKED = {
    "new": Attacked(("new", "project"), photographs),
    "add": Attacked(("add", "project", "small", "portraits"), empty, in_steps=True),
    "add --copy": Attacked(("add", "project", "small", "--copy"), empty, in_steps=True),
    "predict": Attacked(("predict", "project", "--no-small-faces"), added, in_steps=True),
    "add a clip": Attacked(("add", "project", "film.mp4", "--copy"), filmed, in_steps=True),
    "track": Attacked(("predict", "project"), film_added, in_steps=True),
    "frames": Attacked(
        ("frames", "project", "film.mp4", "--every", "4", "--annotator", "kim"),
        film_tracked,
        in_steps=True,
    ),
    "assess": Attacked(("assess", "project"), edited, in_steps=True),
    "landmarks": Attacked(
        ("landmarks", "portraits", "--no-small-faces", "--output", "faces.npz"), photographs
    ),
    "export npz": Attacked(("export", "project", "release", "--format", "npz"), accepted),
    "export csv": Attacked(("export", "project", "release", "--format", "csv"), accepted),
    "export coco": Attacked(("export", "project", "release", "--format", "coco"), accepted),
    "import": Attacked(
        ("import", "project", "release", "--photographs", "portraits", "--yes"),
        released,
        in_steps=True,
    ),
    "import --copy": Attacked(
        (
            "import",
            "project",
            "release",
            "--photographs",
            "portraits",
            "--copy",
            "--yes",
            "--as",
            "predictions",
        ),
        released,
        in_steps=True,
    ),
    "merge": Attacked(("merge", "project", "other", "--yes"), released, in_steps=True),
    "release": Attacked(("release", "project", "faces"), released_before, in_steps=True),
    "revoke": Attacked(
        ("withdraw", "project", "--image", "hopper.jpg", "--why", "asked", "--yes", "--by", "kim"),
        released_before,
        in_steps=True,
    ),
    "learn": Attacked(("learn", "project"), accepted),
    "accept": Attacked(
        ("review", "project", "accept", "--all", "--despite-checks", *_BY_ROBIN), edited
    ),
    "submit": Attacked(("review", "project", "submit", "--all", *_BY_ROBIN), edited),
    "settings": Attacked(("settings", "project", "reasons", "lids, lips"), predicted),
    "history": Attacked(("history", "project", "3", "--restore", "0"), edited),
    "assign": Attacked(
        ("agreement", "assign", "project", "--annotators", "ann,ben", "--share", "1"), predicted
    ),
    "honeypots": Attacked(
        ("agreement", "honeypots", "project", "3", "4", "--annotators", "ann,ben"), accepted
    ),
    "consensus": Attacked(
        ("agreement", "consensus", "project", "--reviewer", "robin"), annotated_twice, in_steps=True
    ),
    "report": Attacked(("report", "project", "page.html"), accepted),
    "send_back": Attacked(
        ("review", "project", "send-back", *_ALL, "--reason", "blurred", *_BY_ROBIN), edited
    ),
    "withdraw": Attacked(("review", "project", "withdraw", "1", "3", "4", *_BY_ROBIN), accepted),
    "remove": Attacked(("remove", "project", "collins.jpg", "hopper.jpg"), edited),
    "delete": Attacked(("remove", "project", "collins.jpg", "--for-good", "--yes"), removed),
    "restore": Attacked(("restore", "project", "--all"), removed),
    "relocate": Attacked(("relocate", "project", "portraits", "elsewhere"), moved),
    "upgrade": Attacked(("status", "project"), older),
}


def done(*arguments: str) -> None:
    """Run a command that has to succeed."""
    assert main(arguments) == 0, arguments


def stock() -> dict[str, Any]:
    """Return what is there, after all of it was read, in words that can be compared.

    The project is opened as any program opens it, every mesh is read, its file is checked in
    SQLite's own way; a release is verified. Nothing may be wrong.
    """
    found: dict[str, Any] = {"rows": [], "files": sorted(set(files()))}
    if Path("project", "project.sqlite").exists():
        with Project.open("project") as project:
            for sample in project.samples.summaries():
                EditSession(project, sample.id, annotator="kim")
                project.reviews.history(sample.id)
        found["rows"] = sorted(rows(Path("project", "project.sqlite")))
    if Path("release").exists():
        found["release"] = len(load_release(Path("release")).samples)
    if Path("page.html").exists():
        found["page"] = Path("page.html").read_text("utf-8").endswith("</html>\n")
    for name in ("faces.npz", "project/guided-covariance.npz"):
        if Path(name).exists():
            with np.load(name) as arrays:
                found[name] = [[key, list(arrays[key].shape)] for key in arrays]
    return found


def files() -> list[str]:
    """Return the files of the scene, but for those that SQLite makes and removes by itself.

    The empty lock of an export that was killed when its release had appeared means nothing either.
    """
    paths = (path for path in Path().rglob("*") if path.is_file())
    passing = ("-shm", "-wal", "-journal", ".lock")
    kept = (str(path) for path in paths if not path.name.endswith(passing))
    return [_without_time(name) for name in kept]


def _without_time(name: str) -> str:
    """Return the name of a file, that of a copy before an upgrade without its time and mark."""
    start, mark, _ = name.partition(".before-upgrade-")
    return start + mark if mark and not Path(name).name.startswith(".") else name


def rows(path: Path) -> list[str]:
    """Return all rows of a database without what differs between runs; it has to be sound."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [
            f"{table}: {row}"
            for table in {name for (name,) in tables} - _COUNTERS
            for row in _rows_of(connection, table)
        ]


def _rows_of(connection: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    cursor = connection.execute(f'SELECT * FROM "{table}"')
    names = [column[0] for column in cursor.description]
    return [
        {name: _short(name, value) for name, value in zip(names, row, strict=True)}
        for row in cursor
    ]


def _short(name: str, value: object) -> object:
    if name == "at" or name.endswith(_TIMES):
        return value is not None
    return hashlib.sha256(value).hexdigest()[:16] if isinstance(value, bytes) else value
