"""Deciding between several opinions of one face. No widgets here."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.tools.base import Edit
from annotator.project import Opinion, ProjectError, StoredMesh
from annotator.quality.agreement import (
    FaceOpinions,
    Iod,
    consensus,
    consensus_marks,
    opinions_of_face,
)
from annotator.workbench.look.palette import scale_colours
from annotator.workbench.workbench import Workbench
from annotator.workflow.settling import (
    FaceStanding,
    Standing,
    standing_of,
    standings,
    threshold_of,
    wanted_marks,
)

TOOL = "adjudicated"
"""The name of the tool of strokes that somebody decided for."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Landmarks = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A mesh that can be decided for.

    Attributes
    ----------
    title : str
        A letter of an opinion, not whose it is: that should decide nothing.
    annotator : str or None
        Who made it; None where all did together.
    landmarks : (n, 3)
    marks : (n,)
    apart : (n,)
        How far each vertex lies from the consensus, as a share of the eye-centre IOD; of the
        consensus itself, how far the opinion does that lies farthest from it there.
    """

    title: str
    annotator: str | None
    landmarks: Landmarks
    marks: Marks
    apart: NDArray[np.float64]

    @property
    def called(self) -> str:
        """What it is called in a sentence."""
        return "the consensus" if self.annotator is None else self.title.split()[-1]

    @property
    def place(self) -> str:
        """Where it lies, in words."""
        if self.annotator is None:
            return "in the middle"
        return f"{self.apart.mean():.2%} from the consensus"


@dataclass(frozen=True, eq=False)
class Dispute:
    """A face and all that people made of it.

    Attributes
    ----------
    candidates : tuple of Candidate
        The opinions by their letters, then their consensus.
    scale : float
        How far apart is as far as colours go: twice what counts as agreement.
    """

    standing: FaceStanding
    layout: MeshLayout
    candidates: tuple[Candidate, ...]
    scale: float

    def colours(self, candidate: Candidate) -> NDArray[np.float32]:
        """Return RGBA of a candidate's vertices, (n, 4), by how far they lie apart."""
        return scale_colours(candidate.apart / self.scale)


class Adjudicating:
    """Knows what people made of the face under edit, where somebody has to decide.

    Attributes
    ----------
    changed
        There is another dispute, or none.
    """

    changed = Signal()

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._dispute: Dispute | None = None
        bench.project_changed.connect(self._read)
        bench.current_changed.connect(self._read)
        bench.sample_updated.connect(self._read_updated)

    @property
    def dispute(self) -> Dispute | None:
        """That about the face under edit; None where nobody has to decide, or did already."""
        return self._dispute

    @property
    def text(self) -> str:
        """What is said of it, or nothing."""
        if self._dispute is None:
            return ""
        return f"The opinions of this face differ: {self._dispute.standing.reason}."

    def disputed(self) -> list[int]:
        """Return all faces that somebody has to decide, of those that are shown here.

        All opinions are read: that takes a second for a few thousand of them.
        """
        project, samples = self._bench.project, self._bench.samples
        if project is None:
            return []
        try:
            found = [one for one in standings(project) if one.standing is Standing.DISPUTED]
        except ProjectError as error:
            self._bench.failed.emit(f"{error}.")
            return []
        return [one.original_id for one in found if samples.knows(one.original_id)]

    def choose(self, candidate: Candidate) -> bool:
        """Make a candidate the mesh of the face, as one stroke of whoever made it.

        Returns whether it is that now; it can be undone like any stroke.
        """
        bench, session = self._bench, self._bench.session
        if self._dispute is None or candidate not in self._dispute.candidates:
            return False  # of another face than the one under edit
        if session is None or session.is_dragging or not bench.may_change():
            return False
        marks = wanted_marks(session.state.marks, candidate.marks)
        session.annotator = candidate.annotator
        try:
            bench.edits.apply(TOOL, Edit(candidate.landmarks, marks))
        finally:
            session.annotator = bench.annotator
        return np.array_equal(session.state.landmarks, candidate.landmarks)

    def _read_updated(self, sample_id: int) -> None:
        if sample_id == self._bench.sample_id:
            self._read()

    def _read(self) -> None:
        before, self._dispute = self._dispute, self._found()
        if before is not None or self._dispute is not None:
            self.changed.emit()

    def _found(self) -> Dispute | None:
        project, sample = self._bench.project, self._bench.current
        if project is None or sample is None:
            return None
        try:
            face = opinions_of_face(project, sample.id)
            if face is None or face.answer is not None:
                return None
            limit = threshold_of(project)
        except ProjectError:
            return None  # what the annotator does says what is wrong
        standing = standing_of(face, limit, sample.state)
        is_open = standing.standing is Standing.DISPUTED and standing.apart is not None
        return _dispute(face, standing, 2 * limit) if is_open else None


def _dispute(face: FaceOpinions, standing: FaceStanding, scale: float) -> Dispute:
    given = sorted(face.given, key=lambda one: _lot(face.original_id, one[0]))
    meshes = [mesh for _, mesh in given]
    middle = consensus([mesh.landmarks for mesh in meshes])
    layout = meshes[0].layout
    away = [_apart(mesh, middle) for mesh in meshes]
    opinions = [
        Candidate(f"Opinion {letter}", one.annotator, mesh.landmarks, mesh.marks, apart)
        for letter, (one, mesh), apart in zip(_LETTERS, given, away, strict=False)
    ]
    marks = consensus_marks([mesh.marks for mesh in meshes])
    together = Candidate("Consensus", None, middle, marks, np.max(away, axis=0))
    return Dispute(standing, layout, (*opinions, together), max(scale, np.finfo(float).tiny))


def _apart(mesh: StoredMesh, middle: Landmarks) -> NDArray[np.float64]:
    scale = Iod.EYE_CENTRE.of(middle, mesh.layout)
    errors = vertex_errors(mesh.landmarks, middle)
    return errors / scale if scale > 0 else np.zeros_like(errors)


def _lot(face: int, opinion: Opinion) -> bytes:
    """Return by what opinions are ordered: no annotator's is always the same letter."""
    return blake2b(f"{face} {opinion.annotator}".encode(), digest_size=8).digest()


def frame_of(candidates: Sequence[Candidate]) -> tuple[float, float, float, float]:
    """Return left, top, width and height of all candidates together, in px."""
    points = np.concatenate([candidate.landmarks[:, :2] for candidate in candidates])
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return left, top, right - left, bottom - top
