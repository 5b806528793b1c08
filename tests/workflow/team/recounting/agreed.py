"""How far opinions lie apart, and from known answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations
from typing import Any

import numpy as np

from annotator.mesh.layout import FACE_468
from tests.workflow.team.recounting.stored import (
    Rows,
    Stored,
    apart,
    eye_centre,
    mesh_of,
    moment,
)


class Agreed(Stored):
    """The tables of it."""

    def agreement(self) -> Rows:
        apart_of, regions = self._pairs()
        by_face: defaultdict[int, list[float]] = defaultdict(list)
        by_pair: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        for (face, *pair), value in apart_of.items():
            by_face[face].append(value)
            by_pair[pair[0], pair[1]].append(value)
        rows = [_agreed("all", [np.mean(one) for one in by_face.values()])]
        rows += [
            _agreed("pair", values, first=pair[0], second=pair[1])
            for pair, values in sorted(by_pair.items())
        ]
        of_regions = []
        for name, of_pairs in regions.items():
            faces: defaultdict[int, list[float]] = defaultdict(list)
            for (face, *_), value in of_pairs.items():
                faces[face].append(value)
            means = [np.mean(one) for one in faces.values()]
            of_regions.append(_agreed("region", means, region=name))
        return rows + sorted(of_regions, key=lambda row: -row["mean"])

    def _pairs(self) -> tuple[dict[Any, float], dict[str, dict[Any, float]]]:
        """Return how far opinions of one face lie apart: by face and people, and by region, too."""
        given: defaultdict[int, dict[str, int]] = defaultdict(dict)
        for key, row in sorted(self.samples.items(), key=lambda one: (one[1][5], one[1][6])):
            if row[3] is not None and row[1] in ("submitted", "accepted"):
                given[row[3]][row[4]] = key
        found: dict[Any, float] = {}
        regions: dict[str, dict[Any, float]] = {
            name: {} for name, one in FACE_468.regions.items() if not one.is_whole
        }
        for face, people in given.items():
            for pair in combinations(sorted(people), 2):
                first, second = (self.mesh[people[who]] for who in pair)
                errors = apart(first, second) / ((eye_centre(first) + eye_centre(second)) / 2)
                found[face, *pair] = float(errors.mean())
                for name, of_pairs in regions.items():
                    vertices = FACE_468.regions[name].vertices
                    of_pairs[face, *pair] = float(errors[vertices].mean())
        return found, regions

    def _scores(self) -> list[tuple[str, str, float, float]]:
        """Return annotator, time, error and error of the prediction of each known answer."""
        rows = []
        for key, blob in self.rows("SELECT sample_id, answer FROM honeypots"):
            state, who, face, at = (self.samples[key][place] for place in (1, 4, 3, 7))
            if state in ("submitted", "accepted"):
                answer = mesh_of(blob)
                errors = [
                    float(apart(mesh, answer).mean() / eye_centre(answer))
                    for mesh in (self.mesh[key], self.predicted[key])
                ]
                rows.append((who, at, face, *errors))
        return [(who, at, error, predicted) for who, at, _, error, predicted in sorted(rows)]

    def honeypots(self) -> Rows:
        rows = []
        for who in sorted({one[0] for one in self._scores()}):
            mine = [one for one in self._scores() if one[0] == who]
            interval = bootstrapped([one[2] for one in mine])
            rows.append(
                {
                    "annotator": who, "given": len(mine), **interval, "newest": mine[-1][2],
                    "of_prediction": float(np.mean([one[3] for one in mine])),
                }
            )  # fmt: skip
        return rows

    def honeypot_scores(self) -> Rows:
        so_far: defaultdict[str, list[float]] = defaultdict(list)
        rows = []
        for who, at, error, _ in self._scores():
            so_far[who].append(error)
            mean = float(np.mean(so_far[who]))
            rows.append({"annotator": who, "given_at": moment(at), "nme": error,
                         "mean_so_far": mean})  # fmt: skip
        return rows


def bootstrapped(values: Iterable[float]) -> dict[str, float | None]:
    """Return the mean and the interval of 95 % of 2,000 draws, as documented, from seed 0."""
    found = np.array(list(values))
    if len(found) < 2:
        return {"mean": float(found.mean()), "low": None, "high": None}
    drawn = np.random.default_rng(0).integers(0, len(found), (2000, len(found)))
    low, high = np.percentile(found[drawn].mean(axis=1), [2.5, 97.5]).tolist()
    return {"mean": float(found.mean()), "low": low, "high": high}


def _agreed(kind: str, values: list[float], **which: str) -> dict[str, Any]:
    named = {name: which.get(name) for name in ("first", "second", "region")}
    return {"kind": kind, **named, **bootstrapped(values), "faces": len(values)}
