"""What libraries print of odd and damaged files does not reach the terminal."""

import io
import logging

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image

from annotator.imaging import ImageError, inspect_image, read_image, read_thumbnail

DEEP = np.random.default_rng(1).integers(0, 4096, (24, 40, 3), np.uint16)


def tiff(pixels: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    tifffile.imwrite(stream, pixels, **options)
    return stream.getvalue()


def unsorted(data: bytes) -> bytes:
    """Swap the first two tags of a TIFF, of which libtiff warns."""
    at = int.from_bytes(data[4:8], "little") + 2
    return data[:at] + data[at + 12 : at + 24] + data[at : at + 12] + data[at + 24 :]


def lzw(encode) -> bytes:
    return encode((DEEP >> 4).astype(np.uint8), "TIFF", compression="tiff_lzw")


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits"])
def test_a_damaged_tiff_is_refused_and_libtiff_is_silent(encode, capfd, compression):
    data = bytearray(encode((DEEP >> 4).astype(np.uint8), "TIFF", compression=compression))
    begin = int.from_bytes(data[4:8], "little")
    (start, stop) = (8, begin) if begin > 100 else (len(data) - 2000, len(data))
    data[start + 40 : stop] = b"\xff\x00" * ((stop - start - 40) // 2)
    for read in (read_image, lambda content: read_thumbnail(content, 16), inspect_image):
        try:
            read(bytes(data))
        except ImageError as error:
            assert str(error)
    assert capfd.readouterr() == ("", "")


def test_a_tiff_whose_tags_are_odd_is_read_and_nothing_is_printed(encode, capfd):
    odd = [(65000, 3, 1, 6, True), (33432, 2, 0, b"\xff\xfe", True)]
    healthy = tiff(DEEP, photometric="rgb", extratags=odd)
    for data in (healthy, unsorted(healthy), unsorted(lzw(encode))):
        assert read_image(data).shape == (24, 40, 3)
        inspect_image(data)
    assert capfd.readouterr() == ("", "")


def test_opencv_logs_as_before_afterwards():
    before = cv2.utils.logging.getLogLevel()
    read_image(tiff(DEEP, photometric="rgb"))
    assert cv2.utils.logging.getLogLevel() == before


def test_who_listens_to_pillow_still_hears_it(encode, caplog):
    stream = io.BytesIO(lzw(encode))
    with caplog.at_level(logging.DEBUG, "PIL"):
        Image.open(stream).load()
    assert any(record.name.startswith("PIL") for record in caplog.records)
