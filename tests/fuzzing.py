"""How much damage the tests do: little in `make test`, as much as is asked for in `make fuzz`.

A test that gives damaged bytes to a reader asks `rounds` how many times, and draws its damage from
a seeded `random.Random`: what fails once fails again. `make fuzz` runs every file of tests that
imports this module.
"""

import os
from random import Random


def rounds(default: float) -> int:
    """Return how often to do what `make test` does `default` times, or once.

    The environment's FACEMESH_FUZZ multiplies it: 200 for a night, 0.1 for a first look.
    """
    return max(1, round(default * float(os.environ.get("FACEMESH_FUZZ", "1"))))


def kills(default: int, variable: str = "FACEMESH_KILLS") -> int:
    """Return how many times to kill what is under test: `default`, or what the environment says."""
    return int(os.environ.get(variable, default))


def mutated(content: bytes, dice: Random) -> bytes:
    """Return what a bad disk, a broken transfer or an attacker makes of some bytes.

    One to four times it is cut, lengthened, overwritten, repeated or shuffled somewhere, by one
    bit or by many bytes. It may come out as it was.
    """
    found = bytearray(content)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        _damage(found, dice)
    return bytes(found)


def _damage(content: bytearray, dice: Random) -> None:
    """Do one thing to some bytes, in place."""
    start = dice.randrange(len(content) + 1)
    end = min(len(content), start + dice.choice((1, 2, 4, 8, 64, 4096)))
    kind = dice.choice(("bit", "bit", "byte", "limits", "noise", "cut", "drop", "repeat", "insert"))
    if kind == "bit" and start < len(content):
        content[start] ^= 1 << dice.randrange(8)
    elif kind == "byte" and start < len(content):
        content[start] = dice.choice((0, 1, 0x0A, 0x20, 0x2F, 0x7F, 0x80, 0xFE, 0xFF))
    elif kind == "limits":  # what sizes and counts are written with
        content[start:end] = bytes([dice.choice((0, 0x7F, 0x80, 0xFF))]) * (end - start)
    elif kind == "noise":
        content[start:end] = dice.randbytes(end - start)
    elif kind == "cut":
        del content[start:]
    elif kind == "drop":
        del content[start:end]
    elif kind == "repeat":
        content[start:start] = content[start:end] * dice.choice((1, 2, 50))
    else:
        content[start:start] = dice.randbytes(end - start)
