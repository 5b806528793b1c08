"""Photographs made worse, at random: what phones and rooms do to pictures of faces.

Everything works on one crop of (h, w, 3) uint8 and draws from the generator that it is given, so
that a seed decides all of it. After the augmentation that FaceMesh's makers name (sensor noise, a
random change of the intensity histogram that is not linear) come blur, few pixels, JPEG, darkness
and things before the face.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

_LEVELS = 256
_KNOTS = 5  # of the curve by which intensities change


@dataclass(frozen=True, slots=True)
class Spoiling:
    """How likely each fault is, and how bad it may be.

    Attributes
    ----------
    histogram, darkness, cover, blur, few_pixels, noise, jpeg
        Probabilities.
    most_blur
        Standard deviation in shares of the crop's side.
    most_noise
        Standard deviation in grey levels.
    least_pixels
        Side of a face of few pixels, in shares of the crop's.
    largest_cover
        Side of what covers a face, in shares of the crop's.
    """

    histogram: float = 0.5
    darkness: float = 0.08
    cover: float = 0.4
    blur: float = 0.5
    few_pixels: float = 0.15
    noise: float = 0.5
    jpeg: float = 0.2
    most_blur: float = 0.03
    most_noise: float = 30.0
    least_pixels: float = 0.2
    largest_cover: float = 0.45


def spoiled(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    """Return a crop with some of the faults, in the order in which a camera makes them."""
    steps: tuple[tuple[float, Callable[[Image, np.random.Generator, Spoiling], Image]], ...] = (
        (how.cover, _covered),
        (how.histogram, _other_intensities),
        (how.darkness, _dark),
        (how.blur, _blurred),
        (how.few_pixels, _few_pixels),
        (how.noise, _noisy),
        (how.jpeg, _compressed),
    )
    # Who draws the same numbers whatever happens keeps one fault from deciding the next.
    chances = rng.random(len(steps))
    streams = rng.spawn(len(steps))
    for (likely, fault), chance, stream in zip(steps, chances, streams, strict=True):
        if chance < likely:
            crop = fault(crop, stream, how)
    return crop


def _covered(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    """Lay a rectangle or an ellipse over it, of one colour, of noise, or of another part of it."""
    size = crop.shape[0]
    width, height = rng.uniform(0.12, how.largest_cover, 2) * size
    x, y = rng.uniform(0.15, 0.85, 2) * size
    mask = np.zeros(crop.shape[:2], np.uint8)
    if rng.random() < 0.5:
        turned = ((x, y), (width, height), rng.uniform(0, 180))
        cv2.fillPoly(mask, [cv2.boxPoints(turned).astype(np.int32)], 255)
    else:
        cv2.ellipse(mask, ((x, y), (width, height), rng.uniform(0, 180)), 255, -1)
    hidden = mask > 0
    return np.where(hidden[..., None], _texture(crop, rng), crop)


def _texture(crop: Image, rng: np.random.Generator) -> Image:
    kind = rng.integers(3)
    if kind == 0:
        return np.full_like(crop, rng.integers(0, _LEVELS, 3))
    if kind == 1:
        coarse = rng.integers(0, _LEVELS, (6, 6, 3), dtype=np.uint8)
        return np.asarray(
            cv2.resize(coarse, crop.shape[1::-1], interpolation=cv2.INTER_CUBIC), np.uint8
        )
    shift = rng.integers(crop.shape[0] // 4, 3 * crop.shape[0] // 4, 2)
    return np.roll(crop, shift.tolist(), (0, 1))


def _other_intensities(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    """Send intensities through a random curve that rises, one a channel near a common one."""
    steps = rng.gamma(2.0, 1.0, _KNOTS)
    knots = np.concatenate(([0.0], steps.cumsum())) / steps.sum()
    low, high = rng.uniform(0, 0.2), rng.uniform(0.8, 1.0)
    places = np.linspace(0, 1, _KNOTS + 1)
    curve = low + (high - low) * np.interp(np.linspace(0, 1, _LEVELS), places, knots)
    tints = rng.normal(1.0, 0.06, 3)
    table = (curve[:, None] * tints * (_LEVELS - 1)).clip(0, _LEVELS - 1).round().astype(np.uint8)
    return np.asarray(cv2.LUT(crop, table.reshape(1, _LEVELS, 3)), np.uint8)


def _dark(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    """Take most of the light, perhaps from one side more than from the other."""
    size = crop.shape[0]
    gain = np.exp(rng.uniform(np.log(0.1), np.log(0.5)))
    slope = np.linspace(rng.uniform(0.4, 1.0), 1.0, size, dtype=np.float32)
    light = (slope if rng.random() < 0.5 else slope[::-1])[None, :, None] * np.float32(gain)
    return _as_image(crop * light)


def _blurred(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    """Out of focus, or moved while the shutter was open."""
    sigma = rng.uniform(0.1, 1.0) * how.most_blur * crop.shape[0]
    if rng.random() < 0.7:
        return np.asarray(
            cv2.GaussianBlur(crop, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.uint8
        )
    length = max(3, round(3 * sigma) | 1)
    line = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = (length - 1) / 2
    for at in np.linspace(-reach, reach, 2 * length):
        line[round(reach + at * np.sin(angle)), round(reach + at * np.cos(angle))] = 1
    return np.asarray(
        cv2.filter2D(crop, -1, line / line.sum(), borderType=cv2.BORDER_REPLICATE), np.uint8
    )


def _few_pixels(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    """As a small face far away."""
    size = crop.shape[0]
    side = max(2, round(size * rng.uniform(how.least_pixels, 0.5)))
    small = cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_LINEAR), np.uint8)


def _noisy(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    """Sensor noise: some that does not depend on the light, some that grows with its root."""
    sigma = rng.uniform(0.05, 1.0) * how.most_noise
    photons = rng.uniform(0, 0.5)
    values = crop.astype(np.float32)
    deviation = sigma * np.sqrt((1 - photons) + photons * values / 128)
    grain = rng.standard_normal(crop.shape, np.float32)
    if rng.random() < 0.3:  # the same in all channels, as in the dark
        grain = grain[..., :1]
    return _as_image(values + deviation * grain)


def _compressed(crop: Image, rng: np.random.Generator, how: Spoiling) -> Image:
    quality = int(rng.integers(8, 60))
    _, coded = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _as_image(values: NDArray[np.floating]) -> Image:
    return np.asarray(values.clip(0, _LEVELS - 1).round(), np.uint8)
