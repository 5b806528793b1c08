"""Words that depend on how many there are."""


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless it is one: "1 face", "1,200 faces"."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
