"""Whatever a video's container and coding, a number leads to its frame, at its time."""

import os
from pathlib import Path

import numpy as np
import pytest

from annotator.imaging import ImageError, Picture
from annotator.imaging.clips import ClipError, content_sha256, inspect_clip, open_clip
from annotator.system.hashing import file_sha256
from tests.clips import number_of, painted_frames, write_clip

COUNT = 40
KINDS = [
    ("libx264", ".mp4"),
    ("libx264", ".mkv"),
    ("libx264", ".mov"),
    ("libx264", ".ts"),
    ("libx265", ".mp4"),
    ("libx265", ".mkv"),
    ("libvpx-vp9", ".webm"),
    ("libvpx", ".webm"),
    ("libsvtav1", ".mp4"),
    ("mpeg4", ".avi"),
    ("mpeg2video", ".mpg"),
]


def uneven_times(count: int, seed: int = 0) -> np.ndarray:
    """Return times in whole milliseconds, from 0 on, as phones record them in bad light."""
    steps = np.random.default_rng(seed).choice([17, 33, 40, 100], count - 1)
    return np.concatenate([[0], np.cumsum(steps)]) / 1000


@pytest.mark.parametrize(("codec", "suffix"), KINDS)
def test_every_frame_comes_in_order_and_at_random_and_at_its_time(
    tmp_path: Path, codec: str, suffix: str
) -> None:
    times = None if suffix in (".avi", ".mpg") else uneven_times(COUNT)
    path = write_clip(tmp_path / f"clip{suffix}", painted_frames(COUNT), codec=codec, times=times)
    expected = np.arange(COUNT) / 30 if times is None else times
    with open_clip(path) as clip:
        assert len(clip) == COUNT
        np.testing.assert_allclose(
            clip.info.times, expected, atol=1e-9 if times is not None else 2e-3
        )
        in_order = [(number, number_of(image)) for number, image in clip.frames()]
        assert in_order == [(number, number) for number in range(COUNT)]
        for number in np.random.default_rng(1).permutation(COUNT)[:15].tolist():
            assert number_of(clip.read(number)) == number
        for number in range(20, 14, -1):
            assert number_of(clip.read(number)) == number


def test_part_of_a_clip_comes_in_order(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", painted_frames(COUNT))
    with open_clip(path) as clip:
        assert [number for number, _ in clip.frames(7, 30)] == list(range(7, 30))
        assert [number_of(image) for _, image in clip.frames(38)] == [38, 39]
        assert list(clip.frames(12, 12)) == []


def test_a_picture_of_a_video_reads_its_frame(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", painted_frames(COUNT))
    picture = Picture(path, 23)
    assert number_of(picture.read()) == 23
    assert number_of(picture.load().decode_noted()[0]) == 23
    assert picture.load().pixels == 192 * 128
    info = picture.info()
    assert (info.width, info.height, info.format) == (192, 128, "h264")
    small = picture.thumbnail(96)
    assert small.shape == (64, 96, 3)
    assert number_of(small) == 23
    assert picture.content_hash() == Picture(path, 0).content_hash()
    assert picture.coded_hash() is None


@pytest.mark.parametrize("number", [-1, COUNT, 10**9])
def test_a_frame_that_is_not_there_is_refused(tmp_path: Path, number: int) -> None:
    path = write_clip(tmp_path / "clip.mp4", painted_frames(COUNT))
    with (
        open_clip(path) as clip,
        pytest.raises(ClipError, match=f"there is no frame {number}: the"),
    ):
        clip.read(number)
    with pytest.raises(ImageError, match=f"the clip has {COUNT}, counted from 0"):
        Picture(path, number).read()


def test_a_clip_that_was_exchanged_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", painted_frames(COUNT))
    info = inspect_clip(path)
    assert len(inspect_clip(write_clip(path, painted_frames(5)))) == 5
    with pytest.raises(ClipError, match="the clip has changed"):
        open_clip(path, info)


def test_numbers_of_one_file_are_never_looked_up_in_another(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", painted_frames(COUNT))
    with open_clip(path) as clip:
        os.utime(path)
        assert [number for number, _ in clip.frames(30)] == list(range(30, COUNT))
        write_clip(path, painted_frames(COUNT), rate=25)
        with pytest.raises(ClipError, match="the file has changed since it was opened"):
            clip.read(3)
        path.unlink()
        with pytest.raises(ClipError, match="the file cannot be read"):
            list(clip.frames())


def test_a_video_may_be_larger_than_any_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.imaging.picture.MAX_BYTES", 100)
    path = write_clip(tmp_path / "clip.mp4", painted_frames(3))
    assert Picture(path, 0).content_hash() == content_sha256(path) == file_sha256(path)
    assert number_of(Picture(path, 2).read()) == 2
    with pytest.raises(OSError, match="larger than any image"):
        Picture(path).content_hash()


def test_a_frame_of_odd_width_is_laid_out_without_gaps_and_stays_when_the_next_come(
    tmp_path: Path,
) -> None:
    frames = list(painted_frames(COUNT, 322, 240))
    path = write_clip(tmp_path / "clip.mkv", frames, codec="libx264")
    with open_clip(path) as clip:
        kept = [image for _, image in clip.frames()]
        assert [number_of(image) for image in kept] == list(range(COUNT))
        assert all(image.flags.c_contiguous and image.shape == (240, 322, 3) for image in kept)


def test_whoever_paints_on_a_frame_that_was_stored_as_rgb_paints_on_no_other(
    tmp_path: Path,
) -> None:
    frames = list(painted_frames(12))
    path = write_clip(tmp_path / "clip.mov", frames, codec="qtrle", pixels="rgb24")
    with open_clip(path) as clip:
        clip.read(3)[:] = 0
        np.testing.assert_array_equal(clip.read(3), frames[3])
        for number, image in clip.frames():
            np.testing.assert_array_equal(image, frames[number])
            image[:] = 0
