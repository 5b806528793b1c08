"""Videos as phones, broadcasters and editors make them are shown as a player shows them."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from annotator.imaging.clips import ClipError, inspect_clip, open_clip
from annotator.imaging.clips.upright import square_size, turned
from tests.clips import Frame, number_of, painted_frames, write_clip

COUNT = 24


def corners(_number: int = 0) -> Frame:
    """(96, 128, 3): another colour in each corner."""
    frame = np.full((96, 128, 3), 128, np.uint8)
    frame[:48, :64], frame[:48, 64:] = (200, 40, 40), (40, 180, 60)
    frame[48:, :64], frame[48:, 64:] = (50, 70, 200), (220, 210, 50)
    return frame


def numbers_in(path: Path) -> list[tuple[int, int | None]]:
    with open_clip(path) as clip:
        return [(number, number_of(image)) for number, image in clip.frames()]


def remuxed(source: Path, target: Path, kept: Callable[[int], bool], shift: float = 0) -> Path:
    """Write a video's packets, in the order of decoding, into another, earlier by some seconds."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        video = read.streams.video[0]
        stream: Any = written.add_stream_from_template(video)
        earlier = round(Fraction(shift).limit_denominator(1000) / video.time_base)
        for number, packet in enumerate(read.demux(video)):
            if packet.size and kept(number):
                packet.stream = stream
                packet.pts -= earlier
                packet.dts -= earlier
                written.mux(packet)
    return target


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_video_is_turned_upright(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    frames = [corners()] * 2
    path = write_clip(tmp_path / "clip.mp4", frames, rotation=rotation, mirrored=mirrored)
    with open_clip(path) as clip:
        assert (clip.info.width, clip.info.height) == (128, 96)
        assert clip.info.rotation == rotation
        error = np.abs(clip.read(0).astype(int) - corners())
    assert np.median(error) <= 4


def test_what_is_no_display_matrix_turns_nothing() -> None:
    assert turned(None) == turned(b"") == turned(bytes(35)) == turned(bytes(36)) == (0, False)


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("colours", [None, 1, 5])
def test_colours_come_back_by_the_matrix_and_range_that_the_file_names(
    tmp_path: Path, colours: int | None, full_range: bool
) -> None:
    path = write_clip(
        tmp_path / "clip.mp4",
        [corners()] * 2,
        colours=colours,
        full_range=full_range,
        options={"crf": "4"},
    )
    with open_clip(path) as clip:
        found = clip.read(1)[24::48, 32::64].astype(int)
    np.testing.assert_allclose(found, corners()[24::48, 32::64], atol=5)


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mkv", painted_frames(COUNT), aspect=Fraction(4, 3))
    info = inspect_clip(path)
    assert (info.width, info.height) == (256, 128)
    assert info.note == "pixels are not square: 192 x 128 stored, 256 x 128 shown"
    assert numbers_in(path) == [(number, number) for number in range(COUNT)]


def test_the_side_that_is_too_short_is_stretched() -> None:
    assert square_size(720, 576, Fraction(16, 15)) == (768, 576)
    assert square_size(1440, 1080, Fraction(4, 3)) == (1920, 1080)
    assert square_size(720, 480, Fraction(8, 9)) == (720, 540)
    assert square_size(100, 50, None) == square_size(100, 50, Fraction(0)) == (100, 50)
    assert square_size(100, 50, Fraction(500)) == (100, 50)


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ({"pixels": "yuv420p10le"}, "more than 8 bits a colour, of which 8 are read"),
        ({"options": {"x264-params": "tff=1:interlaced=1"}}, "interlaced: moving edges are combed"),
        ({"options": {"color_trc": "smpte2084"}}, "HDR (PQ): colours are shown pale"),
        ({"pixels": "yuv444p"}, ""),
        ({"sound": True}, ""),
        ({"gop": 1}, ""),
        ({"gop": 250, "options": {"bf": "8"}}, ""),
        ({"options": {"x264-params": "open-gop=1:scenecut=0"}}, ""),
    ],
)
def test_what_is_unusual_is_told_and_its_frames_are_right(
    tmp_path: Path, given: dict[str, Any], note: str
) -> None:
    path = write_clip(tmp_path / "clip.mkv", painted_frames(COUNT), **given)
    assert inspect_clip(path).note == note
    assert numbers_in(path) == [(number, number) for number in range(COUNT)]
    with open_clip(path) as clip:
        assert [number_of(clip.read(number)) for number in (23, 11, 13, 12)] == [23, 11, 13, 12]


def test_sides_of_odd_length_keep_their_last_row_and_column(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "clip.mkv", painted_frames(3, 193, 127), codec="ffv1", pixels="yuv420p"
    )
    assert next(open_clip(path).frames())[1].shape == (127, 193, 3)


def test_frames_outside_an_edit_list_are_not_counted(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4", painted_frames(COUNT))
    path = remuxed(whole, tmp_path / "cut.mp4", lambda _: True, shift=7 / 30)
    info = inspect_clip(path)
    assert info.note == ""
    np.testing.assert_allclose(info.times, np.arange(COUNT - 7) / 30, atol=2e-3)
    assert numbers_in(path) == [(number, number + 7) for number in range(COUNT - 7)]
    with open_clip(path) as clip:
        assert [number_of(clip.read(number)) for number in (16, 0, 3)] == [23, 7, 10]


def test_a_video_that_begins_late_begins_at_zero(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4", painted_frames(COUNT))
    path = remuxed(whole, tmp_path / "late.mkv", lambda _: True, shift=-2.5)
    assert inspect_clip(path).times[0] == 0
    assert numbers_in(path) == [(number, number) for number in range(COUNT)]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".ts"])
def test_frames_before_the_first_key_frame_are_numbered_and_cannot_be_shown(
    tmp_path: Path, suffix: str
) -> None:
    whole = write_clip(tmp_path / f"whole{suffix}", painted_frames(COUNT))
    path = remuxed(whole, tmp_path / f"cut{suffix}", lambda number: number >= 5)
    with open_clip(path) as clip:
        assert len(clip) == COUNT - 5
        lost = 12 - 5  # the next key frame is the thirteenth
        assert (
            clip.info.note
            == f"it begins between key frames: the first {lost} frames cannot be shown"
        )
        found = [(number, number_of(image)) for number, image in clip.frames()]
        assert found == [(number, number + 5) for number in range(COUNT - 5)][lost:]
        with pytest.raises(ClipError, match="frame 0 is damaged and cannot be shown"):
            clip.read(0)
        assert number_of(clip.read(12)) == 17


def test_frames_that_change_their_size_are_all_as_large_as_the_first(tmp_path: Path) -> None:
    parts = [
        write_clip(tmp_path / "one.ts", painted_frames(6, 192, 128), rate=30),
        write_clip(
            tmp_path / "two.ts",
            painted_frames(6, 288, 192, first=6),
            times=[(9 + number) / 30 for number in range(6)],
        ),
    ]
    path = tmp_path / "both.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    with open_clip(path) as clip:
        found = list(clip.frames())
    assert {image.shape for _, image in found} == {(128, 192, 3)}
    assert [number_of(image) for _, image in found] == list(range(12))


def test_frames_whose_time_is_another_one_s_are_left_out_and_told(tmp_path: Path) -> None:
    part = write_clip(tmp_path / "one.ts", painted_frames(6)).read_bytes()
    path = tmp_path / "both.ts"
    path.write_bytes(part * 2)
    info = inspect_clip(path)
    assert len(info) == 6
    assert info.note == "6 frames are left out, as their times are those of others"


def test_an_avi_that_does_not_tell_the_order_of_its_frames_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.avi", painted_frames(COUNT))
    with pytest.raises(ClipError, match=r"does not tell in which order .*: convert it to MP4"):
        inspect_clip(path)
    path = write_clip(tmp_path / "plain.avi", painted_frames(COUNT), options={"bf": "0"})
    assert numbers_in(path) == [(number, number) for number in range(COUNT)]
