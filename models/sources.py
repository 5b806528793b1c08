"""Read the two named packages that every shipped model is made from, and check their hashes."""

import hashlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

NPM_PACKAGE = "@mediapipe/face_mesh@0.4.1657299874"
NPM_TARBALL_SHA256 = "c08a7e0742a326285da666cf81d77c8b6f3a181a2ee948cadaf166008e0d3bc7"
WHEEL_PACKAGE = "mediapipe==0.10.21"
# A wheel differs from platform to platform, what is read out of it does not.
CONNECTIONS_PY = "mediapipe/python/solutions/face_mesh_connections.py"
CONNECTIONS_SHA256 = "cc7171e44d0612db38720cb2fd2516c395992cdd7457efe341543be6f3c22d87"

_PACKED = "package/face_mesh_solution_packed_assets"
_ASSET = re.compile(r'"filename": "[^"]*/([^"/]+)", "start": (\d+), "end": (\d+)')


class SourceError(ValueError):
    """A source package is not the one that the shipped files are made from."""


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def verified(data: bytes, expected: str, what: str) -> bytes:
    """Return the bytes unchanged if their SHA-256 is the expected one.

    Raises
    ------
    SourceError
        If it is not.
    """
    found = sha256(data)
    if found != expected:
        raise SourceError(f"{what}: expected SHA-256 {expected}, got {found}")
    return data


def npm_assets(tarball: Path | None = None) -> dict[str, bytes]:
    """Return the files packed inside the npm package, by name.

    Parameters
    ----------
    tarball
        The package as ``npm pack`` writes it; fetched with ``npm pack`` if None.
    """
    if tarball is None:
        with tempfile.TemporaryDirectory() as folder:
            _run(["npm", "pack", "--silent", NPM_PACKAGE], folder)
            return npm_assets(next(Path(folder).glob("*.tgz")))
    verified(tarball.read_bytes(), NPM_TARBALL_SHA256, NPM_PACKAGE)
    with tarfile.open(tarball) as archive:
        packed = _member(archive, f"{_PACKED}.data")
        loader = _member(archive, f"{_PACKED}_loader.js").decode()
    return {name: packed[int(start) : int(end)] for name, start, end in _ASSET.findall(loader)}


def connection_sets(wheel: Path | None = None) -> dict[str, list[tuple[int, int]]]:
    """Return MediaPipe's FACEMESH_* connection sets as sorted lists of vertex pairs.

    Parameters
    ----------
    wheel
        The mediapipe wheel of any platform; fetched with ``pip download`` if None.
    """
    if wheel is None:
        with tempfile.TemporaryDirectory() as folder:
            _run(
                [sys.executable, "-m", "pip", "download", "-q", "--no-deps", WHEEL_PACKAGE], folder
            )
            return connection_sets(next(Path(folder).glob("*.whl")))
    with zipfile.ZipFile(wheel) as archive:
        source = verified(archive.read(CONNECTIONS_PY), CONNECTIONS_SHA256, CONNECTIONS_PY).decode()
    assignments = re.findall(r"^(FACEMESH_\w+) = frozenset\(\[(.*?)\]\)", source, re.M | re.S)
    return {
        name: sorted((int(a), int(b)) for a, b in re.findall(r"\((\d+),\s*(\d+)\)", body))
        for name, body in assignments
    }


def _run(command: list[str], folder: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    stream = archive.extractfile(name)
    if stream is None:
        raise SourceError(f"{name} is not a file inside {NPM_PACKAGE}")
    return stream.read()
