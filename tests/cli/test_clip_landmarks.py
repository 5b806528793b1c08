"""The command `landmarks` with a clip: one file of meshes with frames and times."""

import csv
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from tests.clips import portrait_frames, write_clip

FRAMES = 12
TIMES = [0.0, *np.cumsum(np.tile([0.02, 0.05], FRAMES))[: FRAMES - 1].round(3)]


@pytest.fixture(scope="session")
def filmed(tmp_path_factory):
    path = tmp_path_factory.mktemp("filmed") / "two.mkv"
    return write_clip(path, portrait_frames(FRAMES, 320, 160, faces=2), times=TIMES)


def saved(command, clip, output, *options):
    code, out, err = command("landmarks", clip, "--output", output, *options)
    assert (code, err) == (0, ""), out
    return out


def test_a_clip_becomes_arrays_with_frames_times_and_tracks(command, filmed, tmp_path):
    out = saved(command, filmed, tmp_path / "m.npz")
    assert out == f"followed 2 faces in 12 of 12 frames, written to {tmp_path / 'm.npz'}\n"
    with np.load(tmp_path / "m.npz") as arrays:
        found = dict(arrays)
    assert found["landmarks"].shape == (2 * FRAMES, 468, 3)
    assert found["landmarks"].dtype == np.float32
    assert found["frames"].tolist() == np.repeat(np.arange(FRAMES), 2).tolist()
    assert found["times"] == pytest.approx(np.repeat(TIMES, 2), abs=1e-3)
    assert sorted(set(found["tracks"].tolist())) == [0, 1]
    assert found["presence"].min() > 0.5
    assert found["clip_times"] == pytest.approx(TIMES, abs=1e-3)
    assert (found["size"].tolist(), str(found["layout"])) == ([320, 160], "face_468")


def test_all_kinds_of_files_say_the_same(command, filmed, tmp_path):
    for ending in ("npz", "csv", "json"):
        saved(command, filmed, tmp_path / f"m.{ending}", "--quality")
    with np.load(tmp_path / "m.npz") as arrays:
        meshes, doubts = arrays["landmarks"], arrays["doubt"]
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    names = [f"{axis}{vertex}" for vertex in range(468) for axis in "xyz"]
    table = np.array([[row[name] for name in names] for row in rows], np.float32)
    assert np.array_equal(table.reshape(meshes.shape), meshes)
    told = json.loads((tmp_path / "m.json").read_text("utf-8"))
    faces = [face for frame in told["frames"] for face in frame["faces"]]
    assert np.array_equal(np.array([face["landmarks"] for face in faces], np.float32), meshes)
    assert [face["doubt"] for face in faces if "doubt" in face] == pytest.approx(
        doubts[np.isfinite(doubts)].tolist()
    )
    assert [frame["frame"] for frame in told["frames"]] == list(range(FRAMES))


@pytest.mark.parametrize(
    "how", [["--filter", "pose_shape"], ["--filter", "mediapipe"], ["--smooth"]]
)
def test_meshes_are_steadier_when_that_is_asked_for_and_raw_otherwise(command, tmp_path, how):
    clip = write_clip(
        tmp_path / "still.mp4", portrait_frames(20, 192, 144, motion="still", noise=6)
    )
    saved(command, clip, tmp_path / "raw.npz")
    saved(command, clip, tmp_path / "steady.npz", *how)

    def trembling(name):
        with np.load(tmp_path / name) as arrays:
            return np.abs(np.diff(arrays["landmarks"][..., :2], n=2, axis=0)).mean()

    assert trembling("steady.npz") < 0.7 * trembling("raw.npz")


def test_a_folder_of_frames_is_a_clip_where_that_is_said(command, tmp_path):
    folder = tmp_path / "shot"
    folder.mkdir()
    for number, frame in enumerate(portrait_frames(3, 192, 144)):
        Image.fromarray(frame).save(folder / f"{number}.png")
    saved(command, folder, tmp_path / "m.npz", "--sequence", "--fps", "20")
    with np.load(tmp_path / "m.npz") as arrays:
        assert arrays["clip_times"].tolist() == [0.0, 0.05, 0.1]
    saved(command, folder, tmp_path / "each.npz", "--no-small-faces")
    with np.load(tmp_path / "each.npz") as arrays:
        assert set(arrays) == {"0.png", "1.png", "2.png"}


def test_a_clip_without_a_face_has_arrays_without_rows(command, tmp_path):
    grey = [np.full((96, 128, 3), 90 + n, np.uint8) for n in range(3)]
    clip = write_clip(tmp_path / "grey.mp4", grey)
    for ending in ("npz", "csv", "json"):
        saved(command, clip, tmp_path / f"m.{ending}", "--filter", "pose_shape")
    saved(command, clip, tmp_path / "m.npz", "--smooth")
    with np.load(tmp_path / "m.npz") as arrays:
        assert arrays["landmarks"].shape == (0, 468, 3)
        assert len(arrays["clip_times"]) == 3
    assert json.loads((tmp_path / "m.json").read_text("utf-8"))["frames"] == []


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "wrong",
    [
        ["--output", "m.txt"],
        ["--output", "nowhere/m.npz"],
        ["--output", "m.npz", "--filter", "coffee"],
        ["--output", "m.npz", "--filter", "mediapipe", "--smooth"],
        ["--output", "m.npz", "--sequence"],
        ["--output", "m.npz", "--faces", "0"],
        ["--output", "m.npz", "more.mp4"],
    ],
)
def test_what_cannot_be_done_so_is_a_mistake_in_usage(
    command, filmed, folder, wrong, assert_one_line
):
    shutil.copy(filmed, "more.mp4")
    code, out, err = command("landmarks", filmed, *wrong)
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert not list(folder.glob("m.*"))


def test_what_is_for_clips_is_refused_for_photographs(command, tmp_path, photos, assert_one_line):
    code, _, err = command("landmarks", photos, "--output", tmp_path / "m.npz", "--smooth")
    assert code == 2
    assert_one_line(err)


def test_a_clip_that_cannot_be_read_leaves_the_older_file(
    command, filmed, tmp_path, assert_one_line
):
    output = tmp_path / "m.npz"
    output.write_bytes(b"older")
    cut_off = tmp_path / "cut.mp4"
    whole = write_clip(tmp_path / "whole.mp4", portrait_frames(4, 192, 144)).read_bytes()
    cut_off.write_bytes(whole[: len(whole) // 2])
    code, out, err = command("landmarks", cut_off, "--output", output)
    assert (code, out, output.read_bytes()) == (1, "", b"older")
    assert_one_line(err)
