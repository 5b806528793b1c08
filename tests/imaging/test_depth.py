"""Values of 10, 12 and 14 bits in files of 16 are seen, and dark photographs stay dark."""

import io
import struct
import tracemalloc
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from annotator.imaging import inspect_image, read_image
from annotator.imaging.depth import Depth, scale_of

Values = NDArray[np.uint16]


@pytest.fixture(scope="module")
def light() -> NDArray[np.float64]:
    """(48, 64, 3), 0..1: noise over a picture, the brightest of it white."""
    rows, columns = np.mgrid[0:48, 0:64]
    smooth = np.dstack([columns / 63, rows / 47, (rows + columns) / 110])
    noise = np.random.default_rng(5).normal(0, 0.02, smooth.shape)
    return np.clip(smooth + noise, 0, 1)


def stored(light: NDArray[np.float64], white: int) -> Values:
    return np.rint(light * white).astype(np.uint16)


def png(values: Values) -> bytes:
    order = values[..., ::-1] if values.ndim == 3 and values.shape[2] == 3 else values
    return cv2.imencode(".png", order)[1].tobytes()


def tiff(values: NDArray[np.generic], **options: object) -> bytes:
    stream = io.BytesIO()
    photometric = "rgb" if values.ndim == 3 else "minisblack"
    tifffile.imwrite(stream, values, **{"photometric": photometric, **options})
    return stream.getvalue()


def with_significant_bits(data: bytes, *bits: int) -> bytes:
    body = bytes(bits)
    checksum = struct.pack(">I", zlib.crc32(b"sBIT" + body))
    return data[:33] + struct.pack(">I", len(body)) + b"sBIT" + body + checksum + data[33:]


def assert_shows(data: bytes, light: NDArray[np.float64]) -> None:
    pixels = read_image(data)
    expected = light if light.ndim == 3 else np.repeat(light[..., None], 3, axis=2)
    assert np.abs(pixels - expected * 255).max() <= 1


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
@pytest.mark.parametrize("encode", [png, tiff])
@pytest.mark.parametrize("kind", ["grey", "colour"])
def test_fewer_bits_in_a_file_of_16_are_seen_and_told(light, encode, kind, bits):
    shown = light if kind == "colour" else light[..., 0]
    data = encode(stored(shown, 2**bits - 1))
    assert_shows(data, shown)
    assert inspect_image(data).note == f"16-bit file with {bits}-bit values"


@pytest.mark.parametrize("shift", [2, 4])
def test_8_bits_moved_up_to_10_or_12_are_seen(light, shift):
    data = png(stored(light, 255) << shift)
    assert read_image(data).max() > 250
    assert inspect_image(data).note == f"16-bit file with {8 + shift}-bit values"


@pytest.mark.parametrize("encode", [png, tiff])
@pytest.mark.parametrize("share", [1, 0.4, 0.2, 0.1])
def test_a_dark_photograph_of_16_bits_stays_dark(light, encode, share):
    for shown in (light * share, light[..., 0] * share):
        data = encode(stored(shown, 65535))
        assert np.abs(read_image(data).max() - 255 * share) <= 1
        assert inspect_image(data).note == ""


@pytest.mark.parametrize("spread", [256, 257])
def test_8_bits_spread_over_16_stay_as_dark_as_they_are(light, spread):
    dark = stored(light[..., 0] * 12 / 255, 255)
    np.testing.assert_array_equal(read_image(png(dark * spread))[..., 0], dark)


def test_one_bright_pixel_shows_that_a_dark_photograph_uses_16_bits(light):
    values = stored(light[..., 0], 1023)
    values[0, 0] = 65535
    assert read_image(png(values))[1:].max() == 4


def test_significant_bits_of_a_png_tell_the_range(light):
    dark = stored(light * 0.1, 4095)  # by its values it might have fewer bits
    data = with_significant_bits(png(dark), 12, 12, 12)
    assert read_image(data).max() == 26
    assert inspect_image(data).note == "16-bit file with 12-bit values"
    at_the_top = stored(light, 4095) << 4  # as the standard wants them
    data = with_significant_bits(png(at_the_top), 12, 12, 12)
    assert_shows(data, light)
    assert inspect_image(data).note == ""
    data = with_significant_bits(png(stored(light * 0.05, 65535)), 16, 16, 16)
    assert read_image(data).max() == 12


@pytest.mark.parametrize("tag", [281, 341])
def test_tags_of_a_tiff_tell_the_range(light, tag):
    dark = stored(light[..., 0] * 0.2, 4095)
    data = tiff(dark, extratags=[(tag, 3, 1, 4095, True)])
    assert read_image(data).max() == 51
    assert inspect_image(data).note == "16-bit file with 12-bit values"
    full = stored(light[..., 0] * 0.05, 65535)
    data = tiff(full, extratags=[(tag, 3, 1, 65535, True)])
    assert read_image(data).max() == 13


def test_the_largest_sample_noted_for_statistics_is_no_range(light):
    values = stored(light[..., 0] * 0.3, 65535)
    data = tiff(values, extratags=[(281, 3, 1, int(values.max()), True)])
    assert read_image(data).max() == 76


def test_a_range_that_its_values_exceed_counts_for_nothing(light):
    data = tiff(stored(light[..., 0], 65535), extratags=[(341, 3, 1, 1023, True)])
    assert_shows(data, light[..., 0])


def test_12_bits_packed_are_read(light):
    values = stored(light[..., 0] * 0.2, 4095)
    pairs = values.reshape(-1, 2).astype(np.uint32)
    packed = np.stack(
        [pairs[:, 0] >> 4, (pairs[:, 0] & 15) << 4 | pairs[:, 1] >> 8, pairs[:, 1] & 255], axis=1
    )
    data = bytearray(tiff(packed.astype(np.uint8).reshape(48, 96)))
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as opened:
        tags = opened.pages[0].tags
        places = {code: tags[code].valueoffset for code in (256, 258)}
    for code, value in ((256, 64), (258, 12)):
        struct.pack_into("<I" if tags[code].dtype == 4 else "<H", data, places[code], value)
    assert read_image(bytes(data)).max() == 51


@pytest.mark.parametrize("orientation", range(1, 9))
def test_deep_colours_are_turned_like_shallow_ones(light, orientation):
    turned = [(274, 3, 1, orientation, True)]
    shallow = read_image(tiff(stored(light, 255).astype(np.uint8), extratags=turned))
    deep = read_image(tiff(stored(light, 4095), extratags=turned))
    assert deep.shape == shallow.shape
    assert np.abs(deep.astype(int) - shallow).max() <= 1


def test_a_deep_page_is_read_by_its_number(light):
    pages = np.stack([stored(1 - light, 4095), stored(light, 1023)])
    data = tiff(pages, photometric="rgb")
    assert np.abs(read_image(data, frame=1) - light * 255).max() <= 1
    assert inspect_image(data, frame=1).note == "16-bit file with 10-bit values"


@pytest.mark.parametrize("opaque", [4095, 65535])
def test_deep_transparency_is_laid_over_white(light, opaque):
    opacity = np.full((48, 64, 1), opaque, np.uint16)
    opacity[:24] = 0
    values = np.concatenate([stored(light, 4095)[..., ::-1], opacity], axis=2)
    pixels = read_image(png(values))
    assert (pixels[:24] == 255).all()
    assert np.abs(pixels[24:] - light[24:] * 255).max() <= 1


@pytest.mark.parametrize("white", [4095, 65535])
def test_where_the_smallest_value_is_white_it_is_shown_so(light, white):
    data = tiff(stored(1 - light[..., 0], white), photometric="miniswhite")
    assert_shows(data, light[..., 0])


@pytest.mark.parametrize(
    ("kind", "white"),
    [(np.int16, 32767), (np.int16, 4095), (np.int32, 4095), (np.uint32, 65535), (np.uint32, 1023)],
)
def test_other_integers_are_judged_alike(light, kind, white):
    assert_shows(tiff(np.rint(light[..., 0] * white).astype(kind)), light[..., 0])


def test_unsigned_integers_beyond_what_pillow_counts_to_are_stretched(light):
    values = (light[..., 0] * (2**32 - 1)).astype(np.uint32)
    values[0, :2] = 0, 2**32 - 1
    data = tiff(values)
    pixels = read_image(data)[..., 0]
    assert np.abs(pixels - values / (2**32 - 1) * 255).max() <= 1
    assert "stretched" in inspect_image(data).note


@pytest.mark.parametrize(("mode", "channels"), [("La", "assocalpha"), ("LA", "unassalpha")])
def test_grey_with_either_kind_of_transparency_is_laid_over_white(mode, channels):
    values = np.zeros((8, 8, 2), np.uint8)
    values[:4] = 100, 255
    data = tiff(values, photometric="minisblack", extrasamples=[channels])
    assert Image.open(io.BytesIO(data)).mode == mode
    pixels = read_image(data)
    assert (pixels[:4] == 100).all()
    assert (pixels[4:] == 255).all()


def test_one_file_always_gives_the_same_pixels(light):
    data = png(stored(light, 4095))
    np.testing.assert_array_equal(read_image(data), read_image(data))


def test_working_out_a_large_photograph_takes_little_room_beside_it() -> None:
    values = np.arange(4_000_000, dtype=np.uint32).reshape(1000, 1000, 4).astype(np.uint16) >> 4
    tracemalloc.start()
    shades = scale_of(values, Depth(16)).to_8_bit(values)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shades.max() == 255
    assert most < 8 * values.nbytes
