"""Frames of a clip decoded on a thread: real clips, with numbers painted on their frames."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue

import pytest

from annotator.imaging.clips import open_clip
from annotator.workbench.clips.frame_source import FrameRead, FrameSource
from tests.clips import number_of, painted_frames, write_clip

COUNT = 60
PATIENCE_S = 60
Make = Callable[..., tuple[FrameSource, "Queue[FrameRead]"]]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "n.mp4", painted_frames(COUNT), gop=30)


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[FrameSource] = []

    def source(path: Path, **options: int) -> tuple[FrameSource, "Queue[FrameRead]"]:
        arrived: Queue[FrameRead] = Queue()
        made.append(FrameSource(path, lambda: open_clip(path), arrived.put, **options))
        return made[-1], arrived

    yield source
    for one in made:
        one.close()


def test_what_is_asked_for_is_delivered(clip: Path, make: Make) -> None:
    source, arrived = make(clip)
    for frame in (40, 3, 59, 58, 57):
        source.ask(frame)
        read = arrived.get(timeout=PATIENCE_S)
        assert read.frame == frame
        assert read.pixels is not None
        assert number_of(read.pixels) == frame


def test_of_many_that_are_asked_for_the_newest_comes(clip: Path, make: Make) -> None:
    source, arrived = make(clip)
    for frame in range(50):
        source.ask(frame)
    reads = [arrived.get(timeout=PATIENCE_S)]
    while reads[-1].frame != 49:
        reads.append(arrived.get(timeout=PATIENCE_S))
    frames = [read.frame for read in reads]
    assert frames == sorted(frames)


def test_going_back_the_frames_before_are_there_already(clip: Path, make: Make) -> None:
    source, arrived = make(clip)
    for frame in (40, 39):
        source.ask(frame)
        arrived.get(timeout=PATIENCE_S)
    kept = source.get(35)
    assert kept is not None
    assert kept.pixels is not None
    assert number_of(kept.pixels) == 35


def test_what_is_kept_stays_within_its_bytes(clip: Path, make: Make) -> None:
    source, arrived = make(clip, kept_bytes=5 * 192 * 128 * 3)
    for frame in range(20):
        source.ask(frame)
        arrived.get(timeout=PATIENCE_S)
    assert source.kept_bytes <= 5 * 192 * 128 * 3
    assert source.get(19) is not None
    assert source.get(2) is None


def test_what_plays_comes_in_order_and_drops_what_is_late(clip: Path, make: Make) -> None:
    source, _ = make(clip)
    source.play(10)
    seen: list[int] = []
    while not source.is_at_end:
        read = source.due((seen[-1] if seen else 9) + 4)
        if read is not None:
            assert read.pixels is not None
            assert number_of(read.pixels) == read.frame
            seen.append(read.frame)
    assert seen == sorted(set(seen))
    assert seen[-1] == COUNT - 1


def test_a_file_that_is_gone_is_told_and_read_again_once_it_is_back(
    clip: Path, make: Make, tmp_path: Path
) -> None:
    path = tmp_path / "n.mp4"
    source, arrived = make(path)
    source.ask(5)
    read = arrived.get(timeout=PATIENCE_S)
    assert read.pixels is None
    assert read.problem
    assert not read.is_damaged
    path.write_bytes(clip.read_bytes())
    source.ask(5)
    assert arrived.get(timeout=PATIENCE_S).pixels is not None


def test_frames_of_a_file_that_was_replaced_are_not_handed_out(
    clip: Path, make: Make, tmp_path: Path
) -> None:
    path = tmp_path / "n.mp4"
    path.write_bytes(clip.read_bytes())
    source, arrived = make(path)
    source.ask(5)
    arrived.get(timeout=PATIENCE_S)
    other = write_clip(tmp_path / "other.mp4", painted_frames(COUNT, first=100))
    other.replace(path)
    assert source.get(5) is None
    source.ask(5)
    read = arrived.get(timeout=PATIENCE_S)
    assert read.pixels is not None
    assert number_of(read.pixels) == 105
