"""Whether the frames of a clip that are worst are the ones that are chosen to be corrected.

    python benchmarks/video_triage.py --images IMAGE... [--frames 200] [--seed 1]

Each clip shows the largest face of a photograph under a moving camera, with noise, and a quarter of
its frames lie in bursts: a hand passes, the focus goes, the light goes. The truth is the mesh that
the model gives the clean, still portrait, carried by the camera's known motion; so what the model
always gets wrong does not count. The clip is tracked with four crops a frame, and the fifth of its
frames with the highest doubt is compared with the fifth of the largest errors.
"""

import argparse
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bursts import burst_clip, settled
from moving_portraits import RATE, Portrait, portraits
from numpy.typing import NDArray

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.tracking import Tracker
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.temporal import jitter
from annotator.quality.frame_doubt import frame_doubts

WORST = 0.2
LEAST = 100.0  # px of a face's square
ANOTHER_FACE = 0.5  # outer IOD; photographs show more faces than the one that is followed


@dataclass(frozen=True, eq=False)
class Tracked:
    """The frames of a film in which the face was followed.

    Attributes
    ----------
    errors, trembling, spread : (k,)
        In shares of the outer IOD: of the mean vertex; `jitter`; how far crops lie apart.
    tracks : (k,) int
        Which track each is of: a face that was lost is another one.
    lost : int
        Frames without it.
    """

    errors: NDArray[np.float64]
    trembling: NDArray[np.float64]
    spread: NDArray[np.float64]
    tracks: NDArray[np.int64]
    lost: int


def tracked(model: FaceMesh, portrait: Portrait, count: int, seed: int) -> Tracked:
    tracker, layout = Tracker(model, max_faces=1, quality=True), model.info.layout
    truth = settled(model, portrait)
    frames, errors, faces = [], [], []
    for number, (image, to_frame) in enumerate(burst_clip(truth, model, count, seed)):
        for face in tracker.step(image):
            right = truth.in_frame(to_frame)
            off = np.linalg.norm((face.landmarks - right)[:, :2], axis=1).mean()
            error = off / outer_iod(right, layout)
            if error < ANOTHER_FACE:
                frames.append(number)
                errors.append(error)
                faces.append(face)
    tracks = np.array([face.identity for face in faces])
    times, meshes = np.array(frames) / RATE, np.array([face.landmarks for face in faces])
    trembling = np.zeros(len(faces))
    for track in np.unique(tracks):
        mine = tracks == track
        trembling[mine] = jitter(times[mine], meshes[mine], layout)
    spread = np.array([face.doubt for face in faces], np.float64)
    return Tracked(np.array(errors), trembling, spread, tracks, count - len(faces))


def scores(clip: Tracked) -> dict[str, NDArray[np.float64]]:
    """Return the rivals' doubts of each frame."""
    together = np.zeros(len(clip.errors))
    for track in np.unique(clip.tracks):
        mine = clip.tracks == track
        together[mine] = frame_doubts(clip.trembling[mine], clip.spread[mine])
    chance = np.random.default_rng(0).random(len(clip.errors))
    return {
        "chance": chance,
        "jitter": clip.trembling,
        "crop spread": clip.spread,
        "both (frame_doubts)": together,
    }


def share_found(score: NDArray[np.float64], errors: NDArray[np.float64]) -> float:
    """Return which share of the worst frames is among as many of the highest scores."""
    count = max(1, round(WORST * len(errors)))
    worst, chosen = (set(np.argsort(-v, kind="stable")[:count].tolist()) for v in (errors, score))
    return len(worst & chosen) / count


def report(clips: Sequence[Tracked]) -> None:
    errors = np.concatenate([clip.errors for clip in clips])
    middle, worst = np.quantile(errors, (0.5, 1 - WORST))
    print(
        f"{len(clips)} clips, {len(errors)} frames, {sum(clip.lost for clip in clips)} without the "
        f"face; error in % of the outer IOD: median {middle:.2%}, the worst fifth from {worst:.2%}"
    )
    found = [
        {name: share_found(score, clip.errors) for name, score in scores(clip).items()}
        for clip in clips
    ]
    for name in found[0]:
        shares = [one[name] for one in found]
        print(f"  {name:20} {statistics.mean(shares):6.1%}, worst clip {min(shares):.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--images", type=Path, nargs="+", required=True)
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    model = FaceMesh.load(small_faces=False)
    some = portraits(model, map(read_image, options.images), least=LEAST)
    report(
        [
            tracked(model, portrait, options.frames, options.seed + number)
            for number, portrait in enumerate(some)
        ]
    )


if __name__ == "__main__":
    main()
