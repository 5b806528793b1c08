"""Clips made on the spot: portraits that move, numbers that are painted, files of every kind."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.imaging import read_image
from annotator.system.assets import asset_path

Motion = Literal["still", "pan", "fast"]
Frame = NDArray[np.uint8]

# The portraits, with the square around each head: left, top and side.
PORTRAITS = ("collins.jpg", "hopper.jpg")
_HEADS = ((120, 10, 220), (140, 60, 270))
_CELLS_WIDE, _CELLS_HIGH = 6, 4
_NUMBER_BITS = 16
_TIME_UNIT = Fraction(1, 90_000)
# Quick, and silent: encoders print what they like.
_OPTIONS: dict[str, dict[str, str]] = {
    "libx264": {"preset": "veryfast", "bf": "2"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:bframes=2"},
    "libvpx-vp9": {"cpu-used": "8", "lag-in-frames": "8", "auto-alt-ref": "1"},
    "libvpx": {"cpu-used": "8", "lag-in-frames": "8", "auto-alt-ref": "1"},
    "libsvtav1": {"preset": "11"},
}


def portrait_similarities(
    count: int,
    width: int = 320,
    height: int = 240,
    *,
    seed: int = 0,
    faces: int = 1,
    motion: Motion = "pan",
) -> NDArray[np.float64]:
    """Return where `portrait_frames` puts the portraits: (count, faces, 2, 3) float64.

    Each is a similarity from pixels of the upright portrait (x right, y down), which is
    ``PORTRAITS[face]``, to pixels of the frame: ``matrix @ (x, y, 1)``.
    """
    places = np.array([_place(face, faces, width, height) for face in range(faces)])
    cameras = np.array([_camera(step, width, height, seed, motion) for step in range(count)])
    return np.array([[_after(camera, place) for place in places] for camera in cameras])


def portrait_frames(
    count: int,
    width: int = 320,
    height: int = 240,
    *,
    seed: int = 0,
    faces: int = 1,
    occluder: bool = False,
    motion: Motion = "pan",
    noise: float = 0.0,
) -> Iterator[Frame]:
    """Yield frames, (height, width, 3) uint8 RGB, in which one or two portraits move.

    Parameters
    ----------
    count, width, height
    seed
        Of how the camera moves, and of the noise.
    faces
        1 or 2: side by side.
    occluder
        Whether a dark pillar crosses the picture in the middle third of the frames.
    motion
        Of the camera: none, a slow one of 4 seconds at 30 frames a second, or one that is shaken.
    noise
        The standard deviation of what is added to each value, of 255.
    """
    portraits = [read_image(asset_path("datasets", "sample", name)) for name in PORTRAITS[:faces]]
    places = portrait_similarities(count, width, height, seed=seed, faces=faces, motion=motion)
    dice = np.random.default_rng(seed)
    backdrop = np.linspace(120, 60, height)[:, None, None].astype(np.uint8)
    for step in range(count):
        frame = np.repeat(np.repeat(backdrop, width, axis=1), 3, axis=2)
        for portrait, place in zip(portraits, places[step], strict=True):
            _lay(frame, portrait, place, slot=width // faces)
        if occluder and count / 3 <= step < 2 * count / 3:
            along = (step - count / 3) / (count / 3)
            left = round((along * 1.2 - 0.2) * width)
            frame[:, max(0, left) : max(0, left + width // 5)] = (40, 34, 30)
        if noise:
            grain = dice.normal(0, noise, frame.shape)
            frame = np.clip(np.rint(frame + grain), 0, 255).astype(np.uint8)
        yield frame


def painted_frames(
    count: int, width: int = 192, height: int = 128, *, first: int = 0
) -> Iterator[Frame]:
    """Yield frames on which their number is painted, as blocks that `number_of` reads.

    Any loss of coding leaves it readable, and no two frames are alike elsewhere either.
    """
    rows, columns = np.mgrid[0:height, 0:width]
    for number in range(first, first + count):
        shade = 96 + 32 * np.sin((columns + 3 * rows + 5 * number) / 40.0)
        frame = np.repeat(shade[:, :, None].astype(np.uint8), 3, axis=2)
        for cell, bit in enumerate(_bits(number)):
            frame[_cell(cell, width, height)] = 235 if bit else 20
        yield frame


def number_of(frame: Frame) -> int | None:
    """Return the number painted on an upright frame, or None if none can be read."""
    height, width = frame.shape[:2]
    means = [float(frame[_cell(cell, width, height, inner=True)].mean()) for cell in range(24)]
    bits = [mean > 128 for mean in means]
    number = sum(bit << at for at, bit in enumerate(bits[:_NUMBER_BITS]))
    return number if bits == _bits(number) else None


def write_clip(
    path: Path,
    frames: Iterable[Frame],
    *,
    codec: str = "libx264",
    times: Sequence[float] | None = None,
    rate: float = 30,
    rotation: int = 0,
    gop: int = 12,
    mirrored: bool = False,
    aspect: Fraction | None = None,
    pixels: str = "yuv420p",
    colours: int | None = None,
    full_range: bool = False,
    sound: bool = False,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
) -> Path:
    """Encode upright frames, (H, W, 3) uint8 RGB, into a video; the suffix is the container.

    Parameters
    ----------
    path
    frames
        All of one size.
    codec
        FFmpeg's name of an encoder.
    times
        When each is shown, in seconds; None is at `rate` a second. A Matroska file keeps
        milliseconds of them.
    rotation, mirrored
        How the file says that stored frames are turned, in degrees anticlockwise, and then mirrored
        to be upright; they are stored accordingly.
    gop
        So many frames from one key frame to the next.
    aspect
        How much wider a stored pixel is than tall.
    pixels, colours, full_range
        FFmpeg's pixel format; its number of the colour matrix, 1 for BT.709 and 5 for BT.601; and
        whether values go from 0 to 255.
    sound
        Whether a track of silence goes beside.
    options, container
        More for the encoder, and for what writes the container.
    """
    import av  # noqa: PLC0415 - an extra

    if codec == "libsvtav1":
        os.environ.setdefault("SVT_LOG", "-1")  # or it prints
    with av.open(str(path), "w", options=container) as opened:
        stream: Any = opened.add_stream(codec, rate=Fraction(rate).limit_denominator(1001))
        stream.options = _OPTIONS.get(codec, {}) | (options or {})
        stream.codec_context.gop_size = gop
        unit = _TIME_UNIT if times is not None else 1 / Fraction(rate).limit_denominator(1001)
        stream.codec_context.time_base = stream.time_base = unit
        stream.pix_fmt = pixels
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if colours is not None:
            stream.codec_context.colorspace = colours
        stream.codec_context.color_range = 2 if full_range else 1
        if rotation or mirrored:
            stream.set_display_rotation(rotation, hflip=mirrored)
        audio = opened.add_stream("aac", rate=8000) if sound else None
        for number, upright in enumerate(frames):
            stored = np.rot90(upright[:, ::-1] if mirrored else upright, -rotation // 90)
            image = av.VideoFrame.from_ndarray(np.ascontiguousarray(stored), "rgb24")
            if number == 0:
                stream.width, stream.height = image.width, image.height
            image = image.reformat(
                format=pixels, dst_colorspace=colours or 5, dst_color_range=2 if full_range else 1
            )
            time = number / rate if times is None else times[number]
            image.pts, image.time_base = round(time / unit), unit
            opened.mux(stream.encode(image))
            if audio is not None:
                opened.mux(audio.encode(_silence(av, time)))
        opened.mux(stream.encode())
        if audio is not None:
            opened.mux(audio.encode())
    return path


def _silence(av: Any, time: float) -> Any:
    sound = av.AudioFrame.from_ndarray(np.zeros((1, 256), np.float32), "fltp", "mono")
    sound.sample_rate, sound.pts, sound.time_base = 8000, round(time * 8000), Fraction(1, 8000)
    return sound


def _bits(number: int) -> list[bool]:
    """Return the bits of a number, and eight more that tell it from what is no number."""
    check = (number * 167 + 90 + (number >> 8) * 29) & 0xFF
    whole = (number & 0xFFFF) | check << _NUMBER_BITS
    return [bool(whole >> at & 1) for at in range(_CELLS_WIDE * _CELLS_HIGH)]


def _cell(cell: int, width: int, height: int, *, inner: bool = False) -> tuple[slice, slice]:
    row, column = divmod(cell, _CELLS_WIDE)
    top, bottom = (round(height * (row + i) / _CELLS_HIGH) for i in (0.15, 0.85))
    left, right = (round(width * (column + i) / _CELLS_WIDE) for i in (0.15, 0.85))
    margin = (bottom - top) // 4 if inner else 0
    return slice(top + margin, bottom - margin), slice(left + margin, right - margin)


def _place(face: int, faces: int, width: int, height: int) -> NDArray[np.float64]:
    """Return the similarity that puts a head into the middle of its share of the frame."""
    left, top, side = _HEADS[face]
    slot = width / faces
    scale = 0.72 * min(slot, height) / side
    middle = np.array([(face + 0.5) * slot, height / 2])
    shift = middle - scale * np.array([left + side / 2, top + side / 2])
    return np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])


def _camera(step: int, width: int, height: int, seed: int, motion: Motion) -> NDArray[np.float64]:
    """Return the similarity of a moving camera about the middle of the frame."""
    if motion == "still":
        return np.array([[1.0, 0, 0], [0, 1, 0]])
    speed, reach = {"pan": (1.0, 0.05), "fast": (6.0, 0.09)}[motion]
    phase = np.random.default_rng(seed).uniform(0, 2 * np.pi, 4)
    swing = np.sin(2 * np.pi * speed * step / 120 * np.array([1, 0.7, 0.5, 0.9]) + phase)
    angle, zoom = 0.12 * swing[2], 1 + 0.06 * swing[3]
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([width, height]) / 2
    shift = middle - turn @ middle + reach * swing[:2] * np.array([width, height])
    return np.column_stack([turn, shift])


def _after(second: NDArray[np.float64], first: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return one map of the plane after another, both (2, 3)."""
    return second @ np.vstack([first, [0, 0, 1]])


def _lay(frame: Frame, portrait: Frame, place: NDArray[np.float64], slot: int) -> None:
    """Draw a portrait, within its share of the frame."""
    height, width = portrait.shape[:2]
    half = np.array([[1.0, 0, 0.5], [0, 1, 0.5]])
    exact = _after(np.array([[1.0, 0, -0.5], [0, 1, -0.5]]), _after(place, half))
    size = (frame.shape[1], frame.shape[0])
    scale = float(np.hypot(place[0, 0], place[1, 0]))
    if scale < 0.7:  # fewer pixels than there were: no moire
        portrait = cv2.GaussianBlur(portrait, (0, 0), 0.4 / scale)
    drawn = cv2.warpAffine(portrait, exact, size, flags=cv2.INTER_LINEAR)
    inside = np.full((height, width), 255, np.uint8)
    mask = cv2.warpAffine(inside, exact, size, flags=cv2.INTER_LINEAR) == 255
    if slot < frame.shape[1]:  # neither covers the other
        middle = place @ (width / 2, height / 3, 1)
        columns = np.arange(frame.shape[1])
        mask &= (np.abs(columns - middle[0]) < slot * 0.6)[None, :]
        mask &= ((columns < slot) == (middle[0] < slot))[None, :]
    frame[mask] = drawn[mask]
