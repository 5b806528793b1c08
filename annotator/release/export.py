"""Make a release: an immutable snapshot of the accepted samples in a new folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from annotator.project import Project
from annotator.release import coco, csv_tables, npz
from annotator.release.errors import ExportError
from annotator.release.images import place_images
from annotator.release.manifest import write_manifest
from annotator.release.rows import ReleaseSample
from annotator.release.staging import staged_folder

ExportFormat = Literal["npz", "csv", "coco"]
ImageMode = Literal["copy", "reference"]
Writer = Callable[[Path, Sequence[ReleaseSample]], None]

_WRITERS: Mapping[str, Writer] = {
    "npz": npz.write,
    "csv": csv_tables.write,
    "coco": coco.write,
}
_NOTHING_ACCEPTED = (
    "nothing is accepted yet: accept samples with Enter in the annotator or with"
    " 'facemesh-annotator review PROJECT accept SAMPLE...'"
)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote; `files` are relative to `folder`, sorted, the manifest included."""

    folder: Path
    format: str
    samples: int
    files: tuple[str, ...]


def export_release(
    project: Project, folder: str | Path, format: ExportFormat, *, images: ImageMode = "copy"
) -> ExportReport:
    """Write the accepted samples of a project into a new folder.

    The same project gives the same bytes. The folder appears complete or not at all.

    Parameters
    ----------
    project
        The project; only samples whose verdict in effect is accept are exported.
    folder
        Must not exist. Its parents are made.
    format
        ``"npz"``, ``"csv"`` or ``"coco"``.
    images
        ``"copy"`` copies the original files into ``images/``; ``"reference"`` records their
        absolute paths. Either way each file must still be the one that was imported.

    Raises
    ------
    ExportError
        If the folder exists or cannot be written, nothing is accepted, an image vanished or
        changed since it was imported, or the format is unknown.
    """
    if format not in _WRITERS:
        raise ExportError(f"there is no format {format!r}: choose {', '.join(_WRITERS)}")
    if images not in get_args(ImageMode):
        raise ExportError(f"images can be 'copy' or 'reference', not {images!r}")
    accepted = list(project.samples.accepted())
    if not accepted:
        raise ExportError(_NOTHING_ACCEPTED)
    target = Path(folder).absolute()
    with staged_folder(target) as partial:
        placed = place_images(
            {sample.image.id: sample.image for sample in accepted}.values(),
            partial,
            copy=images == "copy",
        )
        samples = [ReleaseSample(sample, placed[sample.image.id]) for sample in accepted]
        _WRITERS[format](partial, samples)
        write_manifest(partial, samples, format=format, images=images)
        files = sorted(
            path.relative_to(partial).as_posix() for path in partial.rglob("*") if path.is_file()
        )
    return ExportReport(target, format, len(samples), tuple(files))
