"""Takes the pictures of the live window for docs/live.md: a still, and an animation.

    .ci/with-display .venv/bin/python docs/animate_live.py [--folder FOLDER]

The window is the real one, with real keys, and so are the tracker and the filters. The camera is
drawn: a
shipped portrait before a hand-held, noisy camera in bad light, each frame held back until the one
before is painted, so that a slow machine takes the same pictures.
"""

import argparse
import math
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from qtpy.QtCore import Qt
from qtpy.QtGui import QImage
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from annotator.imaging import read_image
from annotator.plugin.live.live_window import LiveWindow
from annotator.system.assets import asset_path
from annotator.workbench.live.assembling import LiveOptions, assemble
from annotator.workbench.live.capture_thread import NO_LIMIT
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.source import Source

Frame = NDArray[np.uint8]

FOLDER = Path(__file__).parent / "images"
_SIZE = (480, 360)
_HEAD, _ZOOM = (224.0, 130.0), 1.75  # of the portrait: what is in the middle, and how large
_NOISE, _LIGHT = 16.0, 0.8
_FRAMES, _STILL = 76, 40
_FIRST_SHOWN, _SHOWN_EVERY = 16, 2  # of the animation
_WINDOW = (900, 520)
_MOST_BYTES = 1_500_000


def frames(count: int) -> Iterator[Frame]:
    """Yield a portrait before a camera that is held still, and then moved."""
    portrait = read_image(asset_path("datasets", "sample", "collins.jpg"))
    dice = np.random.default_rng(2026)
    for number in range(count):
        moving = max(number - _STILL, 0) / 30
        angle = 9 * math.sin(4.5 * moving)
        shift = (46 * math.sin(3.6 * moving), 12 * math.sin(7 * moving))
        matrix = cv2.getRotationMatrix2D(_HEAD, angle, _ZOOM)
        matrix[:, 2] += np.subtract((_SIZE[0] / 2, _SIZE[1] / 2.1), _HEAD) + shift
        view = cv2.warpAffine(portrait, matrix, _SIZE, borderMode=cv2.BORDER_REPLICATE)
        noisy = view * _LIGHT + dice.normal(0, _NOISE, view.shape)
        yield np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


class HeldCamera:
    """Gives a frame whenever it is told to."""

    def __init__(self, images: Sequence[Frame]) -> None:
        self._images = iter(enumerate(images))
        self._turns = threading.Semaphore(0)
        self._closed = False

    def go_on(self) -> None:
        """Give the next frame."""
        self._turns.release()

    def read(self) -> tuple[Frame, float] | None:
        """Return it, once it is time."""
        while not self._turns.acquire(timeout=0.02):
            if self._closed:
                return None
        number, image = next(self._images)
        return image, number / 30

    def close(self) -> None:
        """Give no more."""
        self._closed = True


def main() -> None:
    """Take both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    app = QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        camera = HeldCamera(list(frames(_FRAMES)))
        source = Source("0", lambda: camera)
        options = LiveOptions(None, False, 1, Path(folder) / "p", "ada", NO_LIMIT)
        window = LiveWindow(assemble(source, camera, options), LiveLook(split=True))
        window.resize(*_WINDOW)
        window.start()
        shots = [_after(window, camera, number, app) for number in range(_FRAMES)]
        for key in (Qt.Key.Key_T, Qt.Key.Key_T, Qt.Key.Key_D, Qt.Key.Key_I, Qt.Key.Key_S):
            QTest.keyClick(window, key)
        still = _settled(window, app)
        window.close()
    _save(shots, still, arguments.folder, parser)


def _after(window: LiveWindow, camera: HeldCamera, number: int, app: QApplication) -> Image.Image:
    """Return the view once another frame is painted."""
    if number == 12:
        QTest.keyClick(window, Qt.Key.Key_S)
    camera.go_on()
    while window.session.shown.count <= number:
        app.processEvents()
    return _picture(window.view.grab().toImage())


def _settled(window: LiveWindow, app: QApplication) -> Image.Image:
    """Return the whole window once it is drawn as was asked last."""
    until = window.view.seen
    while window.view.seen is until:
        QTest.qWait(10)
    QTest.qWait(500)
    app.processEvents()
    return _picture(window.grab().toImage())


def _picture(image: QImage) -> Image.Image:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    pixels = np.frombuffer(image.constBits().asarray(image.sizeInBytes()), np.uint8)
    rows = pixels.reshape(image.height(), image.bytesPerLine())[:, : 3 * image.width()]
    return Image.fromarray(rows.reshape(image.height(), image.width(), 3).copy())


def _save(
    shots: list[Image.Image], still: Image.Image, folder: Path, parser: argparse.ArgumentParser
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shown = shots[_FIRST_SHOWN::_SHOWN_EVERY]
    animation, picture = folder / "live.webp", folder / "live.jpg"
    shown[0].save(
        animation, save_all=True, append_images=shown[1:], duration=100, loop=0, quality=52
    )
    still.save(picture, quality=84, progressive=True)
    for path in (animation, picture):
        print(f"{path.name:12} {path.stat().st_size / 1000:5.0f} kB")
    if animation.stat().st_size > _MOST_BYTES:
        parser.exit(1, f"{animation.name} is larger than {_MOST_BYTES} bytes\n")


if __name__ == "__main__":
    main()
