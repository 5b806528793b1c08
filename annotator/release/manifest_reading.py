"""Reading a manifest of anybody's: what it says is checked before anything else is looked at."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path
from types import MappingProxyType
from typing import Any

from annotator.release.errors import DamagedRelease
from annotator.release.json_objects import MalformedError, read_object
from annotator.release.manifest import (
    FORMAT_NAME,
    FORMAT_VERSION,
    MANIFEST,
    UNSTATED_LAYOUT,
    content_hash,
)
from annotator.release.release_checks import wrong_as_whole
from annotator.release.row_checks import wrong_in_file, wrong_in_row, wrong_together
from annotator.release.rows import SINCE
from annotator.system.regular import open_inside

_LONGEST = 1 << 16  # characters of an entry: a path has 4096 at most
_MOST_PASSED_OVER = 10_000  # wrong entries, until the version is known
_LISTS: MappingProxyType[str, Callable[[object], str | None]] = MappingProxyType(
    {"files": wrong_in_file, "samples": wrong_in_row}
)


@dataclass(frozen=True, slots=True, eq=False)
class Manifest:
    """What a release says of itself, in agreement with itself.

    Attributes
    ----------
    version
        Of the format.
    format, layout
        Their names, which may be unknown.
    images
        An `annotator.release.images.ImageMode`.
    generator
        The program that made it, in its own words.
    content_sha256
        Covers `files` and `samples`.
    files, samples
        As in the file.
    sha512
        Of the bytes that were read: what is signed.
    name, version_name
        What the release is called, and its semantic version; None for an export without.
    splits
        How many samples each side has; None if it has none.
    provenance
        What it says of where it comes from, in no way believed.
    pseudonyms
        Whether hashes stand in place of names.
    """

    version: int
    format: str
    layout: str
    images: str
    generator: str
    content_sha256: str
    files: list[dict[str, Any]]
    samples: list[dict[str, Any]]
    sha512: bytes
    name: str | None = None
    version_name: str | None = None
    splits: Mapping[str, int] | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    pseudonyms: bool = False


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a release.

    Raises
    ------
    DamagedRelease
        If there is none, it is none, it is of a newer version, or it cannot be right.
    """
    path = folder / MANIFEST
    try:
        if not folder.is_dir():
            raise DamagedRelease(f"{folder} is no folder: give that of a release")
        with open_inside(folder, MANIFEST) as stream:
            read = _read(stream)
    except FileNotFoundError as error:
        raise DamagedRelease(f"{folder} holds no release: it has no {MANIFEST}") from error
    except OSError as error:
        raise DamagedRelease(f"{path} cannot be read: {error.strerror or error}") from error
    except MalformedError as error:
        raise DamagedRelease(f"{path} cannot be read: {error}") from error
    return _checked(folder, read)


@dataclass(slots=True)
class _Read:
    """What was in the file, and what is first wrong with an entry."""

    stated: dict[str, Any] = field(default_factory=dict)
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    wrong: str | None = None
    sha512: bytes = b""


class _Hashed:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self._digest = hashlib.sha512()

    def read(self, size: int, /) -> bytes:
        chunk = self._stream.read(size)
        self._digest.update(chunk)
        return chunk

    @property
    def digest(self) -> bytes:
        return self._digest.digest()


def _read(stream: BufferedReader) -> _Read:
    """Keep entries for as long as they are right: what is wrong can be of a newer version."""
    hashed, read, passed_over = _Hashed(stream), _Read(), 0
    for key, value in read_object(hashed, _LISTS, longest=_LONGEST):
        if key not in _LISTS:
            read.stated[key] = value
        elif value is None and key not in read.lists:
            read.lists[key] = []
        elif read.wrong is None and (wrong := _LISTS[key](value)) is None:
            entries = read.lists[key]
            entries.append(_sharing(value, entries[-1] if entries else {}))
        else:
            read.wrong = read.wrong or wrong
            passed_over += 1
            if "format_version" in read.stated or passed_over == _MOST_PASSED_OVER:
                break
    read.sha512 = hashed.digest
    return read


def _sharing(entry: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with the names, and the texts, of the one before it: most are the same."""
    names = dict(zip(before, before, strict=True))
    shared = {}
    for name, value in entry.items():
        known = before.get(name)
        is_known = type(value) is str and type(known) is str and value == known
        shared[names.get(name, name)] = known if is_known else value
    return shared


def _checked(folder: Path, read: _Read) -> Manifest:
    stated = read.stated
    if stated.get("format") != FORMAT_NAME and not (read.wrong and "format" not in stated):
        raise DamagedRelease(f"{folder} holds no release of facemesh-annotator")
    version = stated.get("format_version", 0)
    if type(version) is not int or version > FORMAT_VERSION:
        raise DamagedRelease(f"{folder} was made by a newer version: update facemesh-annotator")
    files, samples = read.lists.get("files"), read.lists.get("samples")
    if files is None or samples is None:
        read.wrong = read.wrong or "it does not say which files and samples it has"
    if read.wrong or files is None or samples is None:
        raise DamagedRelease(f"{folder / MANIFEST} cannot be right: {read.wrong}")
    if stated.get("content_sha256") != content_hash(files, samples):
        raise DamagedRelease(f"{folder / MANIFEST} was changed after the release was made")
    images = stated.get("images")
    wrong = (
        wrong_together(files, samples, images)
        or _wrong_for_version(version, samples)
        or wrong_as_whole(stated, samples)
    )
    if wrong:
        raise DamagedRelease(f"{folder / MANIFEST} cannot be right: {wrong}")
    return Manifest(
        version,
        str(stated.get("release_format")),
        str(stated.get("layout", UNSTATED_LAYOUT.name)),
        str(images),
        str(stated.get("generator")),
        stated["content_sha256"],
        files,
        samples,
        read.sha512,
        stated.get("name"),
        stated.get("version"),
        stated.get("splits"),
        stated.get("provenance", {}),
        stated.get("pseudonyms") is True,
    )


def _wrong_for_version(version: int, samples: list[dict[str, Any]]) -> str | None:
    if version < 1:
        return f"there never was a version {version} of the format"
    for name, since in SINCE.items():
        if version >= since and name not in samples[0]:
            return f"a sample has no {name}"
    return None
