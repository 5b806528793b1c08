"""Files that cannot be used are refused with a reason, whatever is wrong with them."""

import io
import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from annotator.imaging import MAX_PIXELS, ImageError, inspect_image, read_image, read_thumbnail
from annotator.imaging.identity import coded_sha256
from annotator.imaging.signatures import HEAD, shows_an_image
from tests.fuzzing import rounds

FORMATS = ["JPEG", "PNG", "TIFF", "BMP", "WEBP", "AVIF"]
HEIC = Path(__file__).parent / "heic" / "turned_6.heic"


def refused(source: bytes | Path) -> str:
    """Return the one reason that all readers give for refusing a file."""
    reasons = set()
    for read in (read_image, inspect_image, lambda data: read_thumbnail(data, 32)):
        with pytest.raises(ImageError) as caught:
            read(source)
        reasons.add(str(caught.value))
    assert len(reasons) == 1
    assert "\n" not in min(reasons)
    return reasons.pop()


def noisy(encode, format_name: str) -> bytes:
    """Encode detail, so that every format stores many bytes of pixels."""
    pixels = np.random.default_rng(7).integers(0, 256, (40, 56, 3), np.uint8)
    return encode(pixels, format_name)


def test_an_empty_file_is_refused():
    assert refused(b"") == "the file is empty"


def test_a_file_of_zeros_is_refused():
    assert "only zeros" in refused(bytes(4096))


def test_text_is_refused():
    assert refused(b"name,age\nAda,36\n" * 50).startswith("not an image")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"GIF89a" + bytes(40), "a GIF"),
        (b"\x00\x00\x00\x18ftypcrx " + bytes(40), "a camera raw file"),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n" + bytes(40), "a JPEG XL image"),
        (b"\x00\x00\x00\x18ftypisom" + bytes(40), "a video"),
        (b"%PDF-1.7" + bytes(40), "a PDF"),
    ],
)
def test_other_formats_are_named(content, what):
    reason = refused(content)
    assert reason.startswith(what)
    assert "convert it to JPEG" in reason


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_truncated_file_is_refused_on_import_already(encode, format_name, share):
    data = noisy(encode, format_name)
    assert "cut off" in refused(data[: int(len(data) * share)])


def test_a_truncated_jpeg_is_refused_with_its_reason(encode):
    data = noisy(encode, "JPEG")
    assert refused(data[:-500]) == "the JPEG image is cut off: its end is missing"


def test_a_jpeg_cut_off_and_filled_up_with_zeros_is_refused(encode):
    data = noisy(encode, "JPEG")
    refused(data[: len(data) // 2] + bytes(len(data) - len(data) // 2))


def test_a_jpeg_with_broken_pixels_is_refused(encode):
    data = bytearray(noisy(encode, "JPEG"))
    data[len(data) // 2 : len(data) // 2 + 200] = b"\xff\xd3" * 100
    with pytest.raises(ImageError, match="damaged"):
        read_image(bytes(data))


def test_a_photograph_with_something_appended_is_read(picture, encode):
    data = encode(picture, "JPEG") + b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 8
    assert inspect_image(data).width == 64
    assert read_image(data).shape == (48, 64, 3)


def test_a_png_with_a_wrong_checksum_is_refused(encode):
    data = bytearray(noisy(encode, "PNG"))
    data[data.index(b"IDAT") + 20] ^= 0xFF
    with pytest.raises(ImageError, match="damaged"):
        read_image(bytes(data))


def png_of(width: int, height: int) -> bytes:
    """Build a tiny PNG file that states a size and holds no pixels to speak of."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def test_a_decompression_bomb_is_refused_by_its_header():
    assert refused(png_of(60_000, 60_000)) == (
        "60000 x 60000 pixels is more than the 200 megapixels allowed"
    )


def test_a_jpeg_that_states_an_enormous_size_is_refused_by_its_header(encode):
    data = bytearray(noisy(encode, "JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = b"\xff\xdc\xff\xdc"
    assert "is more than the 200 megapixels" in refused(bytes(data))


@pytest.mark.parametrize("format_name", FORMATS)
def test_pillows_own_limit_does_not_warn(picture, encode, format_name, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40 * 40 - 1)  # beyond it, Pillow warns
    data = encode(picture[:40, :40], format_name)
    assert inspect_image(data).width == 40
    assert read_image(data).shape == (40, 40, 3)


def test_heic_without_its_decoder_says_what_to_install(monkeypatch):
    for name in ("pi_heif", "pillow_heif"):
        monkeypatch.setitem(sys.modules, name, None)
    assert "pip install 'facemesh-annotator[heic]'" in refused(HEIC)


def test_reading_heic_teaches_pillow_nothing():
    code = (
        f"from annotator.imaging import read_image; read_image({str(HEIC)!r}); "
        "from PIL import Image; Image.init(); assert 'HEIF' not in Image.OPEN"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_jpeg_of_12_bits_says_what_to_do(encode):
    data = bytearray(noisy(encode, "JPEG"))
    data[data.index(b"\xff\xc0") + 4] = 12
    assert refused(bytes(data)) == "a JPEG of 12 bits is not supported: convert it to 8 bits"


def test_a_tiff_of_an_unusual_kind_says_what_to_do():
    stream = io.BytesIO()
    tifffile.imwrite(stream, np.zeros((8, 8, 3), np.float32), photometric="rgb")
    assert "convert it to 8 or 16 bits" in refused(stream.getvalue())


def test_a_missing_file_is_refused_without_naming_its_path(tmp_path):
    assert refused(tmp_path / "gone.jpg") == "the file does not exist"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_or_a_device_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    assert "pipe" in refused(Path(os.devnull))
    assert "pipe" in refused(tmp_path / "pipe.jpg")


def test_a_folder_is_refused(tmp_path):
    assert "folder" in refused(tmp_path)


def test_a_folder_that_cannot_be_listed_is_refused_as_such(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may list any
    assert refused(tmp_path) == "the folder cannot be read: permission denied"


def test_a_link_to_nothing_is_refused_as_such(tmp_path):
    link = tmp_path / "ada.jpg"
    link.symlink_to(tmp_path / "moved.jpg")
    assert refused(link) == "it is a link to a file that does not exist"


@pytest.mark.parametrize("name", ["n" * 300, "a\0b"])
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name):
    assert "name" in refused(tmp_path / name)


@pytest.mark.parametrize("size", [0, -1])
def test_a_thumbnail_needs_a_size(picture, encode, size):
    with pytest.raises(ValueError, match="at least 1 pixel"):
        read_thumbnail(encode(picture, "PNG"), size)


OF_SEVERAL = ["animated PNG", "animated WebP", "TIFF of pages"]
DEEP = ["deep PNG", "deep TIFF", "deep grey TIFF"]
PACKED = ["LZW TIFF", "JPEG TIFF", "fax TIFF"]
OTHERS = ["HEIC", "CMYK JPEG", "palette PNG", "RGBA WebP", "PBM", "PPM", "GIF"]
KINDS = [*FORMATS, *OTHERS, *PACKED, *DEEP, *OF_SEVERAL]


@pytest.fixture(scope="module")
def healthy(encode) -> Callable[[str], bytes]:
    """One file of each kind, with metadata that parsers may trip over."""
    pixels = np.random.default_rng(1).integers(0, 256, (24, 40, 3), np.uint8)
    picture = Image.fromarray(pixels)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a description"
    files = {name: encode(pixels, name, exif=exif) for name in FORMATS if name != "BMP"}
    files["BMP"] = encode(pixels, "BMP")
    files["CMYK JPEG"] = encode(picture.convert("CMYK"), "JPEG", exif=exif)
    files["palette PNG"] = encode(picture.quantize(16), "PNG", transparency=3)
    more = [Image.new("RGB", picture.size)]
    files["animated PNG"] = encode(pixels, "PNG", save_all=True, append_images=more)
    files["animated WebP"] = encode(pixels, "WEBP", save_all=True, append_images=more, exif=exif)
    files["TIFF of pages"] = encode(pixels, "TIFF", save_all=True, append_images=more)
    files["LZW TIFF"] = encode(pixels, "TIFF", compression="tiff_lzw", exif=exif)
    files["JPEG TIFF"] = encode(pixels, "TIFF", compression="jpeg")
    files["fax TIFF"] = encode(picture.convert("1"), "TIFF", compression="group4")
    files["PBM"] = encode(picture.convert("1"), "PPM")
    files["PPM"] = encode(pixels, "PPM")
    files["GIF"] = encode(picture.quantize(16), "GIF")
    files["RGBA WebP"] = encode(np.dstack([pixels, pixels[..., :1]]), "WEBP", lossless=True)
    files["HEIC"] = HEIC.read_bytes()
    deep = (pixels.astype(np.uint16) * 16).astype(np.uint16)
    files["deep PNG"] = cv2.imencode(".png", deep)[1].tobytes()
    stream = io.BytesIO()
    tifffile.imwrite(stream, deep, photometric="rgb", extratags=[(274, 3, 1, 6, True)])
    files["deep TIFF"] = stream.getvalue()
    files["deep grey TIFF"] = encode(deep[..., 0], "TIFF", exif=exif)
    return lambda kind: files[kind]


def spoil(data: bytes, seed: int, flips: int, keep: float) -> bytes:
    """Cut a file off and change some of its bytes, most of them near its start."""
    chance = random.Random(seed)
    spoiled = bytearray(data[: int(len(data) * keep)])
    for _ in range(flips if spoiled else 0):
        reach = len(spoiled) if chance.random() < 0.5 else min(len(spoiled), 200)
        spoiled[chance.randrange(reach)] = chance.choice((0, 255, chance.randrange(256)))
    return bytes(spoiled)


@settings(
    max_examples=rounds(375),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    kind=st.sampled_from(KINDS),
    seed=st.integers(0, 2**32),
    flips=st.integers(0, 8),
    keep=st.one_of(st.just(1.0), st.floats(0, 1)),
)
@example(kind="TIFF", seed=0, flips=0, keep=0.01)
def test_a_spoiled_file_gives_an_image_or_an_image_error(healthy, kind, seed, flips, keep):
    data = spoil(healthy(kind), seed, flips, keep)
    # Pillow decodes a canvas of 200 megapixels for seconds, also where a file of a kB claims it.
    limit = 1_000_000 if kind == "animated WebP" else MAX_PIXELS
    readers: list[Callable[[bytes], np.ndarray]] = [
        lambda content: read_image(content, max_pixels=limit),
        lambda content: read_thumbnail(content, 16, max_pixels=limit),
    ]
    if kind in OF_SEVERAL:
        readers.append(lambda content: read_image(content, frame=1, max_pixels=limit))
    for read in readers:
        try:
            pixels = read(data)
        except ImageError as error:
            assert str(error)
            assert "\n" not in str(error)
        else:
            assert pixels.dtype == np.uint8
            assert pixels.ndim == 3
            assert pixels.shape[2] == 3
    try:
        info = inspect_image(data)
    except ImageError:
        return
    assert info.width > 0
    assert info.height > 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_spoiled_file_is_known_by_is_told_or_refused(healthy, tmp_path, kind):
    path = tmp_path / "spoiled"
    times = rounds(8)
    for seed in range(times):
        keep = 1.0 if seed % 3 else seed / (3 * times)  # a third of them is cut, to a third at most
        path.write_bytes(spoil(healthy(kind), seed, seed % 8, keep))
        with suppress(ImageError):
            known_by = coded_sha256(path)
            assert known_by is None or len(known_by) == 64


MEASURING = """
import random, resource, runpy, sys
sys.path[:0] = sys.argv[2:]
from annotator.imaging import ImageError, inspect_image, read_image

spoil = runpy.run_path(sys.argv[1], run_name="spoil")["spoil"]
files = [bytes.fromhex(line) for line in sys.stdin]
for data in files:
    read_image(data)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for number, data in enumerate(files * 25):
    spoiled = spoil(data, number, 4, 1.0)
    for read in (read_image, inspect_image):
        try:
            read(spoiled, max_pixels=1_000_000)
        except ImageError:
            pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory is measured in Linux's units")
def test_no_spoiled_file_takes_more_memory_than_the_pixels_that_are_allowed(healthy):
    lines = "\n".join(healthy(kind).hex() for kind in KINDS if kind != "GIF")
    child = subprocess.run(
        [sys.executable, "-c", MEASURING, __file__, str(Path(__file__).parents[2])],
        input=lines, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(child.stdout) < 100, "megabytes"


def test_signs_of_comments_without_end_are_told_from_an_image_at_once():
    assert not shows_an_image((b"P6" + b" #" * HEAD)[:HEAD])
    assert shows_an_image(b"P6 # a # b\n # c\n 4\n# d # e\n 3 255\n")
