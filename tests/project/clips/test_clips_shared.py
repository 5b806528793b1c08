"""Clips that several programs work on, programs that are killed, and what lists read of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, event

from annotator.project import Project
from annotator.project.engine.sqlite import SqliteEngine
from annotator.system.hashing import file_stamp
from tests.tracks import FRAMES, mesh

MAKING = """
import sys
from annotator.project import Project

address, track = sys.argv[1], int(sys.argv[2])
with Project.open(address) as project:
    print("ready", flush=True)
    for frame in range(0, 60, 3):
        print(project.clips.make_sample(track, frame, "Ann"), flush=True)
"""

# Told to "wait", it stays before its last portion until it is killed, however late.
TRACKING = """
import os
import sys
import threading
from annotator.project import Project
from tests.tracks import FRAMES, two

address, clip, model = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with Project.open(address) as project:
    ((_, done),) = project.clips.pending(model)
    for start in range(done, FRAMES, 10):
        if start + 10 >= FRAMES and sys.argv[4:] == ["wait"]:
            os.close(1)
            threading.Event().wait()
        project.clips.store_tracked(clip, model, two(start, start + 10), start + 10)
        print(start, flush=True)
"""


def test_programs_that_make_the_same_samples_make_them_once(project, tracked, start_program):
    programs = [start_program(MAKING, project.address, track) for track in tracked]
    for program in programs:
        program.communicate()
        assert program.returncode == 0
    assert len(project.images.all()) == 20
    samples = project.samples.summaries()
    assert [(each.clip_frame, each.clip_track) for each in samples] == sorted(
        (each.clip_frame, each.clip_track) for each in samples
    )
    assert {each.track_id for each in samples} == set(tracked)
    assert len(samples) == 40


def test_a_killed_tracking_goes_on_with_whole_portions(project, clip, model, start_program):
    program = start_program(TRACKING, project.address, clip.id, model, "wait")
    for _ in range(3):
        program.stdout.readline()
    program.kill()
    program.wait()
    ((_, done),) = project.clips.pending(model)
    assert done >= 30
    assert done % 10 == 0
    assert {track.last_frame for track in project.clips.tracks(clip.id)} == {done - 1}
    again = start_program(TRACKING, project.address, clip.id, model)
    again.communicate()
    assert again.returncode == 0
    first, second = project.clips.tracks(clip.id)
    assert (first.frame_count, second.frame_count) == (FRAMES, FRAMES)
    assert list(project.clips.damaged()) == []
    np.testing.assert_array_equal(
        project.clips.meshes(first.id, done, done + 1).landmarks[0], mesh(done)
    )


def test_no_list_reads_meshes_of_tracks(project, clip, tracked, model):
    project.clips.make_sample(tracked[0], 5, "Ann")
    sent: list[str] = []

    def on_execute(connection: object, cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", on_execute)
    try:
        project.samples.summaries()
        project.images.all()
        project.clips.all()
        project.clips.tracks(clip.id)
        project.clips.pending(model)
        project.clips.states(tracked[0])
        project.clips.sample_at(tracked[0], 5)
        assert sent
        assert not [statement for statement in sent if "track_chunks" in statement]
        assert not [statement for statement in sent if "clips.times" in statement]
    finally:
        event.remove(Engine, "before_cursor_execute", on_execute)


def test_an_opinion_of_a_frame_knows_its_track(project, tracked):
    sample_id = project.clips.make_sample(tracked[1], 5, "Ann")
    project.opinions.ask([(sample_id, "Bob")], by="Ann")
    (opinion,) = [each for each in project.samples.summaries(person="Bob") if each.id > sample_id]
    assert (opinion.clip_track, opinion.clip_frame) == (2, 5)
    assert project.clips.sample_at(tracked[1], 5) == sample_id
    project.clips.cut(tracked[1], 5, "Ann")
    (moved,) = [each for each in project.samples.summaries(person="Bob") if each.id == opinion.id]
    assert moved.clip_track == 3


def test_windows_hear_that_samples_moved_to_another_track(project, tracked):
    sample_id = project.clips.make_sample(tracked[1], 50, "Ann")
    before = project.samples.last_change()
    project.clips.cut(tracked[1], 20, "Ann")
    assert list(project.samples.changed_since(before)) == [sample_id]


def test_a_deleted_face_stays_deleted_when_its_frame_is_asked_for_again(project, tracked):
    sample_id = project.clips.make_sample(tracked[0], 5, "Ann")
    project.reviews.delete(sample_id, reviewer="Ann")
    assert project.clips.make_sample(tracked[0], 5, "Ann", corrected=mesh(5) + 1) == sample_id
    assert project.samples.get(sample_id).state == "deleted"


def test_a_video_that_was_added_need_not_be_read_again(project, new_clip, tmp_path):
    file = tmp_path / "walk.mp4"
    file.write_bytes(b"a walk")
    new = new_clip(file)
    size, modified = file_stamp(file)
    project.clips.add(replace(new, file_size=size, modified_ns=modified))
    assert project.clips.unchanged([file, Path("other.mp4")]) == {file}
    file.write_bytes(b"another walk")
    assert project.clips.unchanged([file]) == set()


@pytest.mark.parametrize("revision", ["0012"])
def test_a_project_without_clips_gets_none_by_its_upgrade(tmp_path, revision):
    SqliteEngine.create(str(tmp_path / "old"), revision=revision)
    with Project.open(tmp_path / "old") as project:
        assert project.clips.all() == []
    with closing(sqlite3.connect(tmp_path / "old" / "project.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
