"""Draw the sample clip: a camera moves over a wall with two of the sample's portraits on it.

Needed only to rebuild ``datasets/sample_clip``, never to use it:

    pip install 'facemesh-annotator[video]'
    python datasets/build_clip.py

Encoders change from version to version, so another one makes other bytes of the same frames.
``datasets/README.md`` tells what can be seen when.
"""

import argparse
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

FOLDER = Path(__file__).parent
NAME = "wall.webm"
WIDTH, HEIGHT, RATE, COUNT = 640, 360, 25, 200
CUT = 150
PILLAR = range(28, 50)
BLUR = range(64, 71)
_WALL = (1400, 720)
# Where the prints hang: the file, the middle in the scene, and the width in it.
_PRINTS = (("collins.jpg", (430, 360), 480), ("hopper.jpg", (990, 370), 460))
# Where the camera is and what it does on its way: frame, middle of what it sees in the scene,
# pixels of the clip for one of the scene, and degrees that it is held askew.
_WAY = (
    (0, (400, 260), 1.30, 0.0),
    (30, (450, 270), 1.35, 3.0),
    (60, (430, 285), 1.15, -2.0),
    (85, (560, 300), 0.80, 0.0),
    (115, (730, 320), 0.66, 1.5),
    (149, (960, 290), 1.25, -4.0),
    (150, (452, 265), 1.65, 5.0),
    (175, (470, 250), 1.55, -5.0),
    (199, (440, 270), 1.70, 0.0),
)
Frame = NDArray[np.uint8]


def wall() -> Frame:
    """Return the scene, (H, W, 3) uint8 RGB: two prints on a plain wall, lit from the left."""
    width, height = _WALL
    light = np.linspace(208, 150, width)[None, :, None] * np.array([1.0, 0.97, 0.92])
    scene = np.repeat(light, height, axis=0).astype(np.uint8)
    for name, (x, y), wide in _PRINTS:
        picture = cv2.cvtColor(cv2.imread(str(FOLDER / "sample" / name)), cv2.COLOR_BGR2RGB)
        high = round(picture.shape[0] * wide / picture.shape[1])
        left, top = x - wide // 2, y - high // 2
        scene[top - 6 : top + high + 6, left - 6 : left + wide + 6] = (58, 47, 38)
        small = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA)
        scene[top : top + high, left : left + wide] = small
    return scene


def camera(frame: float) -> NDArray[np.float64]:
    """Return the similarity from the scene's pixels to those of a frame, (2, 3)."""
    after = next(at for at, step in enumerate(_WAY) if step[0] >= frame)
    before = max(0, after - 1)
    (start, *here), (end, *there) = _WAY[before], _WAY[after]
    part = 0.0 if end == start else (frame - start) / (end - start)
    eased = part * part * (3 - 2 * part)
    (x, y), zoom, degrees = (
        np.asarray(a) + eased * (np.asarray(b) - np.asarray(a))
        for a, b in zip(here, there, strict=True)
    )
    angle = np.radians(degrees)
    turn = zoom * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.column_stack([turn, np.array([WIDTH, HEIGHT]) / 2 - turn @ (x, y)])


def frames() -> Iterator[Frame]:
    """Yield the frames, (HEIGHT, WIDTH, 3) uint8 RGB."""
    scene = wall()
    for number in range(COUNT):
        frame = cv2.warpAffine(
            scene,
            camera(number),
            (WIDTH, HEIGHT),
            flags=cv2.INTER_AREA,
            borderMode=cv2.BORDER_REFLECT,
        )
        if number in PILLAR:
            along = (number - PILLAR.start) / len(PILLAR)
            left = round((1.25 * along - 0.2) * WIDTH)
            frame[:, max(0, left) : max(0, left + 110)] = (44, 40, 36)
        if number in BLUR:  # the camera is jolted
            length = 9 + 6 * min(number - BLUR.start, BLUR.stop - 1 - number)
            frame = cv2.blur(frame, (length, max(1, length // 3)))
        yield np.ascontiguousarray(frame)


def build(path: Path) -> None:
    """Encode the clip: VP9 in WebM, which no licence is needed for and every FFmpeg decodes."""
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libvpx-vp9", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.gop_size = 50
        stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1
        stream.options = {"crf": "38", "b": "0", "deadline": "good", "cpu-used": "1"}
        for number, frame in enumerate(frames()):
            picture = av.VideoFrame.from_ndarray(frame, "rgb24")
            picture = picture.reformat(format="yuv420p", dst_colorspace=1, dst_color_range=1)
            picture.pts, picture.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())


def main() -> None:
    """Build the clip."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER / "sample_clip")
    folder = parser.parse_args().folder
    folder.mkdir(exist_ok=True)
    build(folder / NAME)


if __name__ == "__main__":
    main()
