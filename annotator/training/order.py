"""What somebody wants trained, and what that comes to once all of it is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from annotator.system.hashing import file_sha256
from annotator.training.data import Labelled
from annotator.training.errors import TrainingError
from annotator.training.faces import Faces, load_faces
from annotator.training.folder import SPLITS, RunFacts
from annotator.training.machine import Machine, chosen_device
from annotator.training.pace import Clock
from annotator.training.parent import Parent
from annotator.training.portraits import portraits
from annotator.training.settings import Settings
from annotator.training.sparse import read_sparse
from annotator.training.splits import SplitPlan


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
        How long all of it may take; None: however long. With `steps_asked` whichever ends first.
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
    steps_asked
        Whether so many steps as the settings say were asked for. If not, a run with `seconds` makes
        as many as fit, and one that is resumed as many as it was begun with.
    takes_withdrawn
        Whether releases that were withdrawn are learned from all the same.
    clock
        By which `seconds` are counted.
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
    steps_asked: bool = True
    takes_withdrawn: bool = False
    clock: Clock = monotonic


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """An order whose files were all read and fit together.

    Attributes
    ----------
    out
    parent
    labelled
    facts
    machine
    splits
    """

    out: Path
    parent: Parent
    labelled: Labelled
    facts: RunFacts
    machine: Machine
    splits: SplitPlan

    def with_settings(self, settings: Settings) -> Job:
        """Return the job with other settings."""
        return replace(self, facts=replace(self.facts, settings=settings))


def accepted(order: Order) -> Job:
    """Read all that an order names, and return what is to be done.

    Raises
    ------
    TrainingError, DamagedRelease, ModelError
        If something cannot be used or does not fit; nothing was written.
    OSError
        If a file cannot be read.
    """
    machine = Machine(chosen_device(order.device), order.threads, order.clock)
    parent = Parent.load(order.parent)
    faces = load_faces(order.releases, order.groups)
    _check_layout(faces, parent)
    _refuse_withdrawn(faces, order)
    sparse = read_sparse(order.sparse) if order.sparse else ()
    facts = _agreed(order, _facts(order, faces, parent, machine))
    plan = SplitPlan(order.out / SPLITS, order.splits, facts.settings.validation, order.seed)
    labelled = Labelled(faces, sparse, portraits(parent.graph.path))
    return Job(order.out, parent, labelled, facts, machine, plan)


def _check_layout(faces: Faces, parent: Parent) -> None:
    info = parent.net.info
    if faces.layout is not info.layout:
        raise TrainingError(
            f"the releases are of {faces.layout.name}, but {info.name} predicts "
            f"{info.layout.name}: train from a net of the same layout"
        )


def _refuse_withdrawn(faces: Faces, order: Order) -> None:
    """Raise TrainingError if somebody on a photograph, or its owner, may have said no since."""
    if faces.withdrawn and not order.takes_withdrawn:
        folder, note = faces.withdrawn[0]
        raise TrainingError(
            f"{folder} was withdrawn, and nothing is learned from it ({note}): make a new release, "
            "or give --withdrawn to train on it all the same"
        )


def _facts(order: Order, faces: Faces, parent: Parent, machine: Machine) -> RunFacts:
    tables = {
        name: None if path is None else file_sha256(path)
        for name, path in (("groups_sha256", order.groups), ("sparse_sha256", order.sparse))
    }
    info = parent.net.info
    settings, device = order.settings, machine.device.type
    return RunFacts(faces.releases, info.name, info.sha256, settings, order.seed, device, **tables)


def _agreed(order: Order, facts: RunFacts) -> RunFacts:
    """Return what the run is; a resumed one must be what it was begun as."""
    before = RunFacts.read(order.out) if order.resume else None
    if before is None:
        return facts
    # How many steps fit was decided when it began.
    begun, asked = before.settings.steps, facts.settings.steps
    is_free = not order.steps_asked or (order.seconds is not None and begun <= asked)
    if is_free:
        facts = replace(facts, settings=replace(facts.settings, steps=begun))
    differences = before.differences(facts)
    if differences:
        raise TrainingError(
            f"{order.out} was begun otherwise: {', '.join(differences)}. Resume it as it was "
            f"begun, or train into a new folder with --splits {order.out / SPLITS}"
        )
    return facts
