"""One run of training, step by step, with all that it takes to go on exactly where it stopped."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import torch
from torch import Tensor

from annotator.mesh.layout import MeshLayout
from annotator.mesh.sparse.points_68 import places_on
from annotator.training.batches import Batch
from annotator.training.errors import TrainingError
from annotator.training.judging import Crops, Floats, Predict
from annotator.training.losses import (
    Costs,
    distance_cost,
    landmark_cost,
    presence_cost,
    sparse_cost,
)
from annotator.training.net import MeshModule
from annotator.training.settings import Settings

_RISING = 0.1  # of the steps, in which the rate rises
_FIRST = 0.04  # of the highest rate, at the first step
_LONGEST_STEP = 1.0  # norm of the gradient


class NotFiniteError(TrainingError):
    """Training gave numbers that are not finite."""


class Trainer:
    """A module that is being trained.

    Parameters
    ----------
    module
        With the parent's weights; is moved to the device and changed.
    settings
    device
    layout
    """

    def __init__(
        self, module: MeshModule, settings: Settings, device: torch.device, layout: MeshLayout
    ) -> None:
        module.freeze(settings.freeze)
        self.module = module.to(device)
        self.settings = settings
        self.device = device
        self.step = 0
        self.is_whole = True  # an interruption comes between any two numbers
        self._places = places_on(layout)
        self._trained: list[Tensor] = [one for one in module.parameters() if one.requires_grad]
        self._origin = [one.detach().clone() for one in self._trained]
        self._average: list[Tensor] = [one.detach().clone() for one in self._trained]
        self._optimiser = torch.optim.AdamW(
            self._trained, lr=settings.rate, weight_decay=settings.decay
        )

    def learn(self, batch: Batch) -> Costs:
        """Change the weights by one batch.

        Raises
        ------
        NotFiniteError
            If the loss or its gradient is not finite; the weights are as they were.
        """
        for group in self._optimiser.param_groups:
            group["lr"] = self.settings.rate * rate_share(self.step, self.settings.steps)
        costs = self._costs(batch)
        loss = costs.total(self.settings)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_(self._trained, _LONGEST_STEP)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            raise NotFiniteError(
                f"the loss at step {self.step + 1} is not finite: lower the rate "
                f"(now {self.settings.rate:g})"
            )
        self.is_whole = False
        self._optimiser.step()
        self._follow()
        self.step += 1
        self.is_whole = True
        return costs

    def averaged(self) -> list[Floats]:
        """Return the averaged weights, in the order of a graph's."""
        average = iter(self._average)
        return [
            (next(average) if one.requires_grad else one).detach().cpu().numpy().copy()
            for one in self.module.parameters()
        ]

    def state(self) -> dict[str, Any]:
        """Return all that `restore` takes."""
        return {
            "step": self.step,
            "weights": [one.detach() for one in self._trained],
            "average": self._average,
            "optimiser": self._optimiser.state_dict(),
        }

    def state_copy(self) -> dict[str, Any]:
        """Return `state` as it is now: learning does not change it."""
        return deepcopy(self.state())

    def restore(self, state: dict[str, Any]) -> None:
        """Go on where `state` was taken."""
        with torch.no_grad():
            for mine, saved in zip(self._trained, state["weights"], strict=True):
                mine.copy_(saved)
            for kept, average in zip(self._average, state["average"], strict=True):
                kept.copy_(average)
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])

    def _costs(self, batch: Batch) -> Costs:
        settings = self.settings
        crops = as_input(batch.crops, self.device)
        points, logits = self.module(crops)
        truth, weights, iods, taught, taught_weights, presences, labels = (
            torch.from_numpy(values).to(self.device)
            for values in (
                batch.points, batch.weights, batch.iods, batch.taught, batch.taught_weights,
                batch.presences, batch.labels,
            )
        )  # fmt: skip
        even = taught_weights[:, None].expand(-1, points.shape[1])
        return Costs(
            landmark_cost(points, truth, weights, iods, kind=settings.loss, depth=settings.depth),
            presence_cost(logits, presences),
            landmark_cost(points, taught, even, iods, kind="l1", depth=1.0),
            distance_cost(self._trained, self._origin),
            sparse_cost(points, labels, iods, self._places),
        )

    def _follow(self) -> None:
        """Move the average towards the weights; at first faster, or it would keep the parent."""
        keep = min(self.settings.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for average, now in zip(self._average, self._trained, strict=True):
                average.lerp_(now, 1 - keep)


def rate_share(step: int, steps: int) -> float:
    """Return the share of the highest rate at a step: up in a line, and down as a cosine."""
    rising = max(1, round(_RISING * steps))
    if step < rising:
        return _FIRST + (1 - _FIRST) * step / rising
    done = (step - rising) / max(1, steps - rising)
    return float(0.5 * (1 + np.cos(np.pi * min(done, 1.0))))


def as_input(crops: Crops, device: torch.device) -> Tensor:
    """Return crops (b, 192, 192, 3) uint8 as the net takes them."""
    values = torch.from_numpy(np.ascontiguousarray(crops.transpose(0, 3, 1, 2))).to(device)
    return values.float() / 255


def predictor(module: MeshModule, device: torch.device) -> Predict:
    """Return what predicts with a module as it is at each call."""

    def predict(crops: Crops) -> tuple[Floats, Floats]:
        with torch.no_grad():
            points, logits = module(as_input(crops, device))
        return points.cpu().numpy(), torch.sigmoid(logits).cpu().numpy()

    return predict
