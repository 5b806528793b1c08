"""Meshes of the sample on the screen as they were: when it was last reviewed, at any revision."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.project import ProjectError, Review, Verdict
from annotator.workbench.bench import Bench

Landmarks = NDArray[np.float32]

# Whoever gave one of these looked at the mesh.
LOOKED = (Verdict.ACCEPT, Verdict.SEND_BACK, Verdict.EXCLUDE)


@dataclass(frozen=True, eq=False)
class PastLook:
    """A mesh as it was at a revision of a sample; ``landmarks`` is None where nobody knows it."""

    sample_id: int
    revision: int
    landmarks: Landmarks | None


def last_looked_at(reviews: list[Review]) -> Review | None:
    """Return the newest of a sample's verdicts, oldest first, that was about its mesh."""
    return next((review for review in reversed(reviews) if review.verdict in LOOKED), None)


class PastMeshes:
    """Reads meshes as they were, each once for as long as the sample is on the screen."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._read: dict[int, PastLook] = {}
        self._reviewed: int | None = None
        bench.current_changed.connect(self.forget)

    @property
    def reviewed_revision(self) -> int | None:
        """The revision of the sample on the screen that was last reviewed, or None."""
        return self._reviewed

    def forget(self) -> None:
        """Read anew when asked: another sample is on the screen, or a verdict was given."""
        self._read.clear()
        self._reviewed = None
        project, sample_id = self._bench.project, self._bench.sample_id
        if project is None or sample_id is None:
            return
        try:
            newest = last_looked_at(project.reviews.history(sample_id))
        except ProjectError:
            return  # what is done next says what is wrong
        self._reviewed = None if newest is None else newest.revision

    def at(self, revision: int) -> Landmarks | None:
        """Return the mesh of the sample on the screen at a revision; None if nobody knows it."""
        project, sample_id = self._bench.project, self._bench.sample_id
        if project is None or sample_id is None:
            return None
        known = self._read.get(revision)
        if known is None or known.sample_id != sample_id:
            try:
                landmarks = project.annotations.at_revision(sample_id, revision).landmarks
            except ProjectError:
                landmarks = None
            known = self._read[revision] = PastLook(sample_id, revision, landmarks)
        return known.landmarks
