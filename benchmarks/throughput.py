"""Images a second from JPEG files to stored predictions, against a MediaPipe loop.

    python benchmarks/throughput.py FOLDER --mediapipe-python PYTHON [--runs 5] [--json]

Every run imports the folder's JPEG files (hashing and inspecting them) into a new project and
predicts them into its database: with the search for small faces, without it,
and - in the environment of PYTHON, which holds mediapipe 0.10.21 - a loop that reads with
OpenCV, converts and processes. The three alternate, so that a busy machine disturbs all alike.
Medians are compared. Loading models, warming up and making the empty project are not timed.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.workflow import import_images, preannotate

LOOP = Path(__file__).with_name("mediapipe_loop.py")


@dataclass(frozen=True)
class Run:
    """One pass over the folder."""

    images: int
    faces: int
    seconds: float

    @property
    def rate(self) -> float:
        """Images a second."""
        return self.images / self.seconds


def ours(files: list[Path], face_mesh: FaceMesh, workers: int | None) -> Run:
    folder = Path(tempfile.mkdtemp(prefix="throughput-"))
    try:
        with Project.create(folder / "project") as project:
            faces, start = 0, time.perf_counter()
            import_images(project, files)
            for progress in preannotate(project, face_mesh, workers=workers):
                faces = progress.faces
            return Run(len(files), faces, time.perf_counter() - start)
    finally:
        shutil.rmtree(folder)


def mediapipe_loop(folder: Path, python: Path) -> Run:
    command = [str(python), str(LOOP), str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def alternate(ways: dict[str, Callable[[], Run]], runs: int) -> dict[str, list[Run]]:
    """Run every way in turn, as often as told, and say how it went."""
    results: dict[str, list[Run]] = {name: [] for name in ways}
    for turn in range(runs):
        for name, way in ways.items():
            results[name].append(way())
            last = results[name][-1]
            line = f"run {turn + 1}  {name:20} {last.rate:6.1f} images/s  {last.faces} faces"
            print(line, file=sys.stderr, flush=True)
    return results


def ratio(results: dict[str, list[Run]], above: str, below: str) -> float | None:
    """Return how much faster one way is in the median, None if one was not measured."""
    if above not in results or below not in results:
        return None
    rates = (statistics.median(run.rate for run in results[name]) for name in (above, below))
    return next(rates) / next(rates)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mediapipe-python", type=Path, help="python with mediapipe 0.10.21")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    files = sorted(p for p in options.folder.iterdir() if p.suffix.lower() in (".jpg", ".jpeg"))
    if not files:
        parser.error(f"{options.folder} holds no JPEG files")
    with_small, without = FaceMesh.load(), FaceMesh.load(small_faces=False)
    for face_mesh in (with_small, without):  # warm up; also the imports on the way to the store
        ours(files[:4], face_mesh, options.workers)
    ways: dict[str, Callable[[], Run]] = {
        "small faces": lambda: ours(files, with_small, options.workers),
        "without small faces": lambda: ours(files, without, options.workers),
    }
    if options.mediapipe_python:
        ways["mediapipe"] = lambda: mediapipe_loop(options.folder, options.mediapipe_python)
    results = alternate(ways, options.runs)
    ratios = {
        "without small faces : mediapipe": ratio(results, "without small faces", "mediapipe"),
        "small faces : mediapipe": ratio(results, "small faces", "mediapipe"),
        "small faces : without": ratio(results, "small faces", "without small faces"),
    }
    if options.json:
        runs = {name: [asdict(run) for run in some] for name, some in results.items()}
        print(json.dumps({"runs": runs, "ratios": ratios}, indent=2))
        return
    for name, some in results.items():
        rate = statistics.median(run.rate for run in some)
        print(f"{name:20} {rate:6.1f} images/s (median of {len(some)}), {some[0].faces} faces")
    for name, value in ratios.items():
        if value is not None:
            print(f"{name:32} {value:.2f}")


if __name__ == "__main__":
    main()
