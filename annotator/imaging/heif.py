"""HEIC photographs, as phones make them, through libheif where it is installed.

The decoder is asked directly and never registered with Pillow: what other programs in the same
process can open stays as they have it.
"""

from importlib import import_module
from types import ModuleType
from typing import Any, BinaryIO

from PIL import Image

from annotator.imaging.errors import ImageError

# The same decoder under two licences: the first brings no encoder under the GPL, see the
# documentation of the command `add`.
_DECODERS = ("pi_heif", "pillow_heif")


def open_heif(stream: BinaryIO, frame: int | None) -> Any:
    """Return one image of a HEIC file, not yet decoded.

    Its size is that of the upright image: libheif applies how the file says that it is turned
    and mirrored, beside which the standard lets EXIF's orientation count for nothing.

    Parameters
    ----------
    stream
        The file.
    frame
        Which of the images that it holds, counted from 0; None for the one it says is first.

    Raises
    ------
    ImageError
        If no decoder is installed, or there is no such image.
    OSError, EOFError, SyntaxError, RuntimeError, ValueError
        If the file is damaged.
    """
    decoder = _decoder()
    stream.seek(0)
    images = decoder.open_heif(stream.read(), convert_hdr_to_8bit=True)
    at = images.primary_index if frame is None else frame
    if not 0 <= at < len(images):
        raise ImageError(f"the HEIC file has no frame {frame}, counted from 0")
    return images[at]


def to_pillow(image: Any) -> Image.Image:
    """Decode what `open_heif` returned; raises what that raises for damaged files."""
    decoded: Image.Image = image.to_pillow()
    return decoded


def _decoder() -> ModuleType:
    for name in _DECODERS:
        try:
            return import_module(name)
        except ImportError:
            continue
    raise ImageError(
        "reading a HEIC photograph takes one more package: pip install 'facemesh-annotator[heic]'"
    )
