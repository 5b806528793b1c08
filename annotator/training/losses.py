"""What a net's errors cost, each part by itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from annotator.training.settings import LandmarkLoss, Settings

_WING, _CURVATURE = 0.02, 0.004  # in outer IOD: up to where wing is a logarithm, and how bent


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """The parts of a loss, each a scalar, before their weights.

    Attributes
    ----------
    landmarks, presence, distil, near_parent
        As `Settings` has their weights; the first has 1.
    """

    landmarks: Tensor
    presence: Tensor
    distil: Tensor
    near_parent: Tensor

    def total(self, settings: Settings) -> Tensor:
        """Return what is minimised."""
        return (
            self.landmarks
            + settings.presence * self.presence
            + settings.distil * self.distil
            + settings.near_parent * self.near_parent
        )

    def values(self) -> dict[str, float]:
        """Return them as numbers, by their names."""
        return {
            "landmarks": self.landmarks.item(),
            "presence": self.presence.item(),
            "distil": self.distil.item(),
            "near_parent": self.near_parent.item(),
        }


def landmark_cost(
    points: Tensor,
    truth: Tensor,
    weights: Tensor,
    iods: Tensor,
    *,
    kind: LandmarkLoss,
    depth: float,
) -> Tensor:
    """Return the mean cost of the vertices' errors, in outer IOD, x, y and z taken by themselves.

    Wing is that of Feng et al., "Wing loss for robust facial landmark localisation" (2018).

    Parameters
    ----------
    points, truth : (b, n, 3)
        In pixels of the crops.
    weights : (b, n)
    iods : (b,)
    kind
    depth
        Weight of z.
    """
    errors = (points - truth).abs() / iods[:, None, None]
    if kind == "wing":
        errors = _wing(errors)
    axes = torch.tensor([1.0, 1.0, depth], device=points.device)
    costs = (errors * axes).sum(-1) / axes.sum()
    return (costs * weights).sum() / weights.sum().clamp_min(1e-6)


def presence_cost(logits: Tensor, presences: Tensor) -> Tensor:
    """Return the mean cross entropy of presences (b,) that may lie between 0 and 1."""
    return functional.binary_cross_entropy_with_logits(logits, presences)


def distance_cost(parameters: list[Tensor], origin: list[Tensor]) -> Tensor:
    """Return the squared distance of weights from where they began (L2-SP, Li et al. 2018)."""
    return torch.stack(
        [(now - then).square().sum() for now, then in zip(parameters, origin, strict=True)]
    ).sum()


def _wing(errors: Tensor) -> Tensor:
    bent = _WING * torch.log1p(errors / _CURVATURE)
    offset = _WING * (1 - float(torch.log1p(torch.tensor(_WING / _CURVATURE))))
    return torch.where(errors < _WING, bent, errors - offset)
