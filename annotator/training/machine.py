"""What a run is computed with, and by which clock."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

import torch

from annotator.training.errors import TrainingError
from annotator.training.pace import Clock


@dataclass(frozen=True)
class Machine:
    """What a run is computed with.

    Attributes
    ----------
    device
    threads
        That make crops.
    clock
    """

    device: torch.device
    threads: int = 2
    clock: Clock = monotonic


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
    try:
        return torch.device(name)
    except RuntimeError as error:
        raise TrainingError(f"{name!r} is no device: choose cpu, cuda, mps or auto") from error
