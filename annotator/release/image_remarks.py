"""What an export says of its images to whoever will read them."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.release.image_modes import Tally
from annotator.system.words import count


def image_remarks(tally: Tally) -> Iterator[str]:
    """Yield sentences for people; often none."""
    if tally.stripped:
        yield (
            f"{_are(tally.stripped)} stripped of metadata: where, when and with what it was taken"
            " is left out, the coded pixels are the same"
        )
    if tally.cropped:
        yield f"{count(tally.cropped, 'face')} {_be(tally.cropped)} cut out, as PNG"
    if tally.written_upright:
        yield (
            f"{_are(tally.written_upright)} written upright, as PNG: not every reader would show"
            " the original so, or its metadata cannot be taken out"
        )
    if tally.turned_on_reading:
        yield (
            f"{_are(tally.turned_on_reading)} stored as the camera held it, turned by EXIF:"
            " read with OpenCV or Pillow's exif_transpose, or export them upright"
        )
    if tally.misread:
        yield (
            f"{_are(tally.misread)} shown otherwise by some readers:"
            " read with annotator.imaging.read_image, or copy the images"
        )
    if tally.with_metadata:
        yield (
            f"{count(tally.with_metadata, 'referenced image')} may tell where, when and with what"
            " it was taken: copy the images before you give them away"
        )
    if tally.linked:
        yield (
            f"{_are(tally.linked)} linked: who edits such an original edits the release"
            " ('verify' finds it)"
        )
    if tally.not_linked:
        yield f"{_are(tally.not_linked)} copied: no link to the original could be made there"


def _are(number: int) -> str:
    return f"{count(number, 'image')} {_be(number)}"


def _be(number: int) -> str:
    return "is" if number == 1 else "are"
