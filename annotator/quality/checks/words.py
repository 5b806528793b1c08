"""Where on a face some vertices lie, in words."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout

_SHARE = 0.25  # of the vertices: a region with fewer is not named
_MOST = 2


def where(layout: MeshLayout, vertices: Collection[int] | NDArray[np.integer]) -> str:
    """Return where vertices lie: " at the lips and the nose", " near the left cheek".

    It begins with a space, to follow a word; it is empty where there is no name for it.
    """
    indices = np.fromiter(vertices, np.intp)
    if not indices.size:
        return ""
    parts = [region for region in layout.regions.values() if not region.is_whole]
    counts = {part.title: int(np.isin(indices, part.vertices).sum()) for part in parts}
    named = sorted(counts, key=lambda title: -counts[title])[:_MOST]
    named = [title for title in named if counts[title] >= max(_SHARE * indices.size, 1)]
    if named:
        return f" at {' and '.join(map(_with_article, named))}"
    return _near(layout, indices)


def percent(share: float) -> str:
    """Return a share in per cent: whole ones from 10 on, else with one decimal."""
    value = 100 * share
    return f"{value:,.0f} %" if value >= 9.95 else f"{value:.1f} %"


def _near(layout: MeshLayout, indices: NDArray[np.intp]) -> str:
    if not layout.vertex_names:
        return ""
    face, known = layout.topology.vertices, list(layout.vertex_names)
    middle = face[indices].mean(axis=0)
    away = np.linalg.norm(face[known] - middle, axis=1)
    return f" near {_with_article(layout.vertex_names[known[int(away.argmin())]])}"


def _with_article(title: str) -> str:
    return f"the {title[:1].lower()}{title[1:]}"
