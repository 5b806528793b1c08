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
    metadata
        What becomes of what image files hold beside pixels.
    pseudonyms
        Whether names are replaced.
    splits
        The side of each image by its id; those that are missing have none. None: no splits.
    about
        What is said of the whole.
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
