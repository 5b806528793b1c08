"""An evaluation as one HTML page that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference.mesh_net import MeshNet
from annotator.mesh.layout import MeshLayout
from annotator.training.crops import in_crop, looked_at, plain_view
from annotator.training.evaluation import Evaluation, NetErrors
from annotator.training.photographs import Cutouts
from annotator.training.summary import FAILURE, worst_faces

Image = NDArray[np.uint8]

_COLOURS = ("#2f6fde", "#c2571a", "#2e8b57", "#8a4fbf", "#b8336a", "#5f6b7a")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 560, 260, 46, 34
_TILE, _MEMORY = 288, 500 * 10**6
_TRUTH, _SAID = (70, 200, 90), (255, 110, 40)

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; }
.scroll { overflow-x: auto; }
.faces { display: grid; grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figure img { width: 100%; border-radius: 4px; display: block; }
figcaption { font-size: .85rem; overflow-wrap: anywhere; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .4em; }
code { overflow-wrap: anywhere; } .note { opacity: .75; }
svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
"""


def page_of(evaluation: Evaluation, summary: Mapping[str, Any], nets: Sequence[MeshNet]) -> str:
    """Return the page.

    Parameters
    ----------
    evaluation
    summary
        As `summary_of` gives it.
    nets
        Those of the evaluation: they predict the worst faces once more, for the pictures.
    """
    parts = [
        *_head(evaluation, summary),
        *_overview(summary),
        *_curves(evaluation),
        *_details(summary),
    ]
    for net, errors in zip(nets, evaluation.nets, strict=True):
        parts += _worst(evaluation, errors, net)
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Evaluation of face mesh nets</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _head(evaluation: Evaluation, summary: Mapping[str, Any]) -> Iterator[str]:
    yield "<h1>Evaluation of face mesh nets</h1>"
    yield (
        f"<p>{summary['faces']} faces in {summary['groups']} groups of people or pictures; "
        f"{summary['corrected']} corrected by people, {summary['turned_away']} turned far away. "
        f"{escape(summary['measure'])}. Where a model made the truth, as with faces accepted as "
        "predicted, figures favour that model.</p>"
    )
    yield "<ul>"
    for number, net in enumerate(evaluation.nets):
        colour = _COLOURS[number % len(_COLOURS)]
        yield (
            f'<li><span class="key" style="background:{colour}"></span>{escape(net.info.name)} '
            f"<code>{net.info.sha256}</code></li>"
        )
    yield "</ul>"


def _overview(summary: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Errors</h2>"
    columns = ("mean", "median", "p90", "p99", "failures", "auc")
    heads = ("mean", "median", "90 %", "99 %", f"above {FAILURE:.0%}", "AUC")
    rows = []
    for net in summary["nets"]:
        for kind in ("clean", "spoiled"):
            cells = [_percent(net[kind].get(column)) for column in columns]
            rows.append([f"{net['name']}, {kind} crops", *cells])
    yield from _table(("% of the outer IOD", *heads), rows)
    yield '<p class="note">AUC is the area under the curve below, up to 8 %: 100 is no error.</p>'


def _details(summary: Mapping[str, Any]) -> Iterator[str]:
    names = [net["name"] for net in summary["nets"]]
    yield from _by_region(summary, names)
    yield from _by_pose_and_size(summary, names)
    yield from _by_truth(summary, names)
    yield from _presence(summary, names)


def _by_region(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    yield "<h2>By region, clean crops</h2>"
    regions = summary["nets"][0]["by_region"]
    yield from _table(
        ("mean, % of the outer IOD", *names),
        [
            [
                region.replace("_", " "),
                *(_percent(net["by_region"][region].get("mean")) for net in summary["nets"]),
            ]
            for region in regions
        ],
    )


def _by_pose_and_size(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    yield "<h2>By pose and size</h2>"
    parts = summary["nets"][0]["by_pose_and_size"]
    heads = [f"{name}, {kind}" for name in names for kind in ("clean", "spoiled")]
    rows = []
    for part, kinds in parts.items():
        cells = [
            _percent(net["by_pose_and_size"][part][kind].get("mean"))
            for net in summary["nets"]
            for kind in ("clean", "spoiled")
        ]
        rows.append([part, str(kinds["clean"]["faces"]), *cells])
    yield from _table(("mean, % of the outer IOD", "faces", *heads), rows)


def _by_truth(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    yield "<h2>By what is known of the truth</h2>"
    rows = []
    for title, key, kind in (
        ("corrected by people, clean", "corrected_by_people", "clean"),
        ("corrected by people, spoiled", "corrected_by_people", "spoiled"),
        ("accepted as predicted, clean", "accepted_as_predicted", "clean"),
        ("accepted as predicted, spoiled", "accepted_as_predicted", "spoiled"),
    ):
        rows.append([title, *(_percent(net[key][kind].get("mean")) for net in summary["nets"])])
    for title, key in (
        ("visible vertices", "visible_vertices"),
        ("hidden vertices", "hidden_vertices"),
    ):
        rows.append(
            [f"{title}, clean", *(_percent(net[key].get("mean")) for net in summary["nets"])]
        )
    yield from _table(("mean, % of the outer IOD", *names), rows)


def _presence(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    yield "<h2>Presence</h2>"
    yield '<p class="note">Crops that show no face of the release may show one that it lacks.</p>'
    titles = {
        "missed_clean": "faces missed, clean crops",
        "missed_spoiled": "faces missed, spoiled crops",
        "found_in_background": "faces found in crops that show none of the release",
    }
    yield from _table(
        ("%", *names),
        [
            [title, *(_percent(net["presence"][key]) for net in summary["nets"])]
            for key, title in titles.items()
        ],
    )


def _curves(evaluation: Evaluation) -> Iterator[str]:
    """Yield the cumulative error curves: clean drawn through, spoiled dashed."""
    yield "<h2>Share of faces up to an error</h2>"
    lines = []
    for number, net in enumerate(evaluation.nets):
        colour = _COLOURS[number % len(_COLOURS)]
        lines.append(_curve(net.clean, colour, ""))
        lines.append(_curve(net.spoiled, colour, "6 4"))
    yield (
        f'<div class="scroll"><svg width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="cumulative error curves">{"".join(_axes())}{"".join(lines)}</svg></div>'
        '<p class="note">Drawn through: crops as photographed; dashed: spoiled ones.</p>'
    )


def _axes() -> Iterator[str]:
    right, bottom = _WIDTH - 10, _HEIGHT - _BOTTOM
    for step in range(5):
        x = _LEFT + step / 4 * (right - _LEFT)
        y = bottom - step / 4 * (bottom - 10)
        yield f'<line x1="{x:.0f}" x2="{x:.0f}" y1="10" y2="{bottom}" stroke="#8884"/>'
        yield f'<line x1="{_LEFT}" x2="{right}" y1="{y:.0f}" y2="{y:.0f}" stroke="#8884"/>'
        yield f'<text x="{x:.0f}" y="{bottom + 18}" text-anchor="middle">{2 * step} %</text>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{25 * step}</text>'


def _curve(errors: NDArray[np.float64], colour: str, dashes: str) -> str:
    known = np.sort(errors[np.isfinite(errors)])
    right, bottom = _WIDTH - 10, _HEIGHT - _BOTTOM
    places = np.linspace(0, FAILURE, 161)
    shares = np.searchsorted(known, places, side="right") / max(len(known), 1)
    points = " ".join(
        f"{_LEFT + place / FAILURE * (right - _LEFT):.1f},{bottom - share * (bottom - 10):.1f}"
        for place, share in zip(places, shares, strict=True)
    )
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
        f'stroke-dasharray="{dashes}"/>'
    )


def _worst(evaluation: Evaluation, errors: NetErrors, net: MeshNet) -> Iterator[str]:
    yield f"<h2>The worst faces of {escape(net.info.name)}</h2>"
    yield (
        f'<p class="note"><span class="key" style="background:{_hex(_TRUTH)}"></span>the release '
        f'<span class="key" style="background:{_hex(_SAID)}; margin-left: 1em"></span>the net</p>'
    )
    yield '<div class="faces">'
    cutouts = Cutouts(evaluation.layout, _MEMORY)
    for at in worst_faces(errors):
        face = evaluation.faces[at]
        view = plain_view(face.landmarks, evaluation.layout)
        cutout = cutouts.of(face)
        crop = looked_at(cutout.pixels, cutout.seen(view))
        said = net([crop])[0].reshape(-1, 3)
        truth = in_crop(face.landmarks, view, evaluation.layout)
        picture = _picture(crop, ((truth, _TRUTH), (said, _SAID)), evaluation.layout)
        yield (
            f'<figure><img alt="" src="data:image/jpeg;base64,{picture}">'
            f"<figcaption>{escape(face.name)}: {100 * errors.clean[at]:.2f} % clean, "
            f"{100 * errors.spoiled[at]:.2f} % spoiled</figcaption></figure>"
        )
    yield "</div>"


def _picture(
    crop: Image,
    meshes: Iterable[tuple[NDArray[np.float32], tuple[int, int, int]]],
    layout: MeshLayout,
) -> str:
    scale = _TILE / len(crop)
    large = cv2.resize(crop, (_TILE, _TILE), interpolation=cv2.INTER_CUBIC)
    for mesh, colour in meshes:
        for contour in layout.contours.values():
            ring = np.rint(mesh[contour.vertices, :2] * scale * 8).astype(np.int32)
            cv2.polylines(large, [ring], True, colour, 1, cv2.LINE_AA, shift=3)
    _, coded = cv2.imencode(".jpg", large[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
    return base64.b64encode(coded.tobytes()).decode()


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield '<div class="scroll"><table><thead><tr>'
    yield "".join(f"<th>{escape(head)}</th>" for head in heads)
    yield "</tr></thead><tbody>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody></table></div>"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}"


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
