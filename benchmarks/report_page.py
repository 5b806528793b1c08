"""Seconds and memory that a report of 100,000 samples takes, start-up and writing included.

60 % of the samples are corrected with five strokes each, of which five in six are accepted; three
people worked on 200 days. The report is the command as people run it, in a process of its own.

    python benchmarks/report_page.py [--samples N] [--keep FOLDER]
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from hashlib import sha256
from multiprocessing import Process
from pathlib import Path
from time import perf_counter

import numpy as np

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import NewImage, Project
from annotator.project.digests import annotation_digest, stroke_digest
from annotator.project.strokes import Stroke
from annotator.system.assets import asset_path

PEOPLE = ("Ada", "Bo", "Cleo")
DAYS, STROKES, SEED = 200, 5, 7
LIMIT_S, LIMIT_MB = 30, 1000
LINKS = 10_000  # of one file: file systems allow no more than some
MESH = (FACE_468.topology.vertices * [10, -10, 10] + [300, 400, 0]).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="where the project is made, or is already")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = (given.keep or Path(folder)) / "project"
        if not home.exists():  # in a process of its own: what it took is not the report's
            maker = Process(target=make_project, args=(home, given.samples))
            maker.start()
            maker.join()
        out = home.parent / "report.html"
        began = perf_counter()
        command = [sys.executable, "-m", "annotator.cli", "report", str(home), str(out)]
        _, _, used = os.wait4(subprocess.Popen(command).pid, 0)
        seconds, processor = perf_counter() - began, used.ru_utime + used.ru_stime
        print(
            f"{seconds:.1f} s ({processor:.1f} s of processor), {used.ru_maxrss / 1000:,.0f} MB, "
            f"page of {out.stat().st_size / 1000:,.0f} kB"
        )
        print(f"asked for: at most {LIMIT_S} s, less than {LIMIT_MB} MB")


def make_project(home: Path, count: int) -> None:
    """Make a project of so many faces, one an image, all files being one and the same."""
    original = asset_path("datasets", "sample", "collins.jpg")
    home.parent.mkdir(parents=True, exist_ok=True)
    photographs = home.parent / "photographs"
    photographs.mkdir()
    with Project.create(home) as project:
        names = [photographs / f"IMG_{number}.jpg" for number in range(count)]
        for at, name in enumerate(names):
            if at % LINKS:
                name.hardlink_to(names[at - at % LINKS])
            else:
                shutil.copy(original, name)
        project.images.add(
            NewImage(one, sha256(one.name.encode()).hexdigest(), 600, 800) for one in names
        )
        model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
        face = FacePrediction(MESH, 0.9, 0.9)
        project.predictions.store(model, ((at + 1, [face]) for at in range(count)))
    with closing(sqlite3.connect(home / "project.sqlite")) as rows:
        rows.execute("PRAGMA synchronous = OFF")
        for first in range(1, count + 1, 5000):
            with rows:
                _work(
                    rows, [at for at in range(first, min(first + 5000, count + 1)) if at % 10 < 6]
                )
    print(f"database of {(home / 'project.sqlite').stat().st_size / 1e9:.1f} GB")


def _work(rows: sqlite3.Connection, ids: list[int]) -> None:
    """Write corrections of samples, as the store would, but many at once."""
    rng = np.random.default_rng(SEED + ids[0])
    chosen = FACE_468.regions["lips"].vertices.astype(np.uint16)
    for at in ids:
        who, day = PEOPLE[at % len(PEOPLE)], f"date('2026-01-01', '+{at % DAYS} days')"
        when = f"{day} || ' 10:00:00.000000'"
        after = MESH.copy()
        for sequence in range(1, STROKES + 1):
            before = after[chosen]
            after[chosen] = before + rng.normal(0, 2, 3).astype(np.float32)
            made = Stroke("grab", chosen, before, after[chosen])
            digest = _digest(at, sequence, made)
            blobs = chosen.tobytes(), before.tobytes(), after[chosen].tobytes(), digest
            rows.execute(
                "INSERT INTO strokes (sample_id, sequence, tool, annotator, created_at, undone, "
                f'vertex_indices, "before", "after", digest) VALUES (?, ?, \'grab\', ?, {when}, 0, '
                "?, ?, ?, ?)",
                (at, sequence, who, *blobs),
            )
        mesh = after.tobytes()
        rows.execute(
            "UPDATE annotations SET landmarks = ?, revision = ?, digest = ? WHERE sample_id = ?",
            (mesh, STROKES, annotation_digest(at, at, STROKES, mesh, None), at),
        )
        state, spent = ("accepted" if at % 6 else "in_progress"), float(rng.uniform(10, 300))
        rows.execute(
            "UPDATE samples SET state = ?, stroke_count = ?, annotator = ?, displacement = ?, "
            "seconds_spent = ? WHERE id = ?",
            (state, STROKES, who, float(rng.uniform(0, 0.1)), spent, at),
        )
        rows.execute(
            "INSERT INTO visits (sample_id, annotator, started_at, seconds, strokes, purpose) "
            f"VALUES (?, ?, {when}, ?, ?, 'annotate')",
            (at, who, spent, STROKES),
        )
        if state == "accepted":
            rows.execute(
                "INSERT INTO reviews (sample_id, verdict, reviewer, reasons, comment, created_at, "
                f"revision) VALUES (?, 'accept', 'Rae', '', '', {when}, ?)",
                (at, STROKES),
            )


def _digest(sample_id: int, sequence: int, made: Stroke) -> bytes:
    class Row:
        vertex_indices, before, after = made.vertex_indices, made.before, made.after
        marks_before = marks_after = None

    return stroke_digest(sample_id, sequence, Row())  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
