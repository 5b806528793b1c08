"""A project with many photographs, and what is done to it in bulk by another program.

For `locked_database.py`: the longest that the program itself keeps others from writing.
"""

import os
import select
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from annotator.inference import FaceMesh, FacePrediction
from annotator.project import Stroke
from annotator.workflow import create_sample_project, import_images

SMALL, LARGE, LARGE_BYTES, CORRECTED = 5000, 200, 20 << 20, 12


def make_project(folder: Path) -> Path:
    """Make the project, and photographs beside it that can be added; return its folder."""
    project_folder = folder / "faces"
    _small_images(folder / "old", 0)
    _small_images(folder / "new", SMALL)
    _large_images(folder / "large")
    face_mesh = FaceMesh.load()
    with create_sample_project(project_folder, face_mesh=face_mesh) as project:
        import_images(project, [folder / "old", folder / "large"])
        model = project.models.register(face_mesh.info)
        shape = project.annotations.load(1).landmarks
        face = FacePrediction(shape * np.float32(20 / np.ptp(shape)), 0.9, 0.9)
        pending = [record.id for record in project.images.pending(model)]
        for start in range(0, len(pending), 100):
            project.predictions.store(
                model, [(image_id, [face]) for image_id in pending[start : start + 100]]
            )
        for sample in project.samples.summaries()[1 : CORRECTED + 1]:
            mesh = project.annotations.load(sample.id).landmarks
            noise = np.random.default_rng(sample.id).normal(0, 2, mesh.shape)
            moved = (mesh + noise).astype(np.float32)
            stroke = Stroke("grab", np.arange(len(mesh)), mesh, moved)
            project.annotations.record_stroke(sample.id, stroke, revision=0, annotator="kim")
            project.reviews.accept(sample.id, reviewer="robin")
    # The same photographs in another place, as after a disk was copied.
    shutil.copytree(folder / "large", folder / "again", copy_function=os.link)
    return project_folder


def _small_images(folder: Path, start: int) -> None:
    folder.mkdir()
    for number in range(start, start + SMALL):
        pixels = np.random.default_rng(number).integers(0, 255, (24, 24, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")


def _large_images(folder: Path) -> None:
    """Make files that take their time to be hashed: uncompressed, of one colour each."""
    folder.mkdir()
    side = int((LARGE_BYTES / 3) ** 0.5)
    for number in range(LARGE):
        colour = (number, 255 - number, number // 2)
        Image.new("RGB", (side, side), colour).save(folder / f"{number}.bmp")


def bulk_commands(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield what another program does to the project, one after the other."""
    project = str(folder / "faces")
    old, new, again = (str(folder / name) for name in ("old", "new", "again"))
    yield f"add, {SMALL:,} new images", ["add", project, new]
    yield f"add, {LARGE} known ones of 20 MB elsewhere", ["add", project, again]
    yield f"add --copy, {LARGE} of 20 MB", ["add", project, again, "--copy"]
    yield f"predict, {SMALL:,} images", ["predict", project, "--no-small-faces"]
    yield "learn", ["learn", project]
    # Not the face under edit: a stroke over a verdict that was not on the screen waits for people.
    samples = [str(number) for number in range(CORRECTED + 10, CORRECTED + 10 + SMALL)]
    accept = ["review", project, "accept", *samples, "--reviewer", "robin"]
    yield f"review accept, {SMALL:,} samples", accept
    for format_ in ("npz", "csv", "coco"):
        release = str(folder / f"release-{format_}")
        yield f"export, {SMALL:,} in {format_}", ["export", project, release, "--format", format_]
    yield f"remove, {SMALL:,} images", ["remove", project, old]
    yield f"restore, {SMALL:,} images", ["restore", project, "--all"]
    (folder / "old").rename(folder / "moved")
    yield f"relocate, {SMALL:,} images", ["relocate", project, old, str(folder / "moved")]
    yield "list", ["list", project]
    yield "status", ["status", project]
    yield f"remove, {SMALL:,} more", ["remove", project, new]
    deletion = ["remove", project, new, "--for-good", "--yes"]
    yield f"remove --for-good, {SMALL:,} images", deletion


def start(arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "annotator.cli", *arguments], stdout=subprocess.DEVNULL
    )


def start_asking(database: Path) -> subprocess.Popen[str]:
    """Start a program that asks for the write lock all the time; see `longest_wait`."""
    return subprocess.Popen(
        [sys.executable, __file__, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def longest_wait(asking: subprocess.Popen[str]) -> float:
    """End that program; return the most milliseconds for which it did not get the lock."""
    said, _ = asking.communicate()
    return float(said)


def _ask(database: Path) -> None:
    """Ask for the write lock every two milliseconds, and give it back, until stdin ends."""
    longest, free = 0.0, perf_counter()
    with closing(sqlite3.connect(database, isolation_level=None, timeout=0)) as connection:
        while not select.select([0], [], [], 0.002)[0]:  # until stdin ends
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
                longest, free = max(longest, perf_counter() - free), perf_counter()
            except sqlite3.OperationalError:
                continue
    print(1e3 * max(longest, perf_counter() - free))


if __name__ == "__main__":
    _ask(Path(sys.argv[1]))
