"""How far predictions lie from what people made of them: by vertex and by region."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import vertex_errors
from annotator.mesh.units import error_unit
from annotator.project import Project
from annotator.project.measured_meshes import MeasuredMeshes
from annotator.project.records import SampleState
from annotator.project.tallies import Tallies

_Numbers = npt.NDArray[np.float64]


@dataclass
class _Sums:
    """What is added up over the samples of one layout."""

    layout: MeshLayout
    vertices: _Numbers
    damaged: int = 0
    means: list[_Numbers] = field(default_factory=list)  # (b, regions) each


def errors(project: Project, tallies: Tallies) -> dict[str, pd.DataFrame]:
    """Return the tables ``regions``, ``vertices``, ``measured`` and ``accepted``.

    Measured are accepted samples with a stroke in effect: the 2-D distance of the prediction from
    the annotation over the annotation's outer IOD (vertices 33 and 263), as a share; of faces that
    are turned far away over half of a usual one, see `annotator.mesh.units`.

    ``regions``
        ``layout``, ``region``, its number of ``vertices``; ``mean``, ``median`` and ``p90`` over
        the samples of the mean over the region.
    ``vertices``
        ``layout``, ``vertex``, and the ``mean`` over the samples.
    ``measured``
        ``layout``, ``samples`` that were measured, and ``damaged`` ones (not what was stored),
        which are left out.
    ``accepted``
        A row: how many samples are ``accepted``, and how many of them ``as_predicted``.
    """
    by_layout = _added_up(tallies.corrected())
    accepted = as_predicted = 0
    for sample in tallies.samples():
        is_accepted = sample.state is SampleState.ACCEPTED
        accepted += is_accepted
        as_predicted += is_accepted and not sample.stroke_count
    regions = [row for sums in by_layout for row in _regions(sums)]
    heads = ["layout", "region", "vertices", "mean", "median", "p90"]
    return {
        "regions": pd.DataFrame(regions, columns=heads),
        "vertices": _vertices(by_layout),
        "measured": pd.DataFrame(
            [(each.layout.name, _faces(each), each.damaged) for each in by_layout],
            columns=["layout", "samples", "damaged"],
        ),
        "accepted": pd.DataFrame({"accepted": [accepted], "as_predicted": [as_predicted]}),
    }


def _added_up(some: Iterable[MeasuredMeshes]) -> list[_Sums]:
    found: dict[str, _Sums] = {}
    for meshes in some:
        layout = meshes.layout
        sums = found.setdefault(layout.name, _Sums(layout, np.zeros(layout.count)))
        sums.damaged += meshes.damaged
        units = [error_unit(mesh, layout) for mesh in meshes.annotations]
        apart = vertex_errors(meshes.annotations, meshes.predictions)
        apart /= np.array(units, np.float64)[:, None]
        sums.vertices += apart.sum(axis=0)
        columns = [apart[:, part.vertices].mean(axis=1) for part in layout.regions.values()]
        sums.means.append(np.column_stack(columns))
    return [found[name] for name in sorted(found)]


def _faces(sums: _Sums) -> int:
    return sum(map(len, sums.means))


def _regions(sums: _Sums) -> Iterator[tuple[str, str, int, float, float, float]]:
    means = np.concatenate(sums.means)
    if not len(means):
        return
    for at, region in enumerate(sums.layout.regions.values()):
        median, p90 = np.quantile(means[:, at], (0.5, 0.9)).tolist()
        mean = float(means[:, at].mean())
        yield sums.layout.name, region.name, len(region.vertices), mean, median, p90


def _vertices(by_layout: list[_Sums]) -> pd.DataFrame:
    tables = [
        pd.DataFrame(
            {
                "layout": sums.layout.name,
                "vertex": np.arange(sums.layout.count),
                "mean": sums.vertices / _faces(sums),
            }
        )
        for sums in by_layout
        if _faces(sums)
    ]
    empty = pd.DataFrame({"layout": [], "vertex": [], "mean": []})
    return pd.concat(tables, ignore_index=True) if tables else empty
