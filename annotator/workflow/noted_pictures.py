"""Pictures of which the pixels are known once somebody has decoded them for another purpose."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Encoded, EncodedImage, Picture
from annotator.imaging.identity import pixels_sha256

_Note = Callable[[NDArray[np.uint8]], None]


@dataclass(frozen=True, slots=True)
class NotedPicture(Picture):
    """A picture that notes the hash of its pixels when they are decoded.

    Not of JPEG, which is known again by what is coded in it: whoever writes it anew changes its
    pixels. Nor of a frame of a video, for the same reason. Other formats are written anew without a
    loss.

    Attributes
    ----------
    hashes : list of str
        Empty until then.
    """

    hashes: list[str] = field(default_factory=list, compare=False)

    def load(self) -> Encoded:
        """Read the file without decoding it; raises ImageError."""
        loaded = Picture.load(self)
        if not isinstance(loaded, EncodedImage) or loaded.format == "JPEG":
            return loaded
        return _NotedImage(loaded, lambda pixels: self.hashes.append(pixels_sha256(pixels)))


class _NotedImage(EncodedImage):
    """A file in memory, whose pixels are handed to a function when they are decoded."""

    __slots__ = ("_note",)
    _note: _Note

    def __init__(self, image: EncodedImage, note: _Note) -> None:
        EncodedImage.__init__(self, image._data, image._header)
        object.__setattr__(self, "_note", note)

    def decode(self) -> NDArray[np.uint8]:
        """Return the pixels, or raise ImageError."""
        pixels = EncodedImage.decode(self)
        self._note(pixels)
        return pixels
