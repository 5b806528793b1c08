"""How far several annotators agree: on one face, in a region, in pairs, and with known answers.

The module `tables` has all of it of a project as pandas tables.
"""

from annotator.quality.agreement.consensus import consensus, consensus_marks
from annotator.quality.agreement.disagreeing import IN_A_REGION, Apart, how_far_apart
from annotator.quality.agreement.drawing import balanced, drawn_faces
from annotator.quality.agreement.faces import (
    FaceOpinions,
    faces_with_opinions,
    opinions_of_face,
)
from annotator.quality.agreement.intervals import Interval, interval
from annotator.quality.agreement.measures import (
    HUMAN_FIGURE,
    HUMAN_NME,
    Iod,
    farthest_apart,
    nme_between,
    nme_of_regions,
)

__all__ = [
    "HUMAN_FIGURE",
    "HUMAN_NME",
    "IN_A_REGION",
    "Apart",
    "FaceOpinions",
    "Interval",
    "Iod",
    "balanced",
    "consensus",
    "consensus_marks",
    "drawn_faces",
    "faces_with_opinions",
    "farthest_apart",
    "how_far_apart",
    "interval",
    "nme_between",
    "nme_of_regions",
    "opinions_of_face",
]
