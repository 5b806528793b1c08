"""An animation of the pictures that the scripted annotator leaves of its steps."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

# What a picture shows that need not be seen for every face.
VIEWS = {"style", "ghost", "colours", "texture", "turned", "undone", "redone"}
_FRAME_WIDTH, _FRAME_MS = 720, 350


def animate(pictures: Sequence[Path], path: Path) -> None:
    """Write an animation of the screenshots."""
    frames = []
    for picture in _worth_seeing(pictures):
        with Image.open(picture) as image:
            height = round(image.height * _FRAME_WIDTH / image.width)
            frames.append(image.convert("RGB").resize((_FRAME_WIDTH, height)))
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=_FRAME_MS, loop=0, quality=55,
        method=4,
    )  # fmt: skip


def _worth_seeing(pictures: Sequence[Path]) -> list[Path]:
    """Return the pictures without those that show nothing new: views seen before, and left."""
    kept: list[Path] = []
    views: set[str] = set()
    for picture in pictures:
        step = picture.stem.partition("-")[2]
        if step in VIEWS:
            if step not in views:
                kept.append(picture)
            views.add(step)
        else:
            kept.append(picture)
    return kept
