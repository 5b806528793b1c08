"""Whoever reads a release's images as its documentation says finds the landmarks on the face.

The table of readers in ``docs/releases.md`` is run as it stands there.
"""

import importlib.util
import io
import json
import re
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from annotator.imaging import ImageError, inspect_image, read_image
from annotator.inference.results import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project
from annotator.project.image_records import NewImage
from annotator.release import export_release, load_release
from annotator.system.hashing import file_sha256

PAGE = Path(__file__).parents[2] / "docs" / "releases.md"
WIDTH, HEIGHT = 96, 64
NOSE_TIP = 4
MARK = (72.0, 16.0)  # of the upright picture: where the nose is

# What makes the stored picture of an orientation out of the upright one.
STORED = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
}
EVERY_WAY = {
    **STORED,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(orientation: int) -> Image.Image:
    """Return a picture that is red around the mark once it is turned upright."""
    pixels = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    pixels[8:24, 64:80] = (255, 0, 0)
    turn = STORED[orientation]
    picture = Image.fromarray(pixels)
    return picture if turn is None else picture.transpose(turn)


def saved(orientation: int, kind: str, **options) -> bytes:
    file = io.BytesIO()
    stored(orientation).save(file, kind, **options)
    return file.getvalue()


def exif(orientation: int, *, kind: int = 3, order: str = "<") -> bytes:
    """Return a block with an orientation as BYTE (1), SHORT (3) or LONG (4)."""
    value = struct.pack(order + {1: "Bxxx", 3: "Hxx", 4: "I"}[kind], orientation)
    head = {"<": b"II*\x00", ">": b"MM\x00*"}[order] + struct.pack(order + "I", 8)
    entry = struct.pack(order + "HHHI", 1, 0x0112, kind, 1) + value
    return head + entry + struct.pack(order + "I", 0)


def xmp(orientation: int) -> bytes:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/'
        '22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
        f'tiff:Orientation="{orientation}"/></rdf:RDF></x:xmpmeta>'
    ).encode()


def jpeg(orientation: int, *blocks: bytes) -> bytes:
    data = saved(orientation, "JPEG", quality=95, subsampling=0)
    segments = (b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block for block in blocks)
    return data[:2] + b"".join(segments) + data[2:]


def png(orientation: int, kind: bytes, data: bytes) -> bytes:
    plain = saved(orientation, "PNG")
    check = struct.pack(">I", zlib.crc32(kind + data))
    return plain[:33] + struct.pack(">I", len(data)) + kind + data + check + plain[33:]


def raw_profile(orientation: int) -> bytes:
    block = b"Exif\x00\x00" + exif(orientation)
    text = b"\nexif\n%8d\n%s\n" % (len(block), block.hex().encode())
    return b"Raw profile type exif\x00\x00" + zlib.compress(text)


def heic(orientation: int) -> bytes:
    from pillow_heif import from_pillow  # noqa: PLC0415 - not everywhere

    file = io.BytesIO()
    from_pillow(stored(orientation)).save(file, quality=95)
    return file.getvalue()


EXIF, XMP = b"Exif\x00\x00", b"http://ns.adobe.com/xap/1.0/\x00"
CARRIERS: dict[str, Callable[[int], bytes]] = {
    "exif.jpg": lambda o: jpeg(o, EXIF + exif(o)),
    "exif_big_endian.jpg": lambda o: jpeg(o, EXIF + exif(o, order=">")),
    "exif_behind_jfif.jpg": lambda o: saved(o, "JPEG", quality=95, exif=EXIF + exif(o)),
    "exif_long.jpg": lambda o: jpeg(o, EXIF + exif(o, kind=4)),
    "exif_byte.jpg": lambda o: jpeg(o, EXIF + exif(o, kind=1)),
    "exif_twice_marked.jpg": lambda o: jpeg(o, EXIF + EXIF + exif(o)),
    "exif_and_other.jpg": lambda o: jpeg(o, EXIF + exif(o), EXIF + exif(1)),
    "exif_behind_xmp.jpg": lambda o: jpeg(o, XMP + xmp(1), EXIF + exif(o)),
    "exif_says_upright.jpg": lambda o: jpeg(o, EXIF + exif(1), XMP + xmp(o)),
    "xmp.jpg": lambda o: jpeg(o, XMP + xmp(o)),
    "several.mpo.jpg": lambda o: saved(
        o, "MPO", exif=EXIF + exif(o), save_all=True, append_images=[stored(o)]
    ),
    "exif.png": lambda o: png(o, b"eXIf", exif(o)),
    "xmp.png": lambda o: png(o, b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + xmp(o)),
    "profile.png": lambda o: png(o, b"zTXt", raw_profile(o)),
    "exif.webp": lambda o: saved(o, "WEBP", lossless=True, exif=EXIF + exif(o)),
    "xmp.webp": lambda o: saved(o, "WEBP", lossless=True, xmp=xmp(o)),
    "tag.tif": lambda o: saved(o, "TIFF", tiffinfo={0x0112: o}),
    "xmp.tif": lambda o: saved(o, "TIFF", tiffinfo={700: xmp(o)}),
    "exif.avif": lambda o: saved(o, "AVIF", quality=95, exif=EXIF + exif(o)),
    "none.jpg": lambda o: saved(o, "JPEG", quality=95, subsampling=0),
    "none.png": lambda o: saved(o, "PNG"),
    "none.bmp": lambda o: saved(o, "BMP"),
    "none.ppm": lambda o: saved(o, "PPM"),
}


if importlib.util.find_spec("pillow_heif"):
    CARRIERS["none.heic"] = heic


def is_red(pixel: np.ndarray) -> bool:
    """Whether a pixel, whole or real numbers, is that of the mark."""
    red, green, blue = (float(channel) for channel in pixel[:3])
    return red > 2 * green and red > 2 * blue


def nose_in(pixels: np.ndarray) -> tuple[float, float]:
    """Return where the annotator sees the mark, in px from the upper left corner."""
    rows, columns = np.nonzero((pixels[..., 0] > 200) & (pixels[..., 1] < 80))
    return columns.mean() + 0.5, rows.mean() + 0.5


def mesh_with_nose_at(x: float, y: float) -> np.ndarray:
    points = (FACE_468.topology.vertices * [1, -1, -1]).astype(np.float32)
    points *= 20 / np.ptp(points[:, 0])
    return (points - points[NOSE_TIP] + np.float32([x, y, 0])).astype(np.float32)


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose photographs are turned in every way by every carrier, all accepted."""
    folder = tmp_path_factory.mktemp("turned")
    with Project.create(folder / "project") as project:
        for name, make in CARRIERS.items():
            for orientation in (1, 3, 5, 6):
                add(project, folder / f"{orientation}_{name}", make(orientation))
        yield project


def add(project: Project, path: Path, data: bytes) -> None:
    """Add a photograph as the annotator sees it, with a nose on the mark; not what it refuses."""
    path.write_bytes(data)
    try:
        info = inspect_image(path)
    except ImageError:
        return
    nose = nose_in(read_image(path))
    project.images.add([NewImage(path, file_sha256(path), info.width, info.height)])
    model = project.models.register(ModelInfo("face_landmark", "ab" * 32, FACE_468))
    (pending,) = project.images.pending(model)
    face = FacePrediction(mesh_with_nose_at(*nose), 0.9, 0.8)
    project.predictions.store(model, [(pending.id, [face])])
    project.reviews.accept(project.samples.summaries()[-1].id, reviewer="Grace")


def readers(column: int) -> list[str]:
    """Return the expressions of the table whose column says yes."""
    rows = re.findall(r"^\| (`.+`) \| (\w+) \| (\w+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    return [row[0].strip("`") for row in rows if row[column] == "yes"]


def read_by(expression: str, path: Path) -> np.ndarray:
    """Evaluate an expression of the documentation; its pixels as RGB."""
    names = {"Image": Image, "ImageOps": ImageOps, "np": np, "path": str(path)}
    module = expression.removeprefix("np.asarray(").partition("(")[0].rpartition(".")[0]
    if module and module not in names:
        pytest.importorskip(module)
        names[module.partition(".")[0]] = importlib.import_module(module.partition(".")[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pixels = eval(expression, names)
    if "torchvision" in expression:
        pixels = pixels.permute(1, 2, 0).numpy()
    pixels = np.asarray(pixels.convert("RGB") if isinstance(pixels, Image.Image) else pixels)
    return pixels[..., ::-1] if expression.startswith("cv2.") else pixels


def turned_as_documented(pixels: np.ndarray, orientation: int) -> np.ndarray:
    (code,) = re.findall(r"^```python\n(def upright.*?)^```", PAGE.read_text("utf-8"), re.M | re.S)
    names: dict[str, Callable[[np.ndarray, int], np.ndarray]] = {}
    exec(code, names)
    return names["upright"](pixels, orientation)


def complaints(release_folder: Path, expression: str, *, turning: bool = False) -> list[str]:
    release = load_release(release_folder)
    wrong = []
    for row, landmarks in zip(release.samples.itertuples(), release.landmarks, strict=True):
        pixels = read_by(expression, release_folder / row.image_file)
        if turning:
            pixels = turned_as_documented(pixels, row.image_orientation)
        x, y = landmarks[NOSE_TIP, :2]
        as_large = pixels.shape[:2] == (row.image_height, row.image_width)
        if not as_large or not is_red(pixels[int(y), int(x)]):
            wrong.append(row.image_name)
    return wrong


@pytest.fixture(scope="module")
def released(photographs: Project) -> dict[str, Path]:
    folders = {mode: photographs.home.parent / mode for mode in ("copy", "upright")}
    for mode, folder in folders.items():
        export_release(photographs, folder, "npz", images=mode)
    return folders


def test_the_page_names_readers() -> None:
    assert "cv2.imread(path)" in readers(1)
    assert "matplotlib.image.imread(path)" in readers(2)
    assert set(readers(1)) < set(readers(2))


@pytest.mark.parametrize("expression", readers(1))
def test_landmarks_lie_on_the_face_for_every_reader_named_for_copies(
    released: dict[str, Path], expression: str
) -> None:
    assert complaints(released["copy"], expression) == []


@pytest.mark.parametrize("expression", sorted(set(readers(2)) - set(readers(1))))
def test_a_reader_that_turns_nothing_is_right_after_the_documented_turn(
    released: dict[str, Path], expression: str
) -> None:
    assert complaints(released["copy"], expression) != []
    assert complaints(released["copy"], expression, turning=True) == []


@pytest.mark.parametrize("orientation", EVERY_WAY)
def test_the_documented_turn_makes_every_orientation_upright(orientation: int) -> None:
    picture = Image.fromarray(np.arange(12, dtype=np.uint8).reshape(3, 4))
    turn = EVERY_WAY[orientation]
    pixels = np.asarray(picture if turn is None else picture.transpose(turn))
    np.testing.assert_array_equal(turned_as_documented(pixels, orientation), np.asarray(picture))


@pytest.mark.parametrize("expression", readers(2))
def test_landmarks_lie_on_the_face_for_every_reader_where_all_is_written_upright(
    released: dict[str, Path], expression: str
) -> None:
    assert complaints(released["upright"], expression) == []


def test_only_jpegs_with_their_orientation_in_exif_are_copied_turned(
    released: dict[str, Path],
) -> None:
    samples = load_release(released["copy"]).samples.set_index("image_name")
    copied = samples[samples["image_stored"].isin(["original", "stripped"])]
    turned = copied[copied["image_orientation"] != 1]
    assert all(re.search(r"\.jpg$", name) for name in turned.index)
    anew = samples[samples["image_stored"] == "upright"]
    assert {"6_tag.tif", "6_exif.png", "6_exif.webp"} <= set(anew.index)
    assert (anew["image_orientation"] == 1).all()
    assert all(file == f"images/{name}.png" for name, file in anew["image_file"].items())


def test_what_is_written_upright_has_the_pixels_that_the_annotator_showed(
    released: dict[str, Path],
) -> None:
    samples = load_release(released["upright"]).samples
    assert (samples["image_orientation"] == 1).all()
    anew = samples[samples["image_stored"] == "upright"]
    assert len(anew) > 20
    for row in anew.itertuples():
        shown = read_image(released["upright"].parent / row.image_name)
        np.testing.assert_array_equal(read_image(released["upright"] / row.image_file), shown)
    # What needs no turning stays the file that it was, byte for byte.
    for row in samples[samples["image_stored"] == "original"].itertuples():
        assert file_sha256(released["upright"] / row.image_file) == row.image_sha256


def test_width_and_height_in_coco_are_those_that_readers_get(
    photographs: Project, tmp_path: Path
) -> None:
    export_release(photographs, tmp_path / "release", "coco")
    data = json.loads((tmp_path / "release" / "annotations.json").read_text("utf-8"))
    for image in data["images"]:
        pixels = read_by("cv2.imread(path)", tmp_path / "release" / image["file_name"])
        assert pixels.shape[:2] == (image["height"], image["width"]), image["file_name"]


def test_values_that_readers_would_show_black_are_written_as_the_annotator_showed_them(
    tmp_path: Path,
) -> None:
    twelve_bits = np.asarray(stored(1).convert("RGB"), np.uint16)[..., ::-1] * 16
    data = cv2.imencode(".png", twelve_bits)[1].tobytes()
    with Project.create(tmp_path / "project") as project:
        add(project, tmp_path / "twelve.png", data)
        report = export_release(project, tmp_path / "release", "npz")
        assert report.images.written_upright == 1
        referenced = export_release(
            project, tmp_path / "there", "npz", images="reference", metadata="keep"
        )
        assert referenced.images.misread == 1
    for column in (1, 2):
        for expression in readers(column):
            if "torchvision" not in expression:
                assert complaints(tmp_path / "release", expression) == [], expression


def test_an_export_says_what_readers_have_to_know(photographs: Project, tmp_path: Path) -> None:
    copied = export_release(photographs, tmp_path / "copied", "npz")
    stripped, written, turned = copied.remarks
    assert "stripped of metadata" in stripped
    kept = export_release(photographs, tmp_path / "kept", "npz", metadata="keep")
    assert kept.remarks != copied.remarks
    assert len(kept.remarks) == 2
    assert "written upright, as PNG" in written
    assert "or export them upright" in turned
    upright = export_release(photographs, tmp_path / "upright", "npz", images="upright")
    assert len(upright.remarks) == 2
    referenced = export_release(
        photographs, tmp_path / "there", "npz", images="reference", metadata="keep"
    )
    assert "shown otherwise by some readers" in referenced.remarks[-1]
    assert not (tmp_path / "there" / "images").exists()
    stored_as = load_release(tmp_path / "there").samples["image_stored"]
    assert set(stored_as) == {"original"}
