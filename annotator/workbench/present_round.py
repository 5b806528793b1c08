"""Which round is under way, and which models the rounds had; read anew when it may be another."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from psygnal import Signal

from annotator.project import KnownModel, Project, ProjectError, Round
from annotator.workbench.bench import Bench
from annotator.workbench.foreign_text import one_line

_NAME = 40


@dataclass(frozen=True)
class RoundsKnown:
    """What is known of a project's rounds, at one moment.

    Attributes
    ----------
    rounds
        The first one first.
    models
        All models of the project, those that were tried beside the rounds too.
    """

    rounds: tuple[Round, ...] = ()
    models: tuple[KnownModel, ...] = ()

    @classmethod
    def of(cls, project: Project) -> Self:
        """Read it."""
        return cls(tuple(project.rounds.all()), tuple(project.models.all()))

    @property
    def newest(self) -> KnownModel | None:
        """The model that predicts now; that of the next round where it has begun to."""
        if not self.rounds:
            return None
        current = self.rounds[-1]
        return current.next_model or current.model

    @property
    def newest_number(self) -> int:
        """The number of the round that the newest model is of."""
        return len(self.rounds) + bool(self.rounds and self.rounds[-1].is_finishing)

    def title(self, model: KnownModel) -> str:
        """Return what a model is called in a list: its round, where it has one, and its name."""
        numbers = [each.number for each in self.rounds if each.model == model]
        if not numbers and model == self.newest:
            numbers = [self.newest_number]
        name = one_line(model.name, _NAME)
        return f"Round {numbers[-1]} · {name}" if numbers else name


class PresentRound:
    """Follows the rounds of the open project: whoever has a clock lets it `look`.

    Attributes
    ----------
    changed
        Another round is under way, or other models are known.
    """

    changed = Signal()

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._known = RoundsKnown()
        self._version: int | None = None
        bench.project_changed.connect(self._read)
        bench.samples_changed.connect(self._read)

    @property
    def known(self) -> RoundsKnown:
        """What is known of the rounds."""
        return self._known

    @property
    def text(self) -> str:
        """Which round is under way with which model, in words; empty where there is none."""
        known = self._known
        if not known.rounds or known.newest is None:
            return ""
        current = known.rounds[-1]
        text = f"Round {current.number} · model {one_line(current.model.name, _NAME)}"
        if current.is_finishing:
            text += f" · {one_line(known.newest.name, _NAME)} is predicting"
        return text

    def look(self) -> None:
        """See whether another program finished the round; cheap while nothing was changed."""
        project = self._bench.project
        if project is None:
            return
        with suppress(ProjectError):  # looked for again soon
            version = project.version()
            if version != self._version:
                self._version = version
                self._read()

    def _read(self) -> None:
        project = self._bench.project
        try:
            known = RoundsKnown() if project is None else RoundsKnown.of(project)
        except ProjectError:
            return  # what the annotator does says what is wrong
        if known != self._known:
            self._known = known
            self.changed.emit()
