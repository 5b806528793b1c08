"""What a run was when it stopped, on the disk: the last step, and the best validation."""

from __future__ import annotations

import io
import math
import pickle
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from annotator.system.placing import placed
from annotator.system.regular import open_regular
from annotator.training.errors import TrainingError

LAST, BEST = "last.pt", "best.pt"

MALFORMED = (RuntimeError, pickle.UnpicklingError, EOFError, ValueError, TypeError, LookupError,
             AttributeError, AssertionError)  # fmt: skip
"""What torch may say of a file that it did not write, and of states that are none of its own."""


@dataclass(frozen=True, eq=False)
class Best:
    """The best validation so far.

    Attributes
    ----------
    score
        Of it; less is better.
    step
        After which it was; 0: there was none.
    weights
        The averaged ones.
    waited
        How many validations came after it.
    """

    score: float = math.inf
    step: int = 0
    weights: list[Tensor] | None = None
    waited: int = 0

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint holds of it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint; an older one of that name stays until it is on the disk.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    content = io.BytesIO()  # torch tells of a full disk in words of its own
    torch.save(state, content)
    with placed(path) as stream:
        stream.write(content.getbuffer())


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
    except (OSError, *MALFORMED) as error:
        raise damaged(path, error) from error
    if not isinstance(state, dict):
        raise damaged(path, "it is no checkpoint")
    return state


def damaged(path: Path, reason: object) -> TrainingError:
    """Return what is raised of a checkpoint that cannot be gone on with."""
    return TrainingError(
        f"{path} is damaged ({reason}): delete it to begin anew, or train into a new folder"
    )
