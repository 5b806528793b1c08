"""Annotating video in the real window: the frame bar, with real mouse and key events."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QPoint, Qt, QTimer
from qtpy.QtGui import QColor, QPalette
from qtpy.QtTest import QTest

from annotator.mesh.tools.base import Edit
from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project, SampleState
from annotator.workbench.look.view_settings import Steadied, ViewSettings
from tests.plugin.conftest import Hand, wait_for
from tests.tracked import COUNT, DOUBTFUL, clip_project, write_portraits

OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]
Workplace = tuple[AnnotatorDock, Pointer]
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(scope="session")
def pristine_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip_project(tmp_path_factory.mktemp("clip"), faces=2, gap=range(33, 36))


@pytest.fixture
def workplace(open_dock: OpenDock, pristine_clip: Path, tmp_path: Path) -> Workplace:
    viewer, dock = open_dock(shutil.copytree(pristine_clip, tmp_path / "faces"))
    wait_for(lambda: dock.workbench.frame is not None, "the first frame")
    process_events()
    return dock, Hand(viewer)


def press_line(dock: AnnotatorDock, frame: int, y: int = 4) -> None:
    line = dock.clip_parts.bar.time_line
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(line.x_of(frame), y))


def shown(dock: AnnotatorDock) -> int:
    frame = dock.workbench.frame
    return dock.workbench.clips.frame if frame is None else frame.frame


def go_to(dock: AnnotatorDock, frame: int) -> None:
    dock.workbench.clips.go_to(frame)
    wait_for(lambda: not dock.workbench.clips.is_waiting, f"frame {frame}")
    process_events()


def test_a_project_of_one_clip_opens_at_its_first_doubtful_frame(workplace: Workplace) -> None:
    dock, _ = workplace
    bar = dock.clip_parts.bar
    assert bar.isVisible()
    assert shown(dock) == DOUBTFUL[0]
    assert dock.workbench.samples.total == 0
    assert dock._pages.currentIndex() == 2
    assert bar.place.text() == "Frame 9 of 40 · 0.30 s: predicted, doubt 3.0%"


def test_a_clip_without_samples_says_how_the_first_one_is_made(workplace: Workplace) -> None:
    dock, pointer = workplace
    empty = dock.samples._empty
    assert empty.isVisible()
    assert empty.text() == "A stroke on a frame, or a verdict (Enter), makes a sample."
    name, rest = dock.edit._current.shown_text()
    assert (name, rest) == ("walk.mp4 · frame 9", ": no sample yet")
    pointer.key(Qt.Key.Key_Return)
    assert not empty.isVisible()


def test_a_narrow_bar_keeps_what_the_frame_is_and_leaves_out_how_many_there_are(
    workplace: Workplace,
) -> None:
    dock, _ = workplace
    place = dock.clip_parts.bar.place
    place.resize(400, place.height())
    assert place.shown_text() == ("Frame 9", " of 40 · 0.30 s: predicted, doubt 3.0%")
    place.resize(220, place.height())
    assert place.shown_text() == ("Frame 9", ": predicted, doubt 3.0%")


def test_after_a_verdict_on_a_mere_frame_the_next_frame_of_the_same_face_comes_up(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    bench = dock.workbench
    go_to(dock, 5)
    face = bench.clips.open_clip.track_id
    for expected in (6, 7):
        pointer.key(Qt.Key.Key_Return)
        wait_for(lambda: not bench.clips.is_waiting)
        assert (shown(dock), bench.clips.open_clip.track_id) == (expected, face)
        assert bench.frame is not None
    # The other face of each is to be done, and is gone to from samples as ever.
    wait_for(lambda: bench.samples.count([SampleState.ACCEPTED, SampleState.PREDICTED]) == 4)
    pointer.key(Qt.Key.Key_Space, " ")
    assert bench.current.state is SampleState.PREDICTED
    # At the end of the clip there is no next frame: what is to do elsewhere comes up.
    dock.workbench.clips.choose(face)
    go_to(dock, COUNT - 1)
    pointer.key(Qt.Key.Key_Return)
    assert bench.current is not None


def test_the_view_goes_along_with_a_face_that_would_leave_it(workplace: Workplace) -> None:
    dock, pointer = workplace
    bench, camera = dock.workbench, dock.view._viewer.scene.camera
    go_to(dock, 0)
    dock.view.frame()
    camera.zoom *= 1.3

    def is_whole() -> bool:
        seen = dock.view._scene.seen(dock.view._scene.landmarks)
        away = np.abs(seen[:, ::-1][:, -2:] - np.array(camera.center[-2:]))
        return bool((away <= np.array(dock.view._viewer.canvas.size) / 2 / camera.zoom + 0.6).all())

    zoom, centre = camera.zoom, camera.center
    assert is_whole()
    pointer.key(Qt.Key.Key_K, "K", SHIFT)
    wait_for(lambda: not bench.is_playing, "the end of the clip")
    wait_for(lambda: not bench.clips.is_waiting)
    assert camera.zoom == zoom
    assert camera.center != centre
    assert is_whole()


@pytest.mark.parametrize(("ground", "ink"), [("#f0eded", "#1b1b1b"), ("#262930", "#f0f1f2")])
def test_where_one_is_can_be_seen_in_light_and_in_dark(
    workplace: Workplace, ground: str, ink: str
) -> None:
    dock, _ = workplace
    line = dock.clip_parts.bar.time_line
    palette = line.palette()
    palette.setColor(QPalette.ColorRole.Window, QColor(ground))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(ink))
    line.setStyleSheet("")
    line.setPalette(palette)
    line.setAutoFillBackground(True)
    go_to(dock, 20)
    image = line.grab().toImage()
    at = image.pixelColor(line.x_of(20), 3).lightness()
    beside = image.pixelColor(line.x_of(20) + 60, 3).lightness()
    assert abs(at - beside) > 100


def test_a_press_on_the_time_line_shows_that_frame_and_its_mesh(workplace: Workplace) -> None:
    dock, _ = workplace
    press_line(dock, 20)
    wait_for(lambda: shown(dock) == 20, "frame 20")
    clip = dock.workbench.clips.open_clip
    prediction, _ = clip.mesh_at(20)
    np.testing.assert_array_equal(dock.view._scene.landmarks, prediction)
    expected = clip.source.get(20).pixels
    np.testing.assert_array_equal(dock.view.layers.image.data, expected)
    assert dock.workbench.samples.total == 0


def test_steps_go_frame_by_frame(workplace: Workplace) -> None:
    dock, pointer = workplace
    here = shown(dock)
    for _ in range(3):
        pointer.key(Qt.Key.Key_Period, ".")
        wait_for(lambda: not dock.workbench.clips.is_waiting)
    assert shown(dock) == here + 3
    pointer.key(Qt.Key.Key_Comma, ",")
    wait_for(lambda: not dock.workbench.clips.is_waiting)
    assert shown(dock) == here + 2


def test_the_first_stroke_makes_a_sample_and_a_key_frame(workplace: Workplace) -> None:
    dock, pointer = workplace
    go_to(dock, 20)
    nose = dock.workbench.frame.landmarks[4, :2].tolist()
    pointer.drag((nose[0], nose[1]), (nose[0] + 8, nose[1]))
    session = dock.workbench.session
    assert session is not None
    wait_for(lambda: dock.workbench.samples.total == 2)  # both faces of the frame
    assert session.landmarks[4, 0] == pytest.approx(nose[0] + 8, abs=0.6)
    assert dock.workbench.clips.line.keys.tolist() == [20]
    assert "key frame, in progress" in dock.clip_parts.bar.place.text()
    pointer.key(Qt.Key.Key_Z, "z", Qt.KeyboardModifier.ControlModifier)
    assert session.landmarks[4, 0] == pytest.approx(nose[0], abs=1e-3)
    assert dock.workbench.clips.line.keys.tolist() == []


def test_between_key_frames_the_correction_is_carried_over_and_needs_its_own_look(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    bench = dock.workbench
    for frame in (18, 24):
        go_to(dock, frame)
        x, y = bench.frame.landmarks[152, :2].tolist()
        pointer.drag((x, y), (x, y + 6))
    go_to(dock, 21)
    frame = bench.frame
    assert frame.is_propagated
    moved = frame.landmarks[152, 1] - frame.prediction[152, 1]
    assert 6 < moved < 12  # the second stroke was made on top of what the first carried over
    assert "propagated" in dock.clip_parts.bar.place.text()
    assert dock.view._scene.is_faint
    # Switched off, the mesh is what the model said.
    pointer.key(Qt.Key.Key_I, "I", SHIFT)
    assert not dock.clip_parts.bar.propagates.isChecked()
    wait_for(lambda: not bench.frame.is_propagated)
    pointer.key(Qt.Key.Key_I, "I", SHIFT)
    wait_for(lambda: bench.frame.is_propagated)
    # A verdict makes a sample of the mesh that was seen.
    seen = bench.frame.landmarks
    bench.verdicts.goes_on = False
    pointer.key(Qt.Key.Key_Return)
    assert bench.current.state is SampleState.ACCEPTED
    np.testing.assert_allclose(bench.session.landmarks, seen, atol=1e-4)
    assert bench.project.annotations.made(bench.sample_id)[-1].tool == "propagated"
    # It says nothing new, so it is no key frame.
    assert bench.clips.line.keys.tolist() == [18, 24]


def test_keys_go_to_key_frames_the_middle_and_doubtful_places(workplace: Workplace) -> None:
    dock, pointer = workplace
    for frame in (2, 16):
        go_to(dock, frame)
        x, y = dock.workbench.frame.landmarks[152, :2].tolist()
        pointer.drag((x, y), (x, y + 4))

    def key(code: Qt.Key, text: str, modifiers: Any = Qt.KeyboardModifier.NoModifier) -> int:
        pointer.key(code, text, modifiers)
        wait_for(lambda: not dock.workbench.clips.is_waiting)
        return dock.workbench.clips.frame

    assert key(Qt.Key.Key_PageUp, "") == 2
    assert key(Qt.Key.Key_M, "M", SHIFT) == 9
    assert key(Qt.Key.Key_PageDown, "") == 16
    assert key(Qt.Key.Key_D, "D", SHIFT) == 27
    assert key(Qt.Key.Key_D, "D", SHIFT) == 9


def test_playing_shows_picture_and_mesh_of_one_frame_and_tools_rest(workplace: Workplace) -> None:
    dock, pointer = workplace
    bench = dock.workbench
    go_to(dock, 0)
    seen: list[int] = []
    told: list[str] = []
    bench.failed.connect(told.append)
    dock.view.settings = ViewSettings(steadied=Steadied.NONE)

    def look() -> None:
        clip, frame = bench.clips.open_clip, bench.clips.frame
        if bench.playing.is_on and (not seen or seen[-1] != frame):
            seen.append(frame)
            if frame:
                pixels = clip.source.get(frame).pixels
                np.testing.assert_array_equal(dock.view.layers.image.data, pixels)
                meshes = clip.mesh_at(frame)
                assert dock.view._scene._overlay.visible == (meshes is not None)
                if meshes is not None:  # it has none in some frames
                    np.testing.assert_array_equal(dock.view._scene.landmarks, meshes[1])

    bench.clips.moved.connect(lambda: QTimer.singleShot(0, look))
    pointer.key(Qt.Key.Key_K, "K", SHIFT)
    assert bench.is_playing
    assert dock.clip_parts.bar.buttons["play"].text() == "Pause"
    pointer.key(Qt.Key.Key_Return)
    assert told
    assert "playing" in told[-1]
    wait_for(lambda: not bench.is_playing, "the end of the clip")
    assert seen == sorted(seen)
    wait_for(lambda: not bench.clips.is_waiting)
    assert shown(dock) == COUNT - 1
    assert bench.samples.total == 0


def test_a_face_is_chosen_on_its_row_and_its_track_cut_and_joined(workplace: Workplace) -> None:
    dock, pointer = workplace
    bench, parts = dock.workbench, dock.clip_parts
    go_to(dock, 20)
    first, second = (line.track_id for line in bench.clips.open_clip.timeline.tracks)
    press_line(dock, 20, y=3 + 20 + 15 + 6)
    wait_for(lambda: bench.clips.open_clip.track_id == second, "the other face")
    wait_for(lambda: bench.frame.track_id == second)
    entries = parts.track_menu.menu_of(second, 20).actions()
    cut = next(entry for entry in entries if entry.text().startswith("Cut"))
    cut.trigger()
    assert len(bench.clips.open_clip.timeline.tracks) == 3
    assert "Face 3" in dock._message.text()
    pointer.key(Qt.Key.Key_Z, "z", Qt.KeyboardModifier.ControlModifier)
    assert len(bench.clips.open_clip.timeline.tracks) == 2
    pointer.key(Qt.Key.Key_Y, "y", Qt.KeyboardModifier.ControlModifier)
    assert len(bench.clips.open_clip.timeline.tracks) == 3
    join = next(e for e in parts.track_menu.menu_of(second, 20).actions() if "Join" in e.text())
    join.trigger()
    assert len(bench.clips.open_clip.timeline.tracks) == 2
    entries = parts.track_menu.menu_of(first, 20).actions()
    assert not entries[-1].isEnabled()  # the other face is seen beside it


def test_where_a_face_is_missing_there_is_no_mesh_and_no_sample(workplace: Workplace) -> None:
    dock, pointer = workplace
    told: list[str] = []
    dock.workbench.failed.connect(told.append)
    go_to(dock, 34)
    assert not dock.workbench.frame.has_face
    assert "has no mesh here" in dock.clip_parts.bar.place.text()
    pointer.key(Qt.Key.Key_Return)
    assert dock.workbench.samples.total == 0
    assert told


def test_a_clip_whose_file_is_gone_or_another_is_told_and_nothing_is_lost(
    open_dock: OpenDock, tmp_path: Path
) -> None:
    _, dock = open_dock(clip_project(tmp_path))
    wait_for(lambda: dock.workbench.frame is not None, "the first frame")
    bench, told = dock.workbench, []
    bench.failed.connect(told.append)
    clip = bench.clips.open_clip
    here = shown(dock)
    path = tmp_path / "walk.mp4"
    path.rename(tmp_path / "away.mp4")
    bench.clips.go_to(30)
    wait_for(lambda: told, "words")
    assert "cannot be shown" in told[-1]
    assert bench.clips.frame == here
    write_portraits(path, count=COUNT, faces=1)

    def is_told() -> bool:
        bench.clips.go_to(31)
        return len(told) > 1

    wait_for(is_told, "words about another file")
    assert "has changed since it was added" in told[-1]
    (tmp_path / "away.mp4").replace(path)
    go_to(dock, 32)
    assert shown(dock) == 32
    assert bench.clips.open_clip is clip


def test_what_another_window_makes_of_the_clip_shows_up(workplace: Workplace) -> None:
    dock, _ = workplace
    bench = dock.workbench
    go_to(dock, 22)
    with Project.open(bench.project.home) as other:
        track = bench.clips.open_clip.track_id
        sample_id = other.clips.make_sample(track, 22, "ada")
    wait_for(lambda: bench.sample_id == sample_id, "the sample of the other window")
    assert bench.clips.line.sample_frames.tolist() == [22]


@pytest.mark.parametrize("deed", ["verdict", "stroke"])
def test_what_another_program_just_made_of_the_frame_is_looked_at_before_anything_is_done_to_it(
    workplace: Workplace, deed: str
) -> None:
    dock, _ = workplace
    bench, told = dock.workbench, []
    go_to(dock, 22)
    bench.failed.connect(told.append)
    moved = bench.frame.landmarks + np.float32([9, 0, 0])
    with Project.open(bench.project.home) as other:
        sample_id = other.clips.make_sample(bench.frame.track_id, 22, "ada", corrected=moved)
    if deed == "verdict":
        bench.verdicts.accept()
    else:
        bench.edits.apply("grab", Edit(bench.frame.landmarks + np.float32(1)))
    assert "look at it" in told[-1]
    assert bench.sample_id == sample_id
    assert bench.current.state is SampleState.IN_PROGRESS
    np.testing.assert_array_equal(bench.project.annotations.load(sample_id).landmarks, moved)
    np.testing.assert_array_equal(dock.view._scene.landmarks, moved)
    bench.verdicts.goes_on = False
    bench.verdicts.accept()  # now it was seen
    assert bench.current.state is SampleState.ACCEPTED


def test_a_sample_of_a_clip_in_the_list_brings_the_bar_and_a_photograph_takes_it_away(
    workplace: Workplace,
) -> None:
    dock, pointer = workplace
    bench = dock.workbench
    for frame in (3, 12):
        go_to(dock, frame)
        x, y = bench.frame.landmarks[152, :2].tolist()
        pointer.drag((x, y), (x, y + 4))
    first = bench.clips.line.sample_at(3)
    bench.go_to(first)
    assert bench.clips.frame == 3
    assert bench.current.image_name.endswith("frame 3")
    assert dock.clip_parts.bar.isVisible()
    bench.close()
    assert not dock.clip_parts.bar.isVisible()


def test_the_list_of_clips_opens_one(workplace: Workplace, when_asked: Any) -> None:
    dock, _ = workplace
    dock.workbench.clips.close()
    assert not dock.clip_parts.bar.isVisible()

    def choose(dialog: Any) -> None:
        assert "40 frames, 2 faces, 0 samples" in dialog.rows.item(0).text()
        dialog.accept()

    when_asked(choose)
    dock.ask_clip()
    wait_for(lambda: dock.workbench.frame is not None)
    assert dock.clip_parts.bar.isVisible()


def test_the_strip_shows_the_faces_around_held_still(workplace: Workplace) -> None:
    dock, pointer = workplace
    strip = dock.clip_parts.strip
    go_to(dock, 20)
    pointer.key(Qt.Key.Key_U, "U", SHIFT)
    assert strip.isVisible()
    wait_for(lambda: strip.cells, "the strip")
    assert 20 in [cell.frame for cell in strip.cells]
    assert all(cell.pixels is not None for cell in strip.cells)
    pointer.key(Qt.Key.Key_U, "U", SHIFT)
    assert not strip.isVisible()
