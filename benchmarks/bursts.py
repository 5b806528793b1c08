"""Clips in which trouble comes over a face in bursts: a hand, a lost focus, darkness."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from moving_portraits import RATE, Image, Matrix, Portrait, drawn, grainy, similarity

from annotator.inference import FaceMesh
from annotator.inference.tracking import Tracker

SIZE = (480, 360)
_APART = 40  # frames from the beginning of one burst to the next, on average
_SHORTEST, _LONGEST = 6, 14  # frames
_SKIN = (196, 148, 122)
_SIGNAL_NOISE = 2.0  # levels, of every frame
_DARK_NOISE = 4.0
_SETTLING = 3  # frames


@dataclass(frozen=True)
class Burst:
    """One disturbance: its first frame, how many there are, and how bad it becomes, 0 to 1."""

    kind: str
    first: int
    count: int
    badness: float
    way: float  # along which a hand passes, in radians

    def share(self, frame: int) -> float | None:
        """Return how much of it is over at a frame, 0 to 1; None outside of it."""
        done = (frame - self.first + 0.5) / self.count
        return done if 0 <= done < 1 else None


def settled(model: FaceMesh, portrait: Portrait) -> Portrait:
    """Return a portrait with the mesh that the model gives it in a clean, still clip of it."""
    to_frame = similarity(portrait, model, 0, SIZE, "still")
    still, tracker = drawn(portrait, to_frame, SIZE), Tracker(model, max_faces=1, quality=True)
    for _ in range(_SETTLING):
        (face,) = tracker.step(still)
    back = cv2.invertAffineTransform(to_frame)
    flat = face.landmarks[:, :2] @ back[:, :2].T + back[:, 2]
    depth = face.landmarks[:, 2] * math.hypot(back[0, 0], back[1, 0])
    return Portrait(portrait.image, np.column_stack([flat, depth]).astype(np.float32))


def bursts(count: int, dice: np.random.Generator) -> list[Burst]:
    """Return disturbances of all kinds spread over a clip of so many frames."""
    found, kinds = [], list(SPOILERS)
    for number, start in enumerate(range(_APART // 2, count - _LONGEST, _APART)):
        found.append(
            Burst(
                kinds[(number + int(dice.integers(2))) % len(kinds)],
                start + int(dice.integers(-_APART // 4, _APART // 4)),
                int(dice.integers(_SHORTEST, _LONGEST + 1)),
                float(dice.uniform(0.3, 1)),
                float(dice.uniform(0, math.tau)),
            )
        )
    return found


def burst_clip(
    portrait: Portrait, model: FaceMesh, count: int, seed: int
) -> Iterator[tuple[Image, Matrix]]:
    """Yield the frames of a clip with bursts, and the map from the photograph to each."""
    dice = np.random.default_rng(seed)
    planned = bursts(count, dice)
    for frame in range(count):
        to_frame = similarity(portrait, model, frame / RATE, SIZE, "pan")
        image = drawn(portrait, to_frame, SIZE)
        for burst in planned:
            share = burst.share(frame)
            if share is not None:
                image = SPOILERS[burst.kind](image, burst, share)
        yield grainy(image, _SIGNAL_NOISE, dice), to_frame


def _hand(image: Image, burst: Burst, share: float) -> Image:
    """Let a hand's breadth of skin pass the middle of the picture, the farther in the worse."""
    height, width = image.shape[:2]
    reach, aside = 0.7 * height * (2 * share - 1), 0.3 * height * (1 - burst.badness)
    cos, sin = math.cos(burst.way), math.sin(burst.way)
    middle = (
        round(width / 2 + cos * reach - sin * aside),
        round(height / 2 + sin * reach + cos * aside),
    )
    covered = image.copy()
    sides = round(0.16 * height), round(0.3 * height)
    cv2.ellipse(covered, middle, sides, math.degrees(burst.way), 0, 360, _SKIN, -1)
    return np.asarray(cv2.GaussianBlur(covered, (0, 0), 1.5), np.uint8)


def _out_of_focus(image: Image, burst: Burst, share: float) -> Image:
    sigma = 14 * burst.badness * math.sin(math.pi * share)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(sigma, 0.1)), np.uint8)


def _darkness(image: Image, burst: Burst, share: float) -> Image:
    """Take the light away; the noise stays."""
    light = 1 - (0.8 + 0.18 * burst.badness) * math.sin(math.pi * share) ** 0.5
    return grainy(
        (image * light).astype(np.uint8), _DARK_NOISE, np.random.default_rng(round(share * 1e6))
    )


SPOILERS: dict[str, Callable[[Image, Burst, float], Image]] = {
    "hand": _hand,
    "focus": _out_of_focus,
    "darkness": _darkness,
}
