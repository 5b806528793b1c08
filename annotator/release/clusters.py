"""Which images or faces belong together, so that nobody is learned from and judged by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from annotator.imaging.perceptual import Indices, first_alike, grouped

Shared = tuple[str, str | None]
"""A kind of thing that several may have in common, and which one; None where there is none."""

Looks = tuple[int, int]
"""The perceptual hashes of a face and of its mirror image."""


def firsts_of_clusters(
    shared: Sequence[Iterable[Shared]], looks: Sequence[Sequence[Looks]]
) -> Indices:
    """Return for each thing the first one that it belongs together with, also through others, (n,).

    Parameters
    ----------
    shared
        Of each thing what it may have in common with others: who has the same value of the same
        kind belongs together.
    looks
        Of each thing what its faces look like: near-duplicates belong together.
    """
    return grouped(len(shared), _ties(shared, looks))


def _ties(
    shared: Sequence[Iterable[Shared]], looks: Sequence[Sequence[Looks]]
) -> Iterator[tuple[int, int]]:
    seen: dict[tuple[str, str], int] = {}
    for at, pairs in enumerate(shared):
        for kind, value in pairs:
            if value is not None:
                yield seen.setdefault((kind, value), at), at
    owners = [at for at, some in enumerate(looks) for _ in some]
    alike = first_alike([hashes for some in looks for hashes in some])
    for owner, first in zip(owners, alike.tolist(), strict=True):
        yield owners[first], owner
