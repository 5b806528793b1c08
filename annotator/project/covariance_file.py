"""The file in a project's folder that holds its learned covariance."""

import hashlib
import lzma
import os
import zipfile
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from annotator.mesh.covariance import Covariance
from annotator.mesh.layout import layout_of_size
from annotator.project import ProjectError
from annotator.system.durable import sync_file, sync_folder

FILE_NAME = "guided-covariance.npz"

_VERSION = 1
# What numpy and zipfile say of bytes that are no such file, and `_read` of wrong content.
_NO_SUCH_FILE = (
    ValueError, KeyError, EOFError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error,
    lzma.LZMAError,
)  # fmt: skip
_ARRAYS = ("version", "matrix", "noise", "corrections", "learned_at", "sha256")


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
    except _NO_SUCH_FILE as error:
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
    partial = path.with_name(f".{FILE_NAME}.{os.getpid()}.partial")
    when = learned_at.astimezone(UTC).isoformat(timespec="seconds")
    try:
        with partial.open("wb") as stream:
            np.savez(
                stream,
                version=np.int64(_VERSION),
                matrix=covariance.matrix,
                noise=np.float64(covariance.noise),
                corrections=np.int64(corrections),
                learned_at=np.str_(when),
                sha256=np.str_(_digest(covariance, corrections, when)),
            )
        sync_file(partial)
        partial.replace(path)
        sync_folder(project_folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CovarianceFileError(
            f"{path} cannot be written ({reason}): make room or allow it, then learn again"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return path


def _read(path: Path) -> LearnedFile:
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in _ARRAYS}
    version = int(arrays["version"])
    if version != _VERSION:
        raise ValueError(f"expected version {_VERSION}, but got {version}")
    matrix = arrays["matrix"].astype(np.complex128, casting="safe")
    covariance = Covariance(matrix, float(arrays["noise"]))
    layout_of_size(len(matrix))  # or it is of no mesh that there is
    corrections, when = int(arrays["corrections"]), str(arrays["learned_at"])
    if str(arrays["sha256"]) != _digest(covariance, corrections, when):
        raise ValueError("its content is not what was written")
    matrix.flags.writeable = False
    return LearnedFile(covariance, corrections, datetime.fromisoformat(when))


def _digest(covariance: Covariance, corrections: int, when: str) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(covariance.matrix).tobytes())
    digest.update(f"{covariance.noise!r} {corrections} {when}".encode())
    return digest.hexdigest()
