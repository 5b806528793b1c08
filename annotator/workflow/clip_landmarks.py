"""The meshes of a loose clip in one file, without any project: NPZ, CSV or JSON."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from io import BufferedRandom
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips import Clip
from annotator.inference import FaceMesh
from annotator.system.csv_text import csv_line
from annotator.system.placing import placed, remove_leftovers
from annotator.workflow.clip_rows import ClipRows
from annotator.workflow.clip_tracking import AS_USUAL, Following, tracked_frames
from annotator.workflow.landmark_files import write_array

_OF_FRAME = ("frame", "time")
_PLURAL = (*_OF_FRAME, "track")  # how arrays of them are called


@dataclass(frozen=True)
class ClipLandmarks:
    """What is in a file of a clip's meshes.

    Attributes
    ----------
    frames
        Of the clip.
    read
        How many of them could be decoded.
    with_faces
        How many show a face.
    tracks
        How many faces were followed.
    """

    frames: int
    read: int
    with_faces: int
    tracks: int


def save_clip_landmarks(
    clip: Clip,
    face_mesh: FaceMesh,
    output: Path,
    *,
    following: Following = AS_USUAL,
    filter_name: str = "none",
    smooth: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> ClipLandmarks:
    """Follow the faces of a clip and write their meshes, a row a face and frame.

    Parameters
    ----------
    clip
    face_mesh
    output
        What its name ends in says how it is written: see `WRITERS`. It appears, in place of an
        older one, when it is complete.
    following
    filter_name
        Of `annotator.mesh.temporal.FILTERS`: what the meshes go through as they come.
    smooth
        Whether each face's meshes are smoothed afterwards, seen from both ends.
    on_progress
        Called with the number of the frame done, from 1, and the number of frames.

    Raises
    ------
    ClipError
        If the clip cannot be read any further.
    OSError
        If the file cannot be written.
    """
    remove_leftovers(output.parent)
    read = 0
    with ClipRows(output.parent, face_mesh.info.layout, filter_name) as rows:
        with closing(tracked_frames(clip, face_mesh, following)) as found:
            for each in found:
                rows.add(each)
                read += 1
                if on_progress is not None:
                    on_progress(each.frame + 1, len(clip))
        if smooth:
            rows.smooth()
        with placed(output) as stream:
            WRITERS[output.suffix.lower()](stream, rows, clip)
        columns = rows.columns()
    with_faces, tracks = (len(np.unique(columns[name])) for name in ("frame", "track"))
    return ClipLandmarks(len(clip), read, with_faces, tracks)


def _write_npz(stream: BufferedRandom, rows: ClipRows, clip: Clip) -> None:
    """Write arrays: one a column, the meshes, and what is known of the clip itself."""
    info = clip.info
    arrays: dict[str, NDArray[np.generic]] = {
        f"{name}s" if name in _PLURAL else name: column for name, column in rows.columns().items()
    }
    arrays |= {
        "landmarks": rows.meshes(),
        "clip_times": info.times,
        "size": np.array([info.width, info.height], np.int64),
        "layout": np.array(rows.layout.name),
    }
    with zipfile.ZipFile(stream, "w") as archive:
        for name, values in arrays.items():
            write_array(archive, name, values)


def _write_csv(stream: BufferedRandom, rows: ClipRows, _clip: Clip) -> None:
    """Write a header and a line a row, with the fewest digits that give the same float32 back."""
    names = list(rows.columns())
    coordinates = [f"{axis}{vertex}" for vertex in range(rows.layout.count) for axis in "xyz"]
    stream.write(csv_line([*names, *coordinates]).encode())
    for known, mesh in rows.rows():
        cells = [str(known[name]) for name in names]
        stream.write(f"{','.join([*cells, *mesh.ravel().astype(str).tolist()])}\n".encode())


def _write_json(stream: BufferedRandom, rows: ClipRows, clip: Clip) -> None:
    """Write one object; a line in it is a frame that shows a face."""
    info = clip.info
    said = {"layout": rows.layout.name, "width": info.width, "height": info.height}
    said |= {"clip_times": info.times.tolist()}
    stream.write(json.dumps(said).removesuffix("}").encode())
    stream.write(b', "frames": [')
    for at, (frame, group) in enumerate(groupby(rows.rows(), _frame_and_time)):
        faces = [_face(known, mesh) for known, mesh in group]
        line = {**dict(zip(_OF_FRAME, frame, strict=True)), "faces": faces}
        stream.write((",\n" if at else "\n").encode() + json.dumps(line).encode())
    stream.write(b"\n]}\n")


def _frame_and_time(row: tuple[Mapping[str, float], object]) -> tuple[float, ...]:
    return tuple(row[0][name] for name in _OF_FRAME)


def _face(known: Mapping[str, float], mesh: NDArray[np.float32]) -> dict[str, Any]:
    told = {name: value for name, value in known.items() if name not in _OF_FRAME}
    if math.isnan(told.get("doubt", 0.0)):
        del told["doubt"]  # JSON has no such number
    return {**told, "landmarks": [list(map(float, point)) for point in mesh.astype(str).tolist()]}


WRITERS: Mapping[str, Callable[[BufferedRandom, ClipRows, Clip], None]] = {
    ".npz": _write_npz,
    ".csv": _write_csv,
    ".json": _write_json,
}
"""How meshes of a clip are written, by what the file's name ends in."""
