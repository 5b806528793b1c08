"""The manifest: what every file of a release is, and where every sample comes from."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

from annotator import __version__
from annotator.mesh.layout import FACE_468, MeshLayout

MANIFEST = "manifest.json"
FORMAT_NAME = "facemesh-annotator release"
FORMAT_VERSION = 4
BESIDE = frozenset({"README.md", "croissant.json"})
"""Files about a release that are in it, whatever its format: made of what else it says."""
UNSTATED_LAYOUT = FACE_468
"""The layout of releases whose manifest names none: there was no other one once."""

Entries = Iterable[Mapping[str, Any]]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def write_manifest(
    folder: Path,
    files: Entries,
    samples: Entries,
    *,
    format: str,
    images: str,
    layout: MeshLayout,
    said: Mapping[str, Any] = _NOTHING,
) -> str:
    """Describe all files of a release and all its samples in ``manifest.json``.

    Nothing in it depends on when or where the release is made.

    Parameters
    ----------
    files
        ``path``, ``sha256`` and ``size`` of each, sorted by path; iterated more than once.
    samples
        The row of each sample as text, in order; iterated more than once.
    format, images, layout
    said
        What it says besides, by key: ``"name"``, ``"version"``, ``"splits"``, ``"provenance"``.

    Returns
    -------
    str
        The release's `content_hash`.
    """
    lists = {"files": files, "samples": samples}
    stated: dict[str, Any] = {
        "format": FORMAT_NAME,
        "format_version": FORMAT_VERSION,
        "generator": f"facemesh-annotator {__version__}",
        "release_format": format,
        "images": images,
        "conventions": _conventions(layout),
        "content_sha256": content_hash(files, samples),
        **said,
    }
    if layout is not UNSTATED_LAYOUT:
        stated["layout"] = layout.name
    with (folder / MANIFEST).open("x", encoding="utf-8", newline="\n") as stream:
        separator = "{\n "
        for key in sorted({**stated, **lists}):
            stream.write(f"{separator}{json.dumps(key)}: ")
            separator = ",\n "
            if key in lists:
                _write_list(stream, lists[key])
            else:
                stream.write(_indented(stated[key], 1))
        stream.write("\n}\n")
    return str(stated["content_sha256"])


def content_hash(files: Entries, samples: Entries) -> str:
    """Return one SHA-256 for the whole release.

    It is that of the manifest's ``files`` and ``samples``, as JSON in UTF-8 with sorted keys
    and without spaces; through the hashes in ``files`` it covers every byte of the release.
    """
    digest = hashlib.sha256()
    for opening, entries, closing in (('{"files":[', files, "]"), (',"samples":[', samples, "]}")):
        separator = opening
        for entry in entries:
            digest.update(f"{separator}{_compact(entry)}".encode())
            separator = ","
        digest.update((closing if separator == "," else opening + closing).encode())
    return digest.hexdigest()


def _conventions(layout: MeshLayout) -> dict[str, str]:
    corners = layout.eye_corners
    return {
        "landmarks": f"{layout.count} vertices of MediaPipe's face mesh: x, y, z",
        "units": "pixels of the upright image; x to the right, y down, from its upper left corner;"
        " z in the same pixels, smaller is nearer",
        "upright": "image files whose image_orientation is not 1 are stored another way up: turn"
        " them by it, as EXIF says, before using landmarks, image_width or image_height",
        "visibility": "of each vertex in the photograph: 0 visible, 1 occluded, 2 out of frame,"
        " which is also what any vertex is that lies outside and is not marked as occluded",
        "displacement": "2-D distance between landmarks and prediction over the vertices, in"
        " pixels; displacement_nme is the mean divided by the outer inter-ocular distance"
        f" ({corners.right_outer}-{corners.left_outer})",
    }


def _write_list(stream: TextIO, entries: Entries) -> None:
    """Write what `_indented` would write of a list, but one entry at a time."""
    separator = "[\n  "
    for entry in entries:
        stream.write(separator + _indented(entry, 2))
        separator = ",\n  "
    stream.write("\n ]" if separator.startswith(",") else "[]")


def _indented(value: object, depth: int) -> str:
    """Return what ``indent=1`` gives of a number, a text or a flat dict.

    With ``indent`` the json module encodes in Python, without it in C: ten times as fast.
    """
    inside = "\n" + " " * (depth + 1)
    text = json.dumps(
        value,
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
        separators=("," + inside, ": "),
    )
    return f"{{{inside}{text[1:-1]}{inside[:-1]}}}" if isinstance(value, dict) else text


def _compact(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
