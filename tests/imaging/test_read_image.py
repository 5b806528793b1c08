"""Every kind of pixel arrives as upright 8-bit RGB."""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from annotator.imaging import ImageError, inspect_image, read_image

LOSSLESS = {"PNG": {}, "TIFF": {}, "BMP": {}, "WEBP": {"lossless": True}}


@pytest.mark.parametrize("format_name", LOSSLESS)
def test_a_lossless_image_is_read_to_the_bit(picture, encode, format_name):
    pixels = read_image(encode(picture, format_name, **LOSSLESS[format_name]))
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    np.testing.assert_array_equal(pixels, picture)


@pytest.mark.parametrize("subsampling", [0, 1, 2, "4:1:1"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_decodes_to_the_same_pixels_as_with_pillow(
    picture, encode, subsampling, progressive
):
    data = encode(picture, "JPEG", subsampling=subsampling, progressive=progressive, quality=85)
    np.testing.assert_array_equal(read_image(data), np.array(Image.open(io.BytesIO(data))))


def test_a_jpeg_of_odd_size_decodes_to_the_same_pixels_as_with_pillow(picture, encode):
    data = encode(picture[:37, :51], "JPEG", quality=90)
    np.testing.assert_array_equal(read_image(data), np.array(Image.open(io.BytesIO(data))))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_each_exif_orientation_is_applied(picture, encode, format_name, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(picture, format_name, exif=exif, **LOSSLESS.get(format_name, {}))
    with Image.open(io.BytesIO(data)) as stored:
        expected = np.array(ImageOps.exif_transpose(stored).convert("RGB"))

    pixels = read_image(data)

    np.testing.assert_array_equal(pixels, expected)
    assert pixels.flags.c_contiguous
    info = inspect_image(data)
    assert (info.height, info.width) == pixels.shape[:2]
    assert info.orientation == orientation


@pytest.mark.parametrize("orientation", [0, 9, 255])
def test_an_orientation_that_does_not_exist_counts_as_upright(picture, encode, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    np.testing.assert_array_equal(read_image(encode(picture, "PNG", exif=exif)), picture)


def test_a_grey_jpeg_becomes_rgb(picture, encode):
    grey = Image.fromarray(picture).convert("L")
    pixels = read_image(encode(grey, "JPEG", quality=95))
    assert pixels.shape == (48, 64, 3)
    assert np.ptp(pixels, axis=2).max() == 0
    assert np.abs(pixels[..., 0].astype(int) - np.array(grey)).max() < 12


def test_a_cmyk_jpeg_becomes_rgb(picture, encode):
    data = encode(Image.fromarray(picture).convert("CMYK"), "JPEG", quality=95)
    difference = read_image(data).astype(int) - picture
    assert np.abs(difference).mean() < 3


@pytest.mark.parametrize("mode", ["1", "L", "P"])
@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "BMP"])
def test_shallow_images_become_rgb(picture, encode, mode, format_name):
    image = Image.fromarray(picture).convert(mode)
    pixels = read_image(encode(image, format_name))
    np.testing.assert_array_equal(pixels, np.array(image.convert("RGB")))


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP"])
def test_transparency_is_laid_over_white(picture, encode, format_name):
    alpha = np.full((48, 64), 255, np.uint8)
    alpha[:24] = 0
    alpha[24:30] = 128
    image = np.dstack([picture, alpha])
    options = {"lossless": True, "exact": True} if format_name == "WEBP" else {}

    pixels = read_image(encode(image, format_name, **options))

    assert (pixels[:24] == 255).all()
    np.testing.assert_array_equal(pixels[30:], picture[30:])
    half = (picture[24:30].astype(float) * 128 + 255 * 127) / 255
    assert np.abs(pixels[24:30] - half).max() <= 1


def test_a_transparent_palette_colour_becomes_white(picture, encode):
    image = Image.fromarray(picture).quantize(8)
    data = encode(image, "PNG", transparency=int(np.array(image)[0, 0]))
    pixels = read_image(data)
    assert (pixels[np.array(image) == np.array(image)[0, 0]] == 255).all()


@pytest.mark.parametrize("format_name", ["PNG", "TIFF"])
def test_16_bit_grey_is_scaled_to_8(picture, encode, format_name):
    grey = picture[..., 0]
    pixels = read_image(encode(grey.astype(np.uint16) * 257, format_name))
    np.testing.assert_array_equal(pixels, np.repeat(grey[..., None], 3, axis=2))


@pytest.mark.parametrize(
    ("scale", "kind"), [(1 / 255, np.float32), (1, np.float32), (1, np.int32), (257, np.int32)]
)
def test_real_and_wide_integer_grey_is_scaled_to_8(picture, encode, scale, kind):
    grey = picture[..., 0]
    pixels = read_image(encode((grey * float(scale)).astype(kind), "TIFF"))
    np.testing.assert_array_equal(pixels[..., 0], grey)


def test_real_values_beyond_any_convention_are_stretched(encode):
    values = np.array([[-5.0, 0.0, np.nan], [5.0, np.inf, -np.inf]], np.float32)
    pixels = read_image(encode(values, "TIFF"))[..., 0]
    np.testing.assert_array_equal(pixels, [[0, 128, 0], [255, 255, 0]])


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_netpbm_files_are_read(picture, encode, mode):
    image = Image.fromarray(picture).convert(mode)
    data = encode(image, "PPM")
    np.testing.assert_array_equal(read_image(data), np.array(image.convert("RGB")))
    assert inspect_image(data).format == "PNM"


@pytest.mark.parametrize("white", [255, 1023, 4095, 65535])
@pytest.mark.parametrize("share", [1, 0.05])
def test_a_netpbm_file_is_as_bright_as_the_largest_value_it_states(picture, white, share):
    light = picture[..., 0] / 255 * share
    values = np.rint(light * white).astype(">u2" if white > 255 else np.uint8)
    pixels = read_image(b"P5 64 48 %d\n" % white + values.tobytes())
    assert np.abs(pixels[..., 0] - light * 255).max() <= 1


@pytest.mark.parametrize("format_name", ["PNG", "TIFF", "WEBP"])
def test_the_first_frame_of_several_is_read(picture, encode, format_name):
    other = Image.fromarray(255 - picture)
    options = LOSSLESS[format_name]
    data = encode(picture, format_name, save_all=True, append_images=[other], **options)
    np.testing.assert_array_equal(read_image(data), picture)


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_compressed_tiffs_are_read(picture, encode, compression):
    data = encode(picture, "TIFF", compression=compression)
    np.testing.assert_array_equal(read_image(data), picture)
    assert inspect_image(data).format == "TIFF"


def test_a_path_and_its_text_and_its_content_give_the_same(picture, encode, tmp_path: Path):
    path = tmp_path / "portrait.png"
    path.write_bytes(encode(picture, "PNG"))
    for source in (path, str(path), path.read_bytes()):
        np.testing.assert_array_equal(read_image(source), picture)


def test_the_format_is_told_by_content_not_by_name(picture, encode, tmp_path: Path):
    path = tmp_path / "portrait.jpg"
    path.write_bytes(encode(picture, "PNG"))
    assert inspect_image(path).format == "PNG"
    np.testing.assert_array_equal(read_image(path), picture)


def test_an_image_may_be_read_by_many_threads_at_once(picture, encode):
    files = [encode(picture, name, **options) for name, options in LOSSLESS.items()] * 8
    with ThreadPoolExecutor(4) as pool:
        for pixels in pool.map(read_image, files):
            np.testing.assert_array_equal(pixels, picture)


def test_a_limit_of_the_callers_own_is_kept(picture, encode):
    data = encode(picture, "PNG")
    assert read_image(data, max_pixels=48 * 64).shape == (48, 64, 3)
    with pytest.raises(ImageError, match="64 x 48 pixels is more than"):
        read_image(data, max_pixels=48 * 64 - 1)
