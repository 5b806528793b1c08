"""Peak memory and seconds of an export, by number of samples, against holding all of them.

Every export is a process of its own; its memory is the most that it ever had resident, with the
interpreter and all libraries, files mapped into memory included. The peer, in the same run: the
same export with all accepted samples held in a list, as long as it lasts. Each sample is in a
small PNG file of its own, so that there are as many images as samples.

    python benchmarks/release_memory.py [--samples 1000 20000] [--images copy] [--formats npz]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import NewImage, Project, Verdict
from annotator.release import export_release
from annotator.release.formats import FORMATS

SIZE = 64  # pixels a side
SEED = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, nargs="+", default=[1_000, 20_000])
    parser.add_argument("--formats", choices=FORMATS, nargs="+", default=list(FORMATS))
    parser.add_argument("--images", choices=["copy", "reference"], default="reference")
    parser.add_argument("--one", nargs=3, metavar=("PROJECT", "FORMAT", "WAY"))
    options = parser.parse_args()
    if options.one:
        _export(*options.one, images=options.images)
        return
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        with Project.create(project) as created:
            _fill(created, Path(folder), max(options.samples))
        for count in sorted(options.samples):
            with Project.open(project) as opened:
                opened.reviews.give(Verdict.ACCEPT, range(1, count + 1), reviewer="nobody")
            for name in options.formats:
                ours, peer = (_measured(project, name, w, options.images) for w in ("ours", "held"))
                print(
                    f"{count:7,} samples as {name:4}: {ours[0]:5.0f} MB, {ours[1]:6.1f} s;"
                    f" all held: {peer[0]:5.0f} MB, {peer[1]:6.1f} s"
                    f" ({peer[0] / ours[0]:.1f} times the memory)",
                    flush=True,
                )


def _measured(project: Path, name: str, way: str, images: str) -> tuple[float, float]:
    command = [sys.executable, __file__, "--one", str(project), name, way, "--images", images]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    megabytes, seconds = json.loads(done.stdout)
    return megabytes, seconds


def _export(folder: str, name: str, way: str, *, images: str) -> None:
    with Project.open(folder) as project, tempfile.TemporaryDirectory(dir=Path(folder).parent) as t:
        start = perf_counter()
        held = list(project.samples.accepted()) if way == "held" else []
        export_release(project, Path(t) / "release", name, images=images)
        seconds = perf_counter() - start
        del held
    print(json.dumps([_peak() / 1e6, seconds]))


def _peak() -> int:
    """Return the most bytes that this process has had resident."""
    status = Path("/proc/self/status")
    if not status.exists():  # macOS, where the unit is a byte
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux has the same figure, but counts what the process was before it became this program.
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) * 1024


def _fill(project: Project, folder: Path, count: int) -> None:
    photographs = folder / "photographs"
    photographs.mkdir()
    project.images.add(_new_image(photographs / f"IMG_{number}.png") for number in range(count))
    model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
    random = np.random.default_rng(SEED)
    mesh = FACE_468.topology.vertices * [2, -2, 2] + [SIZE / 2, SIZE / 2, 0]

    def results() -> Iterator[tuple[int, list[FacePrediction]]]:
        for image in range(1, count + 1):
            moved = (mesh + random.normal(0, 0.1, mesh.shape)).astype(np.float32)
            yield image, [FacePrediction(moved, 0.9, 0.9)]

    project.predictions.store(model, results())


def _new_image(path: Path) -> NewImage:
    text = PngInfo()
    text.add_text("Title", path.name)  # files of one content would be one image
    Image.new("L", (SIZE, SIZE)).save(path, pnginfo=text)
    return NewImage(path, sha256(path.read_bytes()).hexdigest(), SIZE, SIZE)


if __name__ == "__main__":
    main()
