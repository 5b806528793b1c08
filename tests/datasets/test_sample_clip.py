"""The shipped sample clip is small, what its script draws, and what its card says."""

import importlib.util
from collections.abc import Iterator
from types import ModuleType

import numpy as np
import pytest

from annotator.imaging.clips import Clip, open_clip
from annotator.inference import FaceMesh
from annotator.system.assets import asset_path
from tests.clips import Frame

PATH = asset_path("datasets", "sample_clip", "wall.webm")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    path = asset_path("datasets", "build_clip.py")
    spec = importlib.util.spec_from_file_location("build_clip", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def clip() -> Iterator[Clip]:
    with open_clip(PATH) as opened:
        yield opened


def test_it_is_small_and_as_its_card_says(clip: Clip) -> None:
    assert PATH.stat().st_size < 300_000
    card = asset_path("datasets", "README.md").read_text(encoding="utf-8")
    row = next(line for line in card.splitlines() if line.endswith("no sound |"))
    size, count, rate = (cell.strip() for cell in row.split("|")[1:4])
    assert size == f"{clip.info.width} x {clip.info.height}"
    assert int(count) == len(clip)
    np.testing.assert_allclose(clip.info.times, np.arange(len(clip)) / int(rate), atol=1e-9)
    assert (clip.info.codec, clip.info.note) == ("vp9", "")


def test_it_shows_what_its_script_draws(clip: Clip, script: ModuleType) -> None:
    shown = {0, 40, 67, 110, script.CUT - 1, script.CUT, len(clip) - 1}
    for number, drawn in enumerate(script.frames()):
        if number in shown:
            off = np.abs(clip.read(number).astype(int) - drawn)
            assert off.mean() < 6, number


def test_its_script_encodes_such_a_clip(script: ModuleType, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(script, "COUNT", 6)
    script.build(tmp_path / "few.webm")
    drawn: list[Frame] = list(script.frames())
    with open_clip(tmp_path / "few.webm") as few:
        assert len(few) == 6
        assert np.abs(few.read(5).astype(int) - drawn[5]).mean() < 6


def test_its_faces_come_and_go_as_its_card_says(clip: Clip) -> None:
    model = FaceMesh.load()
    expected = {0: 1, 37: 0, 50: 1, 110: 2, 149: 1, 150: 1, 199: 1}
    assert {at: len(model.predict(clip.read(at))) for at in expected} == expected
