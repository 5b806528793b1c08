"""What holds for every test, and for every process that one starts."""

import os
import tempfile
from pathlib import Path

import pytest

_PREFERENCES = pytest.StashKey[tempfile.TemporaryDirectory]()


def pytest_configure(config: pytest.Config) -> None:
    """Give napari preferences of its own, before anything imports it.

    It reads the path when it is imported, and the tests must neither depend on nor change what
    the person who runs them prefers.
    """
    folder = tempfile.TemporaryDirectory()
    config.stash[_PREFERENCES] = folder
    os.environ["NAPARI_CONFIG"] = str(Path(folder.name) / "settings.yaml")


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_PREFERENCES].cleanup()
