"""The samples whose predictions were farthest off."""

from __future__ import annotations

import pandas as pd

from annotator.project import Project
from annotator.project.tallies import Tallies

WORST = 12
"""How many of them are named and shown."""


def worst(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the table ``worst``: what people moved farthest, the farthest first.

    ``sample``, ``image`` (its name), ``face`` (from 0, in its image), ``state``, ``annotator``,
    ``strokes`` and ``displacement``, the mean 2-D distance of annotation and prediction over the
    annotation's outer IOD. Excluded and deleted samples are left out.
    """
    found = tallies.most_displaced(WORST)
    table = {
        "sample": [sample.id for sample in found],
        "image": [sample.image_name for sample in found],
        "face": [sample.face_index for sample in found],
        "state": [sample.state.value for sample in found],
        "annotator": [sample.annotator for sample in found],
        "strokes": [sample.stroke_count for sample in found],
        "displacement": [sample.displacement for sample in found],
    }
    return {"worst": pd.DataFrame(table).astype({"image": "string", "annotator": "string"})}
