"""What a sheet of faces shows of each: made from its file and its mesh, and whether it holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from annotator.imaging import Picture
from annotator.project import Project, ProjectError, SampleSummary
from annotator.system.hashing import FileStamp
from annotator.workbench.look.sheet_picture import SheetPicture, sheet_picture

DAMAGED = "Its mesh is damaged: open it to be told how."
UNREADABLE = "The photograph cannot be read."


@dataclass(frozen=True, eq=False)
class Made:
    """What was made of a sample.

    Attributes
    ----------
    sample_id : int
    picture : Picture
        Where the pixels came from.
    stamp : FileStamp or None
        Of the file then; None if it was not there.
    revision : int
        Of the annotation then.
    pictures : SheetPicture or None
    why : str
        Why there are no pictures; empty with them.
    """

    sample_id: int
    picture: Picture
    stamp: FileStamp | None
    revision: int = -1
    pictures: SheetPicture | None = None
    why: str = ""


def made_anew(
    project: Project, samples: Sequence[SampleSummary], known: Mapping[int, Made], size: int
) -> Iterator[Made]:
    """Yield what is made of the samples of which nothing is known that still holds.

    Parameters
    ----------
    project : Project
    samples : sequence of SampleSummary
    known : mapping of sample ids
        To what was made of them before, in this size.
    size : int
        Of the pictures, in px.
    """
    stamps = {sample.id: sample.picture.stamp_if_there() for sample in samples}
    try:
        revisions = project.annotations.revisions(list(stamps))
        new = [s for s in samples if not _holds(known.get(s.id), s, stamps[s.id], revisions)]
        meshes = project.samples.meshes([sample.id for sample in new])
    except ProjectError as error:
        yield from (Made(s.id, s.picture, None, why=f"{error}.") for s in samples)
        return
    for sample in new:
        stamp, mesh = stamps[sample.id], meshes.get(sample.id)
        revision = revisions.get(sample.id, -1)
        if mesh is None:
            yield Made(sample.id, sample.picture, stamp, revision, why=DAMAGED)
            continue
        try:
            pictures = sheet_picture(sample.picture, mesh, size)
        except (OSError, ValueError):
            yield Made(sample.id, sample.picture, stamp, revision, why=UNREADABLE)
        else:
            yield Made(sample.id, sample.picture, stamp, mesh.revision, pictures)


def _holds(
    known: Made | None,
    sample: SampleSummary,
    stamp: FileStamp | None,
    revisions: Mapping[int, int],
) -> bool:
    if known is None or known.picture != sample.picture or known.stamp != stamp:
        return False
    return known.revision == revisions.get(sample.id, -1)
