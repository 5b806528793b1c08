"""What the store hands out of opinions: frozen values, free of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks
from annotator.project.records import SampleState


@dataclass(frozen=True, slots=True)
class Opinion:
    """A face as one person is asked to see it, whatever others make of it.

    Attributes
    ----------
    sample_id
        Of the opinion: a sample that its annotator alone is shown.
    original_id
        Of the face's own sample.
    annotator
        Who is asked.
    is_honeypot
        Whether the answer is known.
    changed_at
        When its state or its mesh changed last; UTC.
    seconds_spent
        How long they annotated it.
    judged_by
        Who said how it stands; None while nobody did.
    """

    sample_id: int
    original_id: int
    annotator: str
    is_honeypot: bool
    state: SampleState
    stroke_count: int
    changed_at: datetime
    seconds_spent: float
    judged_by: str | None

    @property
    def is_given(self) -> bool:
        """Whether its annotator said that their mesh is as they see the face."""
        return self.state in (SampleState.SUBMITTED, SampleState.ACCEPTED)

    @property
    def is_declined(self) -> bool:
        """Whether its annotator said that the face is none, or cannot be annotated."""
        return self._is_out and self.judged_by == self.annotator

    @property
    def is_withdrawn(self) -> bool:
        """Whether somebody else took it back: it is waited for no more, and counts for nothing."""
        return self._is_out and self.judged_by != self.annotator

    @property
    def is_open(self) -> bool:
        """Whether it is still waited for."""
        return not self.is_given and not self._is_out

    @property
    def _is_out(self) -> bool:
        return self.state in (SampleState.EXCLUDED, SampleState.DELETED)


@dataclass(frozen=True, slots=True, eq=False)
class StoredMesh:
    """A sample's mesh as it stands.

    Attributes
    ----------
    landmarks, prediction
        (n, 3), in pixels of the upright image; read-only.
    marks
        (n,), see `annotator.mesh.marks`; read-only.
    """

    sample_id: int
    layout: MeshLayout
    landmarks: npt.NDArray[np.float32]
    prediction: npt.NDArray[np.float32]
    marks: Marks
    revision: int
