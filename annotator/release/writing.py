"""Write a release into a folder: its images, the files of its format, and last its manifest."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.release.about import UNNAMED, About
from annotator.release.block_making import BlockMaker, OnProgress
from annotator.release.blocks import Block, Row
from annotator.release.card import Making
from annotator.release.contents import Contents, counting
from annotator.release.describing import describe, stated_of
from annotator.release.exact import write_all
from annotator.release.file_names import FileNames
from annotator.release.images import (
    CROPS,
    ELSEWHERE,
    EMBEDDED,
    IMAGE_FOLDER,
    ImageMode,
    ImagePlaces,
    Metadata,
    PlacedImage,
    Tally,
)
from annotator.release.manifest import write_manifest
from annotator.release.pseudonyms import Pseudonyms
from annotator.release.spool import SortedSpool, Spool, sorted_spool, spooled
from annotator.system.hashing import file_sha256

if TYPE_CHECKING:
    from annotator.mesh.layout import MeshLayout
    from annotator.project.accepted import AcceptedSamples
    from annotator.release.formats import Format


@dataclass(frozen=True, slots=True)
class Settled:
    """How a release is written: a `Choice` with what it names looked up, and nothing impossible.

    Attributes
    ----------
    format
    images
    splits
        By image id; None: it has none.
    metadata
        Whether that of image files is left out.
    pseudonyms
        In place of names; None to leave them as they are.
    about
        What is said of the whole.
    """

    format: Format
    images: ImageMode
    splits: Mapping[int, str] | None = None
    metadata: Metadata = "strip"
    pseudonyms: Pseudonyms | None = None
    about: About = UNNAMED


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how images are, what there is of samples, and its hash."""

    tally: Tally
    contents: Contents
    content_sha256: str


def write_release(
    folder: Path,
    accepted: AcceptedSamples,
    layout: MeshLayout,
    how: Settled,
    show: OnProgress | None,
) -> Written:
    """Write a release into a folder that exists and is empty, and say what is in it."""
    embeds = how.format.embeds_images
    with (
        tempfile.TemporaryDirectory(prefix=".spool-", dir=folder) as spools,
        spooled(aside := Path(spools)) as rows,
        spooled(aside) as listed,
        sorted_spool(aside) as files,
        closing(_places(aside if embeds else folder, accepted, layout, how)) as places,
    ):
        listing, contents = _Listing(files), Contents()
        maker = BlockMaker(
            places,
            folder_of=_folder_of_images(how.format),
            splits=how.splits or {},
            on_placed=_leave_out if embeds else listing.add_image,
            pseudonyms=how.pseudonyms,
        )
        blocks = counting(_noted(maker.blocks(accepted, show), rows), layout, contents)
        write_all(how.format, folder, blocks, layout)
        making = Making(
            how.format,
            layout,
            how.images,
            keeps_metadata=how.metadata == "keep",
            pseudonyms=how.pseudonyms is not None,
            revoked=accepted.left_out.images,
        )
        describe(folder, how.about, contents, making)
        listing.add_others(folder, apart=aside.name)
        listed.extend(files)
        content_sha256 = write_manifest(
            folder,
            listed,
            rows,
            format=how.format.name,
            images=_stated(how),
            layout=layout,
            said={
                **stated_of(how.about, contents, making, splits=how.splits is not None),
                **_privacy(how),
            },
        )
    return Written(places.tally, contents, content_sha256)


def _places(
    folder: Path, accepted: AcceptedSamples, layout: MeshLayout, how: Settled
) -> ImagePlaces:
    files = _none if how.images == "reference" else accepted.file_names
    names = FileNames(files, how.pseudonyms, faces=how.images in CROPS)
    return ImagePlaces(
        folder,
        names,
        layout,
        mode=how.images,
        metadata=how.metadata,
        upright=how.format.needs_upright,
    )


def _none() -> Iterable[tuple[str, str]]:
    """Return the files of a release that leaves images where they are."""
    return ()


def _folder_of_images(chosen: Format) -> Callable[[Row], str]:
    if chosen.embeds_images:  # where they lie for a while is nobody's business
        return lambda row: ""
    return chosen.image_folder or (lambda row: IMAGE_FOLDER)


def _stated(how: Settled) -> str:
    """Return what the manifest says of where images are."""
    is_embedded = how.format.embeds_images and how.images not in ELSEWHERE
    return EMBEDDED if is_embedded else how.images


def _privacy(how: Settled) -> dict[str, Any]:
    """Return what was left out of images and names."""
    return {"metadata": how.metadata, "pseudonyms": how.pseudonyms is not None}


def _noted(blocks: Iterable[Block], rows: Spool) -> Iterator[Block]:
    """Pass blocks on, and put aside what the manifest will say of them."""
    for block in blocks:
        rows.extend(block.rows)
        yield block


def _leave_out(placed: PlacedImage) -> None:
    """List nothing of an image that does not stay."""


class _Listing:
    """What the manifest will say of files, each once."""

    def __init__(self, files: SortedSpool) -> None:
        self._files = files
        self._elsewhere: set[str] = set()

    def add_image(self, placed: PlacedImage) -> None:
        """List an image, if the release has a file of its own of it."""
        if placed.sha256 is None or placed.size is None:
            return
        self._files.add(placed.file, _entry(placed.file, placed.sha256, placed.size))
        if not placed.file.startswith(f"{IMAGE_FOLDER}/"):
            self._elsewhere.add(placed.file)

    def add_others(self, folder: Path, *, apart: str) -> None:
        """List all other files of a folder, but for one folder that is no part of it."""
        for name in _written(folder, apart={IMAGE_FOLDER, apart}):
            if name not in self._elsewhere:
                path = folder / name
                self._files.add(name, _entry(name, file_sha256(path), path.stat().st_size))


def _written(folder: Path, *, apart: Collection[str]) -> Iterator[str]:
    """Yield the files in a folder, relative to it."""
    for parent, folders, names in os.walk(folder):
        inside = Path(parent).relative_to(folder)
        folders[:] = [name for name in folders if (inside / name).as_posix() not in apart]
        yield from ((inside / name).as_posix() for name in names)


def _entry(path: str, sha256: str, size: int) -> dict[str, str | int]:
    return {"path": path, "sha256": sha256, "size": size}
