"""What a run was when it stopped, on the disk: the last step, and the best validation."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from annotator.system.placing import placed
from annotator.system.regular import open_regular
from annotator.training.errors import TrainingError

LAST, BEST = "last.pt", "best.pt"


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint; an older one of that name stays until it is on the disk.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    with placed(path) as stream:
        torch.save(state, stream)


def load(path: Path, device: torch.device) -> dict[str, Any] | None:
    """Return a checkpoint, or None if there is none. It runs no code, whatever it holds.

    Raises
    ------
    TrainingError
        If it is damaged.
    """
    try:
        with open_regular(path) as stream:
            state = torch.load(stream, map_location=device, weights_only=True)
    except FileNotFoundError:
        return None
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, ValueError) as error:
        raise TrainingError(
            f"{path} is damaged ({error}): delete it to begin anew, or train into a new folder"
        ) from error
    if not isinstance(state, dict):
        raise TrainingError(f"{path} is no checkpoint: delete it to begin anew")
    return state
