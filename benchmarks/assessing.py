"""What assessing costs as a multiple of predicting, and how it does with 100,000 samples.

The multiple is measured with the real signals and checks, on the shipped photographs, both with
the search for small faces and without, and on crowds of twenty faces. The many samples have hard
links to one small photograph, two faces each, and an assessor that costs nothing: what is measured
is all that is around it. The run is killed (SIGKILL) on the way and begun again; meanwhile another
program makes strokes.

    python benchmarks/assessing.py [--samples N] [--rounds N]
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from time import perf_counter, process_time, sleep

import numpy as np
from PIL import Image

from annotator.imaging import Picture
from annotator.inference import FaceMesh, FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Assessment, FaceToAssess, NewImage, Project
from annotator.project.strokes import Stroke
from annotator.quality.signals import SIGNALS
from annotator.quality.standing import Triage, standings
from annotator.system.assets import asset_path
from annotator.workflow import assess, assessor_for, import_images, preannotate

INFO = ModelInfo("face_landmark", "1" * 64, FACE_468)
LIMIT_RATIO, LIMIT_BYTES = 6.0, 1e9
AT_ONCE = 500


class Cheap:
    """Assesses for nothing."""

    info, version, signals = INFO, 1, SIGNALS

    def assess(self, faces: Sequence[FaceToAssess], _: np.ndarray) -> list[Assessment]:
        """Say the same of every face; every tenth looks like the one 50,000 before it."""
        values = dict.fromkeys(SIGNALS, 0.1)
        spread = np.full(468, 0.01, np.float16)
        return [
            Assessment(
                f.sample_id,
                f.prediction_id,
                f.revision,
                0.05,
                values,
                spread,
                face_hashes=_hashes(f.sample_id),
            )
            for f in faces
            if f.is_due
        ]


def _hashes(sample_id: int) -> tuple[int, int]:
    seed = sample_id % 50_000 if sample_id % 10 == 0 else sample_id
    first, second = np.random.default_rng(seed).integers(0, 2**64, 2, np.uint64).tolist()
    return first, second


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in-child", metavar="PROJECT")
    given = parser.parse_args()
    if given.in_child:
        _assess_in_child(given.in_child)
        return
    sample = asset_path("datasets", "sample")
    _report_ratio(given.rounds, sample, "with the search for small faces", small_faces=True)
    _report_ratio(given.rounds, sample, "without the search for small faces", small_faces=False)
    with tempfile.TemporaryDirectory() as folder:
        crowds = _crowds(Path(folder))
        _report_ratio(given.rounds, crowds, "on crowds", small_faces=True)
    if given.samples:
        with tempfile.TemporaryDirectory() as folder:
            _report_many(Path(folder), given.samples)


def _crowds(folder: Path) -> Path:
    """Fill a folder with photographs of twenty portraits each."""
    people = [asset_path("datasets", "sample", name) for name in ("collins.jpg", "hopper.jpg")]
    for number in range(3):
        crowd = Image.new("RGB", (5 * 220, 4 * 260))
        for place in range(20):
            with Image.open(people[(place + number) % 2]) as opened:
                portrait = opened.convert("RGB").resize((220 + place, 260 + place))
            crowd.paste(portrait.crop((0, 0, 220, 260)), (place % 5 * 220, place // 5 * 260))
        crowd.save(folder / f"{number}.jpg", quality=92)
    return folder


def _report_ratio(rounds: int, photographs: Path, how: str, *, small_faces: bool) -> None:
    face_mesh, ratios, each = FaceMesh.load(small_faces=small_faces), [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder, Project.create(folder + "/p") as project:
            import_images(project, [photographs])
            assessor = assessor_for(project, face_mesh)
            began = process_time()  # of all threads
            *_, predicted = preannotate(project, face_mesh)
            between = process_time()
            list(assess(project, assessor))
            ended = process_time()
        ratios.append((ended - between) / (between - began))
        each.append((ended - between) / predicted.faces * 1000)
    print(
        f"processor time, assess / predict, {how}: "
        f"{np.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), "
        f"{np.median(each):.0f} ms a face; "
        f"asked for: at most {LIMIT_RATIO:.0f}"
    )


def _report_many(folder: Path, count: int) -> None:
    project = _make_project(folder, count)
    done, seconds = _killed(project, count // 4)
    print(f"killed after {seconds:.0f} s with {done:,} of {count:,} samples stored")
    waits = _rest_beside_strokes(project)
    with Project.open(project) as opened:
        began = perf_counter()
        triage = Triage.of(opened)
        read = perf_counter()
        found = sum(1 for _ in standings(opened.samples.summaries(), triage))
        ended = perf_counter()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert len(triage.columns.sample_ids) == found == count
    print(
        f"strokes meanwhile: {len(waits):,}, median {np.median(waits) * 1000:.0f} ms, "
        f"99 %: {np.percentile(waits, 99) * 1000:.0f} ms, at worst {max(waits) * 1000:.0f} ms"
    )
    print(
        f"most memory of a run: {peak / 1e6:.0f} MB (asked for: at most {LIMIT_BYTES / 1e6:.0f}); "
        f"reading all columns {read - began:.2f} s, the whole table {ended - read:.2f} s"
    )


def _killed(project: Path, photographs: int) -> tuple[int, float]:
    """Kill a run after some photographs; return how many samples are stored."""
    began = perf_counter()
    child = _child(project)
    assert child.stdout is not None
    for line in child.stdout:
        if int(line) >= photographs:
            break
    child.send_signal(signal.SIGKILL)
    child.wait()
    with Project.open(project) as opened:
        return len(opened.assessments.columns().sample_ids), perf_counter() - began


def _rest_beside_strokes(project: Path) -> list[float]:
    """Go on, and return how long strokes took meanwhile."""
    waits: list[float] = []
    child = _child(project)
    began = perf_counter()
    reader = threading.Thread(target=lambda: list(child.stdout or ()))
    reader.start()
    with Project.open(project) as opened:
        while child.poll() is None:
            mesh = opened.annotations.load(1)
            moved = Stroke("grab", [1], mesh.landmarks[[1]], mesh.landmarks[[1]] + 1)
            start = perf_counter()
            opened.annotations.record_stroke(1, moved, revision=mesh.revision, annotator="Ann")
            waits.append(perf_counter() - start)
            sleep(0.2)
    reader.join()
    assert child.returncode == 0
    print(f"went on, and ended after {perf_counter() - began:.0f} s more")
    return waits


def _child(project: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, __file__, "--in-child", str(project)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _assess_in_child(address: str) -> None:
    with Project.open(address) as project:
        for step in assess(project, Cheap()):
            if step.done % AT_ONCE == 0:
                print(step.done, flush=True)


def _make_project(folder: Path, count: int) -> Path:
    """Make a project of so many faces, two an image, all files being one and the same."""
    photographs = folder / "photographs"
    photographs.mkdir()
    with Image.open(asset_path("datasets", "sample", "collins.jpg")) as image:
        image.resize((150, 200)).save(folder / "one.jpg")
    names = [photographs / f"IMG_{number}.jpg" for number in range(count // 2)]
    # 50,000 names: on ext4 a file may have 65,000.
    for name in names:
        os.link(folder / "one.jpg", name)
    size, modified = Picture(names[0]).stamp()
    with Project.create(folder / "project") as project:
        entries = [
            NewImage(name, sha256(name.name.encode()).hexdigest(), 150, 200, size, modified)
            for name in names
        ]
        project.images.add(entries)
        model = project.models.register(INFO)
        mesh = FACE_468.topology.vertices * [3, -3, 3] + [75, 100, 0]
        both = [mesh, mesh + np.array([15, 0, 0])]
        faces = [FacePrediction(each.astype(np.float32), 0.9, 0.9) for each in both]
        project.predictions.store(model, ((at, faces) for at in range(1, len(names) + 1)))
        return project.home


if __name__ == "__main__":
    main()
