"""Photographs in: pictures, decoding, EXIF orientation, thumbnails.

Every image leaves this room as an upright (height, width, 3) uint8 RGB array, and every
file that cannot become one leaves it as an `ImageError` with a reason a person understands.
"""

from annotator.imaging.errors import ImageError
from annotator.imaging.files import IMAGE_SUFFIXES, find_images
from annotator.imaging.headers import MAX_PIXELS
from annotator.imaging.picture import Picture
from annotator.imaging.reader import (
    Encoded,
    EncodedImage,
    ImageInfo,
    inspect_image,
    load_image,
    read_image,
    read_thumbnail,
)

__all__ = [
    "IMAGE_SUFFIXES",
    "MAX_PIXELS",
    "Encoded",
    "EncodedImage",
    "ImageError",
    "ImageInfo",
    "Picture",
    "find_images",
    "inspect_image",
    "load_image",
    "read_image",
    "read_thumbnail",
]
