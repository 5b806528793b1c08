"""How somebody wants accepted samples written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from annotator.release.about import UNNAMED, About
from annotator.release.image_modes import ImageMode, Metadata


@dataclass(frozen=True, slots=True)
class Choice:
    """The choices of an export or a release; see `annotator.release.export_release`.

    Attributes
    ----------
    format
        The name of one of `annotator.release.formats.FORMATS`.
    images
        ``"copy"`` copies the original files into ``images/``, and writes as upright PNG those few
        that readers would not agree how to turn; ``"link"`` gives the originals a second name
        there instead, where the file system can; ``"upright"`` writes all as PNG that are to be
        turned at all; ``"reference"`` records absolute paths; ``"face"`` cuts each face out,
        ``"crop-192"`` and ``"crop-256"`` as the square in which the mesh net looks at it;
        ``"none"`` leaves images out and does not look at them. Frames of videos are always
        written, as upright PNG, and cannot be referenced. But for ``"none"`` each file must still
        be the one that was imported. A format whose readers take images as they are stored gets
        them upright, and one that holds them itself leaves no files of them beside.
    metadata
        ``"strip"`` leaves out what image files say beside their pixels, orientation and colour
        profile apart; files that are linked or referenced must not have any then. ``"keep"``
        leaves files as they are.
    pseudonyms
        Whether keyed hashes stand in place of the names of people, subjects, groups, images and
        clips.
    splits
        ``"train"``, ``"validation"`` or ``"test"`` by image id; images that are missing have no
        side. None: the release has no splits.
    about
        What is said of the whole, for its card.
    """

    format: str
    images: ImageMode = "copy"
    metadata: Metadata = "strip"
    pseudonyms: bool = False
    splits: Mapping[int, str] | None = None
    about: About = UNNAMED

    def with_about(self, about: About) -> Choice:
        """Return the same with something else said of the whole."""
        return replace(self, about=about)

    def words(self) -> tuple[str, ...]:
        """Return what of it changes how a release is written, and not which records it has."""
        return (self.format, self.images, self.metadata, str(self.pseudonyms))
