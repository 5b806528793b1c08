"""Make a release: an immutable snapshot of the accepted samples in a new folder.

Samples come from the database and go into files one after the other, and so does all that is
said about them: a release of any size takes the memory of a small one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from annotator.release.block_making import OnProgress
from annotator.release.errors import ExportError
from annotator.release.formats import Format, format_named
from annotator.release.image_remarks import image_remarks
from annotator.release.images import ImageMode, Metadata, Tally
from annotator.release.pseudonyms import Pseudonyms
from annotator.release.staging import staged_folder
from annotator.release.writing import Choices, write_release
from annotator.system.words import count

if TYPE_CHECKING:
    from annotator.mesh.layout import MeshLayout
    from annotator.project import Project
    from annotator.project.accepted import AcceptedSamples
    from annotator.release.signing import SigningKey

_LOG = logging.getLogger(__name__)

ExportFormat = str
"""The name of one of `annotator.release.formats.FORMATS`."""

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
        return tuple(image_remarks(self.images))


def export_release(
    project: Project,
    folder: str | Path,
    format: ExportFormat,
    *,
    images: ImageMode = "copy",
    metadata: Metadata = "strip",
    pseudonyms: bool = False,
    splits: Mapping[int, str] | None = None,
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
        Put keyed hashes in place of the names of people, subjects, groups, images and clips.
    splits
        ``"train"``, ``"validation"`` or ``"test"`` by image id. None: the release has no splits.
    sign
        Writes its signature of the manifest beside it.
    on_progress
        Called with the number of samples done and their total.

    Raises
    ------
    ExportError
        If the folder exists or cannot be written, nothing is accepted, the accepted samples are
        of several layouts or of one that the format cannot hold, an image vanished or changed
        since it was imported, or the format is unknown or cannot have images so.
    """
    chosen = format_named(format)
    if images not in get_args(ImageMode):
        choices = ", ".join(get_args(ImageMode))
        raise ExportError(f"images cannot be {images!r}: choose {choices}")
    if metadata not in get_args(Metadata):
        raise ExportError(f"metadata cannot be {metadata!r}: choose strip or keep")
    wanted = Choices(
        chosen,
        _wanted_images(chosen, images, pseudonyms=pseudonyms),
        splits,
        metadata,
        Pseudonyms(project.secret()) if pseudonyms else None,
    )
    target = Path(folder).absolute()
    with project.samples.all_accepted() as accepted:
        if not len(accepted):
            raise ExportError(_NOTHING_ACCEPTED)
        layout = _one_layout(accepted)
        _refuse_layout(chosen, layout)
        _LOG.info("exporting %s", count(len(accepted), "accepted sample"))
        with staged_folder(target) as partial:
            tally = write_release(partial, accepted, layout, wanted, on_progress)
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


def _wanted_images(chosen: Format, images: ImageMode, *, pseudonyms: bool) -> ImageMode:
    """Return how a format gets its images, or raise what it cannot get."""
    if images == "reference" and pseudonyms:
        raise ExportError("references name the images' files and folders: copy the images instead")
    if images == "none" and chosen.embeds_images:
        raise ExportError(f"the format {chosen.name} holds images itself: copy them")
    if images == "reference" and not chosen.can_reference:
        why = "holds images itself" if chosen.embeds_images else "needs images upright"
        raise ExportError(f"the format {chosen.name} {why} and cannot reference them: copy them")
    if images == "link" and chosen.embeds_images:
        images = "copy"
    return "upright" if chosen.needs_upright and images == "copy" else images


def _refuse_layout(chosen: Format, layout: MeshLayout) -> None:
    if chosen.layouts is not None and layout.name not in chosen.layouts:
        raise ExportError(
            f"the format {chosen.name} is for {' or '.join(sorted(chosen.layouts))}, and the"
            f" accepted samples are {layout.name}: choose another format"
        )
