"""Files that are damaged, cut off or no videos: what can be read is, and the rest is told."""

import io
import os
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import ImageError, Picture
from annotator.imaging.clips import ClipError, inspect_clip, is_clip, open_clip
from tests.clips import number_of, painted_frames, write_clip
from tests.fuzzing import mutated, rounds
from tests.memory import MIB, resident

COUNT = 48


def noisy(count: int = COUNT) -> list[np.ndarray]:
    """Return painted frames that are hard to code, so that packets are large."""
    dice = np.random.default_rng(0)
    grain = dice.integers(-20, 20, (128, 192, 3))
    return [
        np.clip(frame + np.roll(grain, 7 * number), 0, 255).astype(np.uint8)
        for number, frame in enumerate(painted_frames(count))
    ]


def refusal(path: Path) -> str:
    assert not is_clip(path)
    with pytest.raises(ClipError) as refused:
        inspect_clip(path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_an_mp4_that_is_cut_off_is_refused_in_words(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", noisy())
    path.write_bytes(path.read_bytes()[:-3000])
    assert refusal(path).startswith(
        "the video is damaged or cut off, as its beginning or its index"
    )


@pytest.mark.parametrize(
    ("suffix", "options", "told"),
    [(".mkv", {}, " seconds are left"), (".mp4", {"movflags": "faststart"}, f" of {COUNT} frames")],
)
def test_what_is_left_of_a_file_that_is_cut_off_can_be_read(
    tmp_path: Path, suffix: str, options: dict[str, str], told: str
) -> None:
    path = write_clip(tmp_path / f"clip{suffix}", noisy(), rate=15, container=options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    with open_clip(path) as clip:
        assert told in clip.info.note
        assert COUNT // 3 < len(clip) < COUNT
        found = [(number, number_of(image)) for number, image in clip.frames()]
        assert len(found) > COUNT // 3
        assert all(number == painted for number, painted in found)


def test_a_damaged_packet_costs_its_frame_and_no_other_its_number(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "clip.mp4", noisy(), gop=6, options={"bf": "0"})
    content = bytearray(path.read_bytes())
    start = content.index(b"mdat") + (len(content) // 2)
    content[start : start + 800] = Random(0).randbytes(800)
    path.write_bytes(content)
    with open_clip(path) as clip:
        assert len(clip) == COUNT
        found = [(number, number_of(image)) for number, image in clip.frames()]
        lost = set(range(COUNT)) - {number for number, _ in found}
        assert lost
        smeared = {number for number, painted in found if painted != number}
        assert max(lost | smeared) // 6 == min(lost | smeared) // 6  # up to the next key frame
        for number in lost:
            with pytest.raises(ClipError, match=f"frame {number} is damaged and cannot be shown"):
                clip.read(number)
        intact = sorted(set(range(COUNT)) - lost - smeared)
        assert [number_of(clip.read(number)) for number in intact] == intact


def image_bytes(kind: str) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(stream, kind)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (bytes(5000), "the file holds only zeros: it was not written or copied to its end"),
        (b"#EXTM3U\n/etc/passwd\n", "not a video: MP4, MOV"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "not a video: MP4, MOV"),
        (image_bytes("JPEG"), "it is one picture (JPEG), not a video"),
        (image_bytes("AVIF"), "it is one picture (AVIF), not a video"),
        (image_bytes("GIF"), "not a video: MP4, MOV"),
        (b"\0\0\0\x18ftypmp42" + bytes(100), "the video is damaged or cut off, as its beginning"),
        (b"\x1aE\xdf\xa3" + bytes(100), "the video is damaged or cut off, as its beginning"),
    ],
)
def test_what_is_no_video_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert refusal(path).startswith(reason)


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    import av  # noqa: PLC0415

    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), "fltp", "mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    assert refusal(path) == "the file holds no video, only sound or data"


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mp4") == "the file does not exist"
    assert refusal(tmp_path / "half\0name.mp4") == "no file can have such a name"
    database = tmp_path / "project.sqlite"
    database.write_bytes(b"\0\0\0\x18ftypmp42")
    assert refusal(database) == "it is a project's database, not a video"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.mp4")
        assert refusal(tmp_path / "pipe.mp4") == "it is a device or a pipe, not a file"


def test_without_pyav_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from annotator.imaging.clips.library import pyav  # noqa: PLC0415

    path = write_clip(tmp_path / "clip.mp4", painted_frames(2))
    pyav.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    with pytest.raises(ClipError, match=r"pip install 'facemesh-annotator\[video\]'"):
        inspect_clip(path)
    pyav.cache_clear()


def test_a_frame_larger_than_it_says_takes_no_memory(tmp_path: Path) -> None:
    path = write_clip(
        tmp_path / "bomb.avi", painted_frames(8), codec="mjpeg", pixels="yuvj420p", full_range=True
    )
    content = path.read_bytes()
    stated = bytes.fromhex("ffc0001108") + bytes((0, 128, 0, 192))
    assert content.count(stated) == 8
    path.write_bytes(content.replace(stated, stated[:5] + bytes.fromhex("fff0fff0")))
    before = resident()
    with pytest.raises(ClipError, match="no frame of it can be read"):
        inspect_clip(path)
    assert resident() - before < 50 * MIB


def test_memory_stays_flat_while_frames_go_by(tmp_path: Path) -> None:
    few = list(painted_frames(10, 320, 192))
    path = write_clip(tmp_path / "clip.mp4", few * 60, codec="mpeg4")
    with open_clip(path) as clip:
        after_some: int | None = None
        for number, _ in clip.frames():
            if number == 100:
                after_some = resident()
        assert after_some is not None
        assert resident() - after_some < 20 * MIB  # 500 frames are 90


@pytest.mark.parametrize(
    ("codec", "suffix"), [("libx264", ".mp4"), ("libx264", ".mkv"), ("libvpx-vp9", ".webm")]
)
def test_a_damaged_video_is_refused_or_read_and_nothing_is_printed(
    tmp_path: Path, codec: str, suffix: str, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = write_clip(
        tmp_path / f"whole{suffix}", painted_frames(12, 96, 64), codec=codec, gop=6
    ).read_bytes()
    capfd.readouterr()  # what the encoder had to say
    path = tmp_path / f"damaged{suffix}"
    for seed in range(rounds(8)):
        path.write_bytes(mutated(whole, Random(seed)))
        try:
            with open_clip(path) as clip:
                shapes = {image.shape for _, image in clip.frames()}
                assert shapes <= {(clip.info.height, clip.info.width, 3)}
                Picture(path, len(clip) - 1).read()
        except ImageError as error:
            assert "\n" not in str(error)
    assert capfd.readouterr() == ("", "")
