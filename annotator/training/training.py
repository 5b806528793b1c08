"""The whole of a run: releases in, a folder with a net and all that is known of it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import torch

from annotator.inference.mesh_net import MeshNet, model_path
from annotator.system.ending import Ended
from annotator.system.hashing import file_sha256
from annotator.system.placing import placed
from annotator.system.words import count
from annotator.training import folder as names
from annotator.training.card import card_text, facts_of, metadata_of
from annotator.training.data import FEW, RunData, prepared
from annotator.training.errors import TrainingError
from annotator.training.events import Diary
from annotator.training.faces import Faces, load_faces
from annotator.training.fit import Fitted, Progress, Run
from annotator.training.folder import RunFacts
from annotator.training.graph import NetGraph
from annotator.training.loop import predictor
from annotator.training.net import check_same, module_of, set_weights
from annotator.training.predicted import write_predictions
from annotator.training.settings import Settings
from annotator.training.sparse import read_sparse
from annotator.training.splits import Split


@dataclass(frozen=True)
class Order:
    """What somebody wants trained.

    Attributes
    ----------
    releases
    out
        The run's folder: one that is empty or does not exist yet, or, with `resume`, one that
        holds a run.
    settings
    parent
        The net to begin with: a shipped one's name, or a path.
    seed
    seconds
        How long all of it may take; None: as many steps as the settings say.
    resume
        Whether to go on with what `out` holds.
    device
        ``"cpu"``, ``"cuda"``, ``"mps"``, or ``"auto"``: CUDA where it is, else the processor.
    groups
        A table of whose face is whose.
    splits
        Those of another run, to be kept.
    sparse
        A table of 68 points, see `annotator.training.sparse.read_sparse`.
    threads
        That make crops.
    """

    releases: tuple[Path, ...]
    out: Path
    settings: Settings = field(default_factory=Settings)
    parent: str | Path = "face_landmark"
    seed: int = 1
    seconds: float | None = None
    resume: bool = False
    device: str = "auto"
    groups: Path | None = None
    splits: Path | None = None
    sparse: Path | None = None
    threads: int = 2


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
    started = monotonic()
    _check_folder(order)
    device = chosen_device(order.device)
    path = model_path(order.parent)
    parent, graph = MeshNet.load(path, ("cpu",), 1), NetGraph.read(path)
    check_same(module_of(graph), parent, path)
    faces = load_faces(order.releases, order.groups)
    _check_layout(faces, parent)
    sparse = read_sparse(order.sparse) if order.sparse else ()
    is_known = (order.out / names.RUN).exists()
    facts = _agreed(order, _facts(order, faces, parent, device))
    (order.out / names.CHECKPOINTS).mkdir(parents=True, exist_ok=True)
    data = prepared(
        faces,
        facts.settings,
        seed=order.seed,
        splits_file=order.out / names.SPLITS,
        earlier=order.splits,
        threads=order.threads,
        sparse=sparse,
    )
    for remark in _remarks(data):
        say(remark)
    run = Run(
        order.out,
        graph,
        parent,
        data,
        settings=facts.settings,
        seed=order.seed,
        device=device,
        threads=order.threads,
    )
    if is_known:
        run.resume()
    elif order.seconds is not None and facts.settings.steps:
        steps = run.planned_steps(order.seconds, started)
        facts = replace(facts, settings=replace(facts.settings, steps=steps))
        say(f"{steps} steps fit into the time")
        run.adopt(facts.settings)
    facts.write(order.out)
    until = None if order.seconds is None else started + order.seconds
    ended = _trained(run, order, on_progress, until)
    fitted = run.finish(ended)
    return _written(order.out, graph, facts, data, fitted=fitted, device=device)


def _trained(
    run: Run, order: Order, on_progress: Callable[[Progress], None], until: float | None
) -> str:
    try:
        with Diary(order.out, run.step) as diary:
            try:
                return run.train(diary, on_progress, until=until)
            except (KeyboardInterrupt, Ended):
                run.keep()
                raise
    except OSError as error:
        raise TrainingError(
            f"{order.out} cannot be written ({error.strerror or error}): make room there, and give "
            "the same command with --resume, which goes on from the last checkpoint"
        ) from error


def chosen_device(name: str) -> torch.device:
    """Return the device of a name.

    Raises
    ------
    TrainingError
        If there is none here.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    present = {
        "cpu": True,
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    if not present.get(name.partition(":")[0]):
        here = ", ".join(one for one, is_here in present.items() if is_here)
        raise TrainingError(f"there is no device {name!r} here: choose from {here}")
    return torch.device(name)


def _check_folder(order: Order) -> None:
    out = order.out
    if out.exists() and not out.is_dir():
        raise TrainingError(f"{out} is a file: choose a folder")
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    if held == {names.CHECKPOINTS} and not order.resume and not _holds(out / names.CHECKPOINTS):
        held = set()  # a run that failed before it was one
    # A run that is stopped while it reads photographs has written no more than these.
    holds_run = names.RUN in held or (bool(held) and held <= {names.CHECKPOINTS, names.SPLITS})
    if order.resume and not holds_run:
        raise TrainingError(f"{out} holds no run to resume: leave --resume out to begin one")
    if not order.resume and held:
        what = "holds a run: give --resume to go on with it" if holds_run else "is not empty"
        raise TrainingError(f"{out} {what}, or choose a folder that does not exist yet")


def _holds(folder: Path) -> bool:
    return not folder.is_dir() or any(folder.iterdir())


def _check_layout(faces: Faces, parent: MeshNet) -> None:
    if faces.layout is not parent.info.layout:
        raise TrainingError(
            f"the releases are of {faces.layout.name}, but {parent.info.name} predicts "
            f"{parent.info.layout.name}: train from a net of the same layout"
        )


def _facts(order: Order, faces: Faces, parent: MeshNet, device: torch.device) -> RunFacts:
    tables = {
        name: None if path is None else file_sha256(path)
        for name, path in (("groups_sha256", order.groups), ("sparse_sha256", order.sparse))
    }
    info = parent.info
    return RunFacts(
        faces.releases, info.name, info.sha256, order.settings, order.seed, device.type, **tables
    )


def _agreed(order: Order, facts: RunFacts) -> RunFacts:
    """Return what the run is; a resumed one must be what it was begun as."""
    before = RunFacts.read(order.out) if order.resume else None
    if before is None:
        return facts
    # How many steps fit was decided when it began.
    given = facts.settings.steps if order.seconds is None else before.settings.steps
    facts = replace(facts, settings=replace(facts.settings, steps=given))
    differences = before.differences(facts)
    if differences:
        raise TrainingError(
            f"{order.out} was begun otherwise: {', '.join(differences)}. Resume it as it was "
            f"begun, or train into a new folder with --splits {order.out / names.SPLITS}"
        )
    return facts


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


def _written(
    out: Path,
    graph: NetGraph,
    run: RunFacts,
    data: RunData,
    *,
    fitted: Fitted,
    device: torch.device,
) -> Outcome:
    facts = facts_of(run, data, fitted)
    untouched = fitted.best_step == 0 or (fitted.share is not None and fitted.share.share == 0)
    content = graph.content if untouched else graph.with_weights(fitted.weights, metadata_of(facts))
    model = out / names.MODEL
    with placed(model) as stream:
        stream.write(content)
    sha256 = file_sha256(model)
    with placed(out / names.CARD) as stream:
        stream.write(card_text(facts, sha256).encode())
    before, after = (module_of(graph).to(device).eval() for _ in range(2))
    set_weights(after, fitted.weights)
    write_predictions(
        out / names.PREDICTIONS, data, predictor(before, device), predictor(after, device)
    )
    remarks = [f"it ended early: {fitted.ended}"] if fitted.ended else []
    if untouched:
        remarks.append("nothing better than the parent was found: the model file is the parent's")
    return Outcome(model, sha256, fitted, data, tuple(remarks))
