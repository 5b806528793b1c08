"""What each side of the splits holds, as a table for people."""

from __future__ import annotations

from collections.abc import Container, Sequence

from annotator.release.contents import ALL, YAW_BANDS, Contents, Part

HEADINGS = (
    "split", "images", "faces", "subjects", "clips", "as predicted",
    *(f"yaw {low}-{high}" for low, high in YAW_BANDS),
)  # fmt: skip


def split_rows(contents: Contents) -> list[tuple[str, ...]]:
    """Return a row for each side, and one for all, with a cell for each of `HEADINGS`."""
    return [
        *(_row(name, part) for name, part in contents.sides.items()),
        _row(ALL, contents.all),
    ]


def told(contents: Contents) -> list[str]:
    """Return what is to be said of the sides beside the figures, in sentences; often nothing."""
    if not contents.sides:
        return []
    said = empty_sides(contents.sides)
    models = [set(part.models) for part in contents.sides.values()]
    if len(set(map(frozenset, models))) > 1:
        said.append("the splits were not all predicted by the same models")
    return said


def empty_sides(sides: Container[str]) -> list[str]:
    """Return a sentence for each side that is not among some."""
    return [
        f"nothing is for {what}: shares are kept on average, so a few images may all fall"
        " elsewhere; 'release splits fix' puts images there that no release has yet"
        for side, what in _FOR.items()
        if side not in sides
    ]


_FOR = {"train": "training", "validation": "validation", "test": "the test"}


def _row(name: str, part: Part) -> tuple[str, ...]:
    as_predicted = f"{part.as_predicted:,} ({_percent(part.as_predicted, part.faces)})"
    figures: Sequence[int] = (part.images, part.faces, len(part.subjects), len(part.clips))
    yaws = (part.yaws[band] for band in range(len(YAW_BANDS)))
    return (name, *(f"{one:,}" for one in figures), as_predicted, *(f"{one:,}" for one in yaws))


def _percent(some: int, of: int) -> str:
    return f"{100 * some / of:.0f} %" if of else "-"
