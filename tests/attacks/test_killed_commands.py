"""Every command that writes, killed at random moments: what was there before is there."""

import os

import pytest

from tests.attacks.conftest import RunningArena
from tests.attacks.scenes import ATTACKED
from tests.fuzzing import kills

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork, as POSIX has it")

# Of each command; more by `FACEMESH_KILLS=200 make test`.
KILLS = -(-kills(len(ATTACKED)) // len(ATTACKED))


@pytest.mark.parametrize("command", ATTACKED)
def test_a_killed_command_has_done_all_or_nothing_and_completes_when_it_is_given_again(
    arena: RunningArena, command: str
) -> None:
    report = arena.do("killed", command, 0, KILLS)
    print(f"\n{command}: {report['kills']} kills, {report['struck']}")
    assert report["wrong"] == []
    assert report["kills"] > KILLS / 2, "most of them have to strike before it has ended"
