"""Whether a mesh that is about to be made lies over a face that has one already. No widgets here.

What is asked then is a `Question`: nothing is made until it is answered.
"""

from collections.abc import Sequence

from annotator.project.faces_of_image import FaceOfImage
from annotator.project.matching import Box, intersection_over_union

# Looser than what a later prediction is matched by: a question costs a key, and a face that is
# there twice goes into a release twice.
_SAME_IOU = 0.3
# Of the smaller box: a mesh that shrank to a part of a face is on that face.
_SAME_COVER = 0.7


def known_face(boxes: Sequence[Box], faces: Sequence[FaceOfImage]) -> FaceOfImage | None:
    """Return the face that one of the boxes lies over, the nearest to it, or None.

    Parameters
    ----------
    boxes
        Left, top, width and height in px: of the mesh that the model predicts, and of the box
        that somebody drew for it, where one was drawn.
    faces
        Of the same image.
    """
    scores = [max((_likeness(box, face.box) for box in boxes), default=0.0) for face in faces]
    best = max(range(len(faces)), key=scores.__getitem__, default=None)
    return None if best is None or not scores[best] else faces[best]


def _likeness(box: Box, known: Box) -> float:
    """Return how much alike two boxes are, from 0, which is not, to 2."""
    overlap = intersection_over_union(box, known)
    cover = _cover(overlap, box, known)
    return overlap + cover if overlap >= _SAME_IOU or cover >= _SAME_COVER else 0.0


def _cover(overlap: float, box: Box, known: Box) -> float:
    """Return which share of the smaller box the other one covers."""
    areas = box[2] * box[3], known[2] * known[3]
    shared = overlap * sum(areas) / (1 + overlap)
    return shared / min(areas) if min(areas) > 0 else 0.0
