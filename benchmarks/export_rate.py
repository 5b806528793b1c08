"""Samples exported per second of CPU time, format by format, against the writers of before.

Ours is the whole `export_release`, images referenced: from the database to the manifest, with
every digest and hash. The peer, in the same run: the same samples read from the same project and
written one at a time with NumPy's text of numbers and Python's json and csv writers, as this
program did until version 4 of its format; without a box, an image, a digest, a manifest or a hash,
all of which is to its advantage. For arrays it is `numpy.savez` and pandas, all samples held.

Each is a process of its own; its CPU time, user and system, is taken around the export alone, and
the best of some rounds counts. `--check` compares the landmarks' text of both, byte by byte.

    python benchmarks/export_rate.py [--samples 2000] [--rounds 3] [--formats csv coco] [--check]
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
from PIL import Image

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility
from annotator.project import AcceptedSample, NewImage, Project, Verdict
from annotator.project.strokes import Stroke
from annotator.release import export_release

FACES = 100  # of each image
EDITED = 4  # every fourth sample was corrected
SIZE = 640  # pixels a side
SEED = 13


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--formats", choices=PEERS, nargs="+", default=list(PEERS))
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--one", nargs=4, metavar=("PROJECT", "FORMAT", "WAY", "TARGET"))
    options = parser.parse_args()
    if options.one:
        _export(*options.one)
        return
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        with Project.create(project) as created:
            _fill(created, Path(folder), options.samples)
        for name in options.formats:
            seconds = {
                way: min(
                    _seconds(project, name, way, Path(folder) / f"{name}-{way}-{number}")
                    for number in range(options.rounds)
                )
                for way in ("ours", "peer")
            }
            ours, peer = (options.samples / seconds[way] for way in ("ours", "peer"))
            print(
                f"{name:8} {ours:7,.0f} samples per CPU second; {PEERS[name].__name__.strip('_')}:"
                f" {peer:7,.0f} ({ours / peer:.1f} times)",
                flush=True,
            )
        if options.check:
            _compare(Path(folder), options.formats)


def _seconds(project: Path, name: str, way: str, target: Path) -> float:
    command = [sys.executable, __file__, "--one", str(project), name, way, str(target)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _export(folder: str, name: str, way: str, target: str) -> None:
    with Project.open(folder) as project:
        if way == "ours":
            export_release(project, f"{target}-warm", name, images="reference")
            # What is loaded on first use counts for neither.
        start = process_time()
        if way == "ours":
            export_release(project, target, name, images="reference")
        else:
            Path(target).mkdir()
            PEERS[name](Path(target), project.samples.accepted())
        print(process_time() - start)


def _python_csv(folder: Path, samples: Iterator[AcceptedSample]) -> None:
    with (
        (folder / "landmarks.csv").open("w", newline="") as landmarks,
        (folder / "predictions.csv").open("w", newline="") as predictions,
        (folder / "visibility.csv").open("w", newline="") as visibility,
        (folder / "samples.csv").open("w", newline="") as table,
    ):
        rows = csv.writer(table, lineterminator="\n")
        for sample in samples:
            number = str(sample.sample_id)
            landmarks.write(",".join([number, *_shortest(sample.landmarks)]) + "\n")
            predictions.write(",".join([number, *_shortest(sample.prediction)]) + "\n")
            cells = map(str, sample.visibility.tolist())
            visibility.write(",".join([number, *cells]) + "\n")
            rows.writerow(_row(sample).values())


def _python_json(folder: Path, samples: Iterator[AcceptedSample]) -> None:
    with (folder / "annotations.json").open("w", encoding="utf-8") as stream:
        for sample in samples:
            x, y, z = (list(map(float, _shortest(column))) for column in sample.landmarks.T)
            flags = np.where(sample.visibility == Visibility.VISIBLE, 2, 1).tolist()
            keypoints: list[float] = []
            for point in zip(x, y, flags, strict=True):
                keypoints += point
            entry = {"keypoints": keypoints, "keypoints_z": z}
            entry["visibility"] = sample.visibility.tolist()
            stream.write(json.dumps({**_row(sample), **entry}, sort_keys=True) + "\n")


def _numpy_and_pandas(folder: Path, samples: Iterator[AcceptedSample]) -> None:
    held = list(samples)
    np.savez(
        folder / "release.npz",
        landmarks=np.stack([sample.landmarks for sample in held]),
        predictions=np.stack([sample.prediction for sample in held]),
        visibility=np.stack([sample.visibility for sample in held]),
    )
    pd.DataFrame([_row(sample) for sample in held]).to_parquet(folder / "samples.parquet")


def _row(sample: AcceptedSample) -> dict[str, object]:
    return {
        "sample_id": sample.sample_id,
        "image_name": sample.image.name,
        "image_sha256": sample.image.sha256,
        "face_index": sample.face_index,
        "presence": sample.presence,
        "model_sha256": sample.model_sha256,
        "annotator": sample.annotator,
        "reviewer": sample.reviewer,
        "verdict": sample.verdict,
        "accepted_at": sample.accepted_at.isoformat(),
        "stroke_count": sample.stroke_count,
        "displacement_mean": sample.displacement_mean,
    }


def _shortest(points: np.ndarray) -> list[str]:
    texts: list[str] = points.ravel().astype(str).tolist()
    return texts


PEERS: dict[str, Callable[[Path, Iterator[AcceptedSample]], None]] = {
    "csv": _python_csv,
    "coco": _python_json,
    "npz": _numpy_and_pandas,
}


def _compare(folder: Path, formats: list[str]) -> None:
    if "csv" in formats:
        for name in ("landmarks.csv", "predictions.csv", "visibility.csv"):
            ours, peer = ((folder / f"csv-{way}-0" / name).read_bytes() for way in ("ours", "peer"))
            is_same = ours.split(b"\n", 1)[1] == peer
            print(f"{name}: {'same' if is_same else 'OTHER'} bytes")
    if "coco" in formats:
        ours, peer = (
            (folder / f"coco-{way}-0" / "annotations.json").read_text("utf-8").splitlines()
            for way in ("ours", "peer")
        )
        for key in ("keypoints", "keypoints_z", "visibility"):
            lists = [_text_of(key, lines) for lines in (ours, peer)]
            print(f"{key}: {'same' if lists[0] == lists[1] else 'OTHER'} bytes")


def _text_of(key: str, lines: list[str]) -> list[str]:
    opening = f'"{key}": ['
    entries = [line for line in lines if '"keypoints_z"' in line]
    return [line.split(opening, 1)[1].split("]", 1)[0] for line in entries]


def _fill(project: Project, folder: Path, count: int) -> None:
    paths = [folder / f"IMG_{number}.png" for number in range(-(-count // FACES))]
    for number, path in enumerate(paths):
        Image.new("RGB", (SIZE, SIZE), (number % 256, number // 256 % 256, 0)).save(path)
    project.images.add(
        NewImage(path, sha256(path.read_bytes()).hexdigest(), SIZE, SIZE) for path in paths
    )
    model = project.models.register(ModelInfo("face_landmark", "1" * 64, FACE_468))
    random = np.random.default_rng(SEED)
    mesh = FACE_468.topology.vertices * [8, -8, 8] + [SIZE / 2, SIZE / 2, 0]

    def results() -> Iterator[tuple[int, list[FacePrediction]]]:
        for image in range(1, len(paths) + 1):
            faces = min(FACES, count - FACES * (image - 1))
            moved = mesh + random.normal(0, 5, (faces, *mesh.shape))
            yield image, [FacePrediction(one.astype(np.float32), 0.9, 0.9) for one in moved]

    project.predictions.store(model, results())
    for sample_id in range(1, count + 1, EDITED):
        annotation = project.annotations.load(sample_id)
        before = annotation.landmarks[[4, 5]]
        stroke = Stroke("grab", np.array([4, 5]), before, before + np.float32(1.5))
        project.annotations.record_stroke(
            sample_id, stroke, revision=annotation.revision, annotator="nobody"
        )
    project.reviews.give(Verdict.ACCEPT, range(1, count + 1), reviewer="nobody")


if __name__ == "__main__":
    main()
