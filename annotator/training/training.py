"""The whole of a run: releases in, a folder with a net and all that is known of it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from annotator.system.ending import Ended
from annotator.system.hashing import file_sha256
from annotator.system.placing import placed
from annotator.system.words import count
from annotator.training import folder as names
from annotator.training.card import card_text, facts_of, metadata_of
from annotator.training.data import FEW, RunData, prepared
from annotator.training.errors import TrainingError
from annotator.training.events import Diary
from annotator.training.fit import Run
from annotator.training.fitted import Fitted, Progress
from annotator.training.loop import predictor
from annotator.training.net import module_of, set_weights
from annotator.training.order import Job, Order, accepted
from annotator.training.pace import Deadline
from annotator.training.predicted import write_predictions
from annotator.training.splits import Split

__all__ = ["Order", "Outcome", "train"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a run left.

    Attributes
    ----------
    model
        The file.
    sha256
        Of it.
    fitted
    data
    remarks
        Sentences that whoever ordered it should read.
    """

    model: Path
    sha256: str
    fitted: Fitted
    data: RunData
    remarks: tuple[str, ...]


def train(
    order: Order, on_progress: Callable[[Progress], None], say: Callable[[str], None]
) -> Outcome:
    """Train a net.

    Parameters
    ----------
    order
    on_progress
        Called after each step.
    say
        Called with sentences on the way.

    Raises
    ------
    TrainingError, DamagedRelease, ModelError
        If it cannot be done; the message says what to do. What was made so far is kept.
    OSError
        If the folder cannot be written.
    KeyboardInterrupt, Ended
        If somebody interrupts it; a checkpoint of that step is written before.
    """
    until = None if order.seconds is None else order.clock() + order.seconds
    deadline = Deadline(order.clock, until)
    names.check_folder(order.out, resume=order.resume)
    job = accepted(order)
    (order.out / names.CHECKPOINTS).mkdir(parents=True, exist_ok=True)
    settings = job.facts.settings
    data = prepared(job.labelled, job.splits, memory=settings.memory, threads=job.machine.threads)
    for remark in _remarks(data):
        say(remark)
    run = Run(order.out, job.parent, data, job.facts, job.machine)
    job = _begun(run, order, job, deadline)
    if job.facts.settings != settings:
        say(f"{job.facts.settings.steps} steps fit into the time")
    ended = _trained(run, order, on_progress, deadline)
    return _written(job, data, run.finish(deadline, ended), deadline)


def _begun(run: Run, order: Order, job: Job, deadline: Deadline) -> Job:
    """Go on with a run, or plan one and write down what it is; return the job as it was planned."""
    settings = job.facts.settings
    if (order.out / names.RUN).exists():
        run.resume()
        return job
    if deadline.until is not None and settings.steps:
        left = deadline.until - deadline.clock()
        fit = run.pace(left).steps_within(deadline.until - deadline.clock(), settings.every)
        steps = min(fit, settings.steps) if order.steps_asked else fit
        job = job.with_settings(replace(settings, steps=steps))
        run.adopt(job.facts.settings)
    job.facts.write(order.out)
    return job


def _trained(
    run: Run, order: Order, on_progress: Callable[[Progress], None], deadline: Deadline
) -> str:
    try:
        with Diary(order.out, run.step) as diary:
            try:
                return run.train(diary, on_progress, deadline)
            except (KeyboardInterrupt, Ended):
                run.keep()
                raise
    except OSError as error:
        raise TrainingError(
            f"{order.out} cannot be written ({error.strerror or error}): make room there, and give "
            "the same command with --resume, which goes on from the last checkpoint"
        ) from error


def _remarks(data: RunData) -> list[str]:
    used = len(data.train) + len(data.validation)
    left_out = data.splits.count(Split.LEFT_OUT)
    remarks = []
    if used < FEW:
        remarks.append(
            f"{used} faces are few: expect the net to learn these people, and little for others; "
            f"{FEW} and more are better"
        )
    if left_out:
        remarks.append(
            f"{count(left_out, 'face')} left out: of one person or picture with faces that were "
            "kept for validation before that was known"
        )
    if not data.validation:
        remarks.append(
            "all faces belong together (one person, or copies of one picture), so none is left for "
            "validation: half of the trained weights is taken, unjudged"
        )
    return remarks


def _written(job: Job, data: RunData, fitted: Fitted, deadline: Deadline) -> Outcome:
    graph, out = job.parent.graph, job.out
    facts = facts_of(job.facts, data, fitted)
    untouched = fitted.best_step == 0 or (fitted.share is not None and fitted.share.share == 0)
    content = graph.content if untouched else graph.with_weights(fitted.weights, metadata_of(facts))
    with placed(out / names.MODEL) as stream:
        stream.write(content)
    sha256 = file_sha256(out / names.MODEL)
    with placed(out / names.CARD) as stream:
        stream.write(card_text(facts, sha256).encode())
    device = job.machine.device
    before, after = (module_of(graph).to(device).eval() for _ in range(2))
    set_weights(after, fitted.weights)
    nets = predictor(before, device), predictor(after, device)
    write_predictions(out / names.PREDICTIONS, data, nets, deadline)
    remarks = [f"it ended early: {fitted.ended}"] if fitted.ended else []
    if untouched:
        remarks.append("nothing better than the parent was found: the model file is the parent's")
    elif fitted.share and fitted.share.clean_rise > job.facts.settings.most_clean_rise:
        remarks.append(
            "these releases say something else of faces than the parent: theirs get better, while "
            f"clean ones that it knew may get {fitted.share.clean_rise:.0%} worse. Look at the "
            "worst faces with `evaluate`: if the releases are right, train on from this net "
            "(--from); if not, do not use it"
        )
    return Outcome(out / names.MODEL, sha256, fitted, data, tuple(remarks))
