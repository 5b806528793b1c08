"""What the image files of a release are called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath

from annotator.release.pseudonyms import Pseudonyms
from annotator.release.unique_names import UniqueNames
from annotator.release.upright import SUFFIX


class FileNames:
    """Names of files in a release: those of the project or pseudonyms, and unlike one another.

    Parameters
    ----------
    files
        Gives the name and the SHA-256 of each image once, whenever it is called.
    pseudonyms
        None to call files as they are called.
    faces
        Whether each face has a file: `of_face` is asked for then, else `of`.
    """

    def __init__(
        self,
        files: Callable[[], Iterable[tuple[str, str]]],
        pseudonyms: Pseudonyms | None = None,
        *,
        faces: bool = False,
    ) -> None:
        self._pseudonyms = pseudonyms
        self._faces = faces
        self._unique = UniqueNames(
            lambda: ((self._wanted(name), sha256) for name, sha256 in files())
        )

    def of(self, name: str, sha256: str) -> str:
        """Return what to call the file of a whole image."""
        return self._unique.of(self._wanted(name), sha256)

    def of_face(self, name: str, sha256: str, face_index: int) -> str:
        """Return what to call the file of one of its faces, ``portrait.face-0.png``."""
        return f"{self.of(name, sha256).removesuffix(SUFFIX)}.face-{face_index}{SUFFIX}"

    def _wanted(self, name: str) -> str:
        name = self._pseudonyms.file_name(name) if self._pseudonyms else name
        return f"{PurePath(name).stem}{SUFFIX}" if self._faces else name
