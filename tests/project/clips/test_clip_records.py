"""What lists, records and tables say of frames of clips, beside photographs."""

from __future__ import annotations

import pandas as pd
import pytest

from annotator.imaging.clips import content_sha256
from annotator.project import NewClip, Project
from tests.tracks import two


@pytest.fixture
def project(predicted: Project) -> Project:
    """Samples 1 to 3 of photographs."""
    return predicted


@pytest.fixture
def mixed(project: Project, clip, model) -> Project:
    """Samples 4 and 5 of a frame of a clip, too."""
    project.clips.store_tracked(clip.id, model, two(0, 60), 60)
    project.clips.make_sample(project.clips.tracks(clip.id)[1].id, 50, "Ann")
    return project


def test_lists_name_the_clip_the_frame_and_the_track(mixed, clip):
    photograph, *_, first, second = mixed.samples.summaries()
    assert photograph.image_name == "a.jpg"
    assert (photograph.clip_name, photograph.clip_frame, photograph.clip_track) == (None,) * 3
    assert first.image_name == "clip.mp4 · frame 50"
    assert (first.clip_id, first.clip_name) == (clip.id, "clip.mp4")
    assert (first.clip_frame, first.clip_time) == (50, 2.0)
    assert [first.clip_track, second.clip_track] == [1, 2]
    assert first.picture.frame == 50
    assert mixed.samples.get(5) == second


def test_records_of_images_name_them_too(mixed, clip):
    *_, record = mixed.images.all()
    assert (record.name, record.clip_name) == ("clip.mp4 · frame 50", "clip.mp4")
    assert (record.clip_id, record.clip_frame, record.clip_time) == (clip.id, 50, 2.0)
    assert record.clip_sha256 == clip.sha256
    assert mixed.images.get(record.id) == record
    assert mixed.images.all()[0].clip_name is None


def test_accepted_samples_carry_them(mixed, clip):
    for sample_id in (1, 5):
        mixed.reviews.accept(sample_id, reviewer="Rae")
    by_id = {sample.sample_id: sample for sample in mixed.samples.accepted()}
    assert (by_id[1].clip_track, by_id[1].image.clip_name) == (None, None)
    assert (by_id[5].clip_track, by_id[5].image.clip_sha256) == (2, clip.sha256)


def test_the_table_has_columns_of_clips(mixed, clip):
    table = mixed.to_dataframe().set_index("sample_id")
    assert table.loc[5, "clip"] == str(clip.path)
    assert table.loc[5, ["clip_frame", "clip_time", "clip_track"]].tolist() == [50, 2.0, 2]
    assert table.loc[1, ["clip", "clip_frame", "clip_time", "clip_track"]].isna().all()
    assert table["clip_frame"].dtype == pd.Int64Dtype()


def test_a_frame_of_a_folder_is_called_by_its_number(project, model, tmp_path):
    folder = tmp_path / "walk"
    folder.mkdir()
    (folder / "x7.ppm").write_bytes(b"P6 1 1 255\n" + bytes(3))
    new = NewClip(
        folder,
        content_sha256(folder),
        640,
        480,
        pd.Series([0.0]).to_numpy(),
        is_folder=True,
        files=("x7.ppm",),
    )
    clip = project.clips.add(new)
    project.clips.store_tracked(clip.id, model, two(0, 1), 1)
    project.clips.make_sample(project.clips.tracks(clip.id)[0].id, 0, "Ann")
    assert project.samples.summaries()[-1].image_name == "walk · frame 0"
    assert project.images.all()[-1].path == folder / "x7.ppm"
