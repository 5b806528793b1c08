"""How far predictions lie from what people made of them, and what rounds took."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from annotator.mesh.layout import FACE_468
from tests.workflow.team.recounting.stored import (
    Mesh,
    Rows,
    Stored,
    apart,
    moment,
    outer,
)


class Errors(Stored):
    """The tables of it."""

    def errors(self) -> Mesh:
        """Return the errors of the predictions of accepted samples with strokes, (samples, n)."""
        return np.array(
            [
                apart(self.mesh[key], self.predicted[key]) / outer(self.mesh[key])
                for key in self.accepted(corrected=True)
            ]
        )

    def regions(self) -> Rows:
        errors = self.errors()
        return [
            {
                "layout": "face_468", "region": one.name, "vertices": len(one.vertices),
                **_spread(errors[:, one.vertices].mean(axis=1)),
            }
            for one in FACE_468.regions.values()
        ]  # fmt: skip

    def vertices(self) -> Rows:
        means = self.errors().mean(axis=0)
        return [
            {"layout": "face_468", "vertex": at, "mean": mean}
            for at, mean in enumerate(means.tolist())
        ]

    def measured(self) -> Rows:
        samples = len(self.accepted(corrected=True))
        return [{"layout": "face_468", "samples": samples, "damaged": 0}]

    def accepted_counts(self) -> Rows:
        corrected, every = len(self.accepted(corrected=True)), len(self.accepted())
        return [{"accepted": every, "as_predicted": every - corrected}]

    def worst(self) -> Rows:
        paths = dict(self.rows("SELECT id, path FROM images"))
        moved = [
            (self.displacement(key), key)
            for key in self.originals
            if self.strokes[key] and self.state[key] not in ("excluded", "deleted")
        ]
        rows = []
        for displacement, key in sorted(moved, key=lambda one: (-one[0], one[1]))[:12]:
            _, state, _, _, _, image, face, _ = self.samples[key]
            rows.append(
                {
                    "sample": key, "image": Path(paths[image]).name, "face": face, "state": state,
                    "annotator": self.strokes[key][-1], "strokes": len(self.strokes[key]),
                    "displacement": displacement,
                }
            )  # fmt: skip
        return rows

    def rounds(self) -> Rows:
        rows = []
        for number, model, name, started, finished, released, metrics in self.rows(
            "SELECT r.number, r.model_id, m.name, r.started_at, r.finished_at, r.release_samples, "
            "r.metrics FROM rounds r JOIN models m ON m.id = r.model_id ORDER BY r.number"
        ):
            mine = [key for key in self.accepted() if self.model[key] == model]
            strokes = [len(self.strokes[key]) for key in mine]
            moved = [self.displacement(key) if self.strokes[key] else 0.0 for key in mine]
            known = json.loads(metrics)["validation"]
            rows.append(
                {
                    "round": number, "model": name, "started": moment(started),
                    "finished": None if finished is None else moment(finished),
                    "released": released,
                    **{f"{kind}_{when}": known[kind][when] for kind in ("clean", "spoiled")
                       for when in ("before", "after")},
                    "accepted": len(mine), "as_predicted": strokes.count(0),
                    "strokes_mean": float(np.mean(strokes)),
                    "displacement_mean": float(np.mean(moved)),
                }
            )  # fmt: skip
        return rows


def _spread(values: Mesh) -> dict[str, float]:
    median, p90 = np.percentile(values, [50, 90]).tolist()
    return {"mean": float(values.mean()), "median": median, "p90": p90}
