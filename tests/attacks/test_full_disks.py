"""Every command that writes, on a disk that is full or becomes so: one line, and nothing lost."""

import os

import pytest

from tests.attacks.conftest import RunningArena
from tests.attacks.scenes import ATTACKED
from tests.fuzzing import rounds

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as POSIX has it")

ROUNDS = rounds(1 / 4)


@pytest.mark.parametrize("command", ATTACKED)
def test_a_command_on_a_full_disk_says_so_and_completes_once_there_is_room(
    full_arena: RunningArena, command: str
) -> None:
    report = full_arena.do("filled", command, 0, ROUNDS)
    print(f"\n{command}: {report['full']} times full, {report['struck']}")
    assert report["wrong"] == []
    assert report["full"], "at least the disk without any room has to be full"
