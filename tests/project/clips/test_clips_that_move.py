"""Clips that are taken out, come back, lie elsewhere or are gone, and tracks that are damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from annotator.imaging.clips import content_sha256
from annotator.project import DamagedProject, NewClip, Project, ProjectError, UnknownClip
from annotator.workflow.checking import check_project
from tests.tracks import FRAMES, mesh, two


@pytest.fixture
def video(project: Project) -> Path:
    """A file that stands for a video; what is in it nobody reads here."""
    file = project.home / "walk.mp4"
    file.write_bytes(b"a walk")
    return file


@pytest.fixture
def walk(project: Project, video: Path, model) -> int:
    """A clip of that file, tracked."""
    stamp = video.stat()
    new = NewClip(
        video, content_sha256(video), 640, 480, np.arange(FRAMES) / 25,
        file_size=stamp.st_size,
    )  # fmt: skip
    clip = project.clips.add(new)
    project.clips.store_tracked(clip.id, model, two(0, 100), 100)
    return clip.id


def sampled(project: Project, clip_id: int, *frames: int) -> list[int]:
    track = project.clips.tracks(clip_id)[0].id
    return [project.clips.make_sample(track, frame, "Ann") for frame in frames]


def test_a_removed_clip_takes_its_frames_along_and_brings_them_back(project, walk, edit):
    kept, gone_before = sampled(project, walk, 5, 6)
    edit(project, kept)
    project.removals.remove([project.samples.image_of(gone_before)], by="Ann")
    project.clips.remove(walk, by="Ann")
    assert project.clips.all() == []
    assert project.samples.summaries() == []
    assert [clip.id for clip in project.clips.removed()] == [walk]
    with pytest.raises(UnknownClip, match="was removed"):
        sampled(project, walk, 7)
    project.clips.restore(walk, by="Rae")
    assert [sample.clip_frame for sample in project.samples.summaries()] == [5, 5]
    assert project.annotations.strokes(kept)
    said = [(entry.what, entry.who) for entry in project.audit.entries()]
    assert said == [
        ("remove", "Ann"),
        ("remove_clip", "Ann"),
        ("remove", "Ann"),
        ("restore_clip", "Rae"),
        ("restore", "Rae"),
    ]


def test_a_removed_clip_that_is_added_again_is_back(project, walk, video):
    sampled(project, walk, 5)
    project.clips.remove(walk, by="Ann")
    before = project.clips.get(walk)
    new = NewClip(video, before.sha256, 640, 480, np.arange(FRAMES) / 25)
    assert project.clips.add(new).id == walk
    assert len(project.samples.summaries()) == 2
    assert [done for _, done in project.clips.pending(1)] == [100]


def test_only_a_removed_clip_is_deleted_for_good(project, walk, place):
    (sample_id,) = sampled(project, walk, 5)
    with pytest.raises(ProjectError, match="remove it first"):
        project.clips.delete(walk, by="Ann")
    project.clips.remove(walk, by="Ann")
    project.clips.delete(walk, by="Ann")
    assert project.clips.removed() == project.removals.all() == []
    with pytest.raises(ProjectError, match=f"no sample {sample_id}"):
        project.annotations.load(sample_id)
    assert [entry.what for entry in project.audit.entries()][-1] == "delete_clip_for_good"
    place.assert_sound(project.address)


def test_a_clip_follows_to_where_it_is_with_its_frames(project, walk, video, tmp_path):
    sampled(project, walk, 5)
    elsewhere = tmp_path / "elsewhere.mp4"
    video.rename(elsewhere)
    assert project.clips.relocate(walk, elsewhere).path == elsewhere
    assert [image.path for image in project.images.all()] == [elsewhere]
    assert project.samples.summaries()[0].image_name == "elsewhere.mp4 · frame 5"


def test_another_clip_is_not_taken_for_one_that_is_gone(project, walk, video, tmp_path):
    other = tmp_path / "other.mp4"
    other.write_bytes(b"something else")
    with pytest.raises(ProjectError, match=r"is not the clip walk\.mp4"):
        project.clips.relocate(walk, other)
    assert project.clips.get(walk).path == video


def test_a_clip_whose_file_is_gone_follows_to_where_it_is_added(project, walk, video, tmp_path):
    sampled(project, walk, 5)
    elsewhere = tmp_path / "elsewhere.mp4"
    video.rename(elsewhere)
    new = NewClip(elsewhere, content_sha256(elsewhere), 640, 480, np.arange(FRAMES) / 25)
    clip = project.clips.add(new)
    assert (clip.id, clip.path) == (walk, elsewhere)
    assert [image.path for image in project.images.all()] == [elsewhere]


def test_a_second_copy_of_a_clip_leaves_it_where_it_is(project, walk, video, tmp_path):
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(video.read_bytes())
    new = NewClip(copy, content_sha256(copy), 640, 480, np.arange(FRAMES) / 25)
    assert project.clips.add(new).path == video


def test_frames_whose_clip_made_room_for_another_have_failed(project, walk, video):
    sampled(project, walk, 5)
    video.write_bytes(b"another walk")
    new = NewClip(video, content_sha256(video), 640, 480, np.arange(10) / 25)
    other = project.clips.add(new)
    assert other.id != walk
    (failed,) = project.images.failed()
    assert failed.path == video
    assert "put the original back" in failed.reason


# Damage.


def spoil(project: Project, column: str, value: str) -> None:
    """Change a chunk of the second face behind the program's back."""
    project.close()
    with closing(sqlite3.connect(project.home / "project.sqlite")) as connection:
        connection.execute(f"UPDATE track_chunks SET {column} = {value} WHERE track_id = 2")
        connection.commit()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("meshes", "CAST(substr(meshes, 1, 50) || x'00' || substr(meshes, 52) AS BLOB)"),
        ("meshes", "x''"),
        ("meshes", "'text'"),
        ("digest", "zeroblob(8)"),
        ("doubt", "zeroblob(length(doubt))"),
        ("presence", "zeroblob(length(presence))"),
        ("last_frame", "last_frame + 1"),
    ],
)
def test_damaged_meshes_of_a_track_are_told_and_never_shown(project, walk, column, value):
    spoil(project, column, value)
    with Project.open(project.address) as again:
        np.testing.assert_array_equal(again.clips.meshes(1, 3, 4).landmarks[0], mesh(3))
        with pytest.raises(DamagedProject, match="damaged"):
            again.clips.meshes(2, 3, 4)
        found = check_project(again)
        assert [str(each) for each in found.tracks] == [
            f"face 2 in frames 0 to {99 + (column == 'last_frame')} of walk.mp4 is damaged: "
            "the bytes of its meshes are not those that were stored"
        ]
        assert not found.are_none


def test_a_backup_says_what_is_damaged_of_tracks(project, walk, tmp_path):
    spoil(project, "digest", "zeroblob(8)")
    with Project.open(project.address) as again:
        made = again.back_up(tmp_path / "copy.facemesh")
    assert ["face 2 in frames 0 to 99" in each for each in made.damaged] == [True]
