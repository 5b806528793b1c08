"""What copies of images are called: as they were, but portable and apart from one another."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from annotator.release.upright import SUFFIX

Digests = NDArray[np.uint64]

_FORBIDDEN = frozenset('<>:"/\\|?*')
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(1, 10))}
)
_LONGEST_STEM = 120  # bytes: with a hash and a suffix, names stay below the usual limit of 255
_DIGITS = (8, 64)  # of the hash, in names that would be shared without


class UniqueNames:
    """File names that no file system takes for one another's.

    Files keep their names. Those that share one, upper and lower case and Unicode spelling apart,
    all get the beginning of their SHA-256 in theirs, whatever their order. What is kept of each
    name are 16 bytes, 8 of them for what it is called when it is written upright: should two names
    ever have the same, both get their hashes without need.

    Parameters
    ----------
    files
        Gives the name and the SHA-256 of each file once, whenever it is called.
    """

    def __init__(self, files: Callable[[], Iterable[tuple[str, str]]]) -> None:
        self._shared: tuple[Digests, ...] = ()
        for _ in _DIGITS:  # names that got their hash may be another's as it is
            names = (self.of(name, sha256) for name, sha256 in files())
            digests = (_digest(name + suffix) for name in names for suffix in ("", SUFFIX))
            self._shared += (_repeated(np.fromiter(digests, np.uint64)),)

    def of(self, name: str, sha256: str) -> str:
        """Return what to call one of the files."""
        wanted = _portable(name)
        for shared, digits in zip(self._shared, _DIGITS, strict=False):
            if _holds(shared, _digest(wanted)):
                path = PurePath(wanted)
                wanted = f"{path.stem}-{sha256[:digits]}{path.suffix}"
        return wanted


def _digest(name: str) -> int:
    """Return 8 bytes that stand for a name, upper and lower case and Unicode spelling apart."""
    key = unicodedata.normalize("NFC", name).casefold()
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")


def _repeated(digests: Digests) -> Digests:
    """Return those that occur more than once, in ascending order."""
    digests.sort()
    repeated: Digests = digests[1:][digests[1:] == digests[:-1]]
    return repeated


def _holds(ascending: Digests, digest: int) -> bool:
    wanted = np.uint64(digest)
    place = int(np.searchsorted(ascending, wanted))
    return place < len(ascending) and bool(ascending[place] == wanted)


def _portable(name: str) -> str:
    """Replace what some file systems forbid."""
    clean = "".join(
        "_" if character in _FORBIDDEN or not character.isprintable() else character
        for character in name
    )
    path = PurePath(clean.rstrip(". ") or "image")
    stem = path.stem.encode()[:_LONGEST_STEM].decode(errors="ignore")
    return f"{'_' if stem.casefold() in _RESERVED else ''}{stem}{path.suffix[:20]}"
