"""What somebody wants imported: a release, another project, or a file of another program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from annotator.project import Project
from annotator.release.formats import READERS, Format, format_named
from annotator.release.incoming import AnnotationsError, IncomingFace
from annotator.system.foreign_text import escaped
from annotator.workflow.importing_annotations.faces import SpooledFaces
from annotator.workflow.importing_annotations.released import ReleasedFaces

MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Source:
    """What was given, and how it is read.

    Attributes
    ----------
    kind
        A release of ours, another project, or annotations in a format of others.
    path
    format
        Of annotations.
    """

    kind: Literal["release", "project", "annotations"]
    path: Path
    format: Format | None = None


def source_of(what: Path, format_name: str | None = None) -> Source:
    """Return how something given is read.

    Parameters
    ----------
    what
        A folder or a file.
    format_name
        Of a format of `READERS`, if it is to be read as that.

    Raises
    ------
    AnnotationsError
        If nothing is there, nothing reads it, or more than one format might.
    UnknownFormat
        If there is no such format.
    """
    if format_name is not None:
        known = format_named(format_name)
        if known.read_faces is None:
            raise AnnotationsError(
                f"{known.name} is written, and not read: give a release, or one of {_readable()}"
            )
        _refuse_missing(what)
        return Source("annotations", what, known)
    if Project.is_project(what):
        return Source("project", what)
    _refuse_missing(what)
    if what.is_dir() and (what / MANIFEST).is_file():
        return Source("release", what)
    found = [known for known in READERS.values() if _recognises(known, what)]
    if len(found) == 1:
        return Source("annotations", what, found[0])
    if found:
        names = ", ".join(known.name for known in found)
        raise AnnotationsError(
            f"{escaped(str(what))} may be any of {names}: say which with --format"
        )
    raise AnnotationsError(
        f"{escaped(str(what))} is no release, no project and nothing that is recognised: say with"
        f" --format which of {_readable()} it is"
    )


def open_faces(
    source: Source,
    *,
    signed_by: str | Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> SpooledFaces | ReleasedFaces:
    """Read all faces of a release or of annotations, checked; projects are merged instead.

    Parameters
    ----------
    source
    signed_by
        Keys, one of which must have signed a release.
    on_progress
        Called with how much was read and how much there is, 0 where nobody knows. What it raises
        ends the reading, of which nothing is left.

    Raises
    ------
    AnnotationsError
        If annotations cannot be read.
    DamagedRelease
        If a release is not what was made.
    """
    if source.kind == "release":
        from annotator.release import load_release  # noqa: PLC0415 - slow

        return ReleasedFaces(
            load_release(source.path, signed_by=signed_by, on_progress=on_progress)
        )
    if source.format is None or source.format.read_faces is None:
        raise AnnotationsError(f"{escaped(str(source.path))} cannot be read")
    title = f"{source.path.name}, read as {source.format.title}"
    origin = {"from": source.path.name, "format": source.format.name}
    faces = source.format.read_faces(source.path)
    return SpooledFaces(title, origin, _counted(faces, on_progress))


def _counted(
    faces: Iterable[IncomingFace], on_progress: Callable[[int, int], None] | None
) -> Iterator[IncomingFace]:
    for done, face in enumerate(faces):
        if on_progress is not None:
            on_progress(done, 0)
        yield face


def _readable() -> str:
    return ", ".join(READERS)


def _refuse_missing(what: Path) -> None:
    if not what.exists():
        raise AnnotationsError(f"{escaped(str(what))} does not exist")
    if not (what.is_file() or what.is_dir()):
        raise AnnotationsError(f"{escaped(str(what))} is neither a file nor a folder")


def _recognises(known: Format, what: Path) -> bool:
    return known.recognises is not None and known.recognises(what)
