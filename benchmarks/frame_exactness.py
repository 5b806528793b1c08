"""How many of random frames of a video are the right ones, and their times: against OpenCV.

    python benchmarks/frame_exactness.py [--frames 600] [--wanted 200] [--seed 0]

Clips of a variable frame rate, as phones record them, are encoded with the number of each frame
painted on it in blocks that any loss of coding leaves readable, in MP4 and Matroska, as H.264 with
B frames and as VP9. Random frames are then asked for by number, of this package and of OpenCV's
`VideoCapture` (`CAP_PROP_POS_FRAMES`), and what is painted on the answer is read. Times are the
processor's, of this process, for one random frame; the errors of times the largest of all frames
read in order (`CAP_PROP_POS_MSEC` of OpenCV).
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips import ClipError, open_clip

_WIDTH, _HEIGHT, _BITS = 640, 360, 16
_UNIT = Fraction(1, 1000)
_KINDS = (("libx264", ".mp4"), ("libx264", ".mkv"), ("libvpx-vp9", ".mkv"), ("libvpx-vp9", ".webm"))

Pixels = NDArray[np.uint8]


def painted(number: int) -> Pixels:
    """Return a frame with its number in the columns' upper halves, and its opposite below."""
    frame = np.empty((_HEIGHT, _WIDTH, 3), np.uint8)
    for bit in range(_BITS):
        column = slice(bit * _WIDTH // _BITS, (bit + 1) * _WIDTH // _BITS)
        is_set = bool(number >> bit & 1)
        frame[: _HEIGHT // 2, column] = 220 if is_set else 30
        frame[_HEIGHT // 2 :, column] = 30 if is_set else 220
    return frame


def number_on(frame: Pixels) -> int:
    """Return the number painted on a frame, or -1 if there is none."""
    bits = frame.reshape(2, _HEIGHT // 2, _BITS, -1, 3).mean(axis=(1, 3, 4)) > 128
    if (bits[0] == bits[1]).any():
        return -1
    return int(sum(1 << at for at, bit in enumerate(bits[0]) if bit))


def uneven_times(count: int, dice: np.random.Generator) -> NDArray[np.float64]:
    steps = dice.choice([17, 33, 40, 100], count - 1, p=[0.2, 0.5, 0.2, 0.1])
    return np.concatenate([[0], np.cumsum(steps)]) / 1000


def write(path: Path, codec: str, times: Sequence[float]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        stream.options = (
            {"preset": "veryfast", "bf": "2"} if codec == "libx264" else {"cpu-used": "8"}
        )
        stream.codec_context.gop_size = 48
        stream.codec_context.time_base = _UNIT
        for number, at in enumerate(times):
            frame = av.VideoFrame.from_ndarray(painted(number), "rgb24")
            frame.pts, frame.time_base = round(at / _UNIT), _UNIT
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def random_frames(read: Callable[[int], Pixels | None], wanted: list[int]) -> tuple[int, float]:
    """Return how many frames are right, and the milliseconds of processor time that one took."""
    right, began = 0, time.process_time()
    for number in wanted:
        frame = read(number)
        right += frame is not None and number_on(frame) == number
    return right, 1000 * (time.process_time() - began) / len(wanted)


def ours(path: Path, wanted: list[int], times: NDArray[np.float64]) -> str:
    with open_clip(path) as clip:

        def read(number: int) -> Pixels | None:
            try:
                return clip.read(number)
            except ClipError:
                return None

        right, cost = random_frames(read, wanted)
        in_order = sum(number_on(frame) == number for number, frame in clip.frames())
        off = 1000 * float(np.abs(clip.info.times - times).max())
    return f"{right:>9} {cost:>9.1f} {in_order:>9} {off:>10.2f}"


def opencv(path: Path, wanted: list[int], times: NDArray[np.float64]) -> str:
    video = cv2.VideoCapture(str(path))

    def read(number: int) -> Pixels | None:
        video.set(cv2.CAP_PROP_POS_FRAMES, number)
        there, frame = video.read()
        return frame if there else None

    right, cost = random_frames(read, wanted)
    video.release()
    video, in_order, off = cv2.VideoCapture(str(path)), 0, 0.0
    for number, at in enumerate(times):
        there, frame = video.read()
        in_order += there and number_on(frame) == number
        off = max(off, abs(video.get(cv2.CAP_PROP_POS_MSEC) - 1000 * at))
    video.release()
    return f"{right:>9} {cost:>9.1f} {in_order:>9} {off:>10.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--wanted", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    dice = np.random.default_rng(given.seed)
    times = uneven_times(given.frames, dice)
    wanted = dice.integers(0, given.frames, given.wanted).tolist()
    print(f"right of {given.wanted} random frames, ms of processor time for each; right of")
    print(f"{given.frames} frames in order; largest error of a time in ms")
    with tempfile.TemporaryDirectory() as folder:
        for codec, suffix in _KINDS:
            path = Path(folder) / f"{codec}{suffix}"
            write(path, codec, times.tolist())
            print(f"{codec + ' ' + suffix:<18} ours  {ours(path, wanted, times)}")
            print(f"{'':<18} OpenCV{opencv(path, wanted, times)}", flush=True)


if __name__ == "__main__":
    main()
