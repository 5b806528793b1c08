"""Photographs decoded ahead, and at once where they were not."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from qtpy.QtCore import Qt

from annotator.imaging import ImageError, read_image
from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.workbench import photographs
from annotator.workbench.photographs import PhotographCache


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.png" for number in range(4)]
    for number, path in enumerate(paths):
        Image.new("RGB", (20, 10), (50 * number, 0, 0)).save(path)
    return paths


@pytest.fixture
def cache() -> Iterator[PhotographCache]:
    opened = PhotographCache(capacity=2)
    yield opened
    opened.close()


def test_a_photograph_is_decoded_once_and_kept(files: list[Path], cache: PhotographCache) -> None:
    first = cache.get(files[1])
    assert first[0, 0].tolist() == [50, 0, 0]
    assert cache.get(files[1]) is first
    for path in files[2:]:
        cache.get(path)
    assert cache.get(files[1]) is not first, "only the last two are kept"


def test_one_decoded_ahead_is_handed_out(files: list[Path], cache: PhotographCache) -> None:
    cache.prefetch([files[2]])
    assert cache.get(files[2])[0, 0].tolist() == [100, 0, 0]


def test_whoever_jumps_does_not_wait_for_another_photograph(
    files: list[Path], cache: PhotographCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(path: Path) -> np.ndarray[Any, Any]:
        if path == files[0]:
            begun.set()
            assert go_on.wait(30)
        return read_image(path)

    monkeypatch.setattr(photographs, "read_image", slowly)
    cache.prefetch(files[:2])
    assert begun.wait(30)
    assert cache.get(files[3])[0, 0].tolist() == [150, 0, 0]
    go_on.set()


def test_a_file_that_was_away_is_read_when_it_is_back(
    tmp_path: Path, cache: PhotographCache
) -> None:
    path = tmp_path / "late.png"
    with pytest.raises((OSError, ImageError)):
        cache.get(path)
    Image.new("RGB", (4, 4), "white").save(path)
    assert cache.get(path).shape == (4, 4, 3)


def test_the_view_is_never_blank_on_the_way_from_sample_to_sample(
    workplace: tuple[AnnotatorDock, Pointer],
) -> None:
    dock, pointer = workplace
    canvas = dock.view._viewer.__wrapped__.window._qt_viewer.canvas
    brightness: list[float] = []

    def look() -> None:
        middle = canvas._scene_canvas.render(alpha=False)[100:-100:8, 100:-100:8]
        brightness.append(float(np.median(middle)))

    for _ in range(6):
        pointer.key(Qt.Key.Key_D, "d")
        look()
        process_events(0.05)
        look()
    assert min(brightness) > 20
