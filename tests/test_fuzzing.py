"""The tests' own dice: damage that is drawn anew each time, and the same each time it is run."""

from random import Random

import pytest

from tests.fuzzing import kills, mutated, rounds

CONTENT = bytes(range(256)) * 4


def test_the_same_seed_does_the_same_damage() -> None:
    for seed in range(50):
        assert mutated(CONTENT, Random(seed)) == mutated(CONTENT, Random(seed))


def test_nearly_every_seed_does_damage_of_its_own() -> None:
    found = {mutated(CONTENT, Random(seed)) for seed in range(1000)} - {CONTENT}
    assert len(found) > 900
    assert any(len(each) < len(CONTENT) for each in found)
    assert any(len(each) > len(CONTENT) for each in found)


def test_nothing_at_all_can_be_damaged_too() -> None:
    for seed in range(200):
        assert isinstance(mutated(b"", Random(seed)), bytes)


def test_the_environment_says_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FACEMESH_FUZZ", "FACEMESH_KILLS"):
        monkeypatch.delenv(name, raising=False)
    assert (rounds(40), kills(3)) == (40, 3)
    monkeypatch.setenv("FACEMESH_FUZZ", "0.001")
    assert rounds(40) == 1, "a test that does nothing proves nothing"
    monkeypatch.setenv("FACEMESH_FUZZ", "50")
    monkeypatch.setenv("FACEMESH_KILLS", "200")
    assert (rounds(40), kills(3)) == (2000, 200)
