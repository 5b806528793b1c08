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

from annotator.release.about import UNNAMED, About
from annotator.release.block_making import OnProgress
from annotator.release.choice import Choice
from annotator.release.contents import Contents
from annotator.release.errors import ExportError
from annotator.release.formats import Format, format_named
from annotator.release.image_remarks import image_remarks
from annotator.release.images import ImageMode, Metadata, Tally
from annotator.release.pseudonyms import Pseudonyms
from annotator.release.staging import staged_folder
from annotator.release.writing import Settled, write_release
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
    contents
        What it holds, counted.
    content_sha256
        Names the release: equal for equal files.
    revoked
        How many images were left out, as they were revoked or consent was refused.
    """

    folder: Path
    format: str
    samples: int
    images: Tally = field(default_factory=Tally)
    contents: Contents = field(default_factory=Contents)
    content_sha256: str = ""
    revoked: int = 0

    @property
    def files(self) -> tuple[str, ...]:
        """All files in `folder`, relative to it, sorted, the manifest included; looked up."""
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in found))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What whoever reads the images has to know, in sentences for people; often nothing."""
        said = list(image_remarks(self.images))
        if self.revoked:
            be = "is" if self.revoked == 1 else "are"
            said.append(
                f"{count(self.revoked, 'image')} {be} left out: revoked, or consent was refused"
            )
        return tuple(said)


def export_release(
    project: Project,
    folder: str | Path,
    format: ExportFormat,
    *,
    images: ImageMode = "copy",
    metadata: Metadata = "strip",
    pseudonyms: bool = False,
    splits: Mapping[int, str] | None = None,
    about: About | None = None,
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
    images, metadata, pseudonyms, splits, about
        See `annotator.release.choice.Choice`.
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
    choice = Choice(format, images, metadata, pseudonyms, splits, about or UNNAMED)
    secret = project.secret() if pseudonyms else None
    with project.samples.all_accepted() as accepted:
        return export_accepted(
            accepted, folder, choice, secret=secret, sign=sign, on_progress=on_progress
        )


def export_accepted(
    accepted: AcceptedSamples,
    folder: str | Path,
    choice: Choice,
    *,
    secret: bytes | None = None,
    sign: SigningKey | None = None,
    on_progress: OnProgress | None = None,
) -> ExportReport:
    """Write accepted samples of one moment into a new folder, see `export_release`.

    Parameters
    ----------
    accepted
    folder
    choice
    secret
        The project's, for pseudonyms.
    sign, on_progress
    """
    chosen = format_named(choice.format)
    _refuse_unknown(choice)
    if not len(accepted):
        raise ExportError(_NOTHING_ACCEPTED)
    wanted = _settled(chosen, choice, secret)
    target, layout = Path(folder).absolute(), _one_layout(accepted)
    _refuse_layout(chosen, layout)
    _LOG.info("exporting %s", count(len(accepted), "accepted sample"))
    with staged_folder(target) as partial:
        written = write_release(partial, accepted, layout, wanted, on_progress)
        _refuse_revoked(accepted)
        if sign is not None:
            sign.sign(partial)
    return ExportReport(
        target,
        choice.format,
        len(accepted),
        written.tally,
        written.contents,
        written.content_sha256,
        accepted.left_out.images,
    )


def _refuse_unknown(choice: Choice) -> None:
    if choice.images not in get_args(ImageMode):
        modes = ", ".join(get_args(ImageMode))
        raise ExportError(f"images cannot be {choice.images!r}: choose {modes}")
    if choice.metadata not in get_args(Metadata):
        raise ExportError(f"metadata cannot be {choice.metadata!r}: choose strip or keep")


def _settled(chosen: Format, choice: Choice, secret: bytes | None) -> Settled:
    """Return how a format is written as somebody chose, or raise what cannot be."""
    return Settled(
        chosen,
        _wanted_images(chosen, choice),
        choice.splits,
        choice.metadata,
        _pseudonyms(secret) if choice.pseudonyms else None,
        choice.about,
    )


def _refuse_revoked(accepted: AcceptedSamples) -> None:
    """Raise if somebody revoked an image while it was written: what was written goes again."""
    if refused := accepted.refused_since():
        was = "was" if len(refused) == 1 else "were"
        raise ExportError(
            f"{count(len(refused), 'image')} {was} revoked, refused or deleted meanwhile, and"
            " nothing is kept of what was written: give the command again"
        )


def _pseudonyms(secret: bytes | None) -> Pseudonyms:
    if secret is None:
        raise ExportError("pseudonyms are made with the project's secret, and none was given")
    return Pseudonyms(secret)


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


def _wanted_images(chosen: Format, choice: Choice) -> ImageMode:
    """Return how a format gets its images, or raise what it cannot get."""
    images = choice.images
    if images == "reference" and choice.pseudonyms:
        raise ExportError("references name the images' files and folders: copy the images instead")
    if choice.metadata == "keep" and choice.pseudonyms:
        raise ExportError(
            "metadata of images may name people and places: strip it, or leave pseudonyms out"
        )
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
