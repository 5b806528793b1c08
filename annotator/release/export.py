"""Make a release: an immutable snapshot of the accepted samples in a new folder.

Samples come from the database and go into files one after the other, and so does all that is
said about them: a release of any size takes the memory of a small one.
"""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain, groupby
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from annotator.release.errors import ExportError
from annotator.release.formats import Format, format_named
from annotator.release.images import (
    IMAGE_FOLDER,
    ImageMode,
    ImagePlaces,
    Tally,
)
from annotator.release.manifest import write_manifest
from annotator.release.rows import ReleaseSample
from annotator.release.spool import SortedSpool, Spool, sorted_spool, spooled
from annotator.release.staging import staged_folder
from annotator.release.unique_names import UniqueNames
from annotator.system.hashing import file_sha256
from annotator.system.words import count

if TYPE_CHECKING:
    from annotator.mesh.layout import MeshLayout
    from annotator.project import AcceptedSample, Project
    from annotator.project.accepted import AcceptedSamples
    from annotator.release.signing import SigningKey

_LOG = logging.getLogger(__name__)

ExportFormat = str
"""The name of one of `annotator.release.formats.FORMATS`."""
OnProgress = Callable[[int, int], None]

_NOTHING_ACCEPTED = (
    "nothing is accepted yet: accept samples with Enter in the annotator or with"
    " 'facemesh-annotator review PROJECT accept SAMPLE...'"
)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote.

    Attributes
    ----------
    folder
    format
        The name of one of `annotator.release.formats.FORMATS`.
    samples
        How many.
    images
        How many images are not simply the upright originals.
    """

    folder: Path
    format: str
    samples: int
    images: Tally = field(default_factory=Tally)

    @property
    def files(self) -> tuple[str, ...]:
        """All files in `folder`, relative to it, sorted, the manifest included; looked up."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in found))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever reads the images has to know, in sentences for people; often nothing."""
        images, said = self.images, []
        if images.written_upright:
            said.append(
                f"{_images(images.written_upright)} written upright, as PNG:"
                " not every reader would show the original so"
            )
        if images.turned_on_reading:
            said.append(
                f"{_images(images.turned_on_reading)} stored as the camera held it, turned by EXIF:"
                " read with OpenCV or Pillow's exif_transpose, or export them upright"
            )
        if images.misread:
            said.append(
                f"{_images(images.misread)} shown otherwise by some readers:"
                " read with annotator.imaging.read_image, or copy the images"
            )
        return tuple(said)


def export_release(
    project: Project,
    folder: str | Path,
    format: ExportFormat,
    *,
    images: ImageMode = "copy",
    sign: SigningKey | None = None,
    on_progress: OnProgress | None = None,
) -> ExportReport:
    """Write the accepted samples of a project into a new folder.

    The same project gives the same bytes. The folder appears complete or not at all. Samples are
    those of the moment when the export began.

    Parameters
    ----------
    project
        The project; only samples whose verdict in effect is accept are exported.
    folder
        Must not exist. Its parents are made.
    format
        The name of one of `annotator.release.formats.FORMATS`.
    images
        ``"copy"`` copies the original files into ``images/``, and writes as upright PNG those few
        that readers would not agree how to turn; ``"upright"`` writes all so that are to be turned
        at all; ``"reference"`` records absolute paths. Frames of videos are always written, as
        upright PNG, and cannot be referenced. Either way each file must still be the one
        that was imported.
    sign
        Writes its signature of the manifest beside it.
    on_progress
        Called with the number of samples done and their total.

    Raises
    ------
    ExportError
        If the folder exists or cannot be written, nothing is accepted, the accepted samples are
        of several layouts, an image vanished or changed since it was imported, or the format is
        unknown.
    """
    chosen = format_named(format)
    if images not in get_args(ImageMode):
        choices = ", ".join(get_args(ImageMode))
        raise ExportError(f"images cannot be {images!r}: choose {choices}")
    target = Path(folder).absolute()
    with project.samples.all_accepted() as accepted:
        if not len(accepted):
            raise ExportError(_NOTHING_ACCEPTED)
        layout = _one_layout(accepted)
        _LOG.info("exporting %s", count(len(accepted), "accepted sample"))
        with staged_folder(target) as partial:
            tally = _write(partial, accepted, layout, chosen, images, show=on_progress)
            if sign is not None:
                sign.sign(partial)
        return ExportReport(target, format, len(accepted), tally)


def _one_layout(accepted: AcceptedSamples) -> MeshLayout:
    layouts = accepted.layouts()
    if not layouts:
        raise ExportError("the accepted samples have no predictions: the project is damaged")
    first, *others = layouts
    if others:
        names = ", ".join(layout.name for layout in (first, *others))
        raise ExportError(
            f"the accepted samples are of several layouts ({names}), and a release is of one:"
            " exclude those of the others"
        )
    return first


def _write(
    folder: Path,
    accepted: AcceptedSamples,
    layout: MeshLayout,
    chosen: Format,
    images: ImageMode,
    *,
    show: OnProgress | None,
) -> Tally:
    names = None if images == "reference" else UniqueNames(accepted.file_names)
    places = ImagePlaces(folder, names, upright=images == "upright")
    with (
        closing(places),
        tempfile.TemporaryDirectory(prefix=".spool-", dir=folder) as aside,
        spooled(Path(aside)) as rows,
        sorted_spool(Path(aside)) as files,
    ):
        counted = _counted(accepted, len(accepted), show)
        samples = _released(counted, places, rows, files)
        chosen.write(folder, samples, layout)
        for name in _written(folder, apart={IMAGE_FOLDER, Path(aside).name}):
            path = folder / name
            files.add(name, _entry(name, file_sha256(path), path.stat().st_size))
        write_manifest(folder, files, rows, format=chosen.name, images=images, layout=layout)
    return places.tally


def _counted(
    samples: Iterable[AcceptedSample], total: int, show: OnProgress | None
) -> Iterator[AcceptedSample]:
    """Pass samples on, and show each as done when the next one is asked for."""
    for done, sample in enumerate(samples, start=1):
        yield sample
        if show is not None:
            show(done, total)


def _released(
    accepted: Iterable[AcceptedSample], places: ImagePlaces, rows: Spool, files: SortedSpool
) -> Iterator[ReleaseSample]:
    """Place the image of each sample, and put aside what the manifest will say of both."""
    for _, faces in groupby(accepted, lambda sample: sample.image.picture_sha256):
        first = next(faces)
        placed = places.place(first.image)
        if placed.sha256 is not None and placed.size is not None:
            files.add(placed.file, _entry(placed.file, placed.sha256, placed.size))
        for sample in chain([first], faces):
            released = ReleaseSample(sample, placed)
            rows.append(released.text_row())
            yield released


def _written(folder: Path, *, apart: Collection[str]) -> Iterator[str]:
    """Yield the files that a format wrote, relative to the folder."""
    for parent, folders, names in os.walk(folder):
        inside = Path(parent).relative_to(folder)
        folders[:] = [name for name in folders if (inside / name).as_posix() not in apart]
        yield from ((inside / name).as_posix() for name in names)


def _images(number: int) -> str:
    return f"{count(number, 'image')} {'is' if number == 1 else 'are'}"


def _entry(path: str, sha256: str, size: int) -> dict[str, str | int]:
    return {"path": path, "sha256": sha256, "size": size}
