"""Which tests run in one process, and which begin, where several processes share the work.

pytest-xdist's own groups are not used: what they are told by, it writes to where pytest no longer
looks (3.8 with 9.2), and every test is then sent wherever there is room.
"""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import displays

_WINDOWS = "tests/plugin"
# What is made once for all tests of a folder takes longer than they do.
_TOGETHER = ("tests/attacks", "tests/workflow/team")
# Begun first, so that no process is still at them when the others have nothing left to do.
_LONG = (
    _WINDOWS,
    "tests/attacks",
    "tests/workflow",
    "tests/training",
    "tests/cli",
    "tests/release",
)


def place(nodeid: str) -> str:
    """Return what a test shares its process with: its file, or the folder that it lies in.

    Windows on one display would take the keyboard from each other. Where processes have no displays
    of their own, all tests with windows run in one of them.
    """
    file = nodeid.split("::", maxsplit=1)[0]
    folders = _TOGETHER if displays.can_be_had() else (*_TOGETHER, _WINDOWS)
    return next((folder for folder in folders if _lies_in(file, folder)), file)


def rank(nodeid: str) -> int:
    """Return how late a test may begin: the less, the earlier."""
    file = nodeid.split("::", maxsplit=1)[0]
    return next((at for at, room in enumerate(_LONG) if _lies_in(file, room)), len(_LONG))


def _lies_in(file: str, folder: str) -> bool:
    return PurePosixPath(file).is_relative_to(folder)


class InPlaces(LoadScopeScheduling):
    """Sends all tests of a place to one process, places in the order of collection."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return place(nodeid)
