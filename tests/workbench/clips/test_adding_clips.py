"""Clips come into a project as photographs do, and are predicted with them."""

from pathlib import Path

from annotator.project import Project
from annotator.workbench.steps import adding
from tests.tracked import write_portraits


def test_a_clip_among_what_is_added_is_taken_in_and_its_faces_are_followed(tmp_path: Path) -> None:
    clip = write_portraits(tmp_path / "walk.mp4", count=6)
    with Project.create(tmp_path / "faces") as project:
        steps = list(adding(project, [clip], copy=False))
        (record,) = project.clips.all()
        (track,) = project.clips.tracks(record.id)
        assert track.frame_count == 6
        assert not project.samples.summaries()
    assert "Followed the faces of 1 clip, 6 meshes" in steps[-1].text
