"""Files made of boxes, as AVIF and HEIC are: whether the last one is there to its end."""

from typing import BinaryIO

from annotator.imaging.containers import size_of


def is_complete(stream: BinaryIO) -> bool:
    """Walk the outermost boxes; all pixels lie in one of them. False means "look closer"."""
    end, at, seen = size_of(stream), 0, set()
    while at + 8 <= end:
        stream.seek(at)
        head = stream.read(16)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:  # the length proper comes after the kind
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:  # to the end
            length = end - at
        if length < 8 or at + length > end:
            return False
        seen.add(kind)
        at += length
    return at == end and b"meta" in seen
