"""The manifest: what every file of a release is, and where every sample comes from."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from annotator import __version__
from annotator.release.images import IMAGE_FOLDER
from annotator.release.rows import ReleaseSample
from annotator.system.hashing import file_sha256

MANIFEST = "manifest.json"
FORMAT_NAME = "facemesh-annotator release"
FORMAT_VERSION = 1

_CONVENTIONS = {
    "landmarks": "468 vertices of MediaPipe's face mesh: x, y, z",
    "units": "pixels of the upright image; x to the right, y down, from its upper left corner;"
    " z in the same pixels, smaller is nearer",
    "upright": "image files are the originals, byte for byte: apply their EXIF orientation"
    " (image_orientation) before using landmarks, image_width or image_height",
    "visibility": "of each vertex in the photograph: 0 visible, 1 occluded, 2 out of frame",
    "displacement": "2-D distance between landmarks and prediction over the vertices, in pixels;"
    " displacement_nme is the mean divided by the outer inter-ocular distance (33-263)",
}


def write_manifest(
    folder: Path, samples: Sequence[ReleaseSample], *, format: str, images: str
) -> None:
    """Describe all files in `folder` and all samples in ``manifest.json``.

    Nothing in it depends on when or where the release is made.
    """
    copies = {sample.image.file: sample.sample.image.sha256 for sample in samples}
    files = [
        _file(path, path.relative_to(folder).as_posix(), copies)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    files.sort(key=lambda file: str(file["path"]))
    rows = [sample.text_row() for sample in samples]
    content = {
        "format": FORMAT_NAME,
        "format_version": FORMAT_VERSION,
        "generator": f"facemesh-annotator {__version__}",
        "release_format": format,
        "images": images,
        "conventions": _CONVENTIONS,
        "content_sha256": content_hash(files, rows),
        "files": files,
        "samples": rows,
    }
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def content_hash(files: Sequence[dict[str, Any]], samples: Sequence[dict[str, Any]]) -> str:
    """Return one SHA-256 for the whole release.

    It is that of the manifest's ``files`` and ``samples``, as JSON in UTF-8 with sorted keys
    and without spaces; through the hashes in ``files`` it covers every byte of the release.
    """
    text = json.dumps(
        {"files": files, "samples": samples},
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _file(path: Path, name: str, copies: dict[str, str]) -> dict[str, Any]:
    # Copied images were hashed and compared as they were written.
    known = copies.get(name) if name.startswith(f"{IMAGE_FOLDER}/") else None
    return {"path": name, "sha256": known or file_sha256(path), "size": path.stat().st_size}
