"""The live window, shown, with real keys and a real mouse."""

import numpy as np
import pytest
from qtpy.QtCore import QEvent, Qt, QTimer
from qtpy.QtGui import QKeyEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication, QFileDialog

from annotator.imaging import read_image
from annotator.imaging.clips import inspect_clip
from annotator.inference.tracking import Tracker
from annotator.project import Project
from annotator.workbench.live.capture_thread import Limit
from annotator.workbench.live.live_actions import ACTIONS
from annotator.workbench.live.live_look import LiveLook, LiveMesh
from annotator.workbench.live.live_session import LiveWishes
from annotator.workbench.look.view_settings import Texture
from tests.clips import portrait_frames
from tests.live import FakeCamera, plain_frames, source_of


def press(window, key):
    QTest.keyClick(window, key)


def shows(window, number, wait_for):
    """Wait until a frame is painted."""
    wait_for(lambda: window.view.seen is not None and window.view.seen.frame.number >= number)
    wait_for(lambda: window.view.seen.picture is not None and window.view._is_told)


def test_portraits_before_a_camera_are_shown_with_their_mesh(open_live, wait_for, face_mesh):
    frames = list(portrait_frames(4, 320, 240))
    camera = FakeCamera(frames, waits=True)
    window = open_live(camera, Tracker(face_mesh))
    for number in range(4):
        camera.release()
        shows(window, number, wait_for)
    wait_for(lambda: "1 face" in window.figures.text())
    window._tell_figures()
    assert "320 x 240" in window.figures.text()
    assert "from capture to paint" in window.figures.text()
    image = window.view.grab().toImage()
    pixels = {image.pixelColor(x, image.height() // 2).getRgb() for x in range(image.width())}
    assert len(pixels) > 50


def test_the_space_bar_keeps_the_frame_on_the_screen_without_loss(
    open_live, wait_for, face_mesh, tmp_path
):
    frames = list(portrait_frames(3, 320, 240, noise=5))
    camera = FakeCamera(frames, waits=True)
    window = open_live(camera, Tracker(face_mesh), look=LiveLook(mirror=True, split=True))
    camera.release(2)
    shows(window, 1, wait_for)
    seen = window.view.seen
    press(window, Qt.Key.Key_Space)
    wait_for(lambda: "kept live-" in window.message.text())
    with Project.open(tmp_path / "kept") as project:
        (image,) = project.images.all()
        np.testing.assert_array_equal(read_image(image.path), frames[1])
        (sample,) = project.samples.summaries()
        stored = project.annotations.load(sample.id).landmarks
    np.testing.assert_array_equal(stored, seen.faces[0].landmarks)


def test_a_click_on_a_button_and_its_key_do_the_same(open_live, wait_for):
    window = open_live(FakeCamera(plain_frames(3)))
    for action in ACTIONS:
        button = window.bar.buttons[action.name]
        assert f"[{action.key}]" in button.text()
        assert action.title in button.text()
    assert not window.session.look.split
    QTest.mouseClick(window.bar.buttons["split"], Qt.MouseButton.LeftButton)
    assert window.session.look.split
    assert window.bar.buttons["split"].text() == "Side by side: on [D]"
    press(window, Qt.Key.Key_D)
    assert not window.session.look.split
    # What was clicked has not taken the space bar.
    press(window, Qt.Key.Key_Space)
    assert not window.session.look.split


def test_keys_change_how_the_last_frame_is_drawn(open_live, wait_for):
    window = open_live(FakeCamera(plain_frames(1)))
    shows(window, 0, wait_for)
    for key, expected in [
        (Qt.Key.Key_M, {"mesh": LiveMesh.CONTOURS}),
        (Qt.Key.Key_T, {"texture": Texture.CHECKER}),
        (Qt.Key.Key_F, {"filter": "mediapipe"}),
        (Qt.Key.Key_S, {"strip": True}),
        (Qt.Key.Key_I, {"mirror": True}),
        (Qt.Key.Key_D, {"split": True}),
    ]:
        before = window.view.seen
        press(window, key)
        look = window.session.look
        assert {name: getattr(look, name) for name in expected} == expected
        wait_for(lambda before=before: window.view.seen is not before)

    def captions() -> list[str]:
        return [caption.text for caption in window.view.seen.picture.captions]

    # What was asked last may be drawn after what was asked before it.
    wait_for(lambda: any(text.startswith("as predicted: one line") for text in captions()))
    assert any(text.startswith("filtered: MediaPipe's") for text in captions())


def test_a_key_that_is_held_grabs_once(open_live, wait_for):
    window = open_live(FakeCamera(plain_frames(1)))
    shows(window, 0, wait_for)
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", True
    )
    for _ in range(5):
        QApplication.sendEvent(window, held)
    press(window, Qt.Key.Key_Space)
    wait_for(lambda: window.session.grabbed)
    window.close()
    assert len(window.session.grabbed) == 1


def test_before_the_first_frame_there_is_nothing_to_grab(open_live):
    window = open_live(FakeCamera(plain_frames(1), waits=True))
    press(window, Qt.Key.Key_Space)
    assert window.message.text() == "there is no frame yet"


def test_recording_goes_on_until_the_key_is_pressed_again(open_live, wait_for, tmp_path):
    camera = FakeCamera(plain_frames(20), waits=True)
    window = open_live(camera)
    camera.release(3)
    shows(window, 2, wait_for)
    press(window, Qt.Key.Key_R)
    assert window.bar.buttons["record"].text() == "Record: on [R]"
    camera.release(5)
    shows(window, 7, wait_for)
    press(window, Qt.Key.Key_R)
    wait_for(lambda: window.message.text().startswith("recorded 5 frames to live-"))
    (file,) = tmp_path.glob("live-*.mkv")
    assert len(inspect_clip(file).times) == 5


def test_closing_the_window_while_it_records_completes_the_file(open_live, wait_for, tmp_path):
    camera = FakeCamera(plain_frames(9), waits=True)
    window = open_live(camera, wishes=LiveWishes(record=tmp_path / "film.mp4"))
    camera.release(9)
    shows(window, 8, wait_for)
    window.close()
    assert len(inspect_clip(tmp_path / "film.mp4").times) == 9
    assert camera.is_closed


def test_at_the_end_of_a_file_the_last_frame_stays_and_it_is_said(open_live, wait_for):
    window = open_live(FakeCamera(plain_frames(3)), source=source_of(is_camera=True))
    wait_for(lambda: "has ended" in window.message.text())
    shows(window, 2, wait_for)
    assert window.message.text() == "the source has ended: this is its last frame"
    assert window.isVisible()


def test_it_closes_by_itself_after_as_many_frames_as_were_asked_for(open_live, wait_for):
    camera = FakeCamera(plain_frames(50))
    window = open_live(camera, limit=Limit(frames=5))
    wait_for(lambda: not window.isVisible())
    assert window.session.captured.count == 5
    assert camera.is_closed


def test_trouble_with_the_camera_is_told_as_it_is(open_live, wait_for):
    window = open_live(FakeCamera(plain_frames(2), trouble="<b>unplugged</b>\nreally"))
    wait_for(lambda: "last frame" in window.message.text())
    assert window.message.textFormat() == Qt.TextFormat.PlainText


def test_grabbed_frames_go_where_somebody_says(open_live, wait_for, tmp_path, monkeypatch):
    window = open_live(FakeCamera(plain_frames(1)))
    shows(window, 0, wait_for)
    chosen = str(tmp_path / "elsewhere")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen)
    press(window, Qt.Key.Key_P)
    press(window, Qt.Key.Key_Space)
    wait_for(lambda: window.session.grabbed)
    assert Project.is_project(tmp_path / "elsewhere")
    assert not Project.is_project(tmp_path / "kept")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    press(window, Qt.Key.Key_P)
    assert window.session.project == tmp_path / "elsewhere"


def test_frames_are_never_waited_for_by_the_window(open_live, wait_for):
    """A tracker that hangs leaves the window alive: keys are heard, and it can be closed."""
    from threading import Event  # noqa: PLC0415

    hangs = Event()

    class Hanging:
        def step(self, image):
            hangs.wait()
            return []

    window = open_live(FakeCamera(plain_frames(3)), Hanging())
    press(window, Qt.Key.Key_D)
    assert window.session.look.split
    QTimer.singleShot(50, hangs.set)
    wait_for(lambda: window.view.seen is not None)


@pytest.mark.parametrize("size", [(340, 330), (1200, 800)])
def test_pictures_are_as_large_as_the_view(open_live, wait_for, size):
    window = open_live(FakeCamera(plain_frames(2)))
    window.resize(*size)
    wait_for(
        lambda: (
            window.view.seen is not None
            and window.view.seen.picture is not None
            and window.view.seen.picture.pixels.shape[:2] == window.view.screen_size()[::-1]
        )
    )
