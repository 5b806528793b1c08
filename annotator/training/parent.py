"""The net that training begins with: as it predicts, and as numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from annotator.inference.mesh_net import MeshNet, model_path
from annotator.training.graph import NetGraph
from annotator.training.net import check_same, module_of


@dataclass(frozen=True, slots=True, eq=False)
class Parent:
    """A net whose numbers can be trained.

    Attributes
    ----------
    net
    graph
        Of the same file.
    """

    net: MeshNet
    graph: NetGraph

    @classmethod
    def load(cls, model: str | Path) -> Self:
        """Return a net by a shipped one's name or a path.

        Raises
        ------
        ModelError
            If it cannot be used, or is another net than the shipped one with other numbers.
        OSError
            If it cannot be read.
        """
        path = model_path(model)
        net, graph = MeshNet.load(path, ("cpu",), 1), NetGraph.read(path)
        check_same(module_of(graph), net, path)
        return cls(net, graph)
