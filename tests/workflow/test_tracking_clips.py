"""Clips tracked for a project: stored a stretch at a time, and the same however often cut off."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from annotator.imaging.clips import open_clip
from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.workflow import clip_stretches
from annotator.workflow.clip_stretches import stretches
from annotator.workflow.clip_tracking import Following, tracked_frames
from annotator.workflow.importing_clips import import_clips
from annotator.workflow.predicting_clips import track_clips
from tests.clips import portrait_frames, write_clip
from tests.retraining import retrained

FRAMES, AT_ONCE = 30, 8


@pytest.fixture(scope="module")
def face_mesh() -> FaceMesh:
    return FaceMesh.load(small_faces=False)


@pytest.fixture(scope="module")
def filmed(tmp_path_factory) -> Path:
    """Two faces, behind a pillar for a while: they are lost and found again."""
    path = tmp_path_factory.mktemp("filmed") / "two.mp4"
    frames = portrait_frames(FRAMES, 256, 128, faces=2, occluder=True, motion="fast")
    return write_clip(path, frames)


@pytest.fixture
def project(tmp_path, filmed, new_project) -> Iterator[Project]:
    with new_project(tmp_path / "project") as created:
        import_clips(created, [filmed])
        yield created


@pytest.fixture
def project_again(tmp_path, filmed, new_project) -> Iterator[Project]:
    with new_project(tmp_path / "again") as created:
        import_clips(created, [filmed])
        yield created


@pytest.fixture
def short_stretches(monkeypatch) -> None:
    monkeypatch.setattr(clip_stretches, "FRAMES_AT_ONCE", AT_ONCE)


def tracks_in(project: Project) -> dict[int, tuple[list[int], bytes, bytes]]:
    """Return all that is stored of a clip's tracks, by their numbers."""
    found = {}
    for track in project.clips.tracks(1):
        piece = project.clips.meshes(track.id, 0, FRAMES)
        place = [track.first_frame, track.last_frame, track.frame_count, *piece.frames.tolist()]
        found[track.number] = (place, piece.landmarks.tobytes(), piece.presence.tobytes())
    return found


def test_what_is_found_is_the_same_wherever_a_run_was_cut_off(
    project, project_again, face_mesh, short_stretches
):
    whole = list(track_clips(project, face_mesh))
    assert [step.done for step in whole] == [8, 16, 24, 30]
    found = tracks_in(project)
    assert whole[-1].clips == 1
    assert whole[-1].meshes == sum(len(place) - 3 for place, *_ in found.values())
    for _ in whole:
        run = track_clips(project_again, face_mesh)
        next(run)
        run.close()
    assert list(track_clips(project_again, face_mesh)) == []
    assert tracks_in(project_again) == found
    assert len(found) >= 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_run_goes_on_and_finds_what_one_run_finds(
    tmp_path, project, face_mesh, short_stretches
):
    home = shutil.copytree(project.home, tmp_path / "killed")
    code = f"""
        import os, signal
        from annotator.inference import FaceMesh
        from annotator.project import Project
        from annotator.workflow import clip_stretches, predicting_clips

        clip_stretches.FRAMES_AT_ONCE = {AT_ONCE}
        store = predicting_clips._pieces
        frames = 0

        def counted(stretch, tracker):
            class Fatal:
                def step(self, image):
                    global frames
                    frames += 1
                    if frames == 21:
                        os.kill(os.getpid(), signal.SIGKILL)
                    return tracker.step(image)

            return store(stretch, Fatal())

        predicting_clips._pieces = counted
        with Project.open({str(home)!r}) as project:
            list(predicting_clips.track_clips(project, FaceMesh.load(small_faces=False)))
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert done.returncode == -signal.SIGKILL
    list(track_clips(project, face_mesh))
    with Project.open(home) as killed:
        assert killed.clips.pending(1)[0][1] == 16
        list(track_clips(killed, face_mesh))
        assert tracks_in(killed) == tracks_in(project)


def test_stretches_change_nothing_but_what_the_store_rounds(project, filmed, face_mesh):
    list(track_clips(project, face_mesh))
    with open_clip(filmed) as clip:
        loose = [face for each in tracked_frames(clip, face_mesh) for face in each.faces]
    stored = [project.clips.meshes(track.id, 0, FRAMES) for track in project.clips.tracks(1)]
    assert sum(len(piece.frames) for piece in stored) == len(loose)
    first = stored[0].landmarks[0]
    assert np.abs(first - loose[0].landmarks).max() <= 1 / 256


def test_quality_tells_how_far_the_crops_spread(project, face_mesh):
    list(track_clips(project, face_mesh, Following(quality=True)))
    doubts = project.clips.meshes(project.clips.tracks(1)[0].id, 0, 4).doubt
    assert np.isfinite(doubts).all()
    assert 0 < doubts.mean() < 0.2


def test_a_clip_that_is_written_to_while_it_is_tracked_is_no_longer_the_one_that_was_added(
    tmp_path, new_project, filmed, face_mesh, short_stretches
):
    clip = Path(shutil.copy(filmed, tmp_path / "live.mp4"))
    with new_project(tmp_path / "p") as project:
        import_clips(project, [clip])
        run = track_clips(project, face_mesh)
        assert next(run).done == AT_ONCE
        os.utime(clip, ns=(1, 1))
        (failed,) = run
        assert failed.failure is not None
        assert "has changed since it was added" in failed.failure.reason
        assert project.clips.pending(1)[0][1] == AT_ONCE
        # The content is the same after all: the next run goes on.
        assert [step.done for step in track_clips(project, face_mesh)][-1] == FRAMES - AT_ONCE


def test_frames_that_are_damaged_leave_their_places_to_no_others(monkeypatch):
    monkeypatch.setattr(clip_stretches, "FRAMES_AT_ONCE", 4)
    image = np.zeros((2, 2, 3), np.uint8)
    there = [3, 4, 6, 13]
    found = []
    for stretch in stretches(iter([(number, image + number) for number in there]), 4, 15):
        before = None if stretch.before is None else int(stretch.before[0, 0, 0])
        numbers = [number for number, _ in stretch]
        found.append((stretch.start, stretch.stop, before, numbers, stretch.damaged))
    assert found == [
        (4, 8, 3, [4, 6], 2),
        (8, 12, None, [], 4),
        (12, 15, None, [13], 2),
    ]


def test_a_track_goes_by_one_number_through_all_models(project, face_mesh, tmp_path):

    list(track_clips(project, face_mesh))
    numbers = [track.number for track in project.clips.tracks(1)]
    other = FaceMesh.load(retrained(tmp_path / "run"), small_faces=False)
    list(track_clips(project, other))
    again = project.clips.tracks(1)
    assert [track.number for track in again] == numbers
    assert {track.model_id for track in again} == {2}
