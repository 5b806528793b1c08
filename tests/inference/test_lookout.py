"""The detector looks for new faces while known ones are followed, and nothing else changes."""

import gc
import os
import threading

import numpy as np
import pytest

from annotator.inference import FaceMesh
from annotator.inference.lookout import Lookout
from annotator.inference.tracking import Tracker
from tests.inference.moving import Portrait, pan


@pytest.fixture(scope="module")
def frames(face_mesh: FaceMesh) -> list[np.ndarray]:
    return list(pan(Portrait(face_mesh, "hopper.jpg"), 4))


def looking_out() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("look out")]


def test_one_core_and_several_find_the_same_to_the_bit(
    face_mesh: FaceMesh, frames: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    meshes = []
    for cores in (1, 2):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        tracker = Tracker(face_mesh)
        meshes.append([tracker.step(frame)[0].landmarks for frame in frames])
    np.testing.assert_array_equal(*meshes)


def test_the_thread_ends_with_the_tracker(face_mesh: FaceMesh, frames: list[np.ndarray]) -> None:
    gc.collect()
    before = set(looking_out())
    tracker = Tracker(face_mesh)
    for frame in frames:
        tracker.step(frame)
    mine = set(looking_out()) - before
    del tracker
    gc.collect()
    for thread in mine:
        thread.join(60)
        assert not thread.is_alive()


def test_what_is_wrong_with_a_frame_is_raised_where_the_answer_is_asked_for(
    face_mesh: FaceMesh,
) -> None:
    flat: np.ndarray = np.zeros((4, 4), np.uint8)
    for begin in (Lookout(face_mesh).meanwhile, Lookout(face_mesh).later):
        found = begin(flat)
        with pytest.raises(ValueError, match="expected an image of shape"):
            found()
