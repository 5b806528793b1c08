"""What the store hands out and takes in of rounds: frozen values, free of SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

Facts = Mapping[str, Any]
"""As JSON has them; not to be changed."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that the project knows.

    Attributes
    ----------
    sha256
        Of its file.
    layout
        The name of its meshes' layout.
    """

    id: int
    name: str
    sha256: str
    layout: str


@dataclass(frozen=True, slots=True)
class RoundRelease:
    """The release that a round made.

    Attributes
    ----------
    content_sha256
        What names it.
    folder
        Where it was then; absolute.
    samples
        How many it holds.
    """

    content_sha256: str
    folder: Path
    samples: int


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """What came of a round: a model, and what is known of its making.

    Attributes
    ----------
    model_id
        As `Models.register` returned it.
    release
        What was released, if that was told.
    training
        The facts of the run that made the model; None where nobody told.
    metrics
        How good it is; None where nobody told.
    """

    model_id: int
    release: RoundRelease | None = None
    training: Facts | None = None
    metrics: Facts | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """Predict, refine, review, release, retrain: once.

    Attributes
    ----------
    number
        Counted from 1.
    model
        What predicts in it.
    started_at
        UTC.
    next_model
        The model that it led to, which predicts in the next round; None as long as nobody began
        to finish it.
    finished_at
        When that model had predicted; None before.
    release, training, metrics
        See `RoundOutcome`.
    """

    number: int
    model: KnownModel
    started_at: datetime
    next_model: KnownModel | None = None
    finished_at: datetime | None = None
    release: RoundRelease | None = None
    training: Facts | None = None
    metrics: Facts | None = None

    @property
    def is_finished(self) -> bool:
        """Whether another round followed."""
        return self.finished_at is not None

    @property
    def is_finishing(self) -> bool:
        """Whether its new model is predicting, or was stopped while it did."""
        return self.next_model is not None and self.finished_at is None
