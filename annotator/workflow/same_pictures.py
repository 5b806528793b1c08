"""Files whose bytes changed and whose pictures did not: known again, and kept with their faces."""

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

from annotator.imaging import ImageError, Picture
from annotator.imaging.identity import pixels_sha256
from annotator.project import FailedImage, ImageRecord, NewImage, Project, SampleState
from annotator.workflow.image_files import READERS, inspect_picture, shows_same


def with_pixels(
    project: Project, entries: Sequence[NewImage | FailedImage], executor: Executor
) -> tuple[list[NewImage | FailedImage], Collection[int]]:
    """Have files decoded that may show, recompressed, what an image at their path showed.

    Returns
    -------
    entries
        With the hash of their pixels where it tells.
    untold
        Ids of images whose file is another now, of the same size in pixels, and of which it is
        not known what their pixels were.
    """
    new = {entry.path: entry for entry in entries if isinstance(entry, NewImage)}
    asked: dict[NewImage, None] = {}
    untold = []
    for record in project.images.at(list(new)):
        entry = new.get(record.path)
        if entry is None or not _may_be_recompressed(record, entry):
            continue
        if record.pixels_sha256 is None:
            untold.append(record.id)
        else:
            asked[entry] = None
    hashes = dict(zip(asked, executor.map(_pixels_of, asked), strict=True))
    return [
        replace(entry, pixels_sha256=hashes[entry])
        if isinstance(entry, NewImage) and entry in hashes
        else entry
        for entry in entries
    ], untold


def keep_changed(project: Project, records: Iterable[ImageRecord]) -> tuple[ImageRecord, ...]:
    """Take over the files of images where their metadata alone changed, with all faces.

    Only files whose size or time is another than when they were added are read. A file that
    shows another picture now is left for whoever uses it to refuse.

    Returns
    -------
    tuple of ImageRecord
        Those taken over, as they were before.
    """
    listed = list(records)
    with ThreadPoolExecutor(READERS, thread_name_prefix="keep") as executor:
        found = executor.map(_rewritten, listed)
        kept = {record: file for record, file in zip(listed, found, strict=True) if file}
    if not kept:
        return ()
    report = project.images.add(kept.values())
    return tuple(record for record in kept if record.id in report.kept)


def keep_accepted(project: Project) -> tuple[ImageRecord, ...]:
    """Take over the changed files of all that is accepted, for a release: see `keep_changed`.

    In a project that may only be read nothing is, and no file read for it.
    """
    if project.is_read_only:
        return ()
    accepted = project.samples.summaries((SampleState.ACCEPTED,))
    return keep_changed(project, project.images.records({s.image_id for s in accepted}).values())


def kept_text(count: int) -> str:
    """Return what is told of photographs that were kept, one at least."""
    changed, faces = "changed in metadata only", "faces were kept"
    if count == 1:
        return f"1 photograph {changed}; its {faces}"
    return f"{count} photographs {changed}; their {faces}"


def _rewritten(record: ImageRecord) -> NewImage | None:
    """Return an image's file as it is now, where its metadata alone is another."""
    picture = record.picture
    if picture.stamp_if_there() in (None, record.stamp):
        return None
    try:
        if picture.content_hash() == record.sha256:
            return None  # its time alone is another
        found = inspect_picture(picture)
        if isinstance(found, NewImage) and shows_same(record, picture):
            return replace(found, pixels_sha256=record.pixels_sha256)
    except OSError:
        return None
    return None


def _may_be_recompressed(record: ImageRecord, entry: NewImage) -> bool:
    if (record.sha256, record.frame) == entry.content or record.frame != entry.frame:
        return False
    if record.coded_sha256 is not None and record.coded_sha256 == entry.coded_sha256:
        return False  # known without
    return (record.width, record.height) == (entry.width, entry.height)


def _pixels_of(entry: NewImage) -> str | None:
    try:
        return pixels_sha256(Picture(entry.path, entry.frame).read())
    except ImageError:
        return None
