"""What a net's errors cost, each part by itself."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from annotator.mesh.sparse.points_68 import Places
from annotator.training.settings import LandmarkLoss, Settings

_WING, _CURVATURE = 0.02, 0.004  # in outer IOD: up to where wing is a logarithm, and how bent


@dataclass(frozen=True, slots=True, eq=False)
class Costs:
    """The parts of a loss, each a scalar, before their weights.

    Attributes
    ----------
    landmarks, presence, distil, near_parent, sparse
        As `Settings` has their weights; the first has 1.
    """

    landmarks: Tensor
    presence: Tensor
    distil: Tensor
    near_parent: Tensor
    sparse: Tensor

    def total(self, settings: Settings) -> Tensor:
        """Return what is minimised."""
        return (
            self.landmarks
            + settings.presence * self.presence
            + settings.distil * self.distil
            + settings.near_parent * self.near_parent
            + settings.sparse * self.sparse
        )

    def values(self) -> dict[str, float]:
        """Return them as numbers, by their names."""
        return {
            "landmarks": self.landmarks.item(),
            "presence": self.presence.item(),
            "distil": self.distil.item(),
            "near_parent": self.near_parent.item(),
            "sparse": self.sparse.item(),
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


def sparse_cost(points: Tensor, labels: Tensor, iods: Tensor, places: Places) -> Tensor:
    """Return how far 68 labelled points lie from where they belong on meshes, in outer IOD.

    Corners are compared with their vertices; points along jaw, brows, lids and lips with the
    nearest place of the line that they were put along, wherever on it that is.

    Parameters
    ----------
    points : (b, n, 3)
        In pixels of the crops.
    labels : (b, 68, 2)
        NaN where there is none: those points, and crops without any, cost nothing.
    iods : (b,)
    places
    """
    known = torch.isfinite(labels).all(dim=-1)
    # A NaN that is multiplied by 0 is one still, also in the gradient.
    labels = torch.where(known[..., None], labels, torch.zeros_like(labels))
    flat = points[..., :2]
    device = points.device
    distances = torch.zeros_like(labels[..., 0])
    counted = torch.zeros(labels.shape[1], dtype=torch.bool, device=device)
    corners = torch.tensor(places.points, device=device)
    vertices = torch.tensor(places.vertices, device=device)
    distances[:, corners] = _length(flat[:, vertices] - labels[:, corners])
    counted[corners] = True
    for line in places.lines:
        along = torch.tensor(line.points, device=device)
        ring = flat[:, torch.tensor(line.vertices, device=device)]
        distances[:, along] = _from_line(labels[:, along], ring)
        counted[along] = True
    weights = (known & counted).float()
    return (distances / iods[:, None] * weights).sum() / weights.sum().clamp_min(1.0)


def _from_line(labels: Tensor, line: Tensor) -> Tensor:
    """Return the distances (b, p) of points (b, p, 2) from broken lines (b, k, 2)."""
    start, edge = line[:, None, :-1], (line[:, 1:] - line[:, :-1])[:, None]
    away = labels[:, :, None] - start
    share = (away * edge).sum(-1) / edge.square().sum(-1).clamp_min(1e-9)
    nearest = start + share.clamp(0, 1)[..., None] * edge
    return _length(labels[:, :, None] - nearest).amin(dim=-1)


def _length(vectors: Tensor) -> Tensor:
    return (vectors.square().sum(-1) + 1e-12).sqrt()  # whose gradient is finite at 0, too


def _wing(errors: Tensor) -> Tensor:
    bent = _WING * torch.log1p(errors / _CURVATURE)
    offset = _WING * (1 - float(torch.log1p(torch.tensor(_WING / _CURVATURE))))
    return torch.where(errors < _WING, bent, errors - offset)
