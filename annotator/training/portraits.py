"""Portraits that come with the program, and what the parent says of them: what must not be lost.

A release tells little about what a net does well already: people correct what it does badly. On
clear portraits the parent is right, so training that moves its answers to them loses something.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.reprediction import repredict
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256
from annotator.training.faces import Face

_FILES = ("collins.jpg", "hopper.jpg")
CROPS = 16
"""Of each portrait: there are few."""


def portraits(parent: Path) -> tuple[Face, ...]:
    """Return the faces of the portraits, as a net sees them: the means over jittered crops.

    Parameters
    ----------
    parent
        The net's file.
    """
    net = FaceMesh.load(parent, threads=1)
    faces = []
    for name in _FILES:
        path = asset_path("datasets", "sample") / name
        photograph = read_image(path)
        for found in net.predict(photograph)[:1]:
            mesh = repredict(net, photograph, found.landmarks).landmarks
            visible = np.zeros(len(mesh), np.uint8)
            sha256 = file_sha256(path)
            key = f"portrait {name}"
            faces.append(Face(key, name, 0, path, sha256, mesh, visible, False, None, sha256))
    return tuple(faces)
