"""How well signals tell the worst predictions, each alone and all together.

    python benchmarks/triage.py --images DIR ... [--accepted DIR ...] [--seed N ...] [--fit]

Faces: every face of at least 30 px (outer IOD) in the photographs of which the model has no doubt
(`annotator.inference.reprediction`). The truth is the mean of its answers to nine slightly
different crops. Each face is looked at as it is, and in copies spoiled as ``refinement_effort.py``
has them (``spoiled_faces.py``), but from slight to hopeless: rectangle, blur and noise are those
times a severity from 0.1 to 1.6, drawn evenly in its logarithm, and none is drawn again. What is
judged is what `FaceMesh.predict` says of a copy: of its meshes the one nearest to the truth, if it
is nearer than one IOD; a copy in which the face is not found makes no sample.

Figures: average precision for the worst 30 % by true error (2-D NME, outer IOD), and Spearman's
rank correlation with it, for each signal by its badness (``annotator/quality/badness.py``) and for
the expected error of ``annotator/quality/triage.py``; also of the copies up to a severity alone.
Intervals are a bootstrap over photographs. "Cost" is the processor time of reading the files and
computing all signals of all their faces, over that of reading and predicting them.

``--accepted`` names photographs of other people whose faces count as the project's accepted
samples, of which the shape prior is learned. ``--fit`` prints a model fitted to the images given,
and how well it does where the photograph judged is left out, instead of judging the shipped one;
the shipped one was fitted so, on photographs that the published figures (docs/quality.md) are not
of.
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls
from scipy.stats import spearmanr
from spoiled_faces import MIN_IOD, Floats, Image, cutout, spoiled

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh
from annotator.inference.reprediction import repredict
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.quality.badness import BADNESS
from annotator.quality.shape_prior import ShapePrior, fitted_prior
from annotator.quality.signals import SIGNALS, Signals, signals_of
from annotator.quality.triage import Term, TriageModel, doubt_of

COPIES = 8  # of each face besides that as it is
SEVERITY = (0.1, 1.6)
FARTHEST = 1.0  # outer IOD; beyond it a mesh is another's
WORST = 0.3
DRAWS = 1000
CAPS = (0.3, 0.6, 1.6)
TOGETHER = "together"
# Fitted are the signals that say how a model answers and how a face is shaped. What photographs are
# like (blur, light, size, pose) hardly helps, and would teach how these copies were spoiled.
FITTED = (
    "spread",
    "mirror_spread",
    "grey_spread",
    "drift",
    "presence",
    "crop_presence",
    "shape",
)
LEAST_ERROR = 0.003  # below it, truth is not known so well
RIDGE = 1.0
LEAST_WEIGHT = 0.02  # standard deviations of a logarithm; below it a signal is left out


@dataclass(frozen=True, eq=False)
class Copy:
    """One look at one face.

    Attributes
    ----------
    photograph
        The name of the file.
    severity
        0 as it is.
    image, mesh, presence
        What was looked at, and what the model said.
    error
        NME of the mesh, outer IOD.
    """

    photograph: str
    severity: float
    image: Image
    mesh: Floats
    presence: float
    error: float


def true_faces(face_mesh: FaceMesh, image: Image) -> list[Floats]:
    """Return the mesh of every large face of which the model has no doubt."""
    truths = []
    for face in face_mesh.predict(image):
        if outer_iod(face.landmarks, FACE_468) >= MIN_IOD:
            again = repredict(face_mesh, image, face.landmarks)
            if not again.is_doubtful:
                truths.append(again.landmarks)
    return truths


def copies(face_mesh: FaceMesh, paths: Sequence[Path], seed: int) -> Iterator[Copy]:
    for number, path in enumerate(find_images(paths)):
        image = read_image(path)
        for at, face in enumerate(true_faces(face_mesh, image)):
            rng = np.random.default_rng([seed, number, at])
            part, truth = cutout(image, face)
            for severity in (0.0, *np.exp(rng.uniform(*np.log(SEVERITY), COPIES)).tolist()):
                seen = spoiled(part, truth, rng, severity) if severity else part
                found = [
                    Copy(path.name, severity, seen, f.landmarks, f.presence, error)
                    for f in face_mesh.predict(seen)
                    if (error := nme(f.landmarks, truth, FACE_468)) < FARTHEST
                ]
                yield from sorted(found, key=lambda copy: copy.error)[:1]


@dataclass(frozen=True, eq=False)
class Judged:
    """Copies, their signals, and what ranks them, the larger the worse; all (k,)."""

    photographs: NDArray[np.str_]
    severities: NDArray[np.float64]
    errors: NDArray[np.float64]
    signals: NDArray[np.object_]
    scores: dict[str, NDArray[np.float64]]

    def of(self, chosen: NDArray[np.generic]) -> "Judged":
        """Return some of them, by a mask or by their places."""
        scores = {name: values[chosen] for name, values in self.scores.items()}
        arrays = self.photographs, self.severities, self.errors, self.signals
        return Judged(*(values[chosen] for values in arrays), scores)

    def by(self, doubts: Sequence[float]) -> "Judged":
        """Return them ranked by other expected errors."""
        return replace(self, scores={**self.scores, TOGETHER: np.array(doubts)})


def known_of(signals: Signals) -> set[str]:
    return {name for name, value in signals.values.items() if not math.isnan(value)}


def judged(looks: Sequence[Copy], signals: Sequence[Signals]) -> Judged:
    known = [name for name in SIGNALS if all(name in known_of(one) for one in signals)]
    scores = {name: [BADNESS[name](one.values[name]) for one in signals] for name in known}
    scores[TOGETHER] = [doubt_of(one.values) for one in signals]
    return Judged(
        np.array([look.photograph for look in looks]),
        np.array([look.severity for look in looks]),
        np.array([look.error for look in looks]),
        np.array(signals, object),
        {name: np.array(values) for name, values in scores.items()},
    )


def average_precision(looks: Judged, name: str) -> float:
    """Return the mean precision at each of the worst; copies of one score share their places."""
    worst = looks.errors >= np.quantile(looks.errors, 1 - WORST)
    values, places = np.unique(-looks.scores[name], return_inverse=True)
    hits = np.cumsum(np.bincount(places, weights=worst, minlength=len(values)))
    precision = hits / np.cumsum(np.bincount(places, minlength=len(values)))
    return float((np.diff(hits, prepend=0) * precision).sum() / worst.sum())


def rank_correlation(looks: Judged, name: str) -> float:
    """Return Spearman's; NaN where all scores are the same."""
    scores = looks.scores[name]
    return float(spearmanr(scores, looks.errors).statistic) if np.ptp(scores) else math.nan


def resampled(looks: Judged, seed: int) -> Iterator[Judged]:
    """Yield copies of photographs drawn with replacement."""
    rng, names = np.random.default_rng(seed), np.unique(looks.photographs)
    places = {name: np.flatnonzero(looks.photographs == name) for name in names}
    for _ in range(DRAWS):
        drawn = rng.choice(names, len(names))
        yield looks.of(np.concatenate([places[name] for name in drawn]))


def report(looks: Judged, seed: int) -> None:
    low, middle, high = np.quantile(looks.errors, (0.1, 0.5, 1 - WORST))
    print(f"\n{len(looks.errors)} copies of faces in {len(set(looks.photographs))} photographs;")
    print(f"their error is {middle:.1%} in the median, the worst 30 % begin at {high:.1%}")
    print(f"{'signal':14} | AP [95 %]            | Spearman")
    draws = list(resampled(looks, seed))
    for name in looks.scores:
        low, high = np.percentile([average_precision(draw, name) for draw in draws], (2.5, 97.5))
        figures = f"{average_precision(looks, name):.3f} [{low:.3f}, {high:.3f}]"
        print(f"{name:14} | {figures} | {rank_correlation(looks, name):6.3f}")
    gains = [gain(draw) for draw in draws]
    low, high = np.percentile(gains, (2.5, 97.5))
    print(f"{TOGETHER} above presence alone: {gain(looks):+.3f} [{low:+.3f}, {high:+.3f}]")


def gain(looks: Judged) -> float:
    return average_precision(looks, TOGETHER) - average_precision(looks, "presence")


def report_caps(looks: Judged) -> None:
    print("\nup to severity | copies | worst from | presence AP, rho | together AP, rho")
    for cap in CAPS:
        some = looks.of(looks.severities <= cap)
        columns = [
            f"{average_precision(some, name):.3f}, {rank_correlation(some, name):.3f}"
            for name in ("presence", TOGETHER)
        ]
        worst = np.quantile(some.errors, 1 - WORST)
        print(f"{cap:14} | {len(some.errors):6} | {worst:10.1%} | " + "     | ".join(columns))


def fitted(looks: Judged) -> TriageModel:
    """Return the model whose logarithm fits that of the errors best, no weight negative.

    Least squares with a ridge on the weights of standardised badnesses, worth one copy.
    """
    names = [name for name in FITTED if name in looks.scores]
    badness = np.column_stack([looks.scores[name] for name in names])
    goal = np.log(np.maximum(looks.errors, LEAST_ERROR))
    typical = np.argsort(badness, axis=0)[len(badness) // 2]
    usual = [looks.signals[at].values[name] for at, name in zip(typical, names, strict=True)]
    scale = badness.std(axis=0) + 1e-9
    table = (badness - badness[typical, range(len(names))]) / scale
    table = np.column_stack([table, np.ones(len(goal)), -np.ones(len(goal))])
    ridge = math.sqrt(RIDGE) * np.eye(len(names), len(names) + 2)
    found, _ = nnls(np.vstack([table, ridge]), np.concatenate([goal, np.zeros(len(names))]))
    weights = found[:-2]
    kept = [at for at, weight in enumerate(weights) if weight >= LEAST_WEIGHT]
    terms = tuple(Term(names[at], weights[at] / scale[at], usual[at]) for at in kept)
    return TriageModel(math.exp(found[-2] - found[-1]), terms)


def left_out(looks: Judged) -> Judged:
    """Return the copies ranked by models that did not see their photograph."""
    doubts = np.zeros(len(looks.errors))
    for name in np.unique(looks.photographs):
        mine = looks.photographs == name
        model = fitted(looks.of(~mine))
        doubts[mine] = [doubt_of(one.values, model) for one in looks.signals[mine]]
    return looks.by(doubts.tolist())


def report_fit(looks: Judged) -> None:
    model = fitted(looks)
    print(f"\nusual_error={model.usual_error:.4g}, terms:")
    for term in model.terms:
        print(f'    Term("{term.signal}", {term.weight:.3g}, {term.usual:.4g}),')


def cost(face_mesh: FaceMesh, paths: Sequence[Path], prior: ShapePrior) -> float:
    """Return the processor time of all signals of all faces, over that of predicting them."""
    predicting, telling = 0.0, 0.0
    for path in find_images(paths):
        begin = process_time()
        faces = face_mesh.predict(read_image(path))
        predicting += process_time() - begin
        begin = process_time()
        image = read_image(path)
        for face in faces:
            signals_of(face_mesh, image, face.landmarks, presence=face.presence, prior=prior)
        telling += process_time() - begin
    return telling / predicting


def signals_of_copies(
    face_mesh: FaceMesh, looks: Sequence[Copy], accepted: dict[str, list[Floats]]
) -> list[Signals]:
    """Return the signals of copies; no shape is compared with others of its photograph."""
    priors = {
        name: fitted_prior(list(chain(*(accepted[n] for n in accepted if n != name))), FACE_468)
        for name in {look.photograph for look in looks}
    }
    return [
        signals_of(
            face_mesh,
            look.image,
            look.mesh,
            presence=look.presence,
            prior=priors[look.photograph],
        )
        for look in looks
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=Path, nargs="+", required=True)
    parser.add_argument("--accepted", type=Path, nargs="+", default=[])
    parser.add_argument("--seed", type=int, nargs="+", default=[2026])
    parser.add_argument("--fit", action="store_true", help="fit a model to these images")
    arguments = parser.parse_args()
    face_mesh = FaceMesh.load(threads=1)
    photographs = find_images(arguments.accepted)
    accepted = {path.name: true_faces(face_mesh, read_image(path)) for path in photographs}
    looks = [look for seed in arguments.seed for look in copies(face_mesh, arguments.images, seed)]
    all_looks = judged(looks, signals_of_copies(face_mesh, looks, accepted))
    print(f"seeds {arguments.seed}; {sum(map(len, accepted.values()))} accepted meshes")
    if arguments.fit:
        report_fit(all_looks)
        all_looks = left_out(all_looks)
    report(all_looks, arguments.seed[0])
    report_caps(all_looks)
    prior = fitted_prior(list(chain(*accepted.values())), FACE_468)
    ratio = cost(face_mesh, arguments.images, prior)
    print(f"\ncost: {ratio:.1f} times that of predicting")


if __name__ == "__main__":
    main()
