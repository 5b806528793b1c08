"""Names in a release replaced by hashes that only the project can make."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

from annotator.imaging import IMAGE_SUFFIXES
from annotator.imaging.clip_files import CLIP_SUFFIXES

_DIGITS = 16
_KINDS: Mapping[str, str] = MappingProxyType(
    {"annotator": "person", "reviewer": "person", "subject": "subject", "group": "group",
     "clip_name": "clip"}
)  # fmt: skip
_FRAME = re.compile(r"\.frame-\d+\.png\Z")
_SUFFIXES = IMAGE_SUFFIXES | CLIP_SUFFIXES


def keyed_hash(secret: bytes, kind: str, text: str) -> str:
    """Return what stands for a text, 64 hexadecimal digits: its HMAC-SHA-256.

    Who does not know the secret can neither find the text nor try whether it is one that they
    know. The same text of another kind has another hash.
    """
    message = f"{kind}\x00{normalize('NFC', text)}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """What people, subjects, groups, images and clips of a project are called in its releases.

    Attributes
    ----------
    secret
        Of the project: the same one gives the same pseudonyms in every release.
    """

    secret: bytes = field(repr=False)

    def of(self, kind: str, text: str) -> str:
        """Return the pseudonym of a text of some kind, 16 hexadecimal digits."""
        return keyed_hash(self.secret, kind, text)[:_DIGITS]

    def row(self, row: dict[str, Any], file_name: str) -> dict[str, Any]:
        """Replace the names in the row of a sample, and return the row.

        Parameters
        ----------
        row
            Values of `annotator.release.rows.COLUMNS`.
        file_name
            What a file with its image alone is called, as `ImageRecord.file_name` has it.
        """
        for name, kind in _KINDS.items():
            if row[name] is not None:
                row[name] = self.of(kind, row[name])
        row["image_name"] = self.file_name(file_name)
        return row

    def file_name(self, name: str) -> str:
        """Return what to call a file: a pseudonym, what it ends in, and of a video which frame.

        What it ends in is kept where that names a format; else it may be part of a person's name.
        """
        frame = _FRAME.search(name)
        whole = name[: frame.start()] if frame else name
        suffix = PurePath(whole).suffix.lower()
        kept = suffix if suffix in _SUFFIXES else ""
        return self.of("image", whole) + kept + (frame[0] if frame else "")
