"""Samples and photographs as people name them: by a number, a file's name or its path."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from annotator.cli.terminal import FailedError
from annotator.system.names import folded, in_natural_order

if TYPE_CHECKING:
    from annotator.project import ClipRecord, ImageRecord, Project, SampleSummary

LARGEST = 2**63 - 1  # that a database can hold
_MOST_DIGITS = len(str(LARGEST))
_NAMED = 5


def samples_named(
    project: "Project", given: Sequence[str], *, person: str | None = None
) -> list[int]:
    """Return the samples that are meant, once each, in the order given.

    A number is a sample's; a name, or a path, is that of a photograph with one face, as the person
    is shown it.

    Raises
    ------
    FailedError
        If there is no such photograph, there are several of the name, or it has several faces.
    """
    found: dict[int, None] = {}
    named: list[SampleSummary] | None = None
    for text in given:
        if (number := _number(text)) is not None:
            found[number] = None
            continue
        if named is None:
            named = project.samples.summaries(person=person)
        photographs = {sample.image_id: Path(sample.image_file) for sample in named}
        image_ids = _meant(text, photographs, what="with a face in this project")
        faces = [sample.id for sample in named if sample.image_id in image_ids]
        if len(faces) > 1:
            raise FailedError(
                f"{text} has {len(faces)} faces: give the number of the sample, one of "
                f"{_listed(map(str, faces))}"
            )
        found[faces[0]] = None
    return list(found)


def photographs_named(
    project: "Project", given: Sequence[str], records: Sequence["ImageRecord"]
) -> list["ImageRecord"]:
    """Return the photographs that are meant, once each, in the order given.

    A name, or a path, is a file's; of a folder all photographs below it are meant; a number is
    that of a sample, of which the photograph is meant.

    Parameters
    ----------
    project
    given
    records
        The photographs to choose from.

    Raises
    ------
    FailedError
        If none of them is meant, or there are several of the name.
    UnknownSample
        If there is no such sample.
    """
    by_id = {record.id: record for record in records}
    paths = {record.id: record.path for record in records}
    found: dict[int, None] = {}
    for text in given:
        number = _number(text)
        if number is not None and not _names(text, paths):
            image_id = project.samples.image_of(number)
            if image_id not in by_id:
                raise FailedError(f"sample {number} is on no photograph to choose from")
            found[image_id] = None
        elif below := _below(text, paths):
            found |= dict.fromkeys(below)
        else:
            found |= dict.fromkeys(_meant(text, paths, what="in this project"))
    return [by_id[image_id] for image_id in found]


def clips_named(
    given: Sequence[str], clips: Sequence["ClipRecord"], photographs: Sequence["ImageRecord"]
) -> tuple[list["ClipRecord"], list[str]]:
    """Return the clips that are meant, once each, and the texts that mean photographs.

    A folder's name means all clips below it; it stays among the texts where there are photographs,
    too. A number is a sample's: it means no clip.

    Parameters
    ----------
    given
    clips
        Those to choose from.
    photographs
        Those that are no frames of clips.

    Raises
    ------
    FailedError
        If there are several clips of a name.
    """
    by_id = {record.id: record for record in clips}
    paths = {record.id: record.path for record in clips}
    others = {record.id: record.path for record in photographs}
    found: dict[int, None] = {}
    left = []
    for text in given:
        inside, named = _below(text, paths), _names(text, paths)
        if len(named) > 1:
            raise FailedError(
                f"{len(named)} clips are called {text}: give the path of one, "
                f"{_listed(in_natural_order(str(paths[clip_id]) for clip_id in named))}"
            )
        found |= dict.fromkeys(inside or named)
        if not (inside or named) or _below(text, others):
            left.append(text)
    return [by_id[clip_id] for clip_id in found], left


def failures_named(project: "Project", given: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the files that are meant of those that could not be added, and the other texts.

    A name, or a path, is a file's. Where a photograph of the project has it as well, that is meant.
    """
    failed = {n: failure.path for n, failure in enumerate(project.images.failed_files())}
    if not failed:
        return [], list(given)
    records = [*project.images.all(), *(each.image for each in project.removals.all())]
    paths = {record.id: record.path for record in records}
    found: dict[Path, None] = {}
    others = []
    for text in given:
        named = [] if _names(text, paths) else _names(text, failed)
        found |= dict.fromkeys(failed[n] for n in named)
        others += [] if named else [text]
    return list(found), others


def clip_named(project: "Project", text: str) -> "ClipRecord":
    """Return the clip that is meant: by its number, its path or its name.

    Raises
    ------
    FailedError
        If there is no such clip, or there are several of the name.
    """
    records = {record.id: record for record in project.clips.all()}
    if (number := _number(text)) is not None and number in records:
        return records[number]
    found = _names(text, {id_: record.path for id_, record in records.items()})
    if not found:
        raise FailedError(f"no clip in this project is called {text}: `clips` lists them")
    if len(found) > 1:
        numbers = _listed(map(str, found))
        raise FailedError(
            f"{len(found)} clips are called {text}: give the number of one, {numbers}"
        )
    return records[found[0]]


def _meant(text: str, paths: dict[int, Path], *, what: str) -> list[int]:
    """Return the images of the one file that a text names, all its frames."""
    found = _names(text, paths)
    files = {paths[image_id] for image_id in found}
    if not files:
        raise FailedError(f"no photograph {what} is called {text}")
    if len(files) > 1:
        raise FailedError(
            f"{len(files)} photographs are called {text}: give the path of one, "
            f"{_listed(in_natural_order(map(str, files)))}"
        )
    return found


def _names(text: str, paths: dict[int, Path]) -> list[int]:
    """Return the images whose file a text names: by its path, else by its name."""
    path = _absolute(text)
    if found := [image_id for image_id, known in paths.items() if known == path]:
        return found
    if found := [image_id for image_id, known in paths.items() if known.name == text]:
        return found
    sought = folded(text)
    return [image_id for image_id, known in paths.items() if folded(known.name) == sought]


def _below(text: str, paths: dict[int, Path]) -> list[int]:
    """Return the images below the folder that a text names, if it names one by a path."""
    folder = _absolute(text)
    return [image_id for image_id, known in paths.items() if folder in known.parents]


def _absolute(text: str) -> Path:
    path = Path(text).absolute()
    return path.parent.resolve() / path.name


def no_impossible_number(given: list[str] | None) -> list[str] | None:
    """Refuse, as a usage error, numbers that are no sample's in any project."""
    for text in given or ():
        digits = text.removeprefix("#")
        is_number = digits.isascii() and digits.isdecimal()
        if is_number and (len(digits) > _MOST_DIGITS or not 1 <= int(digits) <= LARGEST):
            raise typer.BadParameter(f"{digits[:40]} is no number of a sample")
    return given


def _number(text: str) -> int | None:
    digits = text.removeprefix("#")
    return int(digits) if digits.isascii() and digits.isdecimal() else None


def _listed(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" and {more} more" if more > 0 else "")
