"""Takes the pictures of annotating video for the guide: an animation, and the frame bar.

    .ci/with-display .venv/bin/python docs/animate_clip.py [--folder FOLDER]

The window is the real one, moved by real events. The clip is drawn, and part of it has a
prediction that went wrong (`pictures.moving`). While it plays the clock goes on by one picture
for each that is taken, so that slow machines take the same pictures.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from pictures.moving import COVERED, RATE, make_clip_project
from pictures.studio import Floats, Studio
from PIL import Image
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest

from annotator.mesh.metrics import vertex_errors
from annotator.plugin.canvas.pointer import process_events

FOLDER = Path(__file__).parent / "images"
_WINDOW, _SHOWN = (1280, 800), (880, 550)
_STROKES = 3
_SEEN_EVERY = 3  # frames of those that are looked at after one was corrected
_PLAYED, _PLAYED_EVERY = 12, 6  # pictures, and frames of the clip between them
_QUICK_MS, _USUAL_MS, _LONG_MS = 130, 320, 1500
_PATIENCE_S = 20
_MOST_BYTES = 1_500_000


class Reel:
    """Pictures of the window, each with the time that it is shown.

    Parameters
    ----------
    studio : Studio
    """

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self.shots: list[Image.Image] = []
        self.durations: list[int] = []

    def shoot(self, milliseconds: int = _USUAL_MS) -> None:
        """Take the window as it is."""
        picture = self._studio.window().resize(_SHOWN, Image.Resampling.LANCZOS)
        self.shots.append(picture)
        self.durations.append(milliseconds)

    def save(self, path: Path) -> None:
        """Write what was taken."""
        self.shots[0].save(
            path, save_all=True, append_images=self.shots[1:], duration=self.durations, loop=0,
            quality=60, method=4,
        )  # fmt: skip


def main() -> None:
    """Take both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as scratch:
        home, truth = make_clip_project(Path(scratch))
        studio = Studio(home, {})
        studio.viewer.window.resize(*_WINDOW)
        process_events(0.5)
        reel = Reel(studio)
        _work(studio, truth, reel)
        bar = _bar(studio)
        studio.viewer.close()
    animation, picture = folder / "video.webp", folder / "frame_bar.jpg"
    reel.save(animation)
    bar.save(picture, quality=88, progressive=True)
    for path in (animation, picture):
        print(f"{path.name:14} {path.stat().st_size / 1000:5.0f} kB")
    if animation.stat().st_size > _MOST_BYTES:
        parser.exit(1, f"{animation.name} is larger than {_MOST_BYTES} bytes\n")


def _work(studio: Studio, truth: Floats, reel: Reel) -> None:
    """Play, go to doubtful frames, correct them, look at what is carried over, and accept it."""
    bench = studio.dock.workbench
    bench.verdicts.goes_on = False  # what was accepted is to be seen
    _go_to(studio, 0)
    studio.key("frame")
    studio.away()
    reel.shoot(600)
    _play(studio, reel)
    studio.key("next_doubtful")
    _settle(studio)
    studio.key("frame")
    reel.shoot(_LONG_MS)
    key = bench.clips.frame
    _correct(studio, truth[key], reel)
    reel.shoot(_LONG_MS)
    for frame in range(key + _SEEN_EVERY, COVERED.stop, _SEEN_EVERY):
        _press(studio, frame)
        reel.shoot(_USUAL_MS)
    reel.shoot(_LONG_MS)
    studio.key("accept")
    process_events(0.3)
    reel.shoot(_LONG_MS + 500)


def _play(studio: Studio, reel: Reel) -> None:
    """Play; the clock stands while a picture is taken."""
    playing, now = studio.dock.workbench.playing, [0.0]
    playing._clock = lambda: now[0]
    studio.key("play")
    clips = studio.dock.workbench.clips
    for due in range(_PLAYED_EVERY, _PLAYED * _PLAYED_EVERY + 1, _PLAYED_EVERY):
        now[0] = (due + 0.5) / RATE  # in the middle of its time
        _until(lambda due=due: clips.frame == due)
        reel.shoot(_QUICK_MS)
    studio.key("play")
    _settle(studio)


def _correct(studio: Studio, truth: Floats, reel: Reel) -> None:
    """Drag what is farthest off to its place with Guided, some times."""
    studio.key("guided")
    for _ in range(_STROKES):
        mesh = studio.dock.view.seen_landmarks
        vertex = int(vertex_errors(mesh, truth).argmax())
        start, end = studio.place(vertex, mesh), studio.place(vertex, truth)
        half = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        studio.hover(start)
        reel.shoot()
        studio.hold(start, half, end)
        reel.shoot(_QUICK_MS)
        studio.release()
        process_events(0.3)
    studio.away()


def _go_to(studio: Studio, frame: int) -> None:
    studio.dock.workbench.clips.go_to(frame)
    _settle(studio)


def _press(studio: Studio, frame: int) -> None:
    """Press on the time line, where a frame is."""
    line = studio.dock.clip_parts.bar.time_line
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(line.x_of(frame), 6))
    _settle(studio)


def _settle(studio: Studio) -> None:
    _until(lambda: not studio.dock.workbench.clips.is_waiting)
    process_events(0.2)


def _until(is_so: Callable[[], bool]) -> None:
    until = monotonic() + _PATIENCE_S
    while not is_so():
        if monotonic() > until:
            raise TimeoutError("what was waited for in the window did not come")
        process_events(0.01)


def _bar(studio: Studio) -> Image.Image:
    return studio.part(studio.dock.clip_parts.bar)


if __name__ == "__main__":
    main()
