"""From a clip to tracked meshes, against MediaPipe: parity, jitter, speed and memory.

    python benchmarks/tracking.py --images IMAGE... [--mediapipe-python PYTHON] [--runs 5]
        [--frames 600] [--memory 10000] [--only parity jitter speed memory]

Clips are drawn from the largest face of each photograph by a moving camera. PYTHON is that of an
environment with mediapipe 0.10.21; without it MediaPipe's columns are left out.

Parity: each step begins at MediaPipe's own mesh of the frame before, so that the two loops, which
are chaotic, cannot drift apart. Jitter: the second difference on clips with noise of 3 levels,
still and in a slow pan. Speed: the same 1280 x 720 H.264 file, from its first byte to the last
mesh, in alternating runs: the clip read ahead and tracked, and OpenCV's loop with MediaPipe; the
processor's time and the clock's. Memory: the resident set while one clip is tracked again and
again.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
from moving_portraits import RATE, Image, Portrait, encode, moving, portraits
from numpy.typing import NDArray

from annotator.imaging import read_image
from annotator.imaging.clips import open_clip
from annotator.inference import FaceMesh
from annotator.inference.tracking import TrackedFace, Tracker
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.temporal import jitter

SCRIPT = Path(__file__).with_name("mediapipe_video.py")
SMALL, LARGE = (640, 480), (1280, 720)
NOISE = 3.0
SHORT = 60  # frames of the clips for parity and jitter
PARTS = ("parity", "jitter", "speed", "memory")
HELD = 100  # frames that are tracked again and again for memory


@dataclass(frozen=True)
class Run:
    """One pass over a clip; seconds of the clock and of the processor."""

    frames: int
    faces: int
    seconds: float
    processor: float


def mediapipe_meshes(python: Path, frames: Sequence[Image]) -> NDArray[np.float32]:
    """Return what MediaPipe answers as it tracks, (k, 468, 2), NaN where it sees no face."""
    with tempfile.TemporaryDirectory() as folder:
        given, answer = Path(folder, "frames.npy"), Path(folder, "meshes.npy")
        np.save(given, np.array(frames))
        command = [str(python), str(SCRIPT), "meshes", str(given), str(answer)]
        subprocess.run(command, check=True, capture_output=True)
        found: NDArray[np.float32] = np.load(answer)
        return found


def one_step_errors(
    model: FaceMesh, frames: Sequence[Image], theirs: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the vertices' errors, (steps, 468), in shares of the outer IOD."""
    errors = []
    deep = np.concatenate([theirs, np.zeros_like(theirs[..., :1])], axis=-1)
    for at in range(1, len(frames)):
        if np.isfinite(theirs[at - 1 : at + 1]).all():
            before = [TrackedFace(0, deep[at - 1], 1.0, None)]
            (face,) = Tracker(model, max_faces=1, previous=before).step(frames[at])
            off = np.linalg.norm(face.landmarks[:, :2] - theirs[at], axis=1)
            errors.append(off / outer_iod(deep[at], model.info.layout))
    return np.array(errors)


def report_parity(model: FaceMesh, some: Sequence[Portrait], python: Path) -> None:
    errors = []
    for at, portrait in enumerate(some):
        frames = [f for f, _ in moving(portrait, model, SHORT, SMALL, "pan", noise=NOISE, seed=at)]
        errors.append(one_step_errors(model, frames, mediapipe_meshes(python, frames)))
    every = np.concatenate(errors) * 100
    print(f"parity, % of the outer IOD, {len(every)} steps on {len(some)} clips:")
    print(f"  median {np.median(every):.4f}, worst vertex {every.max():.4f}")


def report_jitter(model: FaceMesh, some: Sequence[Portrait], python: Path | None) -> None:
    print("jitter (second difference), % of the outer IOD, medians over clips:")
    for motion in ("still", "pan"):
        found: dict[str, list[float]] = {"plain": [], "quality": [], "MediaPipe": []}
        for at, portrait in enumerate(some):
            frames = [
                f for f, _ in moving(portrait, model, SHORT, SMALL, motion, noise=NOISE, seed=at)
            ]
            for name in ("plain", "quality"):
                tracker = Tracker(model, max_faces=1, quality=name == "quality")
                found[name].append(trembling([tracker.step(f)[0].landmarks for f in frames], model))
            if python:
                flat = mediapipe_meshes(python, frames)
                deep = np.concatenate([flat, np.zeros_like(flat[..., :1])], axis=-1)
                found["MediaPipe"].append(trembling(list(deep), model))
        line = ", ".join(f"{k} {statistics.median(v) * 100:.3f}" for k, v in found.items() if v)
        ratios = np.divide(found["quality"], found["plain"])
        print(f"  {motion}: {line}; quality : plain {np.median(ratios):.2f}")


def trembling(meshes: Sequence[NDArray[np.float32]], model: FaceMesh) -> float:
    times = np.arange(len(meshes)) / RATE
    return float(np.mean(jitter(times, np.array(meshes), model.info.layout)))


def ours(model: FaceMesh, clip: Path, max_faces: int, *, quality: bool = False) -> Run:
    frames = faces = 0
    start, processor = time.perf_counter(), time.process_time()
    tracker = Tracker(model, max_faces=max_faces, quality=quality)
    with open_clip(clip) as opened:
        for _, image in opened.frames():
            frames += 1
            faces += len(tracker.step(image))
    return Run(frames, faces, time.perf_counter() - start, time.process_time() - processor)


def decoding(clip: Path) -> Run:
    start, processor = time.perf_counter(), time.process_time()
    with open_clip(clip) as opened:
        frames = sum(1 for _ in opened.frames())
    return Run(frames, 0, time.perf_counter() - start, time.process_time() - processor)


def theirs(python: Path, clip: Path, max_faces: int) -> Run:
    command = [str(python), str(SCRIPT), "time", str(clip), str(max_faces)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def report_speed(model: FaceMesh, clip: Path, python: Path | None, runs: int) -> None:
    ours(model, clip, 1)  # warm up
    for most in (1, 4):
        results: dict[str, list[Run]] = {"tracked": [], "decoded only": [], "MediaPipe": []}
        for turn in range(runs):
            results["tracked"].append(ours(model, clip, most))
            results["decoded only"].append(decoding(clip))
            if python:
                results["MediaPipe"].append(theirs(python, clip, most))
            print(f"run {turn + 1} of {runs}, max_faces={most}", file=sys.stderr, flush=True)
        print(f"speed, max_faces={most}, ms a frame, medians of {runs} runs:")
        for name, some in results.items():
            if some:
                clock, used = (
                    statistics.median(getattr(run, kind) / run.frames for run in some) * 1000
                    for kind in ("seconds", "processor")
                )
                print(f"  {name:13} clock {clock:6.2f}, processor {used:6.2f}")
        if python:
            for kind in ("seconds", "processor"):
                pairs = zip(results["MediaPipe"], results["tracked"], strict=True)
                ratios = [getattr(one, kind) / getattr(other, kind) for one, other in pairs]
                print(f"  MediaPipe : tracked, {kind}: {statistics.median(ratios):.2f}")


def report_memory(model: FaceMesh, some: Sequence[Portrait], wanted: int) -> None:
    frames = [frame for frame, _ in moving(some[0], model, HELD, SMALL, "fast", noise=NOISE)]
    tracker = Tracker(model, quality=False)
    print(f"memory, MiB resident, over {wanted} frames:")
    for number in count():
        if number % (wanted // 10) == 0:
            print(f"  {number:6} {resident():.1f}")
        if number == wanted:
            return
        tracker.step(frames[number % HELD])


def resident() -> float:
    """Return how much memory the process has now, in MiB; at most so far where that is not told."""
    status = Path("/proc/self/statm")
    if status.is_file():
        return int(status.read_text().split()[1]) * resource.getpagesize() / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=Path, nargs="+", required=True)
    parser.add_argument("--mediapipe-python", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--memory", type=int, default=10_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    model, python = FaceMesh.load(small_faces=False), options.mediapipe_python
    some = portraits(model, map(read_image, options.images))
    print(f"{len(some)} portraits")
    if python and "parity" in options.only:
        report_parity(model, some, python)
    if "jitter" in options.only:
        report_jitter(model, some, python)
    if "speed" in options.only:
        with tempfile.TemporaryDirectory() as folder:
            made = moving(some[0], model, options.frames, LARGE, "pan", noise=NOISE)
            clip = encode(Path(folder, "clip.mp4"), (frame for frame, _ in made))
            report_speed(model, clip, python, options.runs)
    if "memory" in options.only:
        report_memory(model, some, options.memory)


if __name__ == "__main__":
    main()
