"""Work ahead on another thread ends with whoever wanted it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.imaging.clips import open_clip
from annotator.imaging.clips.ahead import ahead
from tests.clips import painted_frames, write_clip


def test_items_come_in_order_and_no_more_are_made_than_are_held() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            yield number

    found = ahead(items(), depth=3)
    assert [next(found) for _ in range(10)] == list(range(10))
    found.close()
    assert len(made) <= 10 + 3 + 1


def test_what_making_raises_is_raised_where_it_is_wanted() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("the second is missing")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="the second is missing"):
        next(found)


def test_no_thread_outlives_what_it_works_for(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    path = write_clip(tmp_path / "clip.mp4", painted_frames(60))
    with open_clip(path) as clip:
        frames = clip.frames()
        assert next(frames)[0] == 0
        assert {thread.name for thread in set(threading.enumerate()) - before} == {"decode ahead"}
        frames.close()  # type: ignore[attr-defined]
        assert set(threading.enumerate()) == before
        for _ in clip.frames():
            break
        list(clip.frames())
    assert set(threading.enumerate()) == before
