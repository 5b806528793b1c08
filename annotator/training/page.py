"""An evaluation as one HTML page that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from annotator.inference.mesh_net import MeshNet
from annotator.mesh.layout import MeshLayout
from annotator.quality.pages.document import document
from annotator.quality.pages.markup import Markup, Part, element, named, table
from annotator.training.crops import in_crop, looked_at, plain_view
from annotator.training.evaluation import Evaluation, NetErrors
from annotator.training.photographs import Cutouts
from annotator.training.summary import FAILURE, worst_faces

Image = NDArray[np.uint8]

_COLOURS = ("#2f6fde", "#c2571a", "#2e8b57", "#8a4fbf", "#b8336a", "#5f6b7a")
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 560, 260, 46, 34
_TILE, _MEMORY = 288, 500 * 10**6
_TRUTH, _SAID = (80, 215, 255), (255, 140, 30)  # as the report has them
_SHARES, _MEANS = "% of the outer IOD", "Mean, % of the outer IOD"


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
    names = [net["name"] for net in summary["nets"]]
    parts = [
        *_head(evaluation, summary),
        *_overview(summary),
        *_curves(evaluation),
        *_by_region(summary, names),
        *_by_pose_and_size(summary, names),
        *_by_truth(summary, names),
        *_presence(summary, names),
    ]
    for net, errors in zip(nets, evaluation.nets, strict=True):
        parts += _worst(evaluation, errors, net)
    return document("Evaluation of face mesh nets", *parts)


def _head(evaluation: Evaluation, summary: Mapping[str, Any]) -> Iterator[Part]:
    yield element("h1", "Evaluation of face mesh nets")
    yield element(
        "p",
        f"{summary['faces']} faces in {summary['groups']} groups of people or pictures; "
        f"{summary['corrected']} corrected by people, {summary['turned_away']} turned far away. "
        f"{summary['measure']}. Where a model made the truth, as with faces accepted as "
        "predicted, figures favour that model.",
    )
    nets = [
        element(
            "li", _key(_colour(number)), named(net.info.name), " ", element("code", net.info.sha256)
        )
        for number, net in enumerate(evaluation.nets)
    ]
    yield element("ul", *nets)


def _overview(summary: Mapping[str, Any]) -> Iterator[Part]:
    yield element("h2", "Errors")
    columns = ("mean", "median", "p90", "p99", "failures", "auc")
    heads = ("mean", "median", "90 %", "99 %", f"above {FAILURE:.0%}", "AUC")
    rows = []
    for net in summary["nets"]:
        for kind in ("clean", "spoiled"):
            cells = [_percent(net[kind].get(column)) for column in columns]
            rows.append([f"{net['name']}, {kind} crops", *cells])
    yield table(_SHARES, ("crops", *heads), rows, key="errors")
    yield _note("AUC is the area under the curve below, up to 8 %: 100 is no error.")


def _by_region(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[Part]:
    yield element("h2", "By region, clean crops")
    regions = summary["nets"][0]["by_region"]
    yield table(
        _MEANS,
        ("region", *names),
        [
            [
                region.replace("_", " "),
                *(_percent(net["by_region"][region].get("mean")) for net in summary["nets"]),
            ]
            for region in regions
        ],
        key="by-region",
    )


def _by_pose_and_size(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[Part]:
    yield element("h2", "By pose and size")
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
    yield table(_MEANS, ("part", "faces", *heads), rows, key="by-pose-and-size")


def _by_truth(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[Part]:
    yield element("h2", "By what is known of the truth")
    rows = []
    for whose in ("corrected_by_people", "accepted_as_predicted"):
        for kind in ("clean", "spoiled"):
            means = [_percent(net[whose][kind].get("mean")) for net in summary["nets"]]
            rows.append([f"{whose.replace('_', ' ')}, {kind}", *means])
    for which in ("visible_vertices", "hidden_vertices"):
        means = [_percent(net[which].get("mean")) for net in summary["nets"]]
        rows.append([f"{which.replace('_', ' ')}, clean", *means])
    yield table(_MEANS, ("truth", *names), rows, key="by-truth")


def _presence(summary: Mapping[str, Any], names: Sequence[str]) -> Iterator[Part]:
    yield element("h2", "Presence")
    yield _note("Crops that show no face of the release may show one that it lacks.")
    titles = {
        "missed_clean": "faces missed, clean crops",
        "missed_spoiled": "faces missed, spoiled crops",
        "found_in_background": "faces found in crops that show none of the release",
    }
    yield table(
        "Presence, %",
        ("what", *names),
        [
            [title, *(_percent(net["presence"][key]) for net in summary["nets"])]
            for key, title in titles.items()
        ],
        key="presence",
    )


def _curves(evaluation: Evaluation) -> Iterator[Part]:
    """Yield the cumulative error curves: clean drawn through, spoiled dashed."""
    yield element("h2", "Share of faces up to an error")
    lines = list(_axes())
    for number, net in enumerate(evaluation.nets):
        lines.append(_curve(net.clean, _colour(number), None))
        lines.append(_curve(net.spoiled, _colour(number), "6 4"))
    drawn = element(
        "svg", *lines, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", role="img",
        aria_label="cumulative error curves",
    )  # fmt: skip
    yield element("figure", drawn, class_="chart")
    yield _note("Drawn through: crops as photographed; dashed: spoiled ones.")


def _axes() -> Iterator[Markup]:
    right, bottom = _WIDTH - 10, _HEIGHT - _BOTTOM
    for step in range(5):
        x = round(_LEFT + step / 4 * (right - _LEFT))
        y = round(bottom - step / 4 * (bottom - 10))
        yield element("line", x1=x, x2=x, y1=10, y2=bottom, stroke="#8884")
        yield element("line", x1=_LEFT, x2=right, y1=y, y2=y, stroke="#8884")
        yield _label(f"{2 * step} %", x, bottom + 18, "middle")
        yield _label(str(25 * step), _LEFT - 6, y + 4, "end")


def _label(words: str, x: int, y: int, anchor: str) -> Markup:
    return element("text", words, x=x, y=y, text_anchor=anchor, fill="currentColor", font_size=12)


def _curve(errors: NDArray[np.float64], colour: str, dashes: str | None) -> Markup:
    known = np.sort(errors[np.isfinite(errors)])
    right, bottom = _WIDTH - 10, _HEIGHT - _BOTTOM
    places = np.linspace(0, FAILURE, 161)
    shares = np.searchsorted(known, places, side="right") / max(len(known), 1)
    points = " ".join(
        f"{_LEFT + place / FAILURE * (right - _LEFT):.1f},{bottom - share * (bottom - 10):.1f}"
        for place, share in zip(places, shares, strict=True)
    )
    return element(
        "polyline", points=points, fill="none", stroke=colour, stroke_width=2,
        stroke_dasharray=dashes,
    )  # fmt: skip


def _worst(evaluation: Evaluation, errors: NetErrors, net: MeshNet) -> Iterator[Part]:
    yield element("h2", "The worst faces of ", named(net.info.name))
    yield element("p", _key(_hex(_TRUTH)), "the release · ", _key(_hex(_SAID)), "the net")
    yield element("div", *_worst_faces(evaluation, errors, net), class_="faces")


def _worst_faces(evaluation: Evaluation, errors: NetErrors, net: MeshNet) -> Iterator[Markup]:
    cutouts = Cutouts(evaluation.layout, _MEMORY)
    for at in worst_faces(errors):
        face = evaluation.faces[at]
        view = plain_view(face.landmarks, evaluation.layout)
        cutout = cutouts.of(face)
        crop = looked_at(cutout.pixels, cutout.seen(view))
        said = net([crop])[0].reshape(-1, 3)
        truth = in_crop(face.landmarks, view, evaluation.layout)
        picture = _picture(crop, ((truth, _TRUTH), (said, _SAID)), evaluation.layout)
        figures = f"{100 * errors.clean[at]:.2f} % clean, {100 * errors.spoiled[at]:.2f} % spoiled"
        alt = f"{face.name}, with the mesh of the release and the net's: {figures}"
        shown = element("img", src=picture, alt=alt, width=_TILE, height=_TILE)
        said_of_it = element("figcaption", named(face.name), f": {figures}")
        yield element("figure", shown, said_of_it)


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
    return "data:image/jpeg;base64," + base64.b64encode(coded.tobytes()).decode("ascii")


def _colour(number: int) -> str:
    return _COLOURS[number % len(_COLOURS)]


def _key(colour: str) -> Markup:
    return element("span", class_="key", style=f"background:{colour}")


def _note(words: str) -> Markup:
    return element("p", words, class_="note")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.2f}"


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
