"""Frames a second of a 720p clip that plays in the window, each with its mesh, and CPU per frame.

The clip and its meshes are drawn from the shipped portraits; the window is 1280 x 800. A frame
counts once OpenGL has drawn it; then it is looked up whether mesh and picture on the screen are of
one frame. The peer is what a plugin would do without knowing better:
assigning the ``data`` of the layers of photograph and points for each frame. With ``--seeks`` it
also measures, in a clip of 18,000 frames with a key frame every 250, how long it takes to open the
bar and to seek.

    PYTHONPATH=. python benchmarks/playing.py [--seconds S] [--texture] [--seeks]
"""

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any

# Before napari is imported: nobody's own preferences are read or changed.
_PREFERENCES = tempfile.TemporaryDirectory()
os.environ["NAPARI_CONFIG"] = str(Path(_PREFERENCES.name) / "settings.yaml")

import numpy as np
from vispy import gloo

from annotator.plugin.canvas.pointer import process_events
from annotator.plugin.launch import open_viewer
from annotator.project import Project, TrackPiece
from annotator.workbench.look.coordinates import to_napari
from annotator.workbench.look.view_settings import Texture
from tests.clips import portrait_frames, portrait_similarities, write_clip
from tests.tracked import TEST_MODEL, add_clip, add_tracks, moved_mesh, write_portraits

SIZE = (1280, 720)
FRAMES, LONG = 180, 18_000
SEEKS = 40
ASKED_FOR = "asked for: 20 frames/s drawn; opening the bar < 300 ms, a seek < 150 ms typically"


@dataclass(frozen=True)
class Run:
    """What playing came to."""

    drawn: int
    seconds: float
    processor: float
    wrong: int = 0

    def cost(self) -> float:
        """Return the milliseconds of CPU for each frame that was drawn."""
        return 1000 * self.processor / max(self.drawn, 1)

    def text(self) -> str:
        """Return it as a line says it."""
        return (
            f"{self.drawn / self.seconds:5.1f} frames/s drawn, {self.cost():5.1f} ms of CPU each, "
            f"decoding of those left out included; "
            f"{self.wrong} of {self.drawn} with another frame's mesh"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--texture", action="store_true", help="with the checker over the face")
    parser.add_argument("--seeks", action="store_true", help="measure a clip of 18,000 frames too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        viewer, dock = open_viewer(_project(Path(folder)), "ada")
        viewer.window.resize(1280, 800)
        process_events(2.0)
        if arguments.texture:
            dock.view.settings = replace(dock.view.settings, texture=Texture.CHECKER)
        ours = _play(viewer, dock, arguments.seconds)
        print(f"playing         {ours.text()}")
        kept = _kept(dock)
        drawing = _draw(viewer, dock, kept, arguments.seconds)
        peer = _draw_by_data(viewer, dock, kept, arguments.seconds)
        print(f"drawing alone   {drawing.cost():5.1f} ms of CPU a frame")
        print(f"layer.data =    {peer.cost():5.1f} ms of CPU a frame")
        print(f"ratio of CPU a frame: {peer.cost() / drawing.cost():.2f}")
        viewer.close()
        if arguments.seeks:
            _seeks(Path(folder))
    print(ASKED_FOR)


def _project(folder: Path) -> Path:
    path = write_portraits(folder / "walk.mp4", count=FRAMES, gop=250, size=SIZE)
    with Project.create(folder / "faces") as project:
        add_tracks(project, add_clip(project, path))
    return folder / "faces"


def _play(viewer: Any, dock: Any, seconds: float) -> Run:
    """Play the clip as the key does, over and over."""
    bench, shown, wrong = dock.workbench, [-1], [0]

    def on_draw() -> bool:
        clip, frame = bench.clips.open_clip, bench.clips.frame
        if frame == shown[0] or not bench.playing.is_on:
            return False
        shown[0] = frame
        pixels = clip.source.get(frame)
        same = pixels is not None and np.array_equal(dock.view.layers.image.data, pixels.pixels)
        wrong[0] += not same
        return True

    bench.clips.go_to(0)
    process_events(1.0)
    bench.playing.play()

    def go_on() -> None:
        if not bench.playing.is_on:
            bench.playing.play()

    run = _counted(viewer, on_draw, go_on, seconds)
    bench.playing.pause()
    process_events(1.0)
    return replace(run, wrong=wrong[0])


def _kept(dock: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return some frames and their meshes, decoded before."""
    clip = dock.workbench.clips.open_clip
    reads = [clip.source.get(frame) for frame in range(FRAMES)]
    return [(read.pixels, clip.mesh_at(read.frame)[0]) for read in reads if read is not None][:40]


def _draw(viewer: Any, dock: Any, kept: list[tuple[np.ndarray, np.ndarray]], seconds: float) -> Run:
    """Draw frames as playing does, as fast as that goes."""
    return _one_by_one(viewer, cycle(kept), dock.view.play, seconds)


def _draw_by_data(
    viewer: Any, dock: Any, kept: list[tuple[np.ndarray, np.ndarray]], seconds: float
) -> Run:
    """Draw the same frames by assigning the layers' data, and the mesh as when tools act on it."""
    clip, layers = dock.workbench.clips.open_clip, dock.view.layers
    dock.workbench.clips.go_to(clip.playhead.frame)
    process_events(1.0)
    image, points = layers.image, layers.points
    layers.image = None  # what guards the layers would put them back
    points.events.data.disconnect(layers._restore_if_changed_from_outside)
    image.events.data.disconnect(layers._restore_photograph)

    def show(pixels: np.ndarray, mesh: np.ndarray) -> None:
        image.data = pixels
        points.data = to_napari(mesh)

    run = _one_by_one(viewer, cycle(kept), show, seconds)
    layers.image = image
    return run


def _one_by_one(
    viewer: Any, frames: Any, show: Callable[[np.ndarray, np.ndarray], None], seconds: float
) -> Run:
    drawn = [True]

    def on_draw() -> bool:
        is_new, drawn[0] = not drawn[0], True
        return is_new

    def go_on() -> None:
        if drawn[0]:
            drawn[0] = False
            show(*next(frames))

    return _counted(viewer, on_draw, go_on, seconds)


def _counted(
    viewer: Any, on_draw: Callable[[], bool], go_on: Callable[[], None], seconds: float
) -> Run:
    """Handle events for so long; count what was drawn."""
    canvas, drawn = viewer.window._qt_viewer.canvas, [0]

    def count(event: Any) -> None:
        gloo.gl.glFinish()
        drawn[0] += on_draw()

    canvas.events.draw.connect(count, position="last")
    began, processor = perf_counter(), process_time()
    while perf_counter() - began < seconds:
        process_events()
        go_on()
    run = Run(drawn[0], perf_counter() - began, process_time() - processor)
    canvas.events.draw.disconnect(count)
    return run


def _seeks(folder: Path) -> None:
    """Open a clip of ten minutes, and seek in it."""
    print("encoding a clip of 18,000 frames …", flush=True)
    path = write_clip(folder / "long.mp4", _long_frames(), gop=250)
    with Project.create(folder / "long") as project:
        clip = add_clip(project, path)
        _add_long_track(project, clip.id)
    viewer, dock = open_viewer(folder / "long", "ada")
    viewer.window.resize(1280, 800)
    process_events(2.0)
    clips = dock.workbench.clips
    clips.close()
    began = perf_counter()
    clips.open(clip.id, 0)
    opened = perf_counter() - began
    _wait(clips)
    shown = perf_counter() - began
    dice, times = np.random.default_rng(0), []
    for frame in dice.integers(0, LONG, SEEKS).tolist():
        began = perf_counter()
        clips.go_to(frame)
        _wait(clips)
        times.append(1000 * (perf_counter() - began))
    low, middle, high = np.percentile(times, [25, 50, 95])
    print(f"opening the bar {1000 * opened:.0f} ms, with its first frame {1000 * shown:.0f} ms")
    print(f"a seek          median {middle:.0f} ms, quarter {low:.0f} ms, p95 {high:.0f} ms")
    print(f"frames kept     {clips.open_clip.source.kept_bytes / 1e6:.0f} MB")
    viewer.close()


def _long_frames() -> Iterator[np.ndarray]:
    frames = list(portrait_frames(FRAMES, *SIZE))
    return islice(cycle(frames), LONG)


def _add_long_track(project: Project, clip_id: int) -> None:
    model = project.models.register(TEST_MODEL)
    places = portrait_similarities(FRAMES, *SIZE)
    meshes = np.stack([moved_mesh(0, place[0]) for place in places])
    doubt = np.random.default_rng(0).gamma(2, 0.003, LONG).astype(np.float32)
    for start in range(0, LONG, 1500):
        frames = np.arange(start, min(start + 1500, LONG))
        piece = TrackPiece(
            0, frames, meshes[frames % FRAMES], np.full(len(frames), 0.99), doubt[frames]
        )
        project.clips.store_tracked(clip_id, model, [piece], int(frames[-1]) + 1)


def _wait(clips: Any) -> None:
    while clips.is_waiting:
        process_events()
        sleep(0.001)  # as Qt's own loop leaves the core to others


if __name__ == "__main__":
    main()
