"""A folder of images is a sequence once somebody says so."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import Picture
from annotator.imaging.clips import ClipError, content_sha256, inspect_clip, is_clip, open_clip
from annotator.imaging.clips.folder import FolderClip
from tests.clips import number_of, painted_frames


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve frames whose names count without zeros, and a text."""
    path = tmp_path / "take 1"
    path.mkdir()
    for number, frame in enumerate(painted_frames(12)):
        Image.fromarray(frame).save(path / f"frame{number}.png")
    (path / "notes.txt").write_text("take 1", encoding="utf-8")
    (path / ".hidden.png").write_bytes(b"")
    return path


def test_frames_come_in_the_order_in_which_people_count(folder: Path) -> None:
    with open_clip(folder) as clip:
        assert [number_of(image) for _, image in clip.frames()] == list(range(12))
        assert number_of(clip.read(10)) == 10
        assert clip.picture(10) == Picture(folder / "frame10.png")
        assert (clip.info.width, clip.info.height, clip.info.codec) == (192, 128, "images")
        np.testing.assert_allclose(clip.info.times, np.arange(12) / 30)
        assert clip.info.note == ""
    assert not is_clip(folder)


def test_the_rate_can_be_given(folder: Path) -> None:
    assert inspect_clip(folder, fps=4).times[-1] == pytest.approx(11 / 4)
    with open_clip(folder, fps=24) as clip:
        assert clip.info.times[1] == pytest.approx(1 / 24)
    for rate in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ClipError, match="expected a number of frames a second above 0"):
            inspect_clip(folder, fps=rate)


def test_a_frame_that_cannot_be_read_is_listed_and_keeps_its_number(folder: Path) -> None:
    (folder / "frame4.png").write_bytes(b"no image")
    whole = (folder / "frame7.png").read_bytes()
    (folder / "frame7.png").write_bytes(whole[:10])
    with FolderClip(folder) as clip:
        assert len(clip) == 12
        assert [name for name, _ in clip.unreadable] == ["frame4.png", "frame7.png"]
        assert clip.info.note == "2 of 12 frames cannot be read"
        shown = [number for number, _ in clip.frames()]
        assert shown == [number for number in range(12) if number not in (4, 7)]
        with pytest.raises(ClipError, match=r"^frame4.png: not an image"):
            clip.read(4)
        with pytest.raises(ClipError, match="there is no frame 12: the clip has 12"):
            clip.read(12)


def test_images_of_two_sizes_are_no_sequence(folder: Path) -> None:
    Image.fromarray(next(painted_frames(1, 96, 64))).save(folder / "frame5.png")
    with pytest.raises(ClipError, match=r"no sequence: frame0.png is 192 x 128 pixels, frame5.png"):
        open_clip(folder)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClipError, match="the folder holds no images"):
        open_clip(tmp_path)
    (tmp_path / "one.jpg").write_bytes(b"")
    with pytest.raises(ClipError, match=r"none of the folder's images can be read; one.jpg: the"):
        open_clip(tmp_path)


def test_its_content_is_that_of_its_frames_and_their_names(folder: Path) -> None:
    before = content_sha256(folder)
    (folder / "notes.txt").write_text("take 2", encoding="utf-8")
    assert content_sha256(folder) == before
    (folder / "frame3.png").rename(folder / "frame12.png")
    renamed = content_sha256(folder)
    assert renamed != before
    Image.fromarray(next(painted_frames(1, first=99))).save(folder / "frame12.png")
    assert content_sha256(folder) not in (before, renamed)
