"""Images a second from JPEG files to stored predictions, against a MediaPipe loop.

    python benchmarks/throughput.py FOLDER --mediapipe-python PYTHON [--runs 5] [--json]

Every run imports the folder's JPEG files (hashing and inspecting them) into a new project and
predicts them into its database: with the search for small faces, without it,
and - in the environment of PYTHON, which holds mediapipe 0.10.21 - a loop that reads with
OpenCV, converts and processes. The three alternate, so that a busy machine disturbs all alike.
Medians are compared. Loading models, warming up and making the empty project are not timed.

With ``--as-run`` whole programs are compared instead, as people start them: ``predict`` on a
project that holds the files, and the loop, each from the start of its process to its end. The
processor's time of both is printed besides: other programs disturb it less.
"""

import argparse
import json
import resource
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
    """One pass over the folder; of whole programs also the processor's time, in seconds."""

    images: int
    faces: int
    seconds: float
    processor: float = 0.0

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


def whole_program(command: list[str], read: Callable[[str], tuple[int, int]]) -> Run:
    """Run a program and time all of it; ``read`` tells images and faces from its last line."""
    before, start = _children(), time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    return Run(*read(done.stdout), seconds, _children() - before)


def predict_as_run(added: Path) -> Run:
    """Time the command `predict` on a copy of a project to which files were added."""
    folder = Path(tempfile.mkdtemp(prefix="throughput-"))
    try:
        project = shutil.copytree(added, folder / "project")
        command = [sys.executable, "-m", "annotator.cli", "predict", str(project), "--json"]
        return whole_program(command, lambda said: _counts(json.loads(said)))
    finally:
        shutil.rmtree(folder)


def loop_as_run(folder: Path, python: Path) -> Run:
    command = [str(python), str(LOOP), str(folder)]
    return whole_program(command, lambda said: _counts(json.loads(said.splitlines()[-1])))


def _counts(values: dict[str, int]) -> tuple[int, int]:
    return values["images"], values["faces"]


def _children() -> float:
    """Return the processor time of all processes that were started and have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare_as_run(files: list[Path], folder: Path, python: Path | None, runs: int) -> None:
    """Print how long whole programs take."""
    home = Path(tempfile.mkdtemp(prefix="throughput-"))
    try:
        with Project.create(home / "project") as project:
            import_images(project, files)
        ways: dict[str, Callable[[], Run]] = {"predict": lambda: predict_as_run(home / "project")}
        if python:
            ways["mediapipe"] = lambda: loop_as_run(folder, python)
        results = alternate(ways, runs)
    finally:
        shutil.rmtree(home)
    for name, some in results.items():
        seconds = statistics.median(run.seconds for run in some)
        processor = statistics.median(run.processor for run in some)
        rate = len(files) / seconds
        print(
            f"{name:10} {rate:6.1f} images/s, {seconds:.2f} s, of the processor {processor:.2f} s"
        )
    value = ratio(results, "predict", "mediapipe")
    if value is not None:
        print(f"predict : mediapipe {value:.2f}")


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
    parser.add_argument("--as-run", action="store_true", help="whole programs, start-up included")
    options = parser.parse_args()
    files = sorted(p for p in options.folder.iterdir() if p.suffix.lower() in (".jpg", ".jpeg"))
    if not files:
        parser.error(f"{options.folder} holds no JPEG files")
    if options.as_run:
        compare_as_run(files, options.folder, options.mediapipe_python, options.runs)
        return
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
