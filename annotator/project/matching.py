"""Which of a model's faces is which of the faces known already."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from annotator.mesh.same_face import SAME_FACE_COVER, SAME_FACE_IOU

Box = tuple[float, float, float, float]  # left, top, width, height


def match_boxes(
    boxes: Sequence[Box], known: Sequence[Box], *, deleted: Collection[int] = ()
) -> list[int | None]:
    """Return for each box the index of the known box that it overlaps best, or None.

    Each known box is given to one box at most, the best overlap first. What counts as one face
    is what counts where a model looks for faces it has found already: else what it takes for the
    same face would become a second sample here. The known boxes whose indices are in `deleted`
    only get what no other one takes: somebody may have deleted a poor face and added it anew.
    """
    pairs = [
        (overlap, index, candidate)
        for index, box in enumerate(boxes)
        for candidate, other in enumerate(known)
        if is_same_face(box, other, overlap := intersection_over_union(box, other))
    ]
    matches: list[int | None] = [None] * len(boxes)
    taken: set[int] = set()
    best_first = sorted(pairs, key=lambda pair: (pair[2] in deleted, -pair[0], pair[1], pair[2]))
    for _, index, candidate in best_first:
        if matches[index] is None and candidate not in taken:
            matches[index] = candidate
            taken.add(candidate)
    return matches


def is_same_face(first: Box, second: Box, overlap: float) -> bool:
    """Return whether two boxes whose intersection over union is known are those of one face."""
    areas = first[2] * first[3], second[2] * second[3]
    shared = overlap * sum(areas) / (1 + overlap)
    return overlap > SAME_FACE_IOU or shared > SAME_FACE_COVER * min(areas)


def intersection_over_union(first: Box, second: Box) -> float:
    """Return the shared area of two boxes divided by the area they cover, 0 to 1."""
    left, top = max(first[0], second[0]), max(first[1], second[1])
    right = min(first[0] + first[2], second[0] + second[2])
    bottom = min(first[1] + first[3], second[1] + second[3])
    shared = max(0.0, right - left) * max(0.0, bottom - top)
    covered = first[2] * first[3] + second[2] * second[3] - shared
    return shared / covered if covered > 0 else 0.0
