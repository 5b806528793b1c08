"""What lists show of samples, read nearly as fast as the database gives it."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from annotator.project.checked import DamagedValue, as_stored, check_columns
from annotator.project.columns import path_of_stored
from annotator.project.errors import UnknownSample
from annotator.project.image_rows import IN_PROJECT
from annotator.project.paths import ImagePaths, display_name, frame_name
from annotator.project.records import SampleState, SampleSummary
from annotator.project.tables import ClipRow, ImageRow, SampleRow, TrackRow

_STATES = {state.value: state for state in SampleState}

# All fields after the box, but for the last two, are columns of the same name, of the sample or of
# its image: for another one a field and a column are all it takes.
_REST = SampleSummary._fields[SampleSummary._fields.index("box") + 1 : -2]

_AT_ONCE = 2000  # rows that are checked together: few enough for a processor's cache

_COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    SampleRow.id,
    SampleRow.image_id,
    ImageRow.path,  # made a path below, once an image
    SampleRow.face_index,
    SampleRow.state,
    SampleRow.presence,
    SampleRow.stroke_count,
    SampleRow.box_left,
    SampleRow.box_top,
    SampleRow.box_width,
    SampleRow.box_height,
    *(getattr(SampleRow if hasattr(SampleRow, name) else ImageRow, name) for name in _REST),
)

_CLIP = 11 + _REST.index("clip_id")

# Samples whose image is missing are not passed over: they are damage.
_QUERY = (
    select(*map(as_stored, _COLUMNS), as_stored(ImageRow.id))
    .outerjoin(ImageRow, ImageRow.id == SampleRow.image_id)
    .where(IN_PROJECT)
    .order_by(SampleRow.image_id, SampleRow.face_index)
)


def load_summaries(
    session: Session, paths: ImagePaths, *conditions: ColumnElement[bool]
) -> list[SampleSummary]:
    """Return the summaries of the samples that meet the conditions, in the order of lists.

    Those of removed images are left out.

    Written for speed: executed below the ORM, no value converted on the way, all of a column
    checked at once, the tuples made without their constructor, which would take names.

    Raises
    ------
    DamagedProject
        If a value is impossible, or a sample's image is not there.
    """
    summaries: list[SampleSummary] = []
    with _collector_paused():
        result = session.connection().execute(_QUERY.where(*conditions))
        for rows in result.partitions(_AT_ONCE):
            if None in [row[-1] for row in rows]:
                raise DamagedValue("samples", "image_id", "an image that is not there")
            check_columns(rows, _COLUMNS)
            summaries += _summaries(rows, paths, _clips(session, rows))
    return summaries


def load_summary(session: Session, paths: ImagePaths, sample_id: int) -> SampleSummary:
    """Return one sample's summary, or raise `UnknownSample`."""
    found = load_summaries(session, paths, SampleRow.id == sample_id)
    if not found:
        raise UnknownSample(f"there is no sample {sample_id} in this project")
    return found[0]


class _Clips(NamedTuple):
    """What the clips of some samples are called, and the numbers of their tracks, by id."""

    names: dict[int | None, str | None]
    numbers: dict[int | None, int | None]


_NO_CLIPS = _Clips({None: None}, {None: None})


def _clips(session: Session, rows: Sequence[Any]) -> _Clips:
    clips = {row[_CLIP] for row in rows} - {None}
    if not clips:
        return _NO_CLIPS
    paths = session.execute(select(ClipRow.id, ClipRow.path).where(ClipRow.id.in_(clips)))
    numbers = session.execute(
        select(TrackRow.id, TrackRow.number).where(TrackRow.clip_id.in_(clips))
    )
    return _Clips(
        _NO_CLIPS.names | {clip_id: display_name(path) for clip_id, path in paths},
        _NO_CLIPS.numbers | dict(numbers.all()),
    )


def _summaries(rows: Iterable[Any], paths: ImagePaths, clips: _Clips) -> list[SampleSummary]:
    make, summaries = tuple.__new__, []
    last_image, name, file, clip = None, "", "", None
    numbers = clips.numbers
    for (
        sample_id, image_id, stored, face_index, state, presence, stroke_count, left, top, width,
        height, *rest, track_id, frame, time, clip_id, _,
    ) in rows:  # fmt: skip
        if image_id != last_image:  # the samples of an image share its path
            last_image, file = image_id, paths.absolute_text(path_of_stored(stored))
            clip = clips.names.get(clip_id)
            name = display_name(file) if clip is None else frame_name(clip, frame)
        fields = (
            sample_id, image_id, name, file, face_index, _STATES[state], presence, stroke_count,
            (left, top, width, height), *rest, track_id, frame, time, clip_id, clip,
            numbers.get(track_id),
        )  # fmt: skip
        summaries.append(make(SampleSummary, fields))
    return summaries


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from looking for cycles among hundreds of thousands of new tuples.

    There are none, and looking takes a third of the time, or more beside a window's objects.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
