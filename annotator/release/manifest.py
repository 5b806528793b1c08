"""The manifest: what every file of a release is, and where every sample comes from."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from annotator import __version__
from annotator.mesh.layout import FACE_468, MeshLayout
from annotator.release.spool import Spool, compact

MANIFEST = "manifest.json"
FORMAT_NAME = "facemesh-annotator release"
FORMAT_VERSION = 4
BESIDE = frozenset({"README.md", "croissant.json"})
"""Files about a release that are in it, whatever its format: made of what else it says."""
UNSTATED_LAYOUT = FACE_468
"""The layout of releases whose manifest names none: there was no other one once."""

_BATCH = 1000  # entries as text in memory at once
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def write_manifest(
    folder: Path,
    files: Spool,
    samples: Spool,
    *,
    format: str,
    images: str,
    layout: MeshLayout,
    said: Mapping[str, Any] = _NOTHING,
) -> str:
    """Describe all files of a release and all its samples in ``manifest.json``, a line for each.

    Nothing in it depends on when or where the release is made.

    Parameters
    ----------
    files
        ``path``, ``sha256`` and ``size`` of each, sorted by path.
    samples
        The row of each sample as text, in order.
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
        "content_sha256": _hash(files.texts(b","), samples.texts(b",")),
        **said,
    }
    if layout is not UNSTATED_LAYOUT:
        stated["layout"] = layout.name
    with (folder / MANIFEST).open("xb") as stream:
        _write(stream, stated, lists)
    return str(stated["content_sha256"])


def _write(stream: IO[bytes], stated: Mapping[str, Any], lists: Mapping[str, Spool]) -> None:
    """Write one JSON object, its keys sorted: values as they are, lists with an entry a line."""
    separator = b"{\n "
    for key in sorted({**stated, **lists}):
        stream.write(separator + f"{json.dumps(key)}: ".encode())
        separator = b",\n "
        if key in lists:
            stream.write(b"[\n  ")
            stream.writelines(lists[key].texts(b",\n  "))
            stream.write(b"\n ]")
        else:
            stream.write(_indented(stated[key]).encode())
    stream.write(b"\n}\n")


def content_hash(files: Iterable[object], samples: Iterable[object]) -> str:
    """Return one SHA-256 for the whole release.

    It is that of the manifest's ``files`` and ``samples``, as JSON in UTF-8 with sorted keys
    and without spaces; through the hashes in ``files`` it covers every byte of the release.
    """
    return _hash(_texts(files), _texts(samples))


def _hash(files: Iterable[bytes], samples: Iterable[bytes]) -> str:
    """Return the hash, from entries as JSON with commas between them, in any pieces."""
    digest = hashlib.sha256()
    for opening, pieces in ((b'{"files":[', files), (b'],"samples":[', samples)):
        digest.update(opening)
        for piece in pieces:
            digest.update(piece)
    digest.update(b"]}")
    return digest.hexdigest()


def _texts(entries: Iterable[object]) -> Iterator[bytes]:
    separator = ""
    remaining = iter(entries)
    while some := list(islice(remaining, _BATCH)):
        yield (separator + ",".join(map(_text, some))).encode()
        separator = ","


def _text(entry: object) -> str:
    """Return an entry as JSON, of anybody's too: numbers that are none are told of elsewhere."""
    try:
        return compact(entry)
    except ValueError:
        return json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


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


def _indented(value: object) -> str:
    """Return a value as part of a file that people read, one level deep in it."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return text.replace("\n", "\n ")
