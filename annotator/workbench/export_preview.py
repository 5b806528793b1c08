"""What an export or a release will write, told beforehand; no widgets here.

One and two photographs are written for a trial, by what writes them all: what grows from the one
to the other is told for as many as there are, and a face is shown as the trial has it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from annotator.release import export_accepted, load_release
from annotator.release.choice import Choice
from annotator.release.formats import format_named
from annotator.release.image_modes import CROPS
from annotator.release.split_report import empty_sides
from annotator.release.staging import refuse_existing
from annotator.system.words import count
from annotator.workbench.export_choices import ExportWish
from annotator.workbench.export_picture import face_picture
from annotator.workflow.releasing import ReleasePlan, plan_release

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.project.accepted import AcceptedSamples

_BESIDE = "npz"  # a format that has images in a folder, whichever way up
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


@dataclass(frozen=True, slots=True)
class FileLine:
    """Files of one kind.

    Attributes
    ----------
    name
        Of the file, or, of many, their folder and ending: ``images/*.jpg``.
    files, size
        How many, and their bytes together, about.
    """

    name: str
    files: int
    size: int

    def __str__(self) -> str:
        many = f"{count(self.files, 'file')} of " if self.files > 1 or "*" in self.name else ""
        return f"{self.name}, about {many}{size_text(self.size)}"


@dataclass(frozen=True, slots=True, eq=False)
class ExportPreview:
    """What will be written.

    Attributes
    ----------
    lines
        The files, by name.
    samples, images
        How many.
    folder
        Where they go; None while it is not known yet.
    revoked
        How many images are left out.
    picture : (PICTURE, PICTURE, 3) uint8 or None
        A face as the release has it; None where it has no pictures of its own.
    plan
        Of a release; None for an export.
    signed_by
        What people know the key by that signs it; None where none does.
    """

    lines: tuple[FileLine, ...]
    samples: int
    images: int
    folder: Path | None = None
    revoked: int = 0
    picture: NDArray[np.uint8] | None = None
    plan: ReleasePlan | None = None
    signed_by: str | None = None

    @property
    def size(self) -> int:
        """Of all files together, in bytes, about."""
        return sum(line.size for line in self.lines)

    def text(self) -> list[str]:
        """Return it for people, line by line."""
        lines = [
            f"{count(self.samples, 'sample')} on {count(self.images, 'image')}, about"
            f" {size_text(self.size)}"
        ]
        if self.plan is not None:
            lines += _of_release(self.plan)
        if self.revoked:
            lines.append(f"{count(self.revoked, 'image')} left out: revoked or consent refused")
        if self.signed_by is not None:
            lines.append(f"signed with {self.signed_by}")
        if self.folder is not None:
            lines.append(f"in {self.folder}")
        return [*lines, *map(str, self.lines)]


def preview_of(project: Project, wish: ExportWish) -> Iterator[ExportPreview]:
    """Yield what will be written: first without what takes longer to find out for a release.

    Parameters
    ----------
    project
    wish

    Raises
    ------
    ExportError
        If it cannot be written, in the words in which the export would say so.
    KeyFileError
        If it cannot be signed.
    """
    release = wish.release
    folder = wish.folder if release is None else release.folder
    if folder is not None:
        refuse_existing(folder)
    signed_by = None if wish.sign is None else wish.sign.read().fingerprint
    with project.samples.all_accepted() as accepted:
        preview = _tried(project, accepted, wish.choice)
    preview = replace(preview, folder=folder, signed_by=signed_by)
    yield preview
    if release is not None:
        plan = plan_release(project, release)
        yield replace(
            preview,
            folder=plan.folder,
            samples=plan.samples,
            images=len(plan.splits.sides),
            revoked=plan.revoked,
            plan=plan,
        )


def size_text(size: int) -> str:
    """Return a number of bytes as people read it: ``1.2 MB``."""
    value = float(size)
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            return (
                f"{value:.0f} {unit}" if value >= 100 or unit == "bytes" else f"{value:.1f} {unit}"
            )
        value /= 1000
    raise AssertionError


def _of_release(plan: ReleasePlan) -> list[str]:
    since = "" if plan.last is None else f" (since {plan.last.version}: {plan.changes})"
    sides = ", ".join(f"{side} {number:,}" for side, number in plan.counts.items())
    lines = [f"version {plan.about.version}{since}", f"images by split: {sides}"]
    if plan.splits.tied:
        lines.append(f"{count(len(plan.splits.tied), 'image')} left out: they tie two splits")
    return [*lines, *empty_sides(plan.counts)]


def _tried(project: Project, accepted: AcceptedSamples, choice: Choice) -> ExportPreview:
    """Write the first photograph, the second, and both, and reckon from that."""
    images = accepted.image_ids()
    secret = project.secret() if choice.pseudonyms else None
    with tempfile.TemporaryDirectory() as folder:
        trials = [images[:1]]
        if len(images) > 1:
            trials += [images[1:2], images[:2]]
        written = []
        for number, some in enumerate(trials):
            target = Path(folder, str(number))
            export_accepted(accepted.only(some), target, choice, secret=secret)
            written.append(_files(target))
        seen = Path(folder, "0")
        if format_named(choice.format).embeds_images:
            seen = Path(folder, "seen")
            beside = images_beside(choice)
            export_accepted(accepted.only(images[:1]), seen, beside, secret=secret)
        picture = face_picture(load_release(seen), is_crop=choice.images in CROPS)
    lines = _reckoned(written, len(images))
    return ExportPreview(lines, len(accepted), len(images), None, accepted.left_out.images, picture)


def images_beside(choice: Choice) -> Choice:
    """Return the choice that writes the very pictures into a folder which a format embeds."""
    upright = format_named(choice.format).needs_upright and choice.images in ("copy", "link")
    return replace(choice, format=_BESIDE, images="upright" if upright else choice.images)


def _files(folder: Path) -> dict[str, int]:
    """Return the size of each file of a folder, by its name in it."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in found}


def _reckoned(written: Sequence[Mapping[str, int]], images: int) -> tuple[FileLine, ...]:
    """Return what so many images make, from what one, another and both of them made.

    What has one name whatever image it is of grows by what the second one added; the rest are files
    of single images or faces.
    """
    if len(written) == 1:
        return tuple(FileLine(name, 1, size) for name, size in written[0].items())
    first, second, both = written
    shared = first.keys() & second.keys()
    lines = {
        name: FileLine(name, 1, first[name] + max(both[name] - first[name], 0) * (images - 1))
        for name in shared
    }
    kinds: dict[str, list[int]] = {}
    for name, size in both.items():
        if name not in shared:
            kinds.setdefault(_kind(name), []).append(size)
    for kind, sizes in kinds.items():
        files = round(len(sizes) * images / 2)
        lines[kind] = FileLine(kind, files, round(sum(sizes) * images / 2))
    return tuple(line for _, line in sorted(lines.items()))


def _kind(name: str) -> str:
    path = PurePosixPath(name)
    return (path.parent / f"*{path.suffix}").as_posix()
