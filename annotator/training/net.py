"""The mesh net as a PyTorch module, with the weights of an ONNX file and back.

What it computes is what MediaPipe's face landmark net does: a stem and 14 residual blocks of
separable convolutions, which both heads share; then a head for how sure it is that there is a face,
and one for the landmarks. Batch normalisation was folded into the convolutions when the net was
published, so there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from annotator.inference import ModelError
from annotator.inference.mesh_net import MeshNet
from annotator.inference.regions import CROP_SIZE
from annotator.training.graph import NetGraph

BLOCKS = 14
"""Residual blocks that both heads share; the first of them can be frozen."""

Floats = NDArray[np.float32]

# Channels of the shared blocks; where they grow, or a group begins, the picture is halved.
_GROUPS = ((16, 2), (32, 3), (64, 3), (128, 3), (128, 3))
_SQUEEZED = 32  # channels before the last convolution of a head
_SAME = 0.05  # px, and of a presence: other arithmetic differs by a hundredth of that
_LAST = 3  # pixels of the picture that is left then


class Slopes(nn.Module):
    """PReLU, a slope a channel, kept as one minus the slope: as the graph has it, to the bit."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.complement = nn.Parameter(torch.full((channels,), 0.75))

    def forward(self, values: Tensor) -> Tensor:
        """Return values (b, channels, h, w) with negative ones times the slope."""
        return functional.prelu(values, 1 - self.complement)


class Block(nn.Module):
    """A separable convolution added to what comes in; halves the picture where told.

    Parameters
    ----------
    channels_in, channels
        Where more go out than come in, those that come in are filled up with zeros.
    halve
        Whether the picture is halved, what comes in by its maxima.
    """

    def __init__(self, channels_in: int, channels: int, *, halve: bool) -> None:
        super().__init__()
        stride = 2 if halve else 1
        self.depthwise = nn.Conv2d(
            channels_in, channels_in, 3, stride, padding=0 if halve else 1, groups=channels_in
        )
        self.pointwise = nn.Conv2d(channels_in, channels, 1)
        self.slopes = Slopes(channels)
        self._halve, self._more = halve, channels - channels_in

    def forward(self, values: Tensor) -> Tensor:
        """Return (b, channels, h, w), or half of h and w."""
        inside = functional.pad(values, (0, 1, 0, 1)) if self._halve else values
        added = self.pointwise(self.depthwise(inside))
        if self._halve:
            values = functional.max_pool2d(values, 2)
        if self._more:
            values = functional.pad(values, (0, 0, 0, 0, 0, self._more))
        return self.slopes(values + added)  # type: ignore[no-any-return]


class Stem(nn.Module):
    """The first convolution: RGB at 192 to 16 channels at 96."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, channels, 3, 2)
        self.slopes = Slopes(channels)

    def forward(self, crops: Tensor) -> Tensor:
        """Return (b, channels, 96, 96) of crops (b, 3, 192, 192)."""
        return self.slopes(self.convolution(functional.pad(crops, (0, 1, 0, 1))))  # type: ignore[no-any-return]


class Head(nn.Module):
    """Blocks of its own, squeezed, and one convolution over all that is left of the picture."""

    def __init__(self, channels: int, blocks: int, numbers: int) -> None:
        super().__init__()
        own = [Block(channels, channels, halve=number == 0) for number in range(blocks)]
        self.blocks = nn.Sequential(*own)
        self.squeeze = nn.Conv2d(channels, _SQUEEZED, 1)
        self.slopes = Slopes(_SQUEEZED)
        self.last_block = Block(_SQUEEZED, _SQUEEZED, halve=False)
        self.last = nn.Conv2d(_SQUEEZED, numbers, _LAST, _LAST)

    def forward(self, values: Tensor) -> Tensor:
        """Return (b, numbers)."""
        squeezed = self.slopes(self.squeeze(self.blocks(values)))
        return self.last(self.last_block(squeezed)).flatten(1)  # type: ignore[no-any-return]


class MeshModule(nn.Module):
    """The net.

    Parameters
    ----------
    vertices
        How many the layout has.
    """

    def __init__(self, vertices: int) -> None:
        super().__init__()
        self.stem = Stem(_GROUPS[0][0])
        self.shared = nn.Sequential(*_shared_blocks())
        channels = _GROUPS[-1][0]
        self.presence = Head(channels, 1, 1)
        self.landmarks = Head(channels, 3, 3 * vertices)

    def forward(self, crops: Tensor) -> tuple[Tensor, Tensor]:
        """Return landmarks (b, n, 3) in pixels of the crop, and presences (b,) before the sigmoid.

        Parameters
        ----------
        crops : (b, 3, 192, 192) float32
            RGB, 0 to 1.
        """
        values = self.shared(self.stem(crops))
        return self.landmarks(values).unflatten(1, (-1, 3)), self.presence(values).flatten()

    def freeze(self, blocks: int) -> None:
        """Leave the stem and so many of the shared blocks as they are; 0 leaves nothing so.

        Raises
        ------
        ValueError
            If there are not so many.
        """
        if not 0 <= blocks <= BLOCKS:
            raise ValueError(f"expected 0 to {BLOCKS} blocks to freeze, but got {blocks}")
        if blocks:
            self.stem.requires_grad_(False)
        for number in range(blocks):
            self.shared[number].requires_grad_(False)


def _shared_blocks() -> Iterator[Block]:
    channels = _GROUPS[0][0]
    for group, (wide, count) in enumerate(_GROUPS):
        for number in range(count):
            yield Block(channels, wide, halve=group > 0 and number == 0)
            channels = wide


def module_of(graph: NetGraph) -> MeshModule:
    """Return the module with a file's weights.

    Raises
    ------
    ModelError
        If the file holds another net than this module is.
    """
    weights = graph.weights()
    vertices = weights[-1].size // 3 if weights else 0
    module = MeshModule(max(vertices, 1))
    parameters = list(module.parameters())
    if [one.numel() for one in parameters] != [values.size for values in weights]:
        raise ModelError(
            f"{graph.path} is another net than the shipped one, whose shape alone can be trained: "
            "start from face_landmark or from a net that was trained from it"
        )
    set_weights(module, weights)
    return module


def check_same(module: MeshModule, net: MeshNet, name: object) -> None:
    """Compare what a module and the net of its weights' file say of one crop.

    Raises
    ------
    ModelError
        If it is not the same: the file computes something else with these weights.
    """
    crop = np.random.default_rng(0).integers(0, 256, (CROP_SIZE, CROP_SIZE, 3), np.uint8)
    expected, presence = net([crop])
    with torch.no_grad():
        points, logit = module(torch.from_numpy(crop.transpose(2, 0, 1)[None]).float() / 255)
    apart = np.abs(points.numpy().reshape(-1) - expected[0]).max()
    if not (apart < _SAME and abs(float(torch.sigmoid(logit)) - float(presence[0])) < _SAME):
        raise ModelError(
            f"{name} computes something else with its weights than the shipped net does, which "
            "alone can be trained: start from face_landmark or from a net trained from it"
        )


def weights_of(module: MeshModule) -> list[Floats]:
    """Return copies of a module's weights in the order of a graph's."""
    return [one.detach().cpu().numpy().copy() for one in module.parameters()]


def set_weights(module: MeshModule, weights: Sequence[Floats]) -> None:
    """Give a module the weights that `weights_of` gave, or a graph."""
    with torch.no_grad():
        for parameter, values in zip(module.parameters(), weights, strict=True):
            parameter.copy_(torch.tensor(values).reshape(parameter.shape))
