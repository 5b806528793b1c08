"""What holds for every test, and for every process that one starts."""

import os
import tempfile
from pathlib import Path

import pytest

_PREFERENCES = pytest.StashKey[tempfile.TemporaryDirectory]()
# Threads of OpenBLAS wait for each other by spinning. On a machine that does something else
# beside, small matrices then take fifty times as long, and results do not depend on it.
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def pytest_configure(config: pytest.Config) -> None:
    """Set what the libraries read when they are imported, here and in workers and programs.

    napari gets preferences of its own: the tests must neither depend on nor change what the
    person who runs them prefers.
    """
    folder = tempfile.TemporaryDirectory()
    config.stash[_PREFERENCES] = folder
    os.environ["NAPARI_CONFIG"] = str(Path(folder.name) / "settings.yaml")
    for variable in _ONE_THREAD:
        os.environ.setdefault(variable, "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests with windows in one process: two would take the focus from each other."""
    windows = Path(__file__).parent / "plugin"
    for item in items:
        if item.path.is_relative_to(windows):
            item.add_marker(pytest.mark.xdist_group("windows"))


def pytest_unconfigure(config: pytest.Config) -> None:
    config.stash[_PREFERENCES].cleanup()
