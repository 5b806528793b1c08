"""The meshes of loose photographs in one NPZ file, without any project."""

import os
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.inference import FileResult
from annotator.mesh.layout import MeshLayout
from annotator.project import FailedImage
from annotator.system.placing import placed, remove_leftovers


class SameNameError(ValueError):
    """Two different files with one name, which is the key of both."""


def distinctly_named(files: Iterable[Path]) -> list[Path]:
    """Return the files without repetitions, as long as no two of them share a name.

    Raises
    ------
    SameNameError
        If two do: one would take the other's place.
    """
    by_name: dict[str, Path] = {}
    for path in files:
        other = by_name.setdefault(path.name, path)
        if os.path.realpath(other) != os.path.realpath(path):  # which raises nothing
            raise SameNameError(f"{other} and {path} have the same name: write a file for each")
    return list(by_name.values())


def save_landmarks(
    results: Iterable[FileResult], layout: MeshLayout, output: Path
) -> tuple[dict[str, int], tuple[FailedImage, ...]]:
    """Write the meshes of predicted files to one NPZ file, without any project.

    Parameters
    ----------
    results
        Of files with different names; the names become the keys.
    layout
        Of their meshes, n vertices each.
    output
        The NPZ file: (n_faces, n, 3) float32 per image. It appears, in place of an older
        one, when it is complete, and only if at least one image could be read.

    Returns
    -------
    tuple
        Number of faces by file name, and the files that could not be read.
    """
    faces: dict[str, int] = {}
    failed: list[FailedImage] = []
    remove_leftovers(output.parent)
    with suppress(_NothingReadError), placed(output) as stream:
        with zipfile.ZipFile(stream, "w") as archive:
            for result in results:
                if result.error is None:
                    key = _key(result.path)
                    faces[key] = len(result.faces)
                    meshes = np.array([face.landmarks for face in result.faces], np.float32)
                    write_array(archive, key, meshes.reshape(-1, layout.count, 3))
                else:
                    failed.append(FailedImage(result.path, result.error))
        if not faces:
            raise _NothingReadError
    return faces, tuple(failed)


class _NothingReadError(Exception):
    """No image could be read: there is nothing to write."""


def _key(path: Path) -> str:
    r"""Return the file's name, its bytes that are no text spelt out (``\xe9``)."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def write_array(archive: zipfile.ZipFile, key: str, values: NDArray[np.generic]) -> None:
    """Write one array; unlike with numpy.savez, any name will do and nothing is kept."""
    # ZipInfo's date is a fixed one, so that equal results make equal files.
    member = zipfile.ZipInfo(f"{key}.npy")
    with archive.open(member, "w", force_zip64=True) as stream:
        np.lib.format.write_array(stream, values, allow_pickle=False)
