"""With which code a command ends that failed: 1, but for those whose codes are answers."""

from collections.abc import Sequence

FAILED = 1
UNANSWERED = 4

_ANSWERING = {"compare"}


def failure_code(arguments: Sequence[str]) -> int:
    """Return the exit code of a command that fails, by the arguments of the command line.

    Who asks `compare` takes 1 for an answer: whatever keeps it from answering is another code.
    """
    command = next((word for word in arguments if not word.startswith("-")), "")
    return UNANSWERED if command in _ANSWERING else FAILED
