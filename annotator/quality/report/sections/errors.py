"""Where predictions are wrong: a map of the canonical face, and numbers by region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from annotator.mesh.layout import LAYOUTS, MeshLayout
from annotator.quality.pages.charts import INK, chart, figure_of
from annotator.quality.pages.markup import Markup, Part, element, table
from annotator.quality.pages.words import percent, whole
from annotator.quality.report.section import Facts, Section, rows_of
from annotator.system.words import count

_SHADES = 48  # from 51 on matplotlib would make a picture of the scale


def _html(facts: Facts) -> Iterator[Part]:
    accepted = facts.tables["accepted"].iloc[0]
    yield element(
        "p",
        "How far predictions lie from the annotation of accepted samples that people corrected: "
        "2-D distance over the annotation's outer inter-ocular distance (vertices 33 and 263). "
        f"{_left_out(accepted['as_predicted'], accepted['accepted'])} not among them.",
    )
    for row in rows_of(facts.tables["measured"]):
        yield from _layout(facts, LAYOUTS[row["layout"]], row)


def _left_out(as_predicted: float, accepted: float) -> str:
    """Return how many were accepted as predicted, up to what is said of them."""
    one = as_predicted == 1
    return (
        f"{whole(as_predicted)} of the {whole(accepted)} accepted samples "
        f"{'was' if one else 'were'} accepted as predicted, and {'is' if one else 'are'}"
    )


def _layout(facts: Facts, layout: MeshLayout, measured: dict[str, Any]) -> Iterator[Part]:
    said = f"{layout.name}: {count(measured['samples'], 'sample')}"
    if measured["damaged"]:
        said += f"; {count(measured['damaged'], 'damaged one')} left out (`check` names them)"
    yield element("h3", said)
    regions, vertices = facts.tables["regions"], facts.tables["vertices"]
    means = vertices[vertices["layout"] == layout.name]["mean"].to_numpy(np.float64)
    if not len(means):
        return
    caption = (
        "The mean over the samples, by vertex, seen from the front: the subject's left is on the "
        "right."
    )
    numbers = _regions(regions[regions["layout"] == layout.name], layout)
    drawn = figure_of(_map(means, layout), caption, kind="map")
    yield element("div", drawn, numbers, class_="beside")


def _map(means: np.ndarray, layout: MeshLayout) -> Markup:
    worst = int(np.argmax(means))
    told = (
        f"From {percent(float(means.min()))} to {percent(float(means[worst]))} of the outer "
        f"inter-ocular distance, most at: {layout.name_of(worst)}"
    )
    key = f"map-{layout.name}".replace("_", "-")
    with chart(key, "Mean error of the prediction by vertex", told, size=(4.6, 5.2)) as made:
        from matplotlib import colormaps  # noqa: PLC0415
        from matplotlib.ticker import PercentFormatter  # noqa: PLC0415

        axes, topology = made.axes, layout.topology
        axes.grid(visible=False)
        x, y = topology.vertices[:, 0], topology.vertices[:, 1]
        triangles = topology.opened_triangles
        drawn = axes.tripcolor(
            x, y, triangles, facecolors=means[triangles].mean(axis=1), vmin=0,
            vmax=float(means.max()) or 1.0, cmap=colormaps["viridis"].resampled(_SHADES),
            edgecolors="face", linewidth=0.4,
        )  # fmt: skip
        for contour in layout.contours.values():
            ring = np.append(contour.vertices, contour.vertices[0])
            axes.plot(x[ring], y[ring], color=INK, lw=0.7)
        axes.set_aspect("equal")
        axes.axis("off")
        figure = axes.figure
        scale = figure.colorbar(drawn, orientation="horizontal", shrink=0.8, aspect=28, pad=0.03)
        scale.ax.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=" %"))
        scale.outline.set_visible(False)
        if scale.solids is not None:
            scale.solids.set_edgecolor("face")  # or the page shines through between them
        scale.set_label("mean distance, of the outer inter-ocular distance")
    return made.svg


def _regions(regions: pd.DataFrame, layout: MeshLayout) -> Markup:
    rows = [
        [
            layout.regions[row["region"]].title,
            whole(row["vertices"]),
            percent(row["mean"]),
            percent(row["median"]),
            percent(row["p90"]),
        ]
        for row in rows_of(regions.sort_values("mean", ascending=False))
    ]
    heads = ("region", "vertices", "mean", "median", "90 %")
    caption = "Error of the prediction by region: mean, median and 90th percentile of the samples"
    return table(caption, heads, rows, key=f"regions-{layout.name}".replace("_", "-"))


ERRORS = Section(
    key="errors",
    title="Where predictions are wrong",
    needs=("measured",),
    html=_html,
    empty="No sample that people corrected is accepted yet, so nothing tells how wrong "
    "predictions are.",
)
