"""Clips that are damaged, folders of frames, or cannot be read, in the real window."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image
from qtpy.QtCore import Qt

from annotator.imaging.clips import open_clip
from annotator.plugin.canvas.pointer import process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project, SampleState
from annotator.workbench.look.coordinates import to_pixel_centres
from annotator.workbench.look.view_settings import MeshStyle, Steadied, Texture, ViewSettings
from annotator.workflow.importing_clips import import_clips
from tests.clips import portrait_frames, write_clip
from tests.plugin.conftest import Hand, wait_for
from tests.tracked import COUNT, DOUBTFUL, HEIGHT, WIDTH, add_clip, add_tracks, clip_project

OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]
_DAMAGED_RED = (224, 82, 77)


def damaged_clip(path: Path) -> tuple[Path, list[int]]:
    """Write a clip with some bytes overwritten; return it, and the frames lost by it."""
    frames = portrait_frames(COUNT, WIDTH, HEIGHT)
    write_clip(path, frames, gop=6, options={"bf": "0", "crf": "10"})
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + len(content) // 2
    content[start : start + 1500] = Random(0).randbytes(1500)
    path.write_bytes(content)
    with open_clip(path) as clip:
        lost = set(range(len(clip))) - {number for number, _ in clip.frames()}
    return path, sorted(lost)


def settled(dock: AnnotatorDock) -> None:
    wait_for(lambda: not dock.workbench.clips.is_waiting, "a frame")
    process_events()


def go_to(dock: AnnotatorDock, frame: int) -> None:
    dock.workbench.clips.go_to(frame)
    settled(dock)


def reds_at(dock: AnnotatorDock, frame: int) -> int:
    """Count the pixels in a damaged frame's red, on the time line about a frame."""
    line = dock.clip_parts.bar.time_line
    image = line.grab().toImage()
    x = line.x_of(frame)
    colours = [
        image.pixelColor(column, row).getRgb()[:3]
        for column in range(x - 4, x + 5)
        for row in range(image.height())
    ]
    return sum(np.abs(np.subtract(one, _DAMAGED_RED)).max() < 12 for one in colours)


def test_a_damaged_frame_is_passed_over_and_gets_a_red_cross(
    open_dock: OpenDock, tmp_path: Path
) -> None:
    path, lost = damaged_clip(tmp_path / "walk.mp4")
    assert lost
    with Project.create(tmp_path / "faces") as project:
        add_tracks(project, add_clip(project, path))
    _, dock = open_dock(tmp_path / "faces")
    settled(dock)
    told: list[str] = []
    dock.workbench.told.connect(told.append)
    go_to(dock, lost[0] - 1)
    assert reds_at(dock, lost[0]) == 0
    Hand(dock._viewer).key(Qt.Key.Key_Period, ".")
    settled(dock)
    clips = dock.workbench.clips
    assert clips.frame not in lost
    assert clips.frame > lost[0]
    assert clips.open_clip.timeline.damaged == frozenset(lost)
    assert "This frame is damaged and cannot be shown." in told
    assert reds_at(dock, lost[0]) > 0
    # Going back leads over it as well.
    Hand(dock._viewer).key(Qt.Key.Key_Comma, ",")
    settled(dock)
    assert clips.frame == lost[0] - 1


def test_a_folder_of_frames_is_annotated_like_a_video(open_dock: OpenDock, tmp_path: Path) -> None:
    folder = tmp_path / "walk"
    folder.mkdir()
    for number, frame in enumerate(portrait_frames(COUNT, WIDTH, HEIGHT)):
        Image.fromarray(frame).save(folder / f"{number:03}.png", compress_level=1)
    with Project.create(tmp_path / "faces") as project:
        import_clips(project, [], [folder])
        (clip,) = project.clips.all()
        add_tracks(project, clip)
    _, dock = open_dock(tmp_path / "faces")
    settled(dock)
    bench, hand = dock.workbench, Hand(dock._viewer)
    assert bench.frame.frame == DOUBTFUL[0]
    go_to(dock, 20)
    expected = np.asarray(Image.open(folder / "020.png"))
    np.testing.assert_array_equal(dock.view.layers.image.data, expected)
    x, y = bench.frame.landmarks[152, :2].tolist()
    hand.drag((x, y), (x, y + 6))
    assert bench.clips.line.keys.tolist() == [20]
    assert bench.current.image_name.endswith("frame 20")
    go_to(dock, 22)
    assert bench.frame.is_propagated
    hand.key(Qt.Key.Key_Return)
    assert bench.project.samples.summaries()[-1].state is SampleState.ACCEPTED


def test_the_checker_follows_the_mesh_while_a_clip_plays(
    open_dock: OpenDock, tmp_path: Path
) -> None:
    _, dock = open_dock(clip_project(tmp_path))
    settled(dock)
    bench, view = dock.workbench, dock.view
    go_to(dock, 0)
    view.settings = ViewSettings(
        texture=Texture.CHECKER, style=MeshStyle.UNDER_BRUSH, steadied=Steadied.NONE
    )
    now = [0.0]
    bench.playing._clock = lambda: now[0]
    Hand(dock._viewer).key(Qt.Key.Key_K, "K", Qt.KeyboardModifier.ShiftModifier)
    seen = []
    for frame in (6, 18, 30):
        now[0] = (frame + 0.5) / 30
        wait_for(lambda frame=frame: bench.clips.frame == frame, f"frame {frame}")
        covering = view.layers.covering
        assert covering.visible
        mesh = bench.clips.open_clip.mesh_at(frame)[1]
        np.testing.assert_array_equal(covering.drawing.points, to_pixel_centres(mesh))
        np.testing.assert_array_equal(
            view.layers.image.data, bench.clips.open_clip.source.get(frame).pixels
        )
        seen.append(covering.drawing.points[4])
    assert not np.allclose(seen[0], seen[1], atol=1)
