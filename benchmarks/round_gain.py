"""What rounds of annotation and training bring, by annotators who follow a rule.

    python benchmarks/round_gain.py --train DIR... --held-out DIR... [--rounds 3] [--seed N]
        [--steps N] [--device cpu|cuda] [--threads N] [--json FILE] [--chart FILE.svg]

Each round goes through a project, a release and a run of training as people's rounds do:

1. New photographs come in: every face of the training photographs twice, each time spoiled
   anew (a rectangle over part of it, blur, noise; ``spoiled_faces.py``), from hardly to so far
   that the shipped net still finds it. The truth is the shipped model's own answer to the
   photograph as it is, the mean over jittered crops.
2. The round's net predicts them. The 30 % with the largest doubt are refined with Guided strokes:
   the vertex that is farthest off goes where it belongs, until the mean error is 1 % of the outer
   IOD or 12 strokes are made. Of the others, those within 2.56 % are accepted as predicted, those
   beyond 15 % excluded, and what lies between waits, as it would for people.
3. The accepted samples are released, and a net is trained on all releases so far, from the round's
   net. It predicts in the next round.

After each round the net is judged on the held-out photographs, which take part in nothing else:
their errors on crops as photographed and on spoiled ones, and how many strokes the same annotator
needs to correct the net's answer to spoiled copies of them, to 1 % (at most 40).
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import islice, product
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from round_chart import round_chart
from spoiled_faces import spoiled

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh
from annotator.inference.reprediction import repredict
from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.landmarks import bounding_box, outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.mesh.simulation import guarded, guided_tool, simulated_strokes, strokes_needed
from annotator.project import Project
from annotator.project.strokes import Stroke
from annotator.release import export_release
from annotator.training.evaluation import evaluated, loaded_nets
from annotator.training.faces import Face, Faces
from annotator.training.settings import Settings
from annotator.training.training import Order, train
from annotator.workflow import import_images, preannotate

Floats = NDArray[np.float32]
Image = NDArray[np.uint8]

GOAL, GOOD, HOPELESS = 0.01, 0.0256, 0.15
MOST_STROKES, MOST_COUNTED = 12, 40
REFINED = 0.3
MARGIN = 0.6  # of the face's box, kept around it
LEAST_IOD = 30.0
LONGEST = 480  # px of a picture: more takes time and tells nothing
TRIES = 30
SEVERITY = (0.0, 1.0)  # of what spoils the photographs that come in
COPIES = 2  # of each face, spoiled: a round's photographs, and those that are held out
TOOL = guarded(guided_tool(canonical_covariance(FACE_468)), FACE_468)


@dataclass(frozen=True, eq=False)
class Known:
    """A face whose truth is known, in its own picture."""

    name: str
    picture: Image
    truth: Floats


@dataclass(frozen=True)
class RoundResult:
    """What one round came to; errors are shares of the outer IOD."""

    number: int
    clean: float
    spoiled: float
    held_out_strokes: float
    photographs: int
    refined: int
    strokes_a_face: float
    accepted_as_predicted: float


def known_faces(folders: Sequence[Path], shipped: FaceMesh) -> list[Known]:
    """Return the faces of photographs that the model is sure of."""
    found = []
    for path in find_images(folders):
        photograph = read_image(path)
        for at, face in enumerate(shipped.predict(photograph)):
            if outer_iod(face.landmarks, FACE_468) < LEAST_IOD:
                continue
            again = repredict(shipped, photograph, face.landmarks)
            if not again.is_doubtful:
                picture, truth = _cut(photograph, again.landmarks)
                found.append(Known(f"{path.stem}_{at}", picture, truth))
    return found


def _cut(photograph: Image, landmarks: Floats) -> tuple[Image, Floats]:
    left, top, width, height = bounding_box(landmarks)
    x, y = (int(max(at, 0)) for at in (left - MARGIN * width, top - MARGIN * height))
    right, bottom = left + (1 + MARGIN) * width, top + (1 + MARGIN) * height
    part = photograph[y : int(bottom) + 1, x : int(right) + 1]
    shrink = min(1.0, LONGEST / max(part.shape))
    size = (round(part.shape[1] * shrink), round(part.shape[0] * shrink))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    truth = (landmarks - np.float32([x, y, 0])) * np.float32(shrink)
    return np.asarray(small, np.uint8), truth


def photographed(
    face: Known, shipped: FaceMesh, rng: np.random.Generator, severity: float
) -> Image | None:
    """Return a spoiled copy in which the shipped net finds the face, or None after some tries."""
    for _ in range(TRIES):
        picture = spoiled(face.picture, face.truth, rng, severity)
        found = next(iter(shipped.predict(picture)), None)
        if found is not None and nme(found.landmarks, face.truth, FACE_468) <= HOPELESS:
            return picture
    return None


def annotate(
    folder: Path,
    faces: Sequence[Known],
    net: FaceMesh,
    *,
    shipped: FaceMesh,
    rng: np.random.Generator,
) -> tuple[Path, dict[str, float]]:
    """Have one round's photographs annotated; return its release, and what it took."""
    photographs = folder / "photographs"
    photographs.mkdir(parents=True)
    truths = {}
    for face, copy in product(faces, range(COPIES)):
        picture = photographed(face, shipped, rng, rng.uniform(*SEVERITY))
        if picture is not None:
            name = f"{face.name}_{copy}"
            Pictures.fromarray(picture).save(photographs / f"{name}.png")
            truths[name] = face
    with Project.create(folder / "project") as project:
        import_images(project, [photographs])
        for _ in preannotate(project, net):
            pass
        numbers = _judge(project, truths, net)
        release = folder / "release"
        export_release(project, release, "npz")
    return release, numbers


def _judge(project: Project, truths: dict[str, Known], net: FaceMesh) -> dict[str, float]:
    samples = [one for one in project.samples.summaries() if one.face_index == 0]
    errors, doubts = {}, {}
    for sample in samples:
        mesh = project.annotations.load(sample.id).landmarks
        errors[sample.id] = nme(mesh, truths[Path(sample.image_name).stem].truth, FACE_468)
        if errors[sample.id] <= HOPELESS:
            doubts[sample.id] = _doubt(net, read_image(sample.image_path), mesh)
    worst = sorted(doubts, key=lambda one: -doubts[one])[: round(REFINED * len(samples))]
    strokes, as_predicted = [], 0
    for sample in samples:
        if sample.id not in doubts:
            project.reviews.exclude(sample.id, reviewer="rule")
        elif sample.id in worst:
            truth = truths[Path(sample.image_name).stem].truth
            strokes.append(_refine(project, sample.id, truth))
            project.reviews.accept(sample.id, reviewer="rule")
        elif errors[sample.id] <= GOOD:
            project.reviews.accept(sample.id, reviewer="rule")
            as_predicted += 1
    return {
        "photographs": len(samples),
        "refined": len(strokes),
        "strokes": float(np.mean(strokes)) if strokes else 0.0,
        "as_predicted": as_predicted / max(1, len(samples)),
    }


def _doubt(net: FaceMesh, photograph: Image, mesh: Floats) -> float:
    try:
        return repredict(net, photograph, mesh).doubt
    except ValueError:  # too small or outside the photograph
        return float("inf")


def _refine(project: Project, sample_id: int, truth: Floats) -> int:
    annotation = project.annotations.load(sample_id)
    meshes = simulated_strokes(annotation.landmarks, truth, TOOL, FACE_468)
    before = next(meshes)
    made = 0
    for after in islice(meshes, MOST_STROKES):
        if nme(before, truth, FACE_468) <= GOAL:
            break
        moved = np.flatnonzero((after != before).any(axis=1))
        stroke = Stroke("guided", moved, before[moved], after[moved].astype(np.float32))
        annotation = project.annotations.record_stroke(
            sample_id, stroke, revision=annotation.revision, annotator="rule"
        )
        before, made = annotation.landmarks, made + 1
    return made


def whose_is_whose(folder: Path, faces: Sequence[Known]) -> Path:
    """Write the table that keeps all copies of a face on one side, in every round."""
    rows = [f"{face.name}_{copy}.png,{face.name}" for face in faces for copy in range(COPIES)]
    path = folder / "groups.csv"
    path.write_text("\n".join(["image,group", *rows]) + "\n", "utf-8")
    return path


def held_out(folder: Path, faces: Sequence[Known]) -> Faces:
    """Return faces to judge nets by, their pictures on the disk."""
    folder.mkdir(parents=True)
    found = []
    for face in faces:
        path = folder / f"{face.name}.png"
        Pictures.fromarray(face.picture).save(path)
        visible = np.zeros(FACE_468.count, np.uint8)
        found.append(
            Face(face.name, face.name, 0, path, face.name, face.truth, visible, False, None)
        )
    return Faces(FACE_468, tuple(found), (("held out", ""),))


def strokes_on(copies: Sequence[tuple[Image, Floats]], model: str | Path) -> float:
    """Return the mean number of strokes to correct a net's answers to spoiled copies."""
    net = FaceMesh.load(model)
    counts = []
    for picture, truth in copies:
        start = next(iter(net.predict(picture)), None)
        if start is None:
            counts.append(MOST_COUNTED)
            continue
        counts += strokes_needed(start.landmarks, truth, TOOL, FACE_468, (GOAL,), most=MOST_COUNTED)
    return float(np.mean(counts))


def spoiled_copies(
    faces: Sequence[Known], shipped: FaceMesh, seed: int
) -> list[tuple[Image, Floats]]:
    """Return spoiled copies of faces and their truths: the same ones for every net."""
    copies = []
    for number, face in enumerate(faces):
        rng = np.random.default_rng([seed, number])
        pictures = [photographed(face, shipped, rng, 1.0) for _ in range(COPIES)]
        copies += [(picture, face.truth) for picture in pictures if picture is not None]
    return copies


def main() -> None:
    """Run the rounds and print a table."""
    given = _arguments()
    shipped = FaceMesh.load(threads=1)
    learnt, kept = known_faces(given.train, shipped), known_faces(given.held_out, shipped)
    print(f"{len(learnt)} faces to train on, {len(kept)} held out; seed {given.seed}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        judged, groups = held_out(folder / "held-out", kept), whose_is_whose(folder, learnt)
        copies = spoiled_copies(kept, shipped, given.seed)
        results, models, releases = [], ["face_landmark"], []
        told = {"photographs": 0, "refined": 0, "strokes": 0.0, "as_predicted": 0.0}
        for number in range(given.rounds + 1):
            if number:
                place = folder / f"round-{number}"
                rng = np.random.default_rng([given.seed, number])
                release, told = annotate(
                    place, learnt, FaceMesh.load(models[-1]), shipped=shipped, rng=rng
                )
                releases.append(release)
                order = _order(given, place / "run", releases, models[-1], groups)
                models.append(str(train(order, lambda progress: None, lambda text: None).model))
            results.append(_judged(number, models[-1], judged, copies, told=told))
            print(_line(results[-1], results[0]), flush=True)
            _write(given, [asdict(result) for result in results])


def _write(given: argparse.Namespace, rows: Sequence[dict[str, float]]) -> None:
    """Write what is known after each round: the next one takes its time."""
    if given.json:
        told = {"seed": given.seed, "steps": given.steps, "rounds": rows}
        given.json.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    if given.chart:
        given.chart.write_text(round_chart([rows]), "utf-8")


def _order(
    given: argparse.Namespace, out: Path, releases: Sequence[Path], parent: str, groups: Path
) -> Order:
    splits = releases[-2].parent / "run" / "splits.csv" if len(releases) > 1 else None
    return Order(
        tuple(releases), out, Settings(steps=given.steps), parent, given.seed,
        device=given.device, splits=splits, groups=groups, threads=given.threads,
    )  # fmt: skip


def _judged(
    number: int,
    model: str,
    judged: Faces,
    copies: Sequence[tuple[Image, Floats]],
    *,
    told: dict[str, float],
) -> RoundResult:
    (net,) = evaluated(loaded_nets([model]), judged, lambda done, total: None).nets
    strokes = strokes_on(copies, model)
    return RoundResult(
        number,
        float(net.clean.mean()),
        float(net.spoiled.mean()),
        strokes,
        int(told["photographs"]),
        int(told["refined"]),
        told["strokes"],
        told["as_predicted"],
    )


def _line(now: RoundResult, first: RoundResult) -> str:
    return (
        f"round {now.number}: held out clean {100 * now.clean:.3f} % "
        f"({100 * (now.clean / first.clean - 1):+.1f} %), spoiled {100 * now.spoiled:.3f} % "
        f"({100 * (now.spoiled / first.spoiled - 1):+.1f} %), {now.held_out_strokes:.1f} strokes "
        f"({100 * (now.held_out_strokes / first.held_out_strokes - 1):+.1f} %); annotated: "
        f"{now.refined} of {now.photographs} refined with {now.strokes_a_face:.1f} strokes, "
        f"{100 * now.accepted_as_predicted:.0f} % accepted as predicted"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=Path, nargs="+", required=True)
    parser.add_argument("--held-out", type=Path, nargs="+", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--chart", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
