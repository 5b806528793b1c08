"""From the camera to what is seen: all threads at work, with the real tracker and without."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("av")

from annotator.imaging.clips import inspect_clip
from annotator.inference import FaceMesh, ModelError
from annotator.inference.tracking import Tracker
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.workbench.live.capture_thread import NO_LIMIT, Ending, Limit
from annotator.workbench.live.grabbing import Grabber
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.live_session import (
    LiveParts,
    LiveSession,
    LiveWishes,
)
from tests.clips import portrait_frames
from tests.live import (
    FakeCamera,
    FakeTracker,
    no_thread_left,
    plain_frames,
    source_of,
    wait_until,
)


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(threads=1, small_faces=False)


def session_on(camera, tracker, face_mesh, folder, *, limit=NO_LIMIT) -> LiveSession:
    parts = LiveParts(
        source_of(), camera, tracker, FACE_468,
        lambda tell: Grabber(folder, face_mesh, "face_landmark", "kim", tell), limit,
    )  # fmt: skip
    return LiveSession(parts, LiveLook())


def next_seen(session: LiveSession):
    found = []

    def look():
        seen = session.seen()
        found.extend([] if seen is None else [seen])
        return found

    wait_until(look)
    return found[0]


def test_faces_of_a_camera_are_tracked_filtered_drawn_and_grabbed(tmp_path, face_mesh):
    frames = list(portrait_frames(6, 320, 240, noise=3))
    camera = FakeCamera(frames, waits=True)
    session = session_on(camera, Tracker(face_mesh), face_mesh, tmp_path / "p")
    with no_thread_left():
        session.start()
        session.resize((300, 200))
        for number in range(6):
            camera.release()
            seen = next_seen(session)
            while seen.frame.number < number or not seen.is_new:
                seen = next_seen(session)
            session.painted(seen)
        session.grab(seen)
        session.stop()
    (face,) = seen.faces
    assert face.identity == 0
    assert seen.picture.pixels.shape == (200, 300, 3)
    assert not np.array_equal(face.landmarks, face.filtered)
    assert face.filtered_jitter < face.jitter < 0.02
    assert session.shown.count == 6
    with Project.open(tmp_path / "p") as project:
        (sample,) = project.samples.summaries()
        stored = project.annotations.load(sample.id).landmarks
    np.testing.assert_array_equal(stored, face.landmarks)
    assert any("kept live-" in line for line in session.told())


def test_who_is_slow_sees_the_newest_frame_and_not_those_before(tmp_path, face_mesh):
    camera = FakeCamera(plain_frames(30), waits=True)
    slow = FakeTracker()
    session = session_on(camera, slow, face_mesh, tmp_path / "p")
    session.start()
    camera.release(30)
    wait_until(lambda: session.captured.count == 30)
    seen = next_seen(session)
    while seen.frame.number < 29:
        seen = next_seen(session)
    session.stop()
    assert slow.steps + session.passed_over == 30


def test_frames_are_recorded_raw_while_they_are_looked_at(tmp_path, face_mesh):
    camera = FakeCamera(plain_frames(8))
    session = session_on(camera, FakeTracker(), face_mesh, tmp_path / "p")
    with no_thread_left(), session.running(LiveWishes(record=tmp_path / "film.mkv")):
        wait_until(lambda: session.ending is Ending.END)
    assert len(inspect_clip(tmp_path / "film.mkv").times) == 8
    assert "recorded 8 frames to film.mkv" in list(session.told())


def test_a_file_that_cannot_be_recorded_to_is_told_and_the_rest_goes_on(tmp_path, face_mesh):
    session = session_on(FakeCamera(plain_frames(3)), FakeTracker(), face_mesh, tmp_path / "p")
    with session.running(LiveWishes(record=tmp_path / "film.avi")):
        wait_until(lambda: session.ending is Ending.END)
        assert not session.is_recording
    assert "ends with .mkv or .mp4" in next(session.told())


def test_frames_are_kept_by_themselves_where_the_model_doubts(tmp_path, face_mesh):
    dice = np.random.default_rng(0)

    def trembling(step: int) -> np.ndarray:
        from tests.live import front_face  # noqa: PLC0415

        noise = dice.normal(0, 3.0 if step >= 5 else 0.0, (468, 3))
        return (front_face() + noise).astype(np.float32)

    camera = FakeCamera(plain_frames(12), waits=True)
    session = session_on(camera, FakeTracker(trembling), face_mesh, tmp_path / "p")
    with session.running(LiveWishes(grabs=True)):
        for number in range(12):
            camera.release()
            while next_seen(session).frame.number < number:
                pass
    assert len(session.grabbed) == 1
    assert session.grabs_by_itself


def test_numbers_of_a_model_that_are_none_are_told_and_the_next_frame_is_tried(tmp_path, face_mesh):
    class Trouble(FakeTracker):
        def step(self, image):
            faces = super().step(image)
            if self.steps == 1:
                raise ModelError("the model gave numbers that are not finite")
            return faces

    camera = FakeCamera(plain_frames(2), waits=True)
    session = session_on(camera, Trouble(), face_mesh, tmp_path / "p")
    with session.running():
        camera.release()
        assert next_seen(session).faces == ()
        camera.release()
        assert len(next_seen(session).faces) == 1
    assert "the model gave numbers that are not finite" in list(session.told())


def test_another_look_draws_the_last_frame_again_also_after_the_end(tmp_path, face_mesh):
    limit = Limit(frames=1)
    session = session_on(
        FakeCamera(plain_frames(5)), FakeTracker(), face_mesh, tmp_path / "p", limit=limit
    )
    with session.running():
        session.resize((300, 200))
        wait_until(lambda: session.ending is Ending.LIMIT)
        first = next_seen(session)
        while first.picture is None:
            first = next_seen(session)
        session.change_look(mirror=True)
        second = next_seen(session)
        while np.array_equal(second.picture.pixels, first.picture.pixels):
            second = next_seen(session)
    assert not second.is_new
    session.painted(second)
    assert session.shown.count == 0


def test_a_session_that_never_began_leaves_nothing_open(tmp_path, face_mesh):
    camera = FakeCamera(plain_frames(1))
    with no_thread_left():
        session_on(camera, FakeTracker(), face_mesh, Path(tmp_path)).stop()
    assert camera.is_closed
