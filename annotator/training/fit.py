"""Train a net on releases: from the parent's weights to a model file that predicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from annotator.training import checkpoints
from annotator.training.batches import Batch, Examples, batches
from annotator.training.data import RunData
from annotator.training.events import Diary
from annotator.training.fitted import Fitted, Progress
from annotator.training.folder import CHECKPOINTS, RunFacts
from annotator.training.judge import Judge
from annotator.training.judging import Floats
from annotator.training.loop import NotFiniteError, Trainer
from annotator.training.machine import Machine
from annotator.training.mixing import (
    HALF,
    Judged,
    MixedResult,
    chosen,
    mixed,
    result_of,
    shares_for,
)
from annotator.training.net import module_of
from annotator.training.pace import Deadline, Pace, validation_every
from annotator.training.parent import Parent
from annotator.training.predicted import MOST
from annotator.training.settings import Settings

_NOTED = 20  # steps from one row of the log to the next
_TIMED, _WARM = 6, 2  # steps by which the pace is told, and those before it
_SLOW = 0.1  # of the time: more is not spent on telling the pace
_WAITED = "no better validation for a while"
_OVER = "the time is over"


class Run:
    """One run, from the step where its folder says it stopped.

    Parameters
    ----------
    folder
    parent
    data
    facts
    machine
    """

    def __init__(
        self, folder: Path, parent: Parent, data: RunData, facts: RunFacts, machine: Machine
    ) -> None:
        self._folder = folder
        self._data = data
        self._settings = facts.settings
        self._machine = machine
        self._trainer = Trainer(
            module_of(parent.graph), facts.settings, machine.device, data.layout
        )
        self._examples = Examples(data, parent.net, facts.settings, facts.seed)
        self._judge = Judge(parent.graph, data, machine)
        self._parent_weights = parent.graph.weights()
        self._before = self._judge.in_full(self._parent_weights)
        self._best = checkpoints.Best()
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
        last = checkpoints.load(where / checkpoints.LAST, self._machine.device)
        if last is None:
            return False
        best = checkpoints.load(where / checkpoints.BEST, torch.device("cpu"))
        try:
            self._trainer.restore(last["trainer"])
            self._judged = int(last["judged"])
            # A later one was written just before the run was killed: it will be found again.
            if best is not None and best["step"] <= self._judged:
                self._best = self._fitting(best, int(last["waited"]))
        except checkpoints.MALFORMED as error:
            raise checkpoints.damaged(where, error) from error
        return True

    def _fitting(self, state: dict[str, Any], waited: int) -> checkpoints.Best:
        """Return the best validation of a checkpoint; ValueError where it is of another net."""
        best = replace(checkpoints.Best(**state), waited=waited)
        found = [one.numel() for one in best.weights or ()]
        if found != [one.size for one in self._parent_weights]:
            raise ValueError("its weights are of another net")
        return best

    def pace(self, seconds: float) -> Pace:
        """Return what takes how long: a few steps are made and taken back to tell.

        Parameters
        ----------
        seconds
            That there are: of few, no more than a tenth is spent on this.
        """
        before = self._trainer.state_copy()
        clock = self._machine.clock
        begun = start = clock()
        timed = 0
        for at, batch in enumerate(self._batches(0, _WARM + _TIMED)):
            self._trainer.learn(batch)
            if at < _WARM:
                start = clock()
                continue
            timed += 1
            if clock() - begun > _SLOW * seconds:
                break
        step = (clock() - start) / timed
        self._trainer.restore(before)
        return Pace(step, self._judge.seconds, self.ending(step / self._settings.batch))

    def train(
        self, diary: Diary, on_progress: Callable[[Progress], None], deadline: Deadline
    ) -> str:
        """Make the steps that are left; return why it ended early, in words.

        Parameters
        ----------
        diary
        on_progress
        deadline
            By when everything is done, what `finish` does included.

        Raises
        ------
        NotFiniteError
            If the loss is not finite; the checkpoints are kept.
        OSError
            If the disk is full.
        """
        clock, first = self._machine.clock, self.step
        begun = clock()
        if first and self._judged < first and self._ended(diary, deadline):
            return _WAITED  # it was interrupted before that
        last = begun
        for batch in self._batches(first, self._settings.steps):
            costs = self._learnt(batch)
            took = clock() - last
            if self.step % _NOTED == 0 or self.step == self._settings.steps:
                diary.note_step(self.step, costs)
            on_progress(self._progress((clock() - begun) / (self.step - first), costs))
            if self._ended(diary, deadline):
                return _WAITED
            if not deadline.leaves(took + self.ending(took / len(batch.crops))):
                self.keep()
                return _OVER if self.step < self._settings.steps else ""
            last = clock()
        return ""

    def ending(self, a_crop: float) -> float:
        """Return how long what comes after the last step will take, in seconds.

        Parameters
        ----------
        a_crop
            What a crop took in training: a guess where nothing is judged.
        """
        shares = len(shares_for(self._data.jury.clusters)) if self._data.tests else 0
        return shares * self._judge.seconds_in_full + self._predicting(a_crop)

    def _predicting(self, a_crop: float) -> float:
        """Return how long the table of predictions will take, in seconds."""
        tests = len(self._data.tests)
        predicted = 2 * min(len(self._data.faces), MOST)
        return predicted * (self._judge.seconds / tests if tests else a_crop)

    def keep(self) -> None:
        """Write the last checkpoint, unless the last step is done by half: an older one stays."""
        if not self._trainer.is_whole:
            return
        state = {
            "trainer": self._trainer.state(),
            "waited": self._best.waited,
            "judged": self._judged,
        }
        checkpoints.save(self._folder / CHECKPOINTS / checkpoints.LAST, state)

    def finish(self, deadline: Deadline, ended: str = "") -> Fitted:
        """Mix the best weights with the parent's and return what came of it.

        Parameters
        ----------
        deadline
            Where it comes sooner than was expected, fewer shares are looked at.
        ended
            Why training ended early.
        """
        trained = self._trained_weights()
        scores = {0.0: self._before}
        for share in self._shares(deadline):
            scores[share] = self._judge.in_full(mixed(self._parent_weights, trained, share))
        found = self._chosen(scores) if self._data.tests else None
        share = found.share if found else HALF
        return Fitted(
            mixed(self._parent_weights, trained, share),
            found,
            self._before.faces,
            scores.get(share, self._before).faces,
            self._best.step or self.step,
            ended,
        )

    def _chosen(self, scores: Mapping[float, Judged]) -> MixedResult:
        jury, before = self._data.jury, self._before
        results = [result_of(share, now, before, jury) for share, now in scores.items()]
        return chosen(results, self._settings.most_clean_rise)

    def _shares(self, deadline: Deadline) -> Iterator[float]:
        """Yield the shares to look at but that of the parent, which is known: half of it first."""
        shares = shares_for(self._data.jury.clusters) if self._data.tests else ()
        for share in sorted(shares, key=lambda share: (share != HALF, share)):
            needed = self._judge.seconds_in_full + self._predicting(0.0)
            if share and (share == HALF or deadline.leaves(needed)):
                yield share

    def _trained_weights(self) -> list[Floats]:
        if not self._settings.steps or not self.step:
            return self._parent_weights
        best = self._best.weights
        return self._trainer.averaged() if best is None else [one.numpy() for one in best]

    def _batches(self, start: int, stop: int) -> Iterator[Batch]:
        threads = self._machine.threads
        return batches(self._examples, self._settings.batch, start, stop, threads)

    def _progress(self, pace: float, costs: dict[str, float]) -> Progress:
        steps = self._settings.steps
        left = pace * (steps - self.step)
        return Progress(self.step, steps, left, costs, self._last_validation)

    def _learnt(self, batch: Batch) -> dict[str, float]:
        try:
            return self._trainer.learn(batch).values()
        except NotFiniteError as error:
            size = self._settings.batch
            places = range(self.step * size, (self.step + 1) * size)
            names = sorted({self._examples.face_at(place).name for place in places})
            raise NotFiniteError(f"{error}; its batch was of {', '.join(names)}") from error

    def _ended(self, diary: Diary, deadline: Deadline) -> bool:
        """Let validation look where it is due and keep the step; return whether patience ended."""
        step, steps = self.step, self._settings.steps
        is_due = step == steps or step % validation_every(steps, self._settings.every) == 0
        if not is_due or not deadline.leaves(self._judge.seconds + self.ending(0.0)):
            return False
        has_ended = bool(self._data.tests) and self._validated(diary)
        if not has_ended:
            self.keep()
        return has_ended

    def _validated(self, diary: Diary) -> bool:
        """Judge the averaged weights; return whether patience is at its end."""
        weights = self._trainer.averaged()
        now = self._judge(weights)
        clean, spoilt = now.nme(clean=True), now.nme(clean=False)
        before = self._before.faces
        score = (clean / before.nme(clean=True) + spoilt / before.nme(clean=False)) / 2
        self._last_validation = {"clean": clean, "spoiled": spoilt}
        noted = {**self._last_validation, "score": score, **now.found()}
        diary.note_validation(self.step, noted)
        best = replace(self._best, waited=self._best.waited + 1)
        if score < self._best.score:
            best = checkpoints.Best(score, self.step, [torch.from_numpy(one) for one in weights])
            checkpoints.save(self._folder / CHECKPOINTS / checkpoints.BEST, best.state())
        self._best, self._judged = best, self.step
        patience = self._settings.patience
        return bool(patience) and best.waited >= patience
