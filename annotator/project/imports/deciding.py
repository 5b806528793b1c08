"""What becomes of the faces of one image that come from elsewhere: pure, nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from annotator.mesh.marks import visibility_in_frame
from annotator.project.imports.records import (
    FaceThere,
    Fate,
    ImportedFace,
    ImportedWork,
    Outcome,
)
from annotator.project.matching import Box, intersection_over_union, match_boxes
from annotator.project.records import UNDECIDED, SampleState

SAME = 1 / 64
"""Pixels: what is no farther off is where it was."""


def match_faces(
    boxes: Sequence[Box], there: Sequence[FaceThere]
) -> list[tuple[FaceThere, float] | None]:
    """Return for each box the face that it is of, with their overlap, one to one, best first."""
    matches = match_boxes(
        boxes,
        [face.box for face in there],
        deleted=[at for at, face in enumerate(there) if face.state is SampleState.DELETED],
    )
    return [
        None if at is None else (there[at], intersection_over_union(box, there[at].box))
        for box, at in zip(boxes, matches, strict=True)
    ]


def decide(
    faces: Sequence[ImportedFace], there: Sequence[FaceThere], *, over: bool = False
) -> list[Outcome]:
    """Return what becomes of each face of an image.

    Parameters
    ----------
    faces
        That come from elsewhere.
    there
        Those that the image has.
    over
        Whether what people made of a face there gives way to what comes, by a further stroke.
    """
    outcomes: list[Outcome] = []
    matches = match_faces([face.box for face in faces], there)
    for at, (face, match) in enumerate(zip(faces, matches, strict=True)):
        if _is_repeated(face, faces[:at]):
            outcomes.append(Outcome(Fate.ALREADY, why="it is twice in what is imported"))
        elif match is None:
            outcomes.append(Outcome(Fate.NEW if face.may_be_new else Fate.NO_FACE))
        else:
            known, overlap = match
            fate, why = of_matched(face, known, over=over)
            outcomes.append(Outcome(fate, known.id, overlap, why))
    return outcomes


def _is_repeated(face: ImportedFace, before: Sequence[ImportedFace]) -> bool:
    return any(np.array_equal(face.landmarks, other.landmarks) for other in before)


def of_matched(face: ImportedFace, known: FaceThere, *, over: bool) -> tuple[Fate, str]:
    """Return what becomes of a face that is one of those there, and what more is to say."""
    if face.layout.name != known.layout:
        return Fate.CONFLICT, f"the mesh there is {known.layout}"
    if face.work is None:
        lacks = any(one.model_sha256 not in known.models for one in face.predictions)
        return (Fate.MATCHED if lacks else Fate.ALREADY), ""
    if known.is_untouched:
        return Fate.MATCHED, ""
    if is_same_mesh(face.work, known):
        return _of_same_mesh(face.work, known, over=over)
    return _of_other_mesh(face.work, known, over=over)


def _of_other_mesh(work: ImportedWork, known: FaceThere, *, over: bool) -> tuple[Fate, str]:
    """Return what becomes of a face that people worked on here, to another end."""
    if work.is_past_of == known.id:
        return Fate.ALREADY, "it went on here"
    if work.continues == (known.id, known.revision) and known.verdicts <= work.verdicts:
        return Fate.MATCHED, "it went on there"
    if over:
        return Fate.REPLACED, ""
    return Fate.CONFLICT, f"{_state_words(known)} here, with another mesh"


def _of_same_mesh(work: ImportedWork, known: FaceThere, *, over: bool) -> tuple[Fate, str]:
    """Return what becomes of a face whose mesh is there already."""
    last = work.reviews[-1] if work.reviews else None
    if last is None or last.given in known.verdicts:
        return Fate.ALREADY, ""
    if known.state in (*UNDECIDED, SampleState.SUBMITTED):
        return Fate.VERDICT, ""
    if known.state is work.state:
        return Fate.ALREADY, f"{_state_words(known)} here"
    return (Fate.REPLACED, "") if over else (Fate.CONFLICT, f"{_state_words(known)} here")


def is_same_mesh(work: ImportedWork, known: FaceThere) -> bool:
    """Return whether a mesh that comes is the one that is there, with what is said of vertices.

    Models say hardly the same on two machines, and crops are cut out and put back: no vertex is
    farther off than `SAME`.
    """
    if not is_near(work.landmarks, known.landmarks):
        return False
    said, seen = (
        visibility_in_frame(marks, work.landmarks, known.size)
        for marks in (work.marks, known.marks)
    )
    return bool(np.array_equal(said, seen))


def is_near(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> bool:
    """Return whether all coordinates of two meshes of one layout differ by `SAME` at most."""
    return bool(np.abs(first - second).max(initial=0) <= SAME)


def _state_words(known: FaceThere) -> str:
    return known.state.value.replace("_", " ")
