"""The shipped error modes are what their script builds of the shipped model and samples."""

import hashlib
import sys
from types import ModuleType

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.system.assets import asset_path

NAME = "face_468_error_modes"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(asset_path("models")))
    monkeypatch.delitem(sys.modules, "build_error_modes", raising=False)
    import build_error_modes  # noqa: PLC0415

    return build_error_modes


def shipped() -> np.ndarray:
    with np.load(asset_path("models", f"{NAME}.npz")) as arrays:
        assert arrays.files == ["modes"]
        return arrays["modes"]


def test_the_file_holds_what_its_card_says() -> None:
    modes = shipped()
    assert (modes.shape, modes.dtype) == ((40, FACE_468.count), np.complex64)
    sizes = (np.abs(modes) ** 2).sum(axis=1)
    assert (np.diff(sizes) <= 0).all()
    assert 0.999 < sizes.sum() < 1
    digest = hashlib.sha256(asset_path("models", f"{NAME}.npz").read_bytes()).hexdigest()
    assert digest in asset_path("models", f"{NAME}.md").read_text(encoding="utf-8")


def test_the_script_builds_it(script: ModuleType) -> None:
    """To a percent: models give slightly other numbers on other processors."""
    modes = [each.astype(np.complex128) for each in (script.build(), shipped())]
    built, kept = (each.T @ each.conj() for each in modes)
    assert np.abs(built - kept).max() < 0.01 * np.abs(kept).max()
