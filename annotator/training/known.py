"""Whether a net was trained on the faces that it is judged by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from annotator.inference.mesh_net import MeshNet
from annotator.training.faces import Faces


def nets_that_know(nets: Iterable[MeshNet], faces: Faces) -> list[str]:
    """Return the names of nets that were trained on one of the releases, as their files say."""
    judged = {sha256 for _, sha256 in faces.releases}
    return [net.info.name for net in nets if judged & set(_releases(net.facts))]


def _releases(facts: str | None) -> Sequence[str]:
    """Return the content hashes that a file names; whatever else it holds is anybody's."""
    try:
        told = json.loads(facts or "{}")
    except (ValueError, RecursionError):
        return ()
    releases = told.get("releases") if isinstance(told, dict) else None
    entries = releases if isinstance(releases, list) else []
    found = [one.get("content_sha256") for one in entries if isinstance(one, dict)]
    return [one for one in found if isinstance(one, str)]
