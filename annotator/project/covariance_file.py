"""The file in a project's folder that holds its learned covariance.

It comes with a folder that may be anybody's: nothing is read before it is known to be of the right
size, type and shape, and what is wrong with it never keeps the project from opening.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from annotator.mesh.array_archive import Expected, read_archive
from annotator.mesh.covariance import Covariance
from annotator.mesh.layout import LAYOUTS
from annotator.project import ProjectError
from annotator.system.durable import sync_folder
from annotator.system.placing import placed, remove_leftovers
from annotator.system.regular import open_regular

FILE_NAME = "guided-covariance.npz"

_VERSION = 1


class CovarianceFileError(ProjectError):
    """The file cannot be used, or not be written; the message says what to do."""


@dataclass(frozen=True, eq=False)
class LearnedFile:
    """What the file holds.

    Attributes
    ----------
    covariance : Covariance
        Read-only.
    corrections : int
        How many it was learned from.
    learned_at : datetime
        In UTC.
    """

    covariance: Covariance
    corrections: int
    learned_at: datetime


def load_guided_covariance(project_folder: Path) -> Covariance | None:
    """Return what a project learned, or None if it did not learn yet.

    Raises
    ------
    CovarianceFileError
        If the file is damaged, or may not be read.
    """
    found = read_covariance(project_folder)
    return None if found is None else found.covariance


def read_covariance(project_folder: Path) -> LearnedFile | None:
    """Return all that the file says, or None if there is none.

    Raises
    ------
    CovarianceFileError
        If the file is damaged, or may not be read.
    """
    path = project_folder / FILE_NAME
    try:
        return _read(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise CovarianceFileError(
            f"{path} is damaged ({error}): run 'facemesh-annotator learn {project_folder}' "
            "to replace it, or delete it"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise CovarianceFileError(f"{path} cannot be read ({reason}): allow it or delete it") from (
            error
        )


def write_covariance(
    project_folder: Path, covariance: Covariance, corrections: int, learned_at: datetime
) -> Path:
    """Write the file, which takes an older one's place when it is complete and on the disk.

    Raises
    ------
    CovarianceFileError
        If it cannot be written; an older one is left as it was.
    """
    path = project_folder / FILE_NAME
    when = learned_at.astimezone(UTC).isoformat(timespec="seconds")
    try:
        with placed(path) as stream:
            np.savez(
                stream,
                version=np.int64(_VERSION),
                matrix=covariance.matrix,
                noise=np.float64(covariance.noise),
                corrections=np.int64(corrections),
                learned_at=np.str_(when),
                sha256=np.str_(_digest(covariance, corrections, when)),
            )
        sync_folder(project_folder)
        remove_leftovers(project_folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CovarianceFileError(
            f"{path} cannot be written ({reason}): make room or allow it, then learn again"
        ) from error
    return path


def _arrays() -> dict[str, Expected]:
    """Return what the file can hold; nothing larger is ever read."""
    sizes = tuple((layout.count, layout.count) for layout in LAYOUTS.values())
    one: tuple[tuple[int, ...], ...] = ((),)
    return {
        "version": Expected(("<i8",), one),
        "matrix": Expected(("<c16", "<f8"), sizes),
        "noise": Expected(("<f8",), one),
        "corrections": Expected(("<i8",), one),
        "learned_at": Expected(("<U40",), one),
        "sha256": Expected(("<U64",), one),
    }


def _read(path: Path) -> LearnedFile:
    with open_regular(path) as stream:
        arrays = read_archive(stream, _arrays())
    version = int(arrays["version"])
    if version != _VERSION:
        raise ValueError(f"expected version {_VERSION}, but got {version}")
    matrix = arrays["matrix"].astype(np.complex128, casting="safe")
    with np.errstate(all="ignore"):  # what is too large is refused in words
        covariance = Covariance(matrix, float(arrays["noise"]))
    corrections, when = int(arrays["corrections"]), str(arrays["learned_at"])
    if str(arrays["sha256"]) != _digest(covariance, corrections, when):
        raise ValueError("its content is not what was written")
    matrix.flags.writeable = False
    moment = datetime.fromisoformat(when)
    if moment.tzinfo is None or corrections < 0:
        raise ValueError("it does not say when it learned, and of how many corrections")
    return LearnedFile(covariance, corrections, moment)


def _digest(covariance: Covariance, corrections: int, when: str) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(covariance.matrix).tobytes())
    digest.update(f"{covariance.noise!r} {corrections} {when}".encode())
    return digest.hexdigest()
