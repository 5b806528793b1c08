from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from PIL import Image

from annotator.imaging.clips import content_sha256
from annotator.imaging.clips.content import frame_sha256s
from annotator.inference import ModelInfo
from annotator.mesh import layout as registered
from annotator.mesh.layout import FACE_468
from annotator.mesh.temporal import corrected
from annotator.project import (
    ClipHasChanged,
    NewClip,
    NoFaceThere,
    OtherTracking,
    Project,
    SampleState,
    Stroke,
    TracksOverlap,
    UnknownClip,
    UnknownTrack,
    layouts,
)
from annotator.project.clips import chunks
from tests.tracks import FRAMES, mesh, piece, two


def moved(project, sample_id, *, tool="grab", by=2.0, annotator="Ann"):
    """Move two vertices of a sample by a stroke."""
    annotation = project.annotations.load(sample_id)
    before = annotation.landmarks[:2]
    stroke = Stroke(tool, np.array([0, 1]), before, before + np.float32(by))
    return project.annotations.record_stroke(
        sample_id, stroke, revision=annotation.revision, annotator=annotator
    )


# What a clip is.


def test_a_clip_is_added_once_whatever_its_path(project, new_clip):
    first = project.clips.add(new_clip(project.home / "a.mp4", content="same"))
    again = project.clips.add(new_clip(project.home / "b.mp4", content="same"))
    assert again.id == first.id
    assert len(project.clips.all()) == 1
    assert (first.frame_count, first.duration) == (FRAMES, pytest.approx(399 / 25))
    assert project.clips.times(first.id)[3] == 3 / 25


def test_a_folder_of_frames_knows_its_files(project):
    files = ("a 1.png", "a 2.png", "a\udcff.png")
    folder = project.home / "walk"
    new = NewClip(folder, "3" * 64, 64, 48, np.arange(3.0), is_folder=True, files=files)
    clip = project.clips.get(project.clips.add(new).id)
    assert clip.files == files
    assert clip.picture(1).path == folder / "a 2.png"
    assert clip.picture(1).frame is None


@pytest.mark.parametrize("times", [[], [1.0], [0.0, 2.0, 1.0], [0.0, np.inf], [[0.0]]])
def test_times_that_no_clip_has_are_refused(times):
    with pytest.raises(ValueError, match="ascend from 0"):
        NewClip(Path("x.mp4"), "3" * 64, 64, 48, np.array(times))


def test_names_that_leave_the_folder_are_refused():
    with pytest.raises(ValueError, match="names in its folder"):
        NewClip(Path("x"), "3" * 64, 6, 4, np.zeros(1), is_folder=True, files=("../a.png",))


def test_an_unknown_clip_is_named(project):
    with pytest.raises(UnknownClip, match="no clip 9"):
        project.clips.get(9)
    with pytest.raises(UnknownTrack, match="no track 9"):
        project.clips.meshes(9, 0, 1)


# Tracking.


def test_meshes_come_back_as_they_were_stored(project, tracked):
    for start, stop in ((0, 1), (149, 151), (10, 390), (399, 400), (0, FRAMES)):
        found = project.clips.meshes(tracked[1], start, stop)
        assert found.number == 2
        np.testing.assert_array_equal(found.frames, np.arange(start, stop))
        expected = np.stack([mesh(frame, x=400.0) for frame in range(start, stop)])
        np.testing.assert_array_equal(found.landmarks, expected)
        assert np.isnan(found.doubt).all()
    assert len(project.clips.meshes(tracked[1], 400, 500).frames) == 0


def test_one_frame_is_read_from_one_chunk(project, tracked, monkeypatch):
    read = []
    unpack = chunks.unpack_meshes
    monkeypatch.setattr(
        chunks, "unpack_meshes", lambda *args, **rest: read.append(1) or unpack(*args, **rest)
    )
    project.clips.meshes(tracked[0], 222, 223)
    assert read == [1]


def test_tracking_goes_on_where_it_was_killed(project, clip, model):
    project.clips.store_tracked(clip.id, model, two(0, 100), 100)
    ((pending, done),) = project.clips.pending(model)
    assert (pending.id, done) == (clip.id, 100)
    faces = project.clips.last_faces(clip.id, model)
    assert [(face.number, face.frames.tolist()) for face in faces] == [(0, [99]), (1, [99])]
    np.testing.assert_array_equal(faces[0].landmarks[0], mesh(99))
    project.clips.store_tracked(clip.id, model, two(100, FRAMES), FRAMES)
    assert project.clips.pending(model) == []
    assert [
        (track.number, track.first_frame, track.last_frame, track.frame_count)
        for track in project.clips.tracks(clip.id)
    ] == [(1, 0, 399, 400), (2, 0, 399, 400)]


def test_frames_without_a_face_are_done_all_the_same(project, clip, model):
    project.clips.store_tracked(clip.id, model, [], 200)
    assert [done for _, done in project.clips.pending(model)] == [200]
    assert project.clips.last_faces(clip.id, model) == []
    assert project.clips.tracks(clip.id) == []


def test_an_identity_that_is_given_anew_after_a_kill_is_another_face(project, clip, model):
    project.clips.store_tracked(clip.id, model, [piece(0, 0, 100), piece(1, 0, 30, x=400)], 100)
    assert [face.number for face in project.clips.last_faces(clip.id, model)] == [0]
    assert project.clips.next_identity(clip.id, model) == 2
    project.clips.store_tracked(
        clip.id, model, [piece(0, 100, 200), piece(1, 150, 200, x=250)], 200
    )
    assert [
        (track.number, track.first_frame, track.last_frame)
        for track in project.clips.tracks(clip.id)
    ] == [(1, 0, 199), (2, 0, 29), (3, 150, 199)]


def test_what_another_program_has_tracked_is_not_stored_twice(project, clip, model):
    project.clips.store_tracked(clip.id, model, two(0, 100), 100)
    with pytest.raises(OtherTracking, match="another program tracks this clip"):
        project.clips.store_tracked(clip.id, model, two(50, 150), 150)
    assert [done for _, done in project.clips.pending(model)] == [100]


def test_damaged_frames_are_left_out_of_a_track(project, clip, model):
    whole = piece(0, 0, 10)
    kept = np.array([0, 1, 2, 5, 6, 9])
    some = type(whole)(0, kept, whole.landmarks[kept], whole.presence[kept], whole.doubt[kept])
    project.clips.store_tracked(clip.id, model, [some], 10)
    (track,) = project.clips.tracks(clip.id)
    assert (track.first_frame, track.last_frame, track.frame_count) == (0, 9, 6)
    assert project.clips.meshes(track.id, 2, 6).frames.tolist() == [2, 5]
    with pytest.raises(NoFaceThere, match="no face in frame 3"):
        project.clips.make_sample(track.id, 3, "Ann")


def test_doubt_is_filled_in_later(project, tracked):
    project.clips.set_doubt(tracked[0], [3, 160, 9999], [0.25, 0.5, 1.0])
    doubt = project.clips.meshes(tracked[0], 0, FRAMES).doubt
    assert np.flatnonzero(~np.isnan(doubt)).tolist() == [3, 160]
    assert doubt[[3, 160]].tolist() == [0.25, 0.5]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frames": np.array([0, 0])}, "ascend"),
        ({"frames": np.array([0, FRAMES])}, "ascend"),
        ({"landmarks": np.zeros((2, 467, 3), np.float32)}, "468"),
        ({"landmarks": np.full((2, 468, 3), np.nan, np.float32)}, "finite"),
        ({"presence": np.zeros(3, np.float32)}, "shape"),
        ({"doubt": np.full(2, np.inf, np.float32)}, "finite"),
    ],
)
def test_impossible_pieces_are_refused(project, clip, model, change, message):
    sound = piece(0, 0, 2)
    fields = {name: getattr(sound, name) for name in sound.__dataclass_fields__}
    with pytest.raises(ValueError, match=message):
        project.clips.store_tracked(clip.id, model, [type(sound)(**{**fields, **change})], FRAMES)
    assert project.clips.tracks(clip.id) == []


# Frames that become samples.


def test_a_frame_becomes_an_image_with_all_its_faces(project, clip, tracked, model):
    sample_id = project.clips.make_sample(tracked[1], 120, "Ann")
    (image,) = project.images.all()
    assert (image.path, image.frame, image.sha256) == (clip.path, 120, clip.sha256)
    samples = project.samples.summaries()
    assert [sample.state for sample in samples] == [SampleState.PREDICTED] * 2
    assert project.clips.sample_at(tracked[1], 120) == sample_id
    assert project.clips.sample_at(tracked[0], 120) == samples[0].id
    assert project.clips.sample_at(tracked[0], 121) is None
    annotation = project.annotations.load(sample_id)
    np.testing.assert_array_equal(annotation.prediction, mesh(120, x=400.0))
    assert project.images.pending(model) == []


def test_a_frame_becomes_a_sample_once(project, tracked):
    first = project.clips.make_sample(tracked[0], 7, "Ann")
    assert project.clips.make_sample(tracked[0], 7, "Bob") == first
    project.clips.make_sample(tracked[1], 7, "Bob")
    assert len(project.samples.summaries()) == 2


def test_another_model_can_predict_a_frame_as_a_still(project, tracked, retrained, make_face):
    sample_id = project.clips.make_sample(tracked[0], 7, "Ann")
    (pending,) = project.images.pending(retrained)
    assert pending.picture.frame == 7
    project.predictions.store(retrained, [(pending.id, [make_face(103, 120)])])
    assert project.images.pending(retrained) == []
    assert len(project.predictions.of(sample_id).every) == 2
    assert project.clips.sample_at(tracked[0], 7) == sample_id


def test_a_propagated_correction_is_one_stroke_that_can_be_undone(project, tracked):
    wanted = mesh(50) + np.float32(1)
    sample_id = project.clips.make_sample(tracked[0], 50, "Ann", corrected=wanted)
    (stroke,) = project.annotations.strokes(sample_id)
    assert (stroke.tool, stroke.annotator) == ("propagated", "Ann")
    np.testing.assert_array_equal(project.annotations.load(sample_id).landmarks, wanted)
    project.annotations.undo(sample_id, revision=1)
    np.testing.assert_array_equal(project.annotations.load(sample_id).landmarks, mesh(50))
    # Who looks again does not get back what was undone.
    project.clips.make_sample(tracked[0], 50, "Ann", corrected=wanted)
    np.testing.assert_array_equal(project.annotations.load(sample_id).landmarks, mesh(50))


def test_own_strokes_make_a_key_frame_and_propagated_ones_do_not(project, tracked):
    key = project.clips.make_sample(tracked[0], 30, "Ann")
    moved(project, key)
    between = project.clips.make_sample(tracked[0], 40, "Ann", corrected=mesh(40) + np.float32(1))
    looked_at = project.clips.make_sample(tracked[0], 50, "Ann")
    for sample_id in (between, looked_at):
        project.reviews.accept(sample_id, reviewer="Rae")
    states = project.clips.states(tracked[0])
    assert states.frames.tolist() == [30, 40, 50]
    assert states.sample_ids.tolist() == [key, between, looked_at]
    assert states.is_key.tolist() == [True, False, False]
    assert states.is_propagated.tolist() == [False, True, False]
    assert states.states == (
        SampleState.IN_PROGRESS,
        SampleState.ACCEPTED,
        SampleState.ACCEPTED,
    )
    (correction,) = project.clips.key_corrections(tracked[0])
    assert correction.frame == 30
    np.testing.assert_array_equal(correction.prediction, mesh(30))
    np.testing.assert_array_equal(correction.corrected, project.annotations.load(key).landmarks)


def test_an_undone_or_excluded_key_frame_is_none(project, tracked):
    first, second = (project.clips.make_sample(tracked[0], each, "Ann") for each in (30, 60))
    moved(project, first)
    moved(project, second)
    project.annotations.undo(first, revision=1)
    project.reviews.exclude(second, reviewer="Rae", reasons=["blurred"])
    assert project.clips.states(tracked[0]).is_key.tolist() == [False, False]
    assert project.clips.key_corrections(tracked[0]) == []


def test_a_propagated_mesh_follows_until_somebody_edits_or_accepts_it(project, tracked):
    ids = [
        project.clips.make_sample(tracked[0], each, "Ann", corrected=mesh(each) + np.float32(1))
        for each in (40, 50, 60)
    ]
    moved(project, ids[1])
    project.reviews.accept(ids[2], reviewer="Rae")
    newer = [mesh(each) + np.float32(2) for each in (40, 50, 60)]
    changed = [
        project.clips.refresh(sample_id, wanted, "Ann")
        for sample_id, wanted in zip(ids, newer, strict=True)
    ]
    assert changed == [True, False, False]
    np.testing.assert_array_equal(project.annotations.load(ids[0]).landmarks, newer[0])
    assert not project.clips.refresh(ids[0], newer[0], "Ann")


def test_a_frame_of_a_folder_is_an_image_of_its_own_file(project, model, new_image):
    folder = project.home / "walk"
    folder.mkdir()
    for at in range(3):
        Image.new("RGB", (64, 48), (at // 2 * 90, 0, 0)).save(folder / f"{at}.png")
    files = ("0.png", "1.png", "2.png")
    new = NewClip(
        folder, content_sha256(folder), 64, 48, np.arange(3.0), is_folder=True, files=files
    )
    clip = project.clips.add(new)
    project.clips.store_tracked(clip.id, model, [piece(0, 0, 3)], 3)
    (track,) = project.clips.tracks(clip.id)
    project.clips.make_sample(track.id, 2, "Ann")
    project.clips.make_sample(track.id, 0, "Ann")
    assert [(image.path.name, image.frame) for image in project.images.all()] == [
        ("2.png", None),
        ("0.png", None),
    ]
    with pytest.raises(Exception, match="the same picture as frame 0"):
        project.clips.make_sample(track.id, 1, "Ann")
    (folder / "1.png").unlink()
    with pytest.raises(Exception, match=r"frame 1 of walk cannot be read .*put its file back"):
        project.clips.make_sample(track.id, 1, "Ann")


def test_no_frame_of_a_folder_becomes_a_sample_that_shows_something_else_by_now(
    project, model, tmp_path
):
    folder = tmp_path / "shot"
    folder.mkdir()
    for at in range(4):
        Image.new("RGB", (64, 48), (at * 60, 0, 0)).save(folder / f"{at}.png")
    files = tuple(f"{at}.png" for at in range(4))
    new = NewClip(
        folder, content_sha256(folder), 64, 48, np.arange(4.0), is_folder=True, files=files
    )
    clip = project.clips.add(new)
    project.clips.store_tracked(clip.id, model, [piece(0, 0, 4)], 4)
    (track,) = project.clips.tracks(clip.id)
    project.clips.make_sample(track.id, 0, "Ann")
    Image.new("RGB", (64, 48), (0, 0, 200)).save(folder / "1.png")
    with pytest.raises(ClipHasChanged, match=r"1\.png has changed since shot was added"):
        project.clips.make_sample(track.id, 1, "Ann")
    project.clips.make_sample(track.id, 2, "Ann")
    frame_sha256s.cache_clear()  # as another program, which has not read what was there
    with pytest.raises(ClipHasChanged, match="put the original back"):
        project.clips.make_sample(track.id, 3, "Ann")
    assert [image.clip_frame for image in project.images.all()] == [0, 2]


def test_no_frame_of_another_video_becomes_a_sample(project, clip, tracked, tmp_path):
    clip.path.write_bytes(b"another film of the same name")
    with pytest.raises(ClipHasChanged, match="put the original back"):
        project.clips.make_sample(tracked[0], 3, "Ann")
    assert project.images.all() == []
    clip.path.write_bytes(clip.name.encode())  # what it was, with other times
    project.clips.make_sample(tracked[0], 3, "Ann")


# A new round.


def test_a_new_model_tracks_anew_and_the_samples_stay_linked(
    project, clip, tracked, model, retrained
):
    edited = project.clips.make_sample(tracked[0], 30, "Ann")
    corrected = moved(project, edited).landmarks
    untouched = project.clips.make_sample(tracked[1], 200, "Ann")
    # The new tracker finds the second face first, and nothing of the first one in some frames.
    for start, stop in ((0, 150), (150, FRAMES)):
        pieces = [piece(0, start, stop, x=400, shift=1), piece(1, start, stop, shift=1)]
        project.clips.store_tracked(clip.id, retrained, pieces, stop)
    new = project.clips.tracks(clip.id)
    assert [track.number for track in new] == [1, 2]
    assert {track.model_id for track in new} == {retrained}
    assert [track.id for track in project.clips.tracks(clip.id, model)] == tracked
    assert project.clips.sample_at(new[0].id, 30) == edited
    assert project.clips.sample_at(new[1].id, 200) == untouched
    (correction,) = project.clips.key_corrections(new[0].id)
    np.testing.assert_array_equal(correction.prediction, mesh(30, shift=1))
    np.testing.assert_array_equal(correction.corrected, corrected)
    np.testing.assert_array_equal(
        project.annotations.load(untouched).prediction, mesh(200, x=400, shift=1)
    )
    assert len(project.samples.summaries()) == 4
    assert project.images.pending(retrained) == []


def test_a_face_that_the_old_model_missed_gets_a_number_of_its_own(
    project, clip, tracked, retrained
):
    project.clips.store_tracked(clip.id, retrained, [piece(0, 0, 50, x=250), *two(0, 50)[1:]], 50)
    assert [track.number for track in project.clips.tracks(clip.id)] == [2, 3]


def test_key_frames_of_another_layout_are_left_out(project, clip, tracked, monkeypatch):
    other_layout = replace(FACE_468, name="face_478", count=478)
    both = MappingProxyType({each.name: each for each in (FACE_468, other_layout)})
    for module in (registered, layouts):
        monkeypatch.setattr(module, "LAYOUTS", both)
    moved(project, project.clips.make_sample(tracked[0], 30, "Ann"))
    other = project.models.register(ModelInfo("irises", "4" * 64, other_layout))
    points = piece(0, 0, 50)
    larger = np.concatenate([points.landmarks, points.landmarks[:, :10]], axis=1)
    project.clips.store_tracked(
        clip.id, other, [type(points)(0, points.frames, larger, points.presence, points.doubt)], 50
    )
    (track,) = project.clips.tracks(clip.id)
    assert project.clips.key_corrections(track.id) == []


# Identities put right.


def test_a_track_is_cut_and_joined_again_with_its_samples(project, clip, tracked):
    early, late = (project.clips.make_sample(tracked[0], each, "Ann") for each in (50, 250))
    before = project.clips.meshes(tracked[0], 0, FRAMES)
    tail = project.clips.cut(tracked[0], 222, "Ann")
    assert (tail.number, tail.first_frame, tail.last_frame, tail.frame_count) == (3, 222, 399, 178)
    head = project.clips.track(tracked[0])
    assert (head.first_frame, head.last_frame, head.frame_count) == (0, 221, 222)
    assert project.clips.sample_at(tracked[0], 50) == early
    assert project.clips.sample_at(tracked[0], 250) is None
    assert project.clips.sample_at(tail.id, 250) == late
    np.testing.assert_array_equal(
        project.clips.meshes(tail.id, 222, FRAMES).landmarks, before.landmarks[222:]
    )
    assert len(project.clips.meshes(tracked[0], 200, 300).frames) == 22
    whole = project.clips.join(tracked[0], tail.id, "Bob")
    assert (whole.number, whole.first_frame, whole.last_frame, whole.frame_count) == (
        1,
        0,
        399,
        400,
    )
    np.testing.assert_array_equal(
        project.clips.meshes(tracked[0], 0, FRAMES).landmarks, before.landmarks
    )
    assert project.clips.sample_at(tracked[0], 250) == late
    with pytest.raises(UnknownTrack, match="joined to another"):
        project.clips.meshes(tail.id, 0, 1)
    told = [(entry.what, entry.who, dict(entry.detail)) for entry in project.audit.entries()]
    assert told == [
        ("cut_track", "Ann", {"clip": clip.id, "track": 1, "frame": 222, "other": 3}),
        ("join_tracks", "Bob", {"clip": clip.id, "track": 1, "frame": 222, "other": 3}),
    ]


def test_the_tracker_goes_on_with_the_tail_of_a_cut_track(project, clip, model):
    project.clips.store_tracked(clip.id, model, two(0, 200), 200)
    first, _ = project.clips.tracks(clip.id)
    tail = project.clips.cut(first.id, 100, "Ann")
    assert [face.number for face in project.clips.last_faces(clip.id, model)] == [1, 0]
    project.clips.store_tracked(clip.id, model, two(200, 300), 300)
    assert project.clips.track(tail.id).last_frame == 299
    assert project.clips.track(first.id).last_frame == 99


def test_swapped_faces_are_put_right_by_two_cuts_and_two_joins(project, tracked):
    left, right = tracked
    sample_id = project.clips.make_sample(left, 300, "Ann")
    left_tail, right_tail = (project.clips.cut(each, 200, "Ann") for each in tracked)
    project.clips.join(left, right_tail.id, "Ann")
    project.clips.join(right, left_tail.id, "Ann")
    np.testing.assert_array_equal(
        project.clips.meshes(left, 300, 301).landmarks[0], mesh(300, x=400.0)
    )
    assert project.clips.sample_at(right, 300) == sample_id
    assert project.clips.make_sample(right, 300, "Ann") == sample_id


def test_faces_seen_together_are_not_joined(project, tracked):
    with pytest.raises(TracksOverlap, match="1 and 2 both have the frames 0 to 399"):
        project.clips.join(*tracked, "Ann")
    with pytest.raises(TracksOverlap, match="one clip, by one model"):
        project.clips.join(tracked[0], tracked[0], "Ann")


@pytest.mark.parametrize("frame", [-1, 0, 400])
def test_a_track_is_cut_between_its_frames(project, tracked, frame):
    with pytest.raises(TracksOverlap, match="frames 0 to 399: cut it at one from 1 on"):
        project.clips.cut(tracked[0], frame, "Ann")


def test_all_of_it_is_there_after_opening_again(project, clip, tracked):
    sample_id = project.clips.make_sample(tracked[0], 120, "Ann")
    address = project.address
    project.close()
    with Project.open(address) as again:
        assert again.clips.all() == [clip]
        assert again.clips.sample_at(tracked[0], 120) == sample_id
        np.testing.assert_array_equal(again.clips.meshes(tracked[0], 5, 6).landmarks[0], mesh(5))


def test_propagated_samples_are_stale_once_their_key_frames_say_something_else(project, tracked):
    track = tracked[0]
    key = project.clips.make_sample(track, 30, "Ann")
    moved(project, key)
    keys = project.clips.key_corrections(track)
    ids = {
        frame: project.clips.make_sample(
            track, frame, "Ann", corrected=corrected(frame, mesh(frame), keys, FACE_468)
        )
        for frame in (40, 50, 60)
    }
    assert project.clips.stale(track) == []
    project.reviews.accept(ids[50], reviewer="Rae")
    moved(project, key)
    stale = project.clips.stale(track)
    assert [(each.sample_id, each.frame) for each in stale] == [(ids[40], 40), (ids[60], 60)]
    for each in stale:
        assert project.clips.refresh(each.sample_id, each.corrected, "Ann")
    assert project.clips.stale(track) == []
    # Without any key frame they should be as predicted.
    project.annotations.undo(key, revision=2)
    project.annotations.undo(key, revision=3)
    (first, _) = project.clips.stale(track)
    np.testing.assert_array_equal(first.corrected, mesh(40))
