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
    gltf,
    huggingface,
    label_studio,
    landmark_editor,
    mediapipe_json,
    npz,
    obj,
    parquet_files,
    tfrecord,
    webdataset,
    yolo,
)
from annotator.release.formats.definition import Format

__all__ = ["FORMATS", "Format", "format_named"]

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
        )
    }
)
"""Every format by its name, in the order in which they are offered."""


def format_named(name: str) -> Format:
    """Return a format by its name.

    Raises
    ------
    UnknownFormat
        If none is called so.
    """
    if name not in FORMATS:
        raise UnknownFormat(f"there is no format {name!r}: choose {', '.join(FORMATS)}")
    return FORMATS[name]
