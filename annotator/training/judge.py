"""Who says how good weights are while a net is trained, and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.training.data import RunData
from annotator.training.graph import NetGraph
from annotator.training.judging import Floats, Scores, scores_of
from annotator.training.loop import predictor
from annotator.training.machine import Machine
from annotator.training.mixing import Judged
from annotator.training.net import module_of, set_weights


class Judge:
    """Judges weights by the crops of the validation.

    Parameters
    ----------
    graph
        Whose weights may be others.
    data
    machine
    """

    def __init__(self, graph: NetGraph, data: RunData, machine: Machine) -> None:
        self._module = module_of(graph).to(machine.device).eval()
        self._predict = predictor(self._module, machine.device)
        self._data = data
        self._clock = machine.clock
        self.seconds = 0.0
        """What the last look at the faces of the validation took."""
        self._portraits = 0.0

    def in_full(self, weights: Sequence[Floats]) -> Judged:
        """Return how good weights are on the faces of the validation, and on the portraits."""
        faces, begun = self(weights), self._clock()
        portraits = scores_of(self._data.portraits, self._predict)
        self._portraits = self._clock() - begun
        return Judged(faces, portraits)

    @property
    def seconds_in_full(self) -> float:
        """What the last look at them and at the portraits took."""
        return self.seconds + self._portraits

    def __call__(self, weights: Sequence[Floats]) -> Scores:
        """Return how good weights are, in the order of the graph's."""
        begun = self._clock()
        set_weights(self._module, weights)
        scores = scores_of(self._data.tests, self._predict)
        self.seconds = self._clock() - begun
        return scores
