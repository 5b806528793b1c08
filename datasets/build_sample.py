"""Make the sample photographs from three free pictures that Python packages ship.

Needed only to rebuild ``datasets/sample``, never to use it:

    pip install matplotlib==3.11.2 scikit-image==0.26.0 pillow==13.0.0
    python datasets/build_sample.py

The same versions make the same bytes. ``datasets/README.md`` tells where the pictures come
from, under which terms, and what each sample is there for.
"""

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Picture = Image.Image
_ORIENTATION_TAG = 0x0112
_GAMMA = 2.2

# What a camera stored, as the operation that turns the upright picture into it. EXIF states
# the way back.
_STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True)
class Sources:
    """The pictures that everything is made from, upright RGB."""

    collins: Picture
    hopper: Picture
    coffee: Picture


def hopper_file() -> Path:
    """Return where matplotlib keeps the portrait of Grace Hopper."""
    return Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def load_sources() -> Sources:
    """Read the pictures from the installed packages."""
    return Sources(
        collins=Image.fromarray(skimage.data.astronaut()),
        hopper=Image.open(hopper_file()).convert("RGB"),
        coffee=Image.fromarray(skimage.data.coffee()),
    )


def to_linear(picture: Picture) -> NDArray[np.float64]:
    """Return the light that a picture stands for, (height, width, 3), 0..1."""
    return np.power(np.asarray(picture) / 255.0, _GAMMA)


def from_linear(light: NDArray[np.float64]) -> Picture:
    """Undo `to_linear`; light beyond the range is clipped."""
    return Image.fromarray(
        np.rint(255 * np.power(np.clip(light, 0, 1), 1 / _GAMMA)).astype(np.uint8)
    )


def expose(
    picture: Picture, *, exposure: float, noise: float, tint: tuple[float, float, float], seed: int
) -> Picture:
    """Photograph a picture again, with the noise of few photons and a colour of light."""
    light = to_linear(picture) * exposure * np.asarray(tint)
    grain = np.random.default_rng(seed).normal(size=light.shape)
    return from_linear(light + noise * grain * np.sqrt(light + 0.002))


def tilt(
    picture: Picture, degrees: float, size: tuple[int, int], centre: tuple[int, int]
) -> Picture:
    """Hold the camera askew: rotate about `centre` and keep `size` pixels around it.

    Where that reaches beyond the picture, its out-of-focus backdrop is drawn on.
    """
    margin = 200
    pixels = np.asarray(picture)
    wide = np.pad(pixels, ((margin, margin), (margin, margin), (0, 0)), mode="edge")
    backdrop = Image.fromarray(wide).filter(ImageFilter.GaussianBlur(9))
    backdrop.paste(picture, (margin, margin))
    x, y = centre[0] + margin, centre[1] + margin
    turned = backdrop.rotate(degrees, Image.Resampling.BICUBIC, center=(x, y))
    left, top = x - size[0] // 2, y - size[1] // 2
    return turned.crop((left, top, left + size[0], top + size[1]))


def printed(picture: Picture, width: int, *, border: int, paper: str = "#f4f1ea") -> Picture:
    """Return a paper print of a picture, `width` pixels wide without its border."""
    height = round(picture.height * width / picture.width)
    small = picture.resize((width, height), Image.Resampling.LANCZOS)
    return ImageOps.expand(small, border, paper)


def lay(scene: Picture, item: Picture, centre: tuple[int, int], degrees: float = 0) -> Picture:
    """Lay something flat onto a scene, with a soft shadow below it."""
    turned = item.convert("RGBA").rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    left, top = centre[0] - turned.width // 2, centre[1] - turned.height // 2
    shadow = Image.new("L", scene.size)
    shadow.paste(turned.getchannel("A").point(lambda value: value * 0.6), (left + 5, top + 7))
    shadow = shadow.filter(ImageFilter.GaussianBlur(6))
    result = Image.composite(Image.new("RGB", scene.size, "black"), scene, shadow)
    result.paste(turned, (left, top), turned)
    return result


def framed(picture: Picture, width: int, *, wood: str) -> Picture:
    """Return a picture behind a mount, in a frame."""
    mounted = printed(picture, width, border=width // 9, paper="#efece4")
    inner = ImageOps.expand(mounted, 2, "#8d8676")
    outer = ImageOps.expand(inner, max(5, width // 22), wood)
    return ImageOps.expand(outer, 1, "#1d1712")


def wall(size: tuple[int, int]) -> Picture:
    """Return a plastered wall, lit by a lamp from the upper left, over a wooden floor."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width]
    distance = np.hypot((columns - 0.35 * width) / width, (rows - 0.1 * height) / height)
    light = 0.62 / (1 + 1.4 * distance**2)
    plaster = np.random.default_rng(3).normal(size=(height // 2, width // 2))
    texture = Image.fromarray(plaster.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    light = light * (1 + 0.018 * np.asarray(texture))
    scene = from_linear(light[:, :, None] * np.array([1.0, 0.95, 0.86]))
    draw = ImageDraw.Draw(scene)
    skirting = round(0.93 * height)
    draw.rectangle((0, skirting, width, height), "#6e675d")
    draw.line((0, skirting, width, skirting), "#c9c0b2", 4)
    return scene


def gallery(sources: Sources) -> Picture:
    """Hang four portraits of different sizes on a wall."""
    scene = wall((1260, 830))
    grey = ImageOps.grayscale(sources.hopper).convert("RGB")
    half = sources.collins.crop((50, 0, 400, 380))
    close = sources.collins.crop((110, 10, 350, 250))
    for item, centre in (
        (framed(sources.hopper, 290, wood="#3a2a1c"), (220, 375)),
        (framed(half, 330, wood="#22201e"), (645, 375)),
        (framed(grey, 260, wood="#5b4630"), (1065, 225)),
        (framed(close, 235, wood="#5b4630"), (1065, 600)),
    ):
        scene = lay(scene, item, centre)
    return expose(scene, exposure=1.1, noise=0.01, tint=(1.02, 1.0, 0.95), seed=4)


def on_the_table(sources: Sources) -> Picture:
    """Leave a small print of a portrait on the table beside the coffee."""
    table = sources.coffee.resize((1500, 1000), Image.Resampling.LANCZOS)
    portrait = ImageEnhance.Brightness(printed(sources.hopper, 185, border=10)).enhance(0.8)
    scene = lay(table, portrait, (1285, 195), degrees=-13)
    return expose(scene, exposure=1.0, noise=0.012, tint=(1.0, 0.97, 0.92), seed=5)


def behind_a_pillar(sources: Sources) -> Picture:
    """Put something dark and out of focus between the camera and a third of the face."""
    width, height = sources.hopper.size
    columns = np.arange(width)
    left, right = 95, 222
    cover = ((columns > left) & (columns < right)).astype(np.float64)
    cover = np.convolve(cover, np.hanning(31) / np.hanning(31).sum(), mode="same")
    round_shade = 0.35 + 0.65 * np.sin(np.pi * np.clip((columns - left) / (right - left), 0, 1))
    pillar = (round_shade[:, None] * np.array([0.10, 0.075, 0.055]))[None]
    light = to_linear(sources.hopper)
    blended = light * (1 - cover[None, :, None]) + pillar * cover[None, :, None]
    return from_linear(np.broadcast_to(blended, (height, width, 3)))


def two_portraits(sources: Sources) -> Picture:
    """Put both portraits side by side, as a magazine would."""
    left = sources.collins.crop((75, 0, 375, 360)).resize((500, 600), Image.Resampling.LANCZOS)
    page = Image.new("RGB", (1048, 640), "#fbfaf7")
    page.paste(left, (20, 20))
    page.paste(sources.hopper.crop((6, 0, 506, 600)), (528, 20))
    return page


def high_iso(picture: Picture) -> Picture:
    """Raise the sensitivity until the sensor's grain shows, in patches as cameras leave it."""
    noisy = expose(picture, exposure=1.0, noise=0.22, tint=(1.0, 1.0, 1.0), seed=6)
    return noisy.filter(ImageFilter.GaussianBlur(0.6))


def build(folder: Path) -> None:
    """Write all sample images into `folder`, which must exist."""
    sources = load_sources()
    collins, hopper = sources.collins, sources.hopper
    shutil.copyfile(hopper_file(), folder / "hopper.jpg")  # as it is
    dusk = expose(collins, exposure=0.055, noise=0.02, tint=(1.3, 0.95, 0.6), seed=1)
    close = collins.crop((115, 0, 345, 260)).resize((460, 520), Image.Resampling.LANCZOS)
    bright = expose(hopper, exposure=2.6, noise=0.01, tint=(1.0, 1.0, 1.05), seed=2)
    for name, picture, orientation, quality in (
        ("collins.jpg", collins, 1, 92),
        ("collins_at_dusk.jpg", dusk, 3, 88),
        ("collins_grainy.jpg", high_iso(collins), 7, 85),
        ("collins_tilted.jpg", tilt(collins, 28, (400, 440), (235, 190)), 6, 90),
        ("collins_tiny.jpg", collins.resize((176, 176), Image.Resampling.LANCZOS), 1, 60),
        ("gallery_wall.jpg", gallery(sources), 8, 88),
        ("hopper_behind_a_pillar.jpg", behind_a_pillar(sources), 4, 90),
        ("hopper_out_of_focus.jpg", hopper.filter(ImageFilter.GaussianBlur(4.5)), 2, 88),
        ("hopper_overexposed.jpg", bright, 1, 88),
        ("hopper_tilted.jpg", tilt(hopper, -35, (440, 480), (256, 270)), 5, 90),
        ("print_on_the_table.jpg", on_the_table(sources), 1, 88),
        ("two_portraits.jpg", two_portraits(sources), 1, 90),
        ("coffee.jpg", sources.coffee, 1, 90),
    ):
        save(picture, folder / name, orientation=orientation, quality=quality)
    save(ImageOps.grayscale(hopper).resize((384, 450)), folder / "hopper_grey.png")
    save(close, folder / "collins_close.webp", quality=88)


def save(picture: Picture, path: Path, *, orientation: int = 1, quality: int = 90) -> None:
    """Write a picture the way a camera held in that orientation would have stored it."""
    options: dict[str, object] = {}
    if path.suffix != ".png":
        options["quality"] = quality
    if orientation != 1:
        picture = picture.transpose(_STORED_AS[orientation])
        exif = Image.Exif()
        exif[_ORIENTATION_TAG] = orientation
        options["exif"] = exif
    picture.save(path, **options)


def main() -> None:
    """Rebuild the shipped folder, or build into another one."""
    parser = argparse.ArgumentParser(description=__doc__)
    default = Path(__file__).resolve().parent / "sample"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    build(folder)
    total = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{len(list(folder.iterdir()))} images, {total / 1e6:.2f} MB in {folder}")


if __name__ == "__main__":
    main()
