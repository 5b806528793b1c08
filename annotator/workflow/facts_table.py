"""What is known of photographs as a table of comma-separated values: written, and read again."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import TextIOWrapper
from pathlib import Path
from typing import Protocol, TextIO

from annotator.project import FactError, ImageRecord, Project
from annotator.project.fact_records import (
    FIELDS,
    NOTHING_KNOWN,
    UNKNOWN,
    Consent,
    checked_facts,
)
from annotator.system.csv_text import csv_line
from annotator.system.foreign_text import path_text
from annotator.system.guarded_cells import guarded, unguarded
from annotator.system.regular import open_regular

KEYS = ("image_sha256", "sample", "image")
"""The columns that say which photograph a row is of, the surest first."""

TOLD = "may_not_leave"
"""The column that says what was revoked or refused; it is told, and nothing is set by it."""

_COLUMNS = ("image", "image_sha256", *FIELDS, TOLD)
_LARGEST = 1 << 28  # bytes of a table: a million photographs take a quarter of it
_LONGEST = 1 << 17  # characters of a line
_BATCH = 2000  # photographs whose facts are in memory at once

Changes = dict[int, dict[str, str | None]]


def facts_lines(project: Project) -> Iterator[str]:
    """Yield the lines of a table with what is known of each photograph, the header first.

    `read_facts` makes of it what is known already.
    """
    yield csv_line(_COLUMNS)
    images = project.images.all()
    for start in range(0, len(images), _BATCH):
        some = images[start : start + _BATCH]
        known = project.facts.of([image.id for image in some])
        for image in some:
            cells = [path_text(image.path), image.picture_sha256]
            facts = known[image.id]
            cells += [getattr(facts, field) or "" for field in (*FIELDS, "why_not")]
            yield csv_line(map(guarded, cells))


def read_facts(project: Project, path: Path) -> Changes:
    """Return what a table says of photographs, by their ids; nothing is changed.

    Its columns are ``image`` (a path, or a name that one photograph has), ``image_sha256`` or
    ``sample``, and any of the facts. An empty cell says nothing; ``unknown`` clears a fact, which
    is then None.

    Raises
    ------
    FactError
        At the first thing that is wrong, with its line: a column that there is not, a photograph
        that there is not or that was named before, a fact that cannot be.
    OSError
        If the file cannot be read.
    """
    with open_regular(path) as stream:
        size = stream.seek(0, 2)
        if size > _LARGEST:
            raise FactError(f"{path} has {size:,} bytes, and tables {_LARGEST:,} at most")
        stream.seek(0)
        text = TextIOWrapper(stream, "utf-8-sig", newline="")
        rows = csv.reader(_lines(text), strict=True)
        at = _Place(path, rows)
        try:
            return _Reading(project, at).changes()
        except csv.Error as error:
            raise at.wrong(f"it is no comma-separated text ({error})") from error
        except UnicodeDecodeError as error:
            raise at.wrong("after it comes what is not UTF-8: save it as CSV in UTF-8") from error


class _Rows(Protocol):
    """The rows of a table, and the line that the last one ended on."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a table a row is."""

    path: Path
    rows: _Rows

    def wrong(self, what: str) -> FactError:
        return FactError(f"{self.path}, line {max(1, self.rows.line_num)}: {what}")


class _Reading:
    """A table that is being read, with the photographs that its rows can be of."""

    def __init__(self, project: Project, at: _Place) -> None:
        self._at = at
        self._project = project
        images = project.images.all()
        self._clips = {image.id: image.clip_id for image in images}
        self._withheld = project.facts.withheld()
        self._by_sha256 = {image.picture_sha256: [image.id] for image in images}
        self._by_name = _by_name(images)
        self._by_sample: dict[str, list[int]] | None = None

    def changes(self) -> Changes:
        """Return what all rows say."""
        header: list[str] = next(self._at.rows, [])
        columns = [name.strip() for name in header]
        self._refuse_header(columns)
        found: Changes = {}
        lines: dict[int, int] = {}
        of_clips: dict[int, dict[str, str | None]] = {}
        for cells in self._at.rows:
            if not any(cells):
                continue
            if len(cells) != len(columns):
                raise self._at.wrong(
                    f"it has {len(cells)} cells, but the first line names {len(columns)} columns"
                )
            row = {name: unguarded(cell.strip()) for name, cell in zip(columns, cells, strict=True)}
            facts = self._facts(row)
            for image in self._images(row):
                self._refuse_told(row.get(TOLD, ""), image, facts)
                if image in lines:
                    raise self._at.wrong(f"line {lines[image]} is of the same photograph")
                lines[image] = self._at.rows.line_num
                clip = self._clips[image]
                if clip is not None and of_clips.setdefault(clip, facts) != facts:
                    raise self._at.wrong(
                        "its clip's frames share what is known of them, but a line before says "
                        "something else of another frame: give all of them the same"
                    )
                found[image] = facts
        return found

    def _refuse_header(self, columns: list[str]) -> None:
        for name in columns:
            if name not in (*KEYS, *FIELDS, TOLD):
                raise self._at.wrong(
                    f"there is no column {name[:60]!a}: the columns are {', '.join(KEYS)}, "
                    f"{', '.join(FIELDS)} and {TOLD}, with commas between them"
                )
            if columns.count(name) > 1:
                raise self._at.wrong(f"the column {name} is there twice")
        if not set(columns) & set(KEYS):
            raise self._at.wrong(f"no column says which photograph: give one of {', '.join(KEYS)}")
        if not set(columns) & set(FIELDS):
            raise self._at.wrong(f"no column says anything: give one of {', '.join(FIELDS)}")

    def _refuse_told(self, said: str, image: int, facts: dict[str, str | None]) -> None:
        """Refuse a table that would withhold by what is only told: nobody may believe that.

        What was so before the row, or is so after it, may be told: a table of another project, or
        one whose consent was corrected, says no more than its other columns.
        """
        before = self._withheld.get(image, NOTHING_KNOWN)
        consent = facts.get("consent", before.consent)
        after = replace(before, consent=None if consent is None else Consent(consent))
        if said and said not in (before.why_not, after.why_not):
            raise self._at.wrong(
                f"{TOLD} only tells, and says {said[:40]!a} of what is not so: `revoke` keeps a "
                "photograph from leaving, or consent refused; leave the cell empty"
            )

    def _facts(self, row: dict[str, str]) -> dict[str, str | None]:
        said = {name: row[name] for name in FIELDS if row.get(name)}
        try:
            return checked_facts(
                {name: None if text == UNKNOWN else text for name, text in said.items()}
            )
        except FactError as error:
            raise self._at.wrong(str(error)) from error

    def _images(self, row: dict[str, str]) -> list[int]:
        """Return the photograph that a row is of, or the frames of its clip."""
        for key in KEYS:
            if text := row.get(key):
                found = self._known(key).get(text, [])
                if not found:
                    raise self._at.wrong(
                        f"no photograph of this project has the {key} {text[:80]!a}"
                    )
                if len(found) > 1 and len({self._clips[image] or -image for image in found}) > 1:
                    raise self._at.wrong(
                        f"{len(found)} photographs are called {text[:80]!a}: give the path of one, "
                        "or its image_sha256"
                    )
                return found
        raise self._at.wrong(f"it names no photograph: fill in one of {', '.join(KEYS)}")

    def _known(self, key: str) -> dict[str, list[int]]:
        if key == "image_sha256":
            return self._by_sha256
        if key == "image":
            return self._by_name
        if self._by_sample is None:
            samples = self._project.samples.summaries()
            self._by_sample = {str(sample.id): [sample.image_id] for sample in samples}
        return self._by_sample


def _by_name(images: list[ImageRecord]) -> dict[str, list[int]]:
    """Return images by their paths and by their names; a path comes before a name."""
    names: dict[str, list[int]] = {}
    paths: dict[str, list[int]] = {}
    for image in images:
        names.setdefault(path_text(image.path.name), []).append(image.id)
        paths.setdefault(path_text(image.path), []).append(image.id)
    return names | paths


def _lines(stream: TextIO) -> Iterator[str]:
    """Yield lines of a bounded length: a file without a break would all be one."""
    while line := stream.readline(_LONGEST):
        if len(line) == _LONGEST and not line.endswith("\n"):
            raise csv.Error(f"a line of more than {_LONGEST:,} characters")
        yield line
