"""Which prediction of a face the one on the screen is compared with. No widgets here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.project import (
    EditSession,
    ProjectError,
    SamplePredictions,
    SampleState,
    StoredPrediction,
)
from annotator.project.displacement import change_between
from annotator.workbench.bench import Bench
from annotator.workbench.past_meshes import PastMeshes
from annotator.workbench.present_round import PresentRound

Landmarks = NDArray[np.float32]


@dataclass(frozen=True)
class Choice:
    """One that can be compared with.

    Attributes
    ----------
    title
        What it is called.
    model_id
        Whose prediction it is; None for the one that the mesh began with.
    is_newest
        Whether it is that of whichever model is the newest.
    is_reviewed
        Whether it is the face as it was when it was last reviewed.
    revision
        Which of its revisions it is; None where it is none.
    """

    title: str
    model_id: int | None = None
    is_newest: bool = False
    is_reviewed: bool = False
    revision: int | None = None


OWN = Choice("What it began with")
NEWEST = Choice("The newest model’s", is_newest=True)
REVIEWED = Choice("As it was last reviewed", is_reviewed=True)


class Comparing:
    """Knows all predictions of the face under edit, and which one is looked at beside it.

    What is chosen holds for every face, and until another project is opened.

    Attributes
    ----------
    changed
        There is something else to compare with, or to say.
    """

    changed = Signal()

    def __init__(self, bench: Bench, present: PresentRound) -> None:
        self._bench = bench
        self._present = present
        self._choice = OWN
        self._said: SamplePredictions | None = None
        self._past = PastMeshes(bench)
        self._looked_at: tuple[int, Choice] | None = None
        bench.project_changed.connect(self._forget)
        bench.current_changed.connect(self._read)
        bench.sample_updated.connect(self._read_updated)
        bench.mesh_changed.connect(self.changed.emit)
        present.changed.connect(self._read)

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be chosen: what the mesh began with, what it was, what models said."""
        past = (REVIEWED,) if self._past.reviewed_revision is not None else ()
        if self._looked_at is not None and self._looked_at[0] == self._bench.sample_id:
            past = (*past, self._looked_at[1])
        known = self._present.known
        if len(known.models) < 2:
            return (OWN, *past)
        newest_first = reversed(known.models)
        models = (Choice(known.title(model), model.id) for model in newest_first)
        return (OWN, *past, NEWEST, *models)

    @property
    def reviewed_revision(self) -> int | None:
        """The revision of the face that was last reviewed, or None."""
        return self._past.reviewed_revision

    def look_at(self, revision: int, title: str) -> bool:
        """Compare the face with one of its revisions; return whether anybody knows it."""
        sample_id = self._bench.sample_id
        if sample_id is None or self._past.at(revision) is None:
            return False
        choice = Choice(title, revision=revision)
        self._looked_at = sample_id, choice
        self._choice = choice
        self.changed.emit()
        return True

    @property
    def choice(self) -> Choice:
        """What the face is compared with; assign another of the choices."""
        return self._choice if self._choice in self.choices else OWN

    @choice.setter
    def choice(self, choice: Choice) -> None:
        if choice != self._choice:
            self._choice = choice
            self.changed.emit()

    @property
    def landmarks(self) -> Landmarks | None:
        """The mesh to compare with, (n, 3); None for the prediction that this one began with."""
        session, choice = self._bench.session, self.choice
        revision = self._past.reviewed_revision if choice.is_reviewed else choice.revision
        if revision is not None:
            return self._past.at(revision)
        newest = self._present.known.newest
        model_id = newest.id if choice.is_newest and newest is not None else choice.model_id
        if session is None or model_id is None:
            return None
        found = self._by(session, model_id)
        return None if found is None else found.landmarks

    @property
    def remark(self) -> str:
        """What the newest model says of a face that does not follow it; empty where it does."""
        session, newest = self._bench.session, self._present.known.newest
        said, sample = self._said, self._bench.current
        if session is None or newest is None or said is None or sample is None:
            return ""
        if len(self._present.known.models) < 2 or sample.state is SampleState.DELETED:
            return ""
        who = f"Round {self._present.known.newest_number}’s model"
        found = self._by(session, newest.id)
        if found is None:
            return f"{who} finds no face here." if newest.id in said.seen_by else ""
        change = change_between(session.landmarks, found.landmarks, session.layout)
        if found.id == said.own_id or change is None:
            return ""
        return f"{who} would move it by {change:.1%}."

    def _by(self, session: EditSession, model_id: int) -> StoredPrediction | None:
        said = self._said
        if said is None or said.sample_id != session.sample_id:
            return None
        found = said.by(model_id)
        return found if found is not None and found.model.layout == session.layout.name else None

    def _forget(self) -> None:
        self._choice, self._said, self._looked_at = OWN, None, None

    def _read_updated(self, sample_id: int) -> None:
        if sample_id == self._bench.sample_id:
            self._past.forget()
            self._read()

    def _read(self) -> None:
        project, sample_id = self._bench.project, self._bench.sample_id
        self._said = None
        if project is not None and sample_id is not None and len(self._present.known.models) > 1:
            try:
                self._said = project.predictions.of(sample_id)
            except ProjectError:
                self._said = None  # what the annotator does says what is wrong
        self.changed.emit()
