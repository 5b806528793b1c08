"""The figures of an evaluation, as they are printed, written as JSON and drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.training.evaluation import Evaluation, NetErrors

Floats = NDArray[np.float64]
Chosen = NDArray[np.bool_]

FAILURE = 0.08  # outer IOD
_YAW = ((0, 15), (15, 30), (30, 60), (60, 180))
_TILT = ((0, 15), (15, 30), (30, 180))
_SIZES = ((0, 40), (40, 80), (80, 160), (160, float("inf")))
_WORST = 12


def summary_of(evaluation: Evaluation) -> dict[str, Any]:
    """Return all figures of an evaluation, as JSON has them; errors as shares of the outer IOD."""
    return {
        "faces": len(evaluation.facts),
        "groups": len({facts.cluster for facts in evaluation.facts}),
        "corrected": sum(facts.corrected for facts in evaluation.facts),
        "turned_away": sum(facts.turned_away for facts in evaluation.facts),
        "layout": evaluation.layout.name,
        "releases": [
            {"folder": folder, "content_sha256": sha256} for folder, sha256 in evaluation.releases
        ],
        "measure": (
            "NME: mean 2-D distance of the vertices over the outer IOD (33-263), or over half of a "
            "usual one where a face is turned so far away that its own is shorter; a face's is the "
            "mean over its crops"
        ),
        "failure_above": FAILURE,
        "nets": [_net(net, evaluation) for net in evaluation.nets],
    }


def figures(errors: Floats) -> dict[str, float | int | None]:
    """Return what is told of some faces' errors; None where there is none.

    ``auc`` is the area under the curve of the share of faces with at most that error, from 0 to
    the failure threshold, over the threshold.
    """
    known = errors[np.isfinite(errors)]
    if not known.size:
        return {"faces": 0}
    p90, p99 = np.quantile(known, (0.9, 0.99)).tolist()
    return {
        "faces": int(known.size),
        "mean": float(known.mean()),
        "median": float(np.median(known)),
        "p90": p90,
        "p99": p99,
        "failures": float((known > FAILURE).mean()),
        "auc": float(np.maximum(FAILURE - known, 0).mean() / FAILURE),
    }


def worst_faces(net: NetErrors, count: int = _WORST) -> list[int]:
    """Return the faces with the largest errors on clean crops, the worst first."""
    return [int(at) for at in np.argsort(-net.clean, kind="stable")[:count]]


def _net(net: NetErrors, evaluation: Evaluation) -> dict[str, Any]:
    facts = evaluation.facts
    corrected = np.array([one.corrected for one in facts], bool)
    eye_centre = np.array([one.eye_centre for one in facts])
    return {
        "name": net.info.name,
        "sha256": net.info.sha256,
        "clean": figures(net.clean),
        "spoiled": figures(net.spoiled),
        "clean_by_eye_centre_iod": figures(net.clean / eye_centre),
        "corrected_by_people": {
            "clean": figures(net.clean[corrected]),
            "spoiled": figures(net.spoiled[corrected]),
        },
        "accepted_as_predicted": {
            "clean": figures(net.clean[~corrected]),
            "spoiled": figures(net.spoiled[~corrected]),
        },
        "visible_vertices": figures(net.visible),
        "hidden_vertices": figures(net.hidden),
        "by_region": {
            name: figures(net.regions[:, at]) for at, name in enumerate(evaluation.region_names)
        },
        "by_pose_and_size": {
            title: {"clean": figures(net.clean[chosen]), "spoiled": figures(net.spoiled[chosen])}
            for title, chosen in _parts(evaluation)
        },
        "presence": {
            "missed_clean": float(net.missed_clean.mean()),
            "missed_spoiled": float(net.missed_spoiled.mean()),
            "found_in_background": None if not net.backgrounds else net.found_in_background,
            "backgrounds": net.backgrounds,
        },
        "worst": [
            {
                "face": facts[at].name,
                "clean": float(net.clean[at]),
                "spoiled": float(net.spoiled[at]),
            }
            for at in worst_faces(net)
        ],
    }


def _parts(evaluation: Evaluation) -> Iterator[tuple[str, Chosen]]:
    facts = evaluation.facts
    columns: Mapping[str, tuple[Sequence[float], Sequence[tuple[float, float]], str]] = {
        "yaw": ([abs(one.pose.yaw) for one in facts], _YAW, "degrees"),
        "pitch": ([abs(one.pose.pitch) for one in facts], _TILT, "degrees"),
        "roll": ([abs(one.pose.roll) for one in facts], _TILT, "degrees"),
        "size": ([one.size for one in facts], _SIZES, "px"),
    }
    for name, (values, ranges, unit) in columns.items():
        known = np.array(values)
        for low, high in ranges:
            bounds = f"over {low}" if high in {180, float("inf")} else f"{low} to {high}"
            yield f"{name} {bounds} {unit}", (known >= low) & (known < high)
