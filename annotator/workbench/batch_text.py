"""What is said of samples that a verdict on many leaves as they are."""

from collections.abc import Sequence

from annotator.system.words import count
from annotator.workflow.image_files import HAS_CHANGED, HAVE_CHANGED


def unseen_ones(number: int) -> str:
    """Return that nobody looked at so many samples, as a sentence."""
    return _stay(
        number,
        "was never seen in this window and has no stroke of anybody's",
        "were never seen in this window and have no stroke of anybody's",
    )


def altered_ones(number: int) -> str:
    """Return that somebody changed so many since the annotator looked."""
    return _stay(
        number, "was changed since you looked at it", "were changed since you looked at them"
    )


def own_ones(number: int) -> str:
    """Return that so many are the annotator's own work."""
    return _stay(
        number,
        "is your own work, which somebody else accepts",
        "are your own work, which somebody else accepts",
    )


def changed_ones(names: Sequence[str]) -> str:
    """Return that photographs have changed, one name for each sample."""
    others = len(set(names)) - 1
    changed = f"{names[0]} and {others:,} more {HAVE_CHANGED}" if others else None
    stay = "stays as it is" if len(names) == 1 else "stay as they are"
    samples = count(len(names), "sample")
    return f"{samples} {stay}: {changed or f'{names[0]} {HAS_CHANGED}'}."


def _stay(number: int, one: str, many: str) -> str:
    why = f"{one}: it stays as it is" if number == 1 else f"{many}: they stay as they are"
    return f"{count(number, 'sample')} {why}."
