"""Whether what a manifest says of samples and files can be so, entry by entry."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from math import isfinite
from types import MappingProxyType
from typing import Any, get_args

from annotator.release.images import ELSEWHERE, EMBEDDED, ImageMode, Stored
from annotator.release.rows import CLIP_COLUMNS, COLUMNS, CROP_COLUMNS, FACT_COLUMNS, UNSTATED

_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST = MappingProxyType({"int32": (1 << 31) - 1, "int64": (1 << 63) - 1})
_YEARS = range(1700, 2200)  # what all readers have room for
_RANGES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"sample_id": (1, _LARGEST["int64"]), "image_width": (1, _LARGEST["int32"]),
     "image_height": (1, _LARGEST["int32"]), "image_orientation": (1, 8),
     "image_id": (1, _LARGEST["int64"]), "crop_size": (1, _LARGEST["int32"])}
)  # fmt: skip
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "image_stored": get_args(Stored),
        "verdict": ("accepted", "accepted_as_predicted"),
        "split": ("train", "validation", "test"),
        "consent": ("given", "refused"),
    }
)
_MAY_BE_UNKNOWN = frozenset(
    {"annotator", *CLIP_COLUMNS, "image_id", "split", *FACT_COLUMNS, *CROP_COLUMNS}
)
_MAY_BE_NEGATIVE = frozenset({"crop_x", "crop_y", "crop_angle"})
_SHA256S = frozenset({"image_sha256", "clip_sha256"})
# All of which a frame has, and a photograph none.
_OF_FRAME = ("clip_name", "clip_sha256", "clip_frame", "clip_time")


def wrong_in_file(entry: object) -> str | None:
    """Return what is wrong with an entry of ``files``, None if nothing is."""
    if not isinstance(entry, dict) or set(entry) != {"path", "sha256", "size"}:
        return "it does not say which files it has: each with path, sha256 and size"
    if not _is_text(entry["path"]):
        return "a file's path is no text"
    if not (isinstance(entry["sha256"], str) and _SHA256.fullmatch(entry["sha256"])):
        return f"the sha256 of {entry['path'][:80]!a} is none"
    if not _is_whole(entry["size"], 0, _LARGEST["int64"]):
        return f"the size of {entry['path'][:80]!a} is none"
    return None


def wrong_in_row(row: object) -> str | None:
    """Return what is wrong with an entry of ``samples``, None if nothing is."""
    if not isinstance(row, dict):
        return "a sample is no object"
    missing = [name for name in COLUMNS if name not in row and name not in UNSTATED]
    if missing:
        return f"a sample has no {missing[0]}"
    for name, value in row.items():
        if name not in COLUMNS:
            return f"a sample has {name[:40]!a}, which is no column"
        if not _CHECKS[COLUMNS[name]](name, value):
            return f"a sample's {name} cannot be {value!a:.60}"
    unknown = [name for name in _OF_FRAME if row.get(name) is None]
    if unknown and (len(unknown) < len(_OF_FRAME) or row.get("clip_track") is not None):
        return f"a sample is of a clip, and has no {unknown[0]}"
    return None


def wrong_together(
    files: Iterable[Mapping[str, Any]], rows: list[dict[str, Any]], images: object
) -> str | None:
    """Return what is wrong with all entries beside one another, None if nothing is."""
    if images not in (*get_args(ImageMode), EMBEDDED):
        return f"its images cannot be {images!a:.40}"
    if not rows:
        return "it has no samples"
    if len({row["sample_id"] for row in rows}) != len(rows):
        return "a sample_id occurs twice"
    if len({(row["image_sha256"], row["face_index"]) for row in rows}) != len(rows):
        return "a face of an image occurs twice"
    if len({frozenset(row) for row in rows}) != 1:
        return "its samples have different columns"
    return _wrong_image(files, rows, elsewhere=images in ELSEWHERE)


def _wrong_image(
    files: Iterable[Mapping[str, Any]], rows: list[dict[str, Any]], *, elsewhere: bool
) -> str | None:
    known: dict[str, tuple[Any, ...]] = {}
    listed = {entry["path"]: entry["sha256"] for entry in files}
    for row in rows:
        is_crop = row.get("image_stored") == "crop"  # of which an image has one for each face
        said = tuple(row.get(name, UNSTATED.get(name)) for name in _OF_IMAGE[is_crop])
        if known.setdefault(row["image_sha256"], said) != said:
            return f"image {row['image_sha256'][:12]} is described in two ways"
        file, stored = row["image_file"], row.get("image_stored", UNSTATED["image_stored"])
        if elsewhere:
            if file in listed:
                return f"image {file[:80]!a} is listed, though images are no files of it"
        elif file not in listed:
            return f"image {file[:80]!a} is not listed"
        elif stored == "original" and listed[file] != row["image_sha256"]:
            return f"image {file[:80]!a} is not the one that the sample is of"
    return None


_OF_FILE = ("image_file", "image_width", "image_height", *CROP_COLUMNS)
_OF_WHOLE = (*(name for name in COLUMNS if name.startswith("image_")), *CROP_COLUMNS, *_OF_FRAME,
             "split", *FACT_COLUMNS)  # fmt: skip
_OF_IMAGE = (_OF_WHOLE, tuple(name for name in _OF_WHOLE if name not in _OF_FILE))
"""Of a whole image, and of one of its crops."""


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character
        return False
    return True


def _is_whole(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _whole(kind: str) -> Callable[[str, object], bool]:
    def check(name: str, value: object) -> bool:
        if value is None:
            return name in _MAY_BE_UNKNOWN
        least, most = _RANGES.get(name, (0, _LARGEST[kind]))
        return _is_whole(value, least, most)

    return check


def _text(name: str, value: object) -> bool:
    if value is None:
        return name in _MAY_BE_UNKNOWN
    if not _is_text(value):
        return False
    if name in _CHOICES:
        return value in _CHOICES[name]
    return name not in _SHA256S or bool(_SHA256.fullmatch(str(value)))


def _number(name: str, value: object) -> bool:
    """Whether a probability, a distance, a place or nothing known is one."""
    if value is None:
        return True
    if type(value) not in (int, float) or not isfinite(_as_float(value)):
        return False
    least = float("-inf") if name in _MAY_BE_NEGATIVE else 0
    return least <= _as_float(value) <= (1 if name == "presence" else float("inf"))


def _as_float(value: Any) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf")


def _time(name: str, value: object) -> bool:
    if not (isinstance(value, str) and len(value) <= 40):
        return False
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return moment.utcoffset() == timedelta(0) and moment.year in _YEARS


_CHECKS: Mapping[str, Callable[[str, object], bool]] = MappingProxyType(
    {
        "int32": _whole("int32"),
        "int64": _whole("int64"),
        "text": _text,
        "float64": _number,
        "time": _time,
    }
)
