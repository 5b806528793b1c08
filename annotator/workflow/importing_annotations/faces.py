"""The faces of somebody's annotations, in any number: heads in memory, meshes where they lie."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import LAYOUTS
from annotator.mesh.marks import Visibility
from annotator.project import ImageFacts, StoredSplit
from annotator.project.fact_records import NOTHING_KNOWN
from annotator.release.incoming import AnnotationsError, ImageClue, IncomingFace, Said

MOST_FACES = 2_000_000
MOST_POINTS = 4_096
_MOST_BYTES = 1 << 36  # of meshes on the disk: those of six million faces
_POINT, _FLAG = 12, 1  # bytes


class Elsewhere(NamedTuple):
    """What is known of an image where it comes from.

    Attributes
    ----------
    facts
    split
        None where it is in none.
    """

    facts: ImageFacts = NOTHING_KNOWN
    split: StoredSplit | None = None

    def __bool__(self) -> bool:
        """Return whether anything is known."""
        return self.split is not None or self.facts != NOTHING_KNOWN


class Given(Protocol):
    """What somebody gave: which images it is about, each once, and which faces are of which."""

    @property
    def title(self) -> str:
        """What they come from, for people."""

    @property
    def origin(self) -> dict[str, str]:
        """The same in few words, for the audit log."""

    @property
    def clues(self) -> Sequence[ImageClue]:
        """The images that they are of."""

    @property
    def image_of(self) -> Sequence[int]:
        """Of which of these each face is, by its place."""

    @property
    def known(self) -> Sequence[Elsewhere]:
        """What is known of each image."""

    @property
    def unknown(self) -> Sequence[str]:
        """What is said of images that cannot be taken over, a phrase each."""


class Faces(Given, Protocol):
    """Faces in the order of their annotations, which may be read as often as one likes."""

    def load(self, at: int) -> IncomingFace:
        """Return a face with its points."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What is kept in memory of a face; its arrays lie one after the other in the file."""

    offset: int
    count: int
    has_visibility: bool
    has_prediction: bool
    scheme: str
    said: Said
    where: str


class SpooledFaces:
    """The faces that a reader hands out, checked, with their meshes in a file without a name.

    Parameters
    ----------
    title, origin
        See `Faces`.
    faces
        From anybody: nothing of them is believed.

    Raises
    ------
    AnnotationsError
        If a face cannot be one, or there are too many. Nothing is left behind.
    """

    def __init__(self, title: str, origin: dict[str, str], faces: Iterable[IncomingFace]) -> None:
        self.title = title
        self.origin = origin
        self.clues: list[ImageClue] = []
        self.image_of: list[int] = []
        self.known: list[Elsewhere] = []
        self.unknown: list[str] = []
        self._heads: list[_Head] = []
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        try:
            self._take_all(faces)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Let go of the meshes."""
        self._file.close()

    def load(self, at: int) -> IncomingFace:
        """Return a face with its points."""
        head = self._heads[at]
        self._file.seek(head.offset)
        points = self._points(head.count)
        prediction = self._points(head.count) if head.has_prediction else None
        visibility = None
        if head.has_visibility:
            visibility = np.frombuffer(self._file.read(head.count), np.uint8)
        return IncomingFace(
            self.clues[self.image_of[at]], head.scheme, points, visibility, prediction,
            head.said, head.where,
        )  # fmt: skip

    def _points(self, count: int) -> NDArray[np.float32]:
        return np.frombuffer(self._file.read(_POINT * count), np.float32).reshape(count, 3)

    def _take_all(self, faces: Iterable[IncomingFace]) -> None:
        numbers: dict[ImageClue, int] = {}
        offset = 0
        for face in faces:
            check_face(face)
            if len(self._heads) == MOST_FACES:
                raise AnnotationsError(f"{self.title} has more than {MOST_FACES:,} faces")
            number = numbers.setdefault(face.image, len(numbers))
            if number == len(self.clues):
                self.clues.append(face.image)
                self.known.append(Elsewhere())
            self.image_of.append(number)
            has_visibility = face.visibility is not None
            has_prediction = face.prediction is not None
            self._heads.append(
                _Head(offset, len(face.points), has_visibility, has_prediction,
                      face.scheme, face.said, face.where)
            )  # fmt: skip
            for array in (face.points, face.prediction, face.visibility):
                if array is not None:
                    offset += self._file.write(array.tobytes())
            if offset > _MOST_BYTES:
                raise AnnotationsError(f"{self.title} has more points than a project can hold")


def check_face(face: IncomingFace) -> None:
    """Raise `AnnotationsError`, which says where, if a face of anybody's cannot be one."""
    where = face.where or face.image.name
    points, count = face.points, len(face.points)
    if points.dtype != np.float32 or points.ndim != 2 or points.shape[1] != 3:
        raise AnnotationsError(f"{where}: expected points (k, 3) float32")
    if not 0 < count <= MOST_POINTS:
        raise AnnotationsError(f"{where}: a face cannot have {count:,} points")
    if face.scheme in LAYOUTS and count != LAYOUTS[face.scheme].count:
        expected = LAYOUTS[face.scheme].count
        raise AnnotationsError(f"{where}: {face.scheme} has {expected} points, and not {count}")
    if np.isinf(points).any():
        raise AnnotationsError(f"{where}: a coordinate is infinite")
    if np.isnan(points[:, :2]).any(axis=1).all():
        raise AnnotationsError(f"{where}: none of its points is labelled")
    if face.prediction is not None and (
        face.prediction.shape != points.shape
        or face.prediction.dtype != np.float32
        or not np.isfinite(face.prediction).all()
    ):
        raise AnnotationsError(f"{where}: what a model said of it is no mesh")
    if face.visibility is not None and (
        face.visibility.shape != (count,)
        or face.visibility.dtype != np.uint8
        or face.visibility.max(initial=0) > max(Visibility)
    ):
        raise AnnotationsError(f"{where}: expected visibility 0, 1 or 2 of each point")
    _check_clue(face.image, where)


def _check_clue(clue: ImageClue, where: str) -> None:
    if not clue.name or "\0" in clue.name or len(clue.name) > 4096:
        raise AnnotationsError(f"{where}: its image has no name that a file can have")
    for size in (clue.width, clue.height):
        if size is not None and not 0 < size < 1 << 31:
            raise AnnotationsError(f"{where}: no image can be of the size that it says")
