"""What a TIFF file's pixels are decoded from: some tags of one page, and its strips or tiles."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from annotator.imaging.containers import size_of

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_NUMBERS = {3: "H", 4: "I"}
# Size, sample format, colours, compression, and how the pixels are cut; no names, dates,
# profiles, resolutions. The orientation is told apart from them.
_PIXEL_TAGS = frozenset(
    (256, 257, 258, 259, 262, 266, 277, 278, 280, 281, 284, 292, 293, 317, 320, 322, 323, 332,
     338, 339, 340, 341, 347, 512, 515, 519, 520, 521, 529, 530, 531, 532)
)  # fmt: skip
_PARTS = ((273, 279), (324, 325))  # offsets and byte counts of strips, of tiles
_NEEDED = _PIXEL_TAGS.union(*_PARTS)
_MOST_PAGES = 10_000

_Tags = dict[int, tuple[int, bytes]]


def pixel_parts(stream: BinaryIO, page: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield parts of a file: a label with, unless its length is 0, the place of more bytes.

    Yields
    ------
    label : bytes
        What tags say, in the order of their numbers; then nothing.
    offset, length : int
        Of a strip or tile.

    Raises
    ------
    ValueError
        If the file is no plain TIFF, has no such page, or names more bytes than it has, by naming
        some of them again and again.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(stream.read(4))
    if order is None:
        raise ValueError("it is no plain TIFF")
    tags = _tags(stream, order, page)
    yield order.encode(), 0, 0
    for tag, (kind, value) in sorted(tags.items()):
        if tag in _PIXEL_TAGS:
            yield f"{tag} {kind} {len(value)} ".encode() + value, 0, 0
    for offsets, counts in _PARTS:
        if offsets in tags and counts in tags:
            places, lengths = (_numbers(tags[each], order) for each in (offsets, counts))
            if sum(lengths) > size_of(stream):
                raise ValueError("its parts are larger than the file")
            yield from (
                (b"", offset, length) for offset, length in zip(places, lengths, strict=True)
            )


def _tags(stream: BinaryIO, order: str, page: int) -> _Tags:
    stream.seek(4)
    (place,) = _read(stream, order + "I")
    for _ in range(min(page, _MOST_PAGES)):
        stream.seek(place)
        (count,) = _read(stream, order + "H")
        stream.seek(place + 2 + 12 * count)
        (place,) = _read(stream, order + "I")
    if not place:
        raise ValueError(f"it has no page {page}")
    stream.seek(place)
    (count,) = _read(stream, order + "H")
    if place + 2 + 12 * count > size_of(stream):
        raise ValueError("it is cut off")
    directory, left = stream.read(12 * count), size_of(stream)
    tags: _Tags = {}
    for tag, kind, number, inline in struct.iter_unpack(order + "HHI4s", directory):
        length = _SIZES.get(kind, 0) * number
        if length <= 4:
            tags[tag] = kind, inline[:length]
        elif tag in _NEEDED:
            left -= length
            if left < 0:
                raise ValueError("its tags are larger than the file")
            stream.seek(struct.unpack(order + "I", inline)[0])
            tags[tag] = kind, stream.read(length)
    return tags


def _numbers(value: tuple[int, bytes], order: str) -> list[int]:
    kind, content = value
    if kind not in _NUMBERS or len(content) % _SIZES[kind]:
        raise ValueError("its offsets are no numbers")
    return [number for (number,) in struct.iter_unpack(order + _NUMBERS[kind], content)]


def _read(stream: BinaryIO, layout: str) -> tuple[int, ...]:
    try:
        return struct.unpack(layout, stream.read(struct.calcsize(layout)))
    except struct.error as error:
        raise ValueError("it is cut off") from error
