"""Train a net on releases: from the parent's weights to a model file that predicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import torch

from annotator.inference.mesh_net import MeshNet
from annotator.training import checkpoints
from annotator.training.batches import Batch, Examples, batches
from annotator.training.data import RunData
from annotator.training.events import Diary
from annotator.training.folder import CHECKPOINTS
from annotator.training.graph import NetGraph
from annotator.training.judging import Floats, Scores, scores_of
from annotator.training.loop import NotFiniteError, Trainer, predictor
from annotator.training.mixing import HALF, MixedResult, chosen, mixed, result_of, shares_for
from annotator.training.net import module_of, set_weights
from annotator.training.settings import Settings

_VALIDATIONS = 10  # of a run that does not say how often
_NOTED = 20  # steps from one row of the log to the next
_TIMED, _WARM = 6, 2  # steps by which the pace is told, and those before it
_SPARE = 0.9  # of the time that is left, planned for


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    step, steps
    seconds_left
        As far as the pace tells.
    costs
        Of the last step, by the names of `annotator.training.losses.Costs`.
    validation
        Of the last validation: clean and spoiled NME; nothing before the first.
    """

    step: int
    steps: int
    seconds_left: float
    costs: dict[str, float]
    validation: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What a run found.

    Attributes
    ----------
    weights
        Those of the model file, in the order of its graph.
    share
        What was mixed, and what validation says of it; None where there is no validation.
    before, after
        Of the validation's crops, by the parent and by the weights.
    best_step
        Whose averaged weights were mixed.
    ended
        Why it ended before its last step, in words; empty if it did not.
    """

    weights: list[Floats]
    share: MixedResult | None
    before: Scores
    after: Scores
    best_step: int
    ended: str


class Run:
    """One run, from the step where its folder says it stopped.

    Parameters
    ----------
    folder
    graph
        The parent.
    parent
        The same net, as it predicts.
    data
    settings
    seed
    device
    threads
        That make crops.
    """

    def __init__(
        self,
        folder: Path,
        graph: NetGraph,
        parent: MeshNet,
        data: RunData,
        *,
        settings: Settings,
        seed: int,
        device: torch.device,
        threads: int,
    ) -> None:
        self._folder = folder
        self._graph = graph
        self._data = data
        self._settings = settings
        self._device = device
        self._threads = threads
        self._trainer = Trainer(module_of(graph), settings, device, data.layout)
        self._mixed = module_of(graph).to(device).eval()
        self._predict = predictor(self._mixed, device)
        self._examples = Examples(
            data.train,
            data.layout,
            data.cutouts,
            parent,
            settings=settings,
            seed=seed,
            sparse=data.sparse,
        )
        self._parent_weights = graph.weights()
        self.before = scores_of(data.tests, self._predict)
        worst = float("inf")
        self._best: dict[str, Any] = {"score": worst, "step": 0, "weights": None, "waited": 0}
        self._judged = 0  # the last step that validation looked at
        self._last_validation: dict[str, float] = {}

    @property
    def step(self) -> int:
        """How many steps were made."""
        return self._trainer.step

    def adopt(self, settings: Settings) -> None:
        """Take other settings before the first step: how many there are was not known yet."""
        self._settings = settings
        self._trainer.settings = settings

    def resume(self) -> bool:
        """Go on where the folder's last checkpoint was; return whether there was one."""
        where = self._folder / CHECKPOINTS
        last = checkpoints.load(where / checkpoints.LAST, self._device)
        if last is None:
            return False
        best = checkpoints.load(where / checkpoints.BEST, torch.device("cpu"))
        try:
            self._trainer.restore(last["trainer"])
            self._judged = int(last["judged"])
            # A later one was written just before the run was killed: it will be found again.
            if best is not None and best["step"] <= self._judged:
                self._best = {**best, "waited": int(last["waited"])}
        except checkpoints.MALFORMED as error:
            raise checkpoints.damaged(where, error) from error
        return True

    def planned_steps(self, seconds: float, started: float) -> int:
        """Return how many steps fit into some seconds from when the program was started.

        A few steps are made and taken back to tell the pace, and a validation is timed.
        """
        before = self._trainer.state_copy()
        clock = 0.0
        size = self._settings.batch
        for at, batch in enumerate(batches(self._examples, size, 0, _WARM + _TIMED, self._threads)):
            if at == _WARM:
                clock = monotonic()
            self._trainer.learn(batch)
        pace = (monotonic() - clock) / _TIMED
        self._trainer.restore(before)
        clock = monotonic()
        scores_of(self._data.tests, self._predict)
        shares = len(shares_for(self._data.test_clusters))
        judging = (monotonic() - clock) * (_VALIDATIONS + shares + 1)
        left = _SPARE * (seconds - (monotonic() - started)) - judging
        return max(1, int(left / pace))

    def train(
        self, diary: Diary, on_progress: Callable[[Progress], None], *, until: float | None = None
    ) -> str:
        """Make the steps that are left; return why it ended early, in words.

        Parameters
        ----------
        diary
        on_progress
        until
            When to stop at the latest, as `time.monotonic` has it.

        Raises
        ------
        NotFiniteError
            If the loss is not finite; the checkpoints are kept.
        OSError
            If the disk is full.
        """
        steps = self._settings.steps
        begun, first = monotonic(), self.step
        if first and self._is_due(first) and self._judged < first and self._validated(diary):
            return _WAITED  # it was interrupted before that
        source = batches(self._examples, self._settings.batch, self.step, steps, self._threads)
        for batch in source:
            costs = self._learnt(batch)
            done = self.step
            if done % _NOTED == 0 or done == steps:
                diary.note_step(done, costs)
            pace = (monotonic() - begun) / (done - first)
            on_progress(Progress(done, steps, pace * (steps - done), costs, self._last_validation))
            if self._is_due(done):
                if self._validated(diary):
                    return _WAITED
                self.keep()
            if until is not None and monotonic() > until and done < steps:
                self.keep()
                return "the time is over"
        return ""

    def _is_due(self, step: int) -> bool:
        """Return whether validation is to look at a step."""
        steps = self._settings.steps
        every = self._settings.every or max(1, steps // _VALIDATIONS)
        return step % every == 0 or step == steps

    def keep(self) -> None:
        """Write the last checkpoint, unless the last step is done by half: an older one stays."""
        if not self._trainer.is_whole:
            return
        state = {
            "trainer": self._trainer.state(),
            "waited": self._best["waited"],
            "judged": self._judged,
        }
        checkpoints.save(self._folder / CHECKPOINTS / checkpoints.LAST, state)

    def finish(self, ended: str = "") -> Fitted:
        """Mix the best weights with the parent's and return what came of it."""
        best = self._best["weights"]
        trained = self._trainer.averaged() if best is None else [one.numpy() for one in best]
        if not self._settings.steps or not self.step:
            trained = self._parent_weights
        results, scores = [], {}
        clusters = self._data.test_clusters
        for share in shares_for(clusters) if self._data.tests else ():
            set_weights(self._mixed, mixed(self._parent_weights, trained, share))
            scores[share] = scores_of(self._data.tests, self._predict)
            results.append(result_of(share, scores[share], self.before, clusters))
        found = chosen(results, self._settings.most_clean_rise) if results else None
        share = found.share if found else HALF
        return Fitted(
            mixed(self._parent_weights, trained, share),
            found,
            self.before,
            scores.get(share, self.before),
            int(self._best["step"]) or self.step,
            ended,
        )

    def _learnt(self, batch: Batch) -> dict[str, float]:
        try:
            return self._trainer.learn(batch).values()
        except NotFiniteError as error:
            size = self._settings.batch
            places = range(self.step * size, (self.step + 1) * size)
            names = sorted({self._examples.face_at(place).name for place in places})
            raise NotFiniteError(f"{error}; its batch was of {', '.join(names)}") from error

    def _validated(self, diary: Diary) -> bool:
        """Judge the averaged weights; return whether patience is at its end."""
        if not self._data.tests:
            return False
        weights = self._trainer.averaged()
        set_weights(self._mixed, weights)
        now = scores_of(self._data.tests, self._predict)
        clean, spoilt = now.nme(clean=True), now.nme(clean=False)
        score = (clean / self.before.nme(clean=True) + spoilt / self.before.nme(clean=False)) / 2
        self._last_validation = {"clean": clean, "spoiled": spoilt}
        noted = {**self._last_validation, "score": score, **now.found()}
        diary.note_validation(self.step, noted)
        best: dict[str, Any]
        if score < self._best["score"]:
            tensors = [torch.from_numpy(values) for values in weights]
            best = {"score": score, "step": self.step, "weights": tensors, "waited": 0}
            checkpoints.save(self._folder / CHECKPOINTS / checkpoints.BEST, best)
        else:
            best = {**self._best, "waited": self._best["waited"] + 1}
        self._best, self._judged = best, self.step
        patience = self._settings.patience
        return bool(patience) and self._best["waited"] >= patience


_WAITED = "no better validation for a while"
