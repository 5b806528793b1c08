"""The formats of releases: `FORMATS` is the one list of them.

A new one is a module here that says what it is in a `Format`, and its entry in the list;
``docs/releases.md`` has an example.
"""

from collections.abc import Mapping
from types import MappingProxyType

from annotator.release.errors import UnknownFormat
from annotator.release.formats import (
    coco,
    csv_tables,
    cvat,
    datumaro,
    deeplabcut,
    dlib,
    gltf,
    huggingface,
    label_studio,
    landmark_editor,
    mediapipe_json,
    npz,
    obj,
    parquet_files,
    pts,
    tfrecord,
    webdataset,
    wflw,
    yolo,
)
from annotator.release.formats.definition import Format

__all__ = ["FORMATS", "READERS", "Format", "format_named"]

FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        known.name: known
        for known in (
            npz.FORMAT,
            parquet_files.FORMAT,
            csv_tables.FORMAT,
            coco.FORMAT,
            huggingface.FORMAT,
            webdataset.FORMAT,
            tfrecord.FORMAT,
            yolo.FORMAT,
            obj.FORMAT,
            gltf.FORMAT,
            cvat.FORMAT,
            datumaro.FORMAT,
            label_studio.FORMAT,
            deeplabcut.FORMAT,
            landmark_editor.FORMAT,
            mediapipe_json.FORMAT,
            pts.FORMAT,
            dlib.FORMAT,
        )
    }
)
"""Every format by its name, in the order in which they are offered."""

_NOT_YET = {wflw.FORMAT.name: wflw.FORMAT}
"""Of layouts that none of ours is: they are read, and whoever asks for one is told why not."""

READERS: Mapping[str, Format] = MappingProxyType(
    {name: known for name, known in {**FORMATS, **_NOT_YET}.items() if known.read_faces is not None}
)
"""Every format of which anybody's annotations can be read, by its name."""


def format_named(name: str) -> Format:
    """Return a format by its name.

    Raises
    ------
    UnknownFormat
        If none is called so.
    """
    known = {**_NOT_YET, **FORMATS}
    if name not in known:
        raise UnknownFormat(f"there is no format {name!r}: choose {', '.join(FORMATS)}")
    return known[name]
