"""One annotator at work in a process of their own: `python blind_annotator.py PROJECT NAME SEED`.

They take all that they are shown, move each mesh towards what they see, and submit it. What they
were shown is printed as JSON.
"""

import json
import sys

import numpy as np

from annotator.mesh.tools.base import Edit
from annotator.project import (
    UNDECIDED,
    EditSession,
    Project,
    StaleAnnotation,
    UnseenVerdict,
    Verdict,
)


def main(address: str, name: str, seed: int) -> None:
    random = np.random.default_rng(seed)
    shown = []
    with Project.open(address, busy_timeout=60) as project:
        for sample in project.samples.summaries(UNDECIDED, person=name):
            session = EditSession(project, sample.id, annotator=name)
            shown.append(
                {
                    "sample": sample.id,
                    "annotator": sample.annotator,
                    "strokes": sample.stroke_count,
                    "history": len(project.reviews.history(sample.id)),
                    "as_predicted": bool((session.landmarks == session.prediction).all()),
                }
            )
            try:
                annotate(session, random)
                revisions = {sample.id: session.revision}
                project.reviews.give(
                    Verdict.SUBMIT, [sample.id], reviewer=name, revisions=revisions
                )
            except (StaleAnnotation, UnseenVerdict):
                continue  # a face of everybody's, at which another annotator is as well
    print(json.dumps(shown))


def annotate(session: EditSession, random: np.random.Generator) -> None:
    """Move the mesh about a little, in two strokes."""
    for _ in range(2):
        moved = session.landmarks.copy()
        moved[:, :2] += random.normal(0, 0.6, (len(moved), 2))
        session.apply("grab", Edit(moved.astype(np.float32)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
