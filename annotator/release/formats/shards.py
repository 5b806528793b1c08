"""Files of bounded size for each split, written one record after the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LARGEST = 1 << 28
"""Bytes of a shard, unless a single record has more."""


@dataclass(slots=True)
class _Shard:
    stream: IO[bytes]
    number: int
    size: int = 0


class Shards:
    """Shards of a folder: ``train-00000.tar``, ``train-00001.tar``, ``test-00000.tar``.

    Parameters
    ----------
    folder
    suffix
        With its dot.
    ending
        What ends each file.
    largest
    """

    def __init__(self, folder: Path, suffix: str, ending: bytes, largest: int) -> None:
        self._folder, self._suffix, self._ending = folder, suffix, ending
        self._largest = largest
        self._open: dict[str, _Shard] = {}

    def append(self, split: str, record: bytes) -> None:
        """Add a record to the last shard of a split, or to a new one if it would grow too large."""
        shard = self._open.get(split)
        if shard is None or (shard.size and shard.size + len(record) > self._largest):
            shard = self._begin(split)
        shard.stream.write(record)
        shard.size += len(record)

    def finish(self) -> None:
        """End all files."""
        for shard in self._open.values():
            shard.stream.write(self._ending)

    def close(self) -> None:
        """Close all files, whether they are whole or not."""
        for shard in self._open.values():
            shard.stream.close()

    def _begin(self, split: str) -> _Shard:
        last = self._open.get(split)
        number = 0
        if last is not None:
            number = last.number + 1
            with last.stream:
                last.stream.write(self._ending)
        stream = (self._folder / f"{split}-{number:05d}{self._suffix}").open("xb")
        self._open[split] = _Shard(stream, number)
        return self._open[split]


@contextmanager
def shards(
    folder: Path, suffix: str, *, ending: bytes = b"", largest: int = LARGEST
) -> Iterator[Shards]:
    """Give shards of a folder, whole once the block of code succeeded."""
    made = Shards(folder, suffix, ending, largest)
    try:
        yield made
        made.finish()
    finally:
        made.close()
