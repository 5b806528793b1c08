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

from annotator.imaging import ImageError, Picture
from annotator.mesh.landmarks import bounding_box
from annotator.release import export_accepted, load_release
from annotator.release.choice import Choice
from annotator.system.words import count
from annotator.workbench.face_thumbnails import face_crop
from annotator.workbench.look.sheet_picture import resized, with_mesh
from annotator.workflow.releasing import ReleasePlan, ReleaseWish, plan_release

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.project.accepted import AcceptedSamples
    from annotator.release import Release

PICTURE = 240
"""Pixels of a side of the face that is shown."""
_MARGIN = 1.25
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
    revoked
        How many images are left out.
    picture : (240, 240, 3) uint8 or None
        A face as the release has it; None where it has no pictures of its own.
    plan
        Of a release; None for an export.
    """

    lines: tuple[FileLine, ...]
    samples: int
    images: int
    revoked: int = 0
    picture: NDArray[np.uint8] | None = None
    plan: ReleasePlan | None = None

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
        return [*lines, *map(str, self.lines)]


def preview_of(
    project: Project, choice: Choice, *, wish: ReleaseWish | None = None
) -> Iterator[ExportPreview]:
    """Yield what will be written: first without what takes longer to find out for a release.

    Parameters
    ----------
    project
    choice
        How it is written.
    wish
        Of a release; None for an export.

    Raises
    ------
    ExportError
        If it cannot be written, in the words in which the export would say so.
    """
    with project.samples.all_accepted() as accepted:
        preview = _tried(project, accepted, choice)
    yield preview
    if wish is not None:
        plan = plan_release(project, wish)
        yield replace(
            preview,
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
    return lines


def _tried(project: Project, accepted: AcceptedSamples, choice: Choice) -> ExportPreview:
    """Write the first photograph, the second, and both, and reckon from that."""
    images = accepted.image_ids()
    with tempfile.TemporaryDirectory() as folder:
        trials = [images[:1]]
        if len(images) > 1:
            trials += [images[1:2], images[:2]]
        written = []
        for number, some in enumerate(trials):
            target = Path(folder, str(number))
            export_accepted(accepted.only(some), target, choice, secret=project.secret())
            written.append(_files(target))
        picture = _picture(load_release(Path(folder, "0")))
    lines = _reckoned(written, len(images))
    return ExportPreview(lines, len(accepted), len(images), accepted.left_out.images, picture)


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


def _picture(release: Release) -> NDArray[np.uint8] | None:
    """Return the first face of a release over the release's own image; None if it has none."""
    row = release.samples.iloc[0]
    path = release.folder / str(row["image_file"])  # which leaves an absolute path as it is
    landmarks = release.landmarks[0]
    try:
        crop = face_crop(Picture(path), bounding_box(landmarks), PICTURE, _MARGIN)
    except (ImageError, OSError):
        return None
    pixels = np.ascontiguousarray(resized(crop, PICTURE))
    return with_mesh(pixels, crop.places(landmarks, PICTURE), release.layout)
