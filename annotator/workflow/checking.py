"""Everything of a project read and compared with what it is known by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from annotator.project import ClipRecord, DamagedProject, FailedImage, ImageRecord, Project
from annotator.project.clips.damage import DamagedTrack
from annotator.project.damage import DamagedMesh
from annotator.workflow.clip_files import trouble_with_clip
from annotator.workflow.image_files import ADD_AGAIN, HAS_CHANGED, READERS, shows_same


@dataclass(frozen=True)
class Findings:
    """What is damaged in a project.

    Attributes
    ----------
    database
        What is wrong with the database itself.
    meshes
        Predictions, annotations and strokes that are not what was stored.
    tracks
        Faces tracked through clips that are not what was stored.
    photographs
        Files, of clips too, that are gone or hold something else; empty if none was read.
    samples, files
        How many were looked at.
    """

    database: tuple[str, ...] = ()
    meshes: tuple[DamagedMesh, ...] = ()
    tracks: tuple[DamagedTrack, ...] = ()
    photographs: tuple[FailedImage, ...] = ()
    samples: int = 0
    files: int = 0

    @property
    def are_none(self) -> bool:
        """Whether nothing is damaged."""
        return not (self.database or self.meshes or self.tracks or self.photographs)


def check_project(
    project: Project,
    *,
    photographs: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Findings:
    """Look at all of a project's database and, if asked to, at all of its photographs.

    Nothing is changed.

    Parameters
    ----------
    project
    photographs
        Whether to read and hash every file, whatever the system says of its time.
    on_progress
        Called with the number of files read and their total.
    """
    database = project.problems()
    meshes, tracks = list[DamagedMesh](), list[DamagedTrack]()
    try:
        meshes += project.samples.damaged()
        tracks += project.clips.damaged()
        database = database or list(project.settings.not_understood())
    except DamagedProject as error:
        # Broken pages end the search, and were told already.
        database = database or [str(error)]
    records: list[ImageRecord | ClipRecord] = []
    if photographs:
        records += [record for record in project.images.all() if record.clip_id is None]
        records += project.clips.all()
    return Findings(
        tuple(database),
        tuple(meshes),
        tuple(tracks),
        tuple(_damaged_files(records, on_progress)),
        project.samples.stored_count(),
        len(records),
    )


def _damaged_files(
    records: Sequence[ImageRecord | ClipRecord], on_progress: Callable[[int, int], None] | None
) -> list[FailedImage]:
    found = []
    with ThreadPoolExecutor(READERS, thread_name_prefix="check") as executor:
        troubles = executor.map(_trouble_with, records)
        for done, (record, trouble) in enumerate(zip(records, troubles, strict=True), start=1):
            if trouble is not None:
                found.append(FailedImage(record.path, trouble))
            if on_progress is not None:
                on_progress(done, len(records))
    return found


def _trouble_with(record: ImageRecord | ClipRecord) -> str | None:
    """Return why a file cannot stand for what was added; bits that rot leave its time as it was."""
    if isinstance(record, ClipRecord):
        return trouble_with_clip(record)
    picture = record.picture
    try:
        if picture.content_hash() == record.sha256 or shows_same(record, picture):
            return None
    except FileNotFoundError:
        return "the file does not exist"
    except OSError as error:
        return (error.strerror or type(error).__name__).lower()
    return f"the file {HAS_CHANGED}: put the original back, or {ADD_AGAIN}"
