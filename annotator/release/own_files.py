"""Whole images as files of a release: copied, linked, stripped of metadata or written upright."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.imaging import ImageError, inspect_image
from annotator.imaging.stripping import STRIPPABLE, has_metadata, strip_metadata
from annotator.release.image_modes import Stored, Tally
from annotator.release.transfer import link, transfer
from annotator.release.upright import SUFFIX, UPRIGHT, is_read_alike, write_upright
from annotator.system.placing import partial_name

if TYPE_CHECKING:
    from annotator.imaging import ImageInfo
    from annotator.project.image_records import ImageRecord

_LOG = logging.getLogger(__name__)


class OwnFiles:
    """Puts whole images into a release.

    Parameters
    ----------
    strips
        Whether metadata is left out.
    links
        Whether files share their bytes with the originals where they can.
    upright
        Write anew whatever is to be turned, and not only what readers disagree about.
    tally
        Is counted up.
    """

    def __init__(self, *, strips: bool, links: bool, upright: bool, tally: Tally) -> None:
        self._strips = strips
        self._links = links
        self._upright = upright
        self._tally = tally

    def put(self, image: ImageRecord, target: Path) -> tuple[Path, int, Stored]:
        """Put an image in its place; return that, its orientation there, and how it is stored.

        Raises
        ------
        ExportError
            If the image vanished or is no longer the file that was imported.
        ImageError
            If it cannot be read.
        """
        is_linked = self._links and self._linked(image, target)
        if not is_linked:
            transfer(image, target)
        info = inspect_image(target)
        if self._is_to_be_written(target, info):
            return self._written_upright(target)
        try:
            stored: Stored = self._stripped(target) if self._strips else "original"
        except ImageError:  # of a kind that cannot be taken apart: its pixels are all there is
            return self._written_upright(target)
        self._tally.linked += is_linked
        self._tally.not_linked += self._links and not is_linked and stored == "original"
        if info.orientation != UPRIGHT:
            self._tally.turned_on_reading += 1
            _LOG.info("turned by EXIF when it is read: %s", target.name)
        return target, info.orientation, stored

    def _linked(self, image: ImageRecord, target: Path) -> bool:
        """Link an image, but not where that cannot be or would give its metadata away."""
        if not link(image, target):
            return False
        if not self._strips or not has_metadata(target):
            return True
        target.unlink()
        return False

    def _is_to_be_written(self, path: Path, info: ImageInfo) -> bool:
        """Whether readers would not agree on it, or its metadata cannot be taken out."""
        is_turned = info.orientation != UPRIGHT
        if not self._strips:
            return not is_read_alike(path, info) or (self._upright and is_turned)
        if info.format not in STRIPPABLE or info.note:
            return True
        # A JPEG without metadata states its orientation as all know it.
        return is_turned and (self._upright or info.format != "JPEG")

    def _stripped(self, path: Path) -> Stored:
        partial = path.with_name(partial_name())
        if not strip_metadata(path, partial):
            return "original"
        partial.replace(path)
        self._tally.stripped += 1
        return "stripped"

    def _written_upright(self, path: Path) -> tuple[Path, int, Stored]:
        anew = path.with_name(path.name + SUFFIX)
        write_upright(path, anew)
        path.unlink()
        self._tally.written_upright += 1
        _LOG.info("written upright: %s", anew.name)
        return anew, UPRIGHT, "upright"
