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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests with windows in one process: two would take the focus from each other."""
    windows = Path(__file__).parent / "plugin"
    for item in items:
        if item.path.is_relative_to(windows):
            item.add_marker(pytest.mark.xdist_group("windows"))


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_PREFERENCES].cleanup()
