"""Photographs decoded ahead, and at once where they were not."""

import os
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from annotator.imaging import ImageError, Picture, read_image, reader
from annotator.workbench.photographs import PhotographCache


@pytest.fixture
def pictures(tmp_path: Path) -> list[Picture]:
    """Four pictures; red says which."""
    found = [Picture(tmp_path / f"{number}.bmp") for number in range(4)]
    for number, picture in enumerate(found):
        paint(picture, 50 * number)
    return found


@pytest.fixture
def cache() -> Iterator[PhotographCache]:
    opened = PhotographCache(capacity=2)
    yield opened
    opened.close()


def paint(picture: Picture, red: int) -> None:
    """Write a file whose size is always the same and whose time is always another."""
    before = picture.stamp_if_there()
    Image.new("RGB", (20, 10), (red, 0, 0)).save(picture.path)
    if before is not None and picture.stamp() == before:  # a file system with a coarse clock
        os.utime(picture.path, ns=(before[1] + 10**9, before[1] + 10**9))


def red(cache: PhotographCache, picture: Picture) -> int:
    return int(cache.get(picture).pixels[0, 0, 0])


def swap(one: Picture, other: Picture) -> None:
    aside = one.path.rename(one.path.with_name("aside"))
    other.path.rename(one.path)
    aside.rename(other.path)


def test_a_photograph_is_decoded_once_and_kept(
    pictures: list[Picture], cache: PhotographCache
) -> None:
    first = cache.get(pictures[1])
    assert first.pixels[0, 0].tolist() == [50, 0, 0]
    assert first.stamp == pictures[1].stamp()
    assert cache.get(pictures[1]) is first
    for picture in pictures[2:]:
        cache.get(picture)
    assert cache.get(pictures[1]) is not first, "only the last two are kept"


def test_one_decoded_ahead_is_handed_out(
    pictures: list[Picture], cache: PhotographCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.prefetch([pictures[2]])
    wait_for(cache)
    monkeypatch.setattr(Picture, "read_noted", lambda picture: pytest.fail("decoded again"))
    assert red(cache, pictures[2]) == 100


def test_whoever_jumps_does_not_wait_for_another_photograph(
    pictures: list[Picture], cache: PhotographCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(picture: Picture) -> tuple[np.ndarray[Any, Any], str]:
        if picture == pictures[0]:
            begun.set()
            assert go_on.wait(30)
        return read_image(picture.path), ""

    monkeypatch.setattr(Picture, "read_noted", slowly)
    cache.prefetch(pictures[:2])
    assert begun.wait(30)
    assert red(cache, pictures[3]) == 150
    go_on.set()


def test_a_file_that_was_away_is_read_when_it_is_back(
    tmp_path: Path, cache: PhotographCache
) -> None:
    late = Picture(tmp_path / "late.png")
    with pytest.raises(ImageError, match="does not exist"):
        cache.get(late)
    Image.new("RGB", (4, 4), "white").save(late.path)
    assert cache.get(late).pixels.shape == (4, 4, 3)


def test_a_file_that_was_overwritten_is_read_anew(
    pictures: list[Picture], cache: PhotographCache
) -> None:
    assert red(cache, pictures[1]) == 50
    cache.prefetch([pictures[2]])
    wait_for(cache)
    paint(pictures[1], 200)
    paint(pictures[2], 220)
    assert red(cache, pictures[1]) == 200
    assert red(cache, pictures[2]) == 220


def test_one_decoded_ahead_twice_shows_what_the_file_holds_in_the_end(
    pictures: list[Picture], cache: PhotographCache
) -> None:
    cache.prefetch([pictures[1]])
    wait_for(cache)
    paint(pictures[1], 200)
    cache.prefetch([pictures[1]])
    wait_for(cache)
    assert red(cache, pictures[1]) == 200


def test_files_that_swapped_names_swap_their_pixels(
    pictures: list[Picture], cache: PhotographCache
) -> None:
    one, other = pictures[1:3]
    cache.prefetch([one, other])
    wait_for(cache)
    swap(one, other)
    assert (red(cache, one), red(cache, other)) == (100, 50)
    swap(one, other)
    assert (red(cache, one), red(cache, other)) == (50, 100)


def test_a_file_that_changes_while_it_is_read_is_not_handed_out(
    pictures: list[Picture], cache: PhotographCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_and_change(picture: Picture) -> tuple[np.ndarray[Any, Any], str]:
        pixels = read_image(picture.path)
        paint(picture, 200)
        return pixels, ""

    with monkeypatch.context() as patch:
        patch.setattr(Picture, "read_noted", read_and_change)
        with pytest.raises(ImageError, match="changed while it was being read"):
            cache.get(pictures[1])
        cache.prefetch([pictures[2]])
        wait_for(cache)
    assert red(cache, pictures[1]) == 200
    assert red(cache, pictures[2]) == 200


def test_the_frames_of_a_file_are_photographs_of_their_own(
    tmp_path: Path, cache: PhotographCache
) -> None:
    path = tmp_path / "pages.tif"
    pages = [Image.new("RGB", (20, 10), (number, 0, 0)) for number in (10, 20)]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert [red(cache, Picture(path, number)) for number in (1, 0)] == [20, 10]


def test_a_deep_photograph_is_decoded_once(
    tmp_path: Path, cache: PhotographCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / "deep.png"
    Image.fromarray(np.full((8, 8), 4095, np.uint16)).save(deep)
    decoded: list[str] = []
    plain = reader.decode_with_pillow

    def decode(data: bytes, name: str, *others: Any) -> Any:
        decoded.append(name)
        return plain(data, name, *others)

    monkeypatch.setattr(reader, "decode_with_pillow", decode)
    assert cache.get(Picture(deep)).note == "16-bit file with 12-bit values"
    assert decoded == ["PNG"]


def wait_for(cache: PhotographCache) -> None:
    """Wait until everything asked for ahead is decoded."""
    wait([*cache._futures.values()], 30)
