"""Faces are followed from frame to frame, and nobody becomes somebody else."""

from collections.abc import Iterable

import numpy as np
import pytest

from annotator.inference import FaceMesh
from annotator.inference.tracking import TrackedFace, Tracker
from annotator.mesh.metrics import nme
from tests.inference.moving import Portrait, ground, pan


@pytest.fixture(scope="module")
def hopper(face_mesh: FaceMesh) -> Portrait:
    return Portrait(face_mesh, "hopper.jpg")


@pytest.fixture(scope="module")
def collins(face_mesh: FaceMesh) -> Portrait:
    return Portrait(face_mesh, "collins.jpg")


def followed(tracker: Tracker, frames: Iterable[np.ndarray]) -> list[list[TrackedFace]]:
    return [tracker.step(frame) for frame in frames]


def identities(faces: Iterable[list[TrackedFace]]) -> list[list[int]]:
    return [[face.identity for face in frame] for frame in faces]


def places(faces: Iterable[list[TrackedFace]], identity: int) -> list[float]:
    """Return x of the middle of one identity's meshes."""
    every = [face for frame in faces for face in frame if face.identity == identity]
    return [float(face.landmarks[:, 0].mean()) for face in every]


def test_a_face_that_moves_keeps_its_identity_and_the_meshes_go_along(
    face_mesh: FaceMesh, hopper: Portrait
) -> None:
    faces = followed(Tracker(face_mesh), pan(hopper, 8))
    assert identities(faces) == [[0]] * 8
    np.testing.assert_allclose(np.diff(places(faces, 0)), 2, atol=0.8)
    (last,) = faces[-1]
    assert last.landmarks.shape == (468, 3)
    assert last.landmarks.dtype == np.float32
    assert not last.landmarks.flags.writeable
    assert last.presence > 0.5
    assert last.doubt is None


def test_the_mean_of_four_crops_trembles_at_most_half_as_much_and_tells_its_doubt(
    face_mesh: FaceMesh, hopper: Portrait
) -> None:
    rng = np.random.default_rng(12)
    still = hopper.put(ground(), 160, 120, 150)
    frames = [
        np.clip(still + rng.normal(0, 3, still.shape), 0, 255).astype(np.uint8) for _ in range(12)
    ]
    trembling = []
    for quality in (False, True):
        faces = followed(Tracker(face_mesh, quality=quality), frames)
        meshes = np.array([frame[0].landmarks for frame in faces])
        second = meshes[2:] - 2 * meshes[1:-1] + meshes[:-2]
        trembling.append(np.linalg.norm(second[..., :2], axis=-1).mean())
    assert trembling[1] < 0.6 * trembling[0]
    assert all(frame[0].doubt is not None and 0.001 < frame[0].doubt < 0.03 for frame in faces)


def test_half_of_a_face_behind_a_board_raises_the_doubt_and_keeps_the_identity(
    face_mesh: FaceMesh, hopper: Portrait
) -> None:
    tracker = Tracker(face_mesh, quality=True)
    clear = hopper.put(ground(), 160, 120, 150)
    hidden = clear.copy()
    hidden[60:180, 160:215] = (90, 60, 40)
    faces = followed(tracker, [clear, clear, hidden, clear])
    assert identities(faces) == [[0]] * 4
    doubts = [frame[0].doubt or 0 for frame in faces]
    assert doubts[2] > 1.4 * max(doubts[1], doubts[3])


def test_a_face_that_left_and_comes_back_is_a_new_identity(
    face_mesh: FaceMesh, hopper: Portrait
) -> None:
    shown = hopper.put(ground(), 160, 120, 150)
    faces = followed(Tracker(face_mesh), [shown, shown, ground(), ground(), shown, shown])
    assert identities(faces) == [[0], [0], [], [], [1], [1]]


def test_a_face_of_a_single_frame_is_found_in_it(face_mesh: FaceMesh, hopper: Portrait) -> None:
    frames = [ground(), hopper.put(ground(), 160, 120, 150), ground()]
    assert identities(followed(Tracker(face_mesh), frames)) == [[], [0], []]


def test_where_two_faces_cross_the_one_in_front_stays_and_the_other_comes_out_new(
    face_mesh: FaceMesh, hopper: Portrait, collins: Portrait
) -> None:
    frames = [
        collins.put(hopper.put(ground(), 60 + 10 * step, 120, 110), 260 - 10 * step, 125, 120)
        for step in range(21)
    ]
    faces = followed(Tracker(face_mesh), frames)
    assert places(faces, 1) == sorted(places(faces, 1), reverse=True)
    assert places(faces, 0) == sorted(places(faces, 0))
    assert len(places(faces, 1)) == 21
    assert places(faces, 2)[-1] > 250
    assert [len(frame) for frame in faces].count(2) > 14
    assert {face.identity for frame in faces for face in frame} == {0, 1, 2}


def test_no_more_faces_are_followed_than_wanted(
    face_mesh: FaceMesh, hopper: Portrait, collins: Portrait
) -> None:
    frame = collins.put(hopper.put(ground(), 80, 120, 130), 240, 120, 130)
    for most in (1, 2):
        faces = followed(Tracker(face_mesh, max_faces=most), [frame] * 3)
        assert [len(each) for each in faces] == [most] * 3
        assert identities(faces)[0] == identities(faces)[-1]


def test_a_cut_to_another_person_in_the_same_place_is_no_single_track(
    face_mesh: FaceMesh, hopper: Portrait, collins: Portrait
) -> None:
    one = hopper.put(ground(), 160, 120, 150)
    other = collins.put(ground(50), 160, 120, 150)
    faces = followed(Tracker(face_mesh), [one, one, other, other, one])
    assert identities(faces) == [[0], [0], [1], [1], [2]]


def test_another_person_before_the_same_ground_is_no_single_track(
    face_mesh: FaceMesh, hopper: Portrait, collins: Portrait
) -> None:
    one, other = (each.put(ground(), 160, 120, 150) for each in (hopper, collins))
    faces = followed(Tracker(face_mesh), [one, one, other, other])
    assert identities(faces) == [[0], [0], [1], [1]]
    alone = Tracker(face_mesh).step(other)
    assert nme(faces[2][0].landmarks, alone[0].landmarks, face_mesh.info.layout) < 1e-6


def test_a_flash_a_dark_frame_and_a_jerk_are_no_cuts(face_mesh: FaceMesh, hopper: Portrait) -> None:
    frame = hopper.put(ground(), 160, 120, 150)
    bright = np.clip(frame * 1.4 + 40, 0, 255).astype(np.uint8)
    dark = (frame * 0.25).astype(np.uint8)
    jerked = np.roll(frame, 18, axis=1)
    faces = followed(Tracker(face_mesh), [frame, bright, frame, dark, frame, jerked, frame])
    assert identities(faces) == [[0]] * 7


@pytest.mark.parametrize("quality", [False, True])
def test_another_tracker_goes_on_with_the_same_meshes_after_a_kill(
    face_mesh: FaceMesh, hopper: Portrait, *, quality: bool
) -> None:
    frames = [*pan(hopper, 4), ground(), *pan(hopper, 3)]
    whole = followed(Tracker(face_mesh, quality=quality), frames)
    for killed in (2, 4, 6):
        begun = followed(Tracker(face_mesh, quality=quality), frames[:killed])
        seen = [identity for frame in identities(begun) for identity in frame]
        again = Tracker(
            face_mesh,
            quality=quality,
            previous=begun[-1],
            before=frames[killed - 1],
            first_identity=max(seen) + 1,
        )
        rest = followed(again, frames[killed:])
        assert identities(rest) == identities(whole[killed:])
        for ours, theirs in zip(rest, whole[killed:], strict=True):
            for one, other in zip(ours, theirs, strict=True):
                np.testing.assert_array_equal(one.landmarks, other.landmarks)
                assert one.doubt == other.doubt


def test_a_cut_just_after_a_kill_is_seen_where_the_frame_before_is_given(
    face_mesh: FaceMesh, hopper: Portrait, collins: Portrait
) -> None:
    one, other = (each.put(ground(), 160, 120, 150) for each in (hopper, collins))
    faces = Tracker(face_mesh).step(one)
    (cut,) = Tracker(face_mesh, previous=faces, before=one).step(other)
    (carried,) = Tracker(face_mesh, previous=faces).step(other)
    assert (cut.identity, carried.identity) == (1, 0)


def test_an_identity_is_above_those_of_before_and_the_first_asked_for(
    face_mesh: FaceMesh, hopper: Portrait
) -> None:
    shown = hopper.put(ground(), 160, 120, 150)
    (face,) = Tracker(face_mesh, first_identity=7).step(shown)
    assert face.identity == 7
    tracker = Tracker(face_mesh, previous=[face], first_identity=3)
    assert identities(followed(tracker, [ground(), shown])) == [[], [8]]


def test_small_faces_are_searched_for_every_so_many_frames_and_then_followed(
    face_mesh: FaceMesh, hopper: Portrait
) -> None:
    frames = [hopper.put(ground(size=(640, 360)), 200 + step, 150, 75) for step in range(5)]
    assert not any(followed(Tracker(face_mesh), frames))
    searching = Tracker(face_mesh, small_faces_every=3, first_frame=1)
    assert identities(followed(searching, frames)) == [[], [], [0], [0], [0]]


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 500, 3), (300, 3, 3), (40, 40, 3)])
def test_tiny_frames_hold_no_face(face_mesh: FaceMesh, shape: tuple[int, ...]) -> None:
    tracker = Tracker(face_mesh)
    assert followed(tracker, [np.zeros(shape, np.uint8), np.full(shape, 255, np.uint8)]) == [[], []]


def test_frames_may_change_their_size(face_mesh: FaceMesh, hopper: Portrait) -> None:
    frames = [
        hopper.put(ground(), 160, 120, 150),
        hopper.put(ground(size=(400, 300)), 160, 120, 150),
    ]
    assert [len(frame) for frame in followed(Tracker(face_mesh), frames)] == [1, 1]


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((20, 20), np.uint8),
        np.zeros((20, 20, 4), np.uint8),
        np.zeros((20, 20, 3), np.float32),
        np.zeros((0, 20, 3), np.uint8),
    ],
)
def test_a_frame_of_another_kind_is_refused_and_the_tracker_goes_on(
    face_mesh: FaceMesh, hopper: Portrait, image: np.ndarray
) -> None:
    tracker, (first, second) = Tracker(face_mesh), pan(hopper, 2)
    tracker.step(first)
    with pytest.raises(ValueError, match="expected an image of shape"):
        tracker.step(image)
    assert [face.identity for face in tracker.step(second)] == [0]


def test_impossible_numbers_are_refused(face_mesh: FaceMesh) -> None:
    with pytest.raises(ValueError, match="max_faces=0"):
        Tracker(face_mesh, max_faces=0)
    with pytest.raises(ValueError, match="small_faces_every=-1"):
        Tracker(face_mesh, small_faces_every=-1)


def test_faces_of_another_layout_are_refused(face_mesh: FaceMesh) -> None:
    face = TrackedFace(0, np.zeros((478, 3), np.float32), 1.0, None)
    with pytest.raises(ValueError, match="has 478 vertices"):
        Tracker(face_mesh, previous=[face])
