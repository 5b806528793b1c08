"""The figures of a report, worked out anew from the rows of the database alone.

Nothing of the package is used but which vertices are which region of the face. Each function
returns the rows of a table by the names of its columns, as the report's JSON has them.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from annotator.mesh.layout import FACE_468

VERDICTS = ("submit", "accept", "send_back", "exclude", "delete", "reopen")
STATES = (
    "predicted", "in_progress", "submitted", "accepted", "sent_back", "excluded", "deleted",
)  # fmt: skip
PILES = ("fit to accept after a look", "worth correcting", "hopeless", None)
RIGHT_OUTER, RIGHT_INNER, LEFT_INNER, LEFT_OUTER = 33, 133, 362, 263

Rows = list[dict[str, Any]]
Mesh = NDArray[np.float64]


class Recounted:
    """What lies in a project's database."""

    def __init__(self, home: Path) -> None:
        self._path = home / "project.sqlite"
        names = "id, state, annotator, copy_of, assigned_to, image_id, face_index, updated_at"
        self.samples = {row[0]: row for row in self.rows(f"SELECT {names} FROM samples")}
        self.originals = [key for key, row in self.samples.items() if row[3] is None]
        self.state = {key: row[1] for key, row in self.samples.items()}
        meshes = self.rows(
            "SELECT a.sample_id, coalesce(a.landmarks, p.landmarks), p.landmarks, p.model_id "
            "FROM annotations a JOIN predictions p ON p.id = a.prediction_id"
        )
        self.mesh = {row[0]: mesh_of(row[1]) for row in meshes}
        self.predicted = {row[0]: mesh_of(row[2]) for row in meshes}
        self.model = {row[0]: row[3] for row in meshes}
        self.strokes: dict[int, list[str | None]] = defaultdict(list)  # who made each, in order
        for sample_id, who in self.rows(
            "SELECT sample_id, annotator FROM strokes WHERE undone = 0 ORDER BY sample_id, sequence"
        ):
            self.strokes[sample_id].append(who)

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self._path)) as connection:
            return connection.execute(query).fetchall()

    def accepted(self, *, corrected: bool = False) -> list[int]:
        return [
            key
            for key in self.originals
            if self.state[key] == "accepted" and (self.strokes[key] or not corrected)
        ]

    def displacement(self, key: int) -> float:
        return float(apart(self.mesh[key], self.predicted[key]).mean() / outer(self.mesh[key]))

    def states(self) -> Rows:
        found = Counter(self.state[key] for key in self.originals)
        return [{"state": state, "samples": found[state]} for state in STATES]

    def people(self) -> Rows:
        last = {key: self.strokes[key][-1] for key in self.originals if self.strokes[key]}
        return self._activity(
            "person", ("annotator", "annotator", "reviewer"),
            annotated=Counter(last.values()),
            annotated_and_accepted=Counter(
                who for key, who in last.items() if self.state[key] == "accepted"
            ),
        )  # fmt: skip

    def days(self) -> Rows:
        newest = {}
        for sample_id, verdict, at in self.rows(
            "SELECT sample_id, verdict, substr(created_at, 1, 10) FROM reviews ORDER BY id"
        ):
            newest[sample_id] = verdict, at
        since = Counter(newest[key][1] for key in self.accepted())
        assert all(newest[key][0] == "accept" for key in self.accepted())
        columns = "substr(created_at, 1, 10)", "substr(started_at, 1, 10)"
        return self._activity("day", (*columns, columns[0]), accepted_since=since)

    def _activity(self, key: str, columns: tuple[str, str, str], **counted: Counter) -> Rows:
        """Return strokes, minutes and verdicts by something, with what else was counted by it."""
        strokes = Counter(
            row[0] for row in self.rows(f"SELECT {columns[0]} FROM strokes WHERE undone = 0")
        )
        minutes: defaultdict[tuple[Any, str], float] = defaultdict(float)
        for which, purpose, seconds in self.rows(
            f"SELECT {columns[1]}, purpose, seconds FROM visits"
        ):
            minutes[which, purpose] += seconds / 60
        verdicts = Counter(
            (which, verdict)
            for sample_id, which, verdict in self.rows(
                f"SELECT sample_id, {columns[2]}, verdict FROM reviews"
            )
            if sample_id in self.originals
        )
        found = {*strokes, *(one for one, _ in minutes), *(one for one, _ in verdicts)}
        return [
            {
                key: which,
                **{name: counts[which] for name, counts in counted.items()},
                "strokes": strokes[which],
                "minutes": minutes[which, "annotate"],
                "minutes_reviewing": minutes[which, "review"],
                **{verdict: verdicts[which, verdict] for verdict in VERDICTS},
            }
            for which in sorted(found, key=lambda one: (one is None, one or ""))
        ]

    def effort(self) -> Rows:
        spent: defaultdict[int, float] = defaultdict(float)
        for key, seconds in self.rows(
            "SELECT sample_id, seconds FROM visits WHERE purpose = 'annotate'"
        ):
            spent[key] += seconds
        worked = [
            (self.strokes[key][-1], len(self.strokes[key]), spent[key] / 60)
            for key in self.originals
            if self.strokes[key]
        ]
        people = sorted({row[0] for row in worked}, key=lambda one: (one is None, one or ""))
        groups = [("all", None, worked)]
        groups += [("person", who, [row for row in worked if row[0] == who]) for who in people]
        return [_effort(*group) for group in groups]

    def stroke_counts(self, ranges: Rows) -> Rows:
        """Return how many samples lie in ranges, which have to be all without a gap."""
        counts = [len(self.strokes[key]) for key in self.originals if self.strokes[key]]
        ends = [row["strokes_to"] for row in ranges]
        assert [row["strokes_from"] for row in ranges] == [1, *(end + 1 for end in ends[:-1])]
        assert ends[-1] >= max(counts)
        return [
            row
            | {"samples": sum(row["strokes_from"] <= one <= row["strokes_to"] for one in counts)}
            for row in ranges
        ]

    def reasons(self) -> Rows:
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for sample_id, verdict, reasons in self.rows(
            "SELECT sample_id, verdict, reasons FROM reviews"
        ):
            for reason in filter(None, reasons.split(",")):
                found[reason][verdict] += sample_id in self.originals
        rows = [
            {"reason": name, "send_back": counts["send_back"], "exclude": counts["exclude"]}
            for name, counts in found.items()
        ]
        return sorted(rows, key=lambda row: (-row["send_back"] - row["exclude"], row["reason"]))

    def sent_back(self) -> Rows:
        ever = {
            row[0] for row in self.rows("SELECT sample_id FROM reviews WHERE verdict = 'send_back'")
        }
        found = Counter(self.state[key] for key in ever)
        return [{"state": one, "samples": found[one]} for one in STATES if found[one]]

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
        return [{"layout": "face_468", "samples": samples, "damaged": 0, "unmeasured": 0}]

    def accepted_counts(self) -> Rows:
        corrected, every = len(self.accepted(corrected=True)), len(self.accepted())
        return [{"accepted": every, "as_predicted": every - corrected}]

    def triage(self) -> Rows:
        doubts = self._doubts()
        found: defaultdict[str | None, Counter[str]] = defaultdict(Counter)
        for key in self.originals:
            pile, outcome = _pile(doubts.get(key)), self._outcome(key)
            found[pile].update(["samples", outcome])
            belongs = {"as_predicted": PILES[0], "corrected": PILES[1], "excluded": PILES[2]}
            if pile is not None and outcome in belongs:
                found[pile]["hit" if belongs[outcome] == pile else "missed"] += 1
        names = (
            "samples", "as_predicted", "corrected", "sent_back", "excluded", "undecided", "hit",
            "missed",
        )  # fmt: skip
        return [{"pile": pile, **{name: found[pile][name] for name in names}} for pile in PILES]

    def _doubts(self) -> dict[int, float]:
        assert not self.rows("SELECT 1 FROM settings WHERE name = 'triage'")  # those that ship hold
        return dict(self.rows("SELECT sample_id, doubt FROM assessments"))

    def _outcome(self, key: int) -> str:
        if self.state[key] == "accepted":
            return "corrected" if self.strokes[key] else "as_predicted"
        known = {"sent_back": "sent_back", "excluded": "excluded", "deleted": "excluded"}
        return known.get(self.state[key], "undecided")

    def _expected_and_found(self) -> tuple[Mesh, Mesh]:
        doubts = self._doubts()
        keys = [key for key in self.accepted() if doubts.get(key) is not None]
        return np.array([doubts[key] for key in keys]), np.array(
            [self.displacement(key) if self.strokes[key] else 0.0 for key in keys]
        )

    def ranking(self) -> Rows:
        expected, found = self._expected_and_found()
        worst = (found >= np.quantile(found, 0.7)) & (found > 0)
        places = np.flatnonzero(worst[np.argsort(-expected, kind="stable")]) + 1
        precision = np.mean(np.arange(1, len(places) + 1) / places)
        rank = np.corrcoef(rankdata(expected), rankdata(found))[0, 1]
        return [
            {
                "samples": len(found), "spearman": float(rank),
                "average_precision": float(precision), "chance": float(worst.mean()),
            }
        ]  # fmt: skip

    def expected_errors(self) -> Rows:
        expected, found = self._expected_and_found()
        order = np.argsort(expected, kind="stable")
        longer = len(order) % 10
        sizes = [len(order) // 10 + (at < longer) for at in range(10)]
        ends = np.cumsum([0, *sizes])
        return [
            {
                "tenth": at + 1, "samples": sizes[at],
                "expected": float(expected[order[ends[at] : ends[at + 1]]].mean()),
                "found": float(found[order[ends[at] : ends[at + 1]]].mean()),
            }
            for at in range(10)
        ]  # fmt: skip

    def findings(self) -> Rows:
        kinds = {
            "accepted": "accepted", "sent_back": "turned_down", "excluded": "turned_down",
            "deleted": "turned_down",
        }  # fmt: skip
        found: defaultdict[tuple[str, int, str], dict[int, str]] = defaultdict(dict)
        for key, check, severity, mesh in self.rows(
            "SELECT sample_id, name, severity, of_mesh FROM findings"
        ):
            if key in self.originals:
                found[check, severity, mesh][key] = kinds.get(self.state[key], "undecided")
        rows = []
        for (check, severity, mesh), of_sample in found.items():
            counts = Counter(of_sample.values())
            numbers = {name: counts[name] for name in ("accepted", "turned_down", "undecided")}
            rows.append({"check": check, "severity": severity, "mesh": mesh,
                         "samples": len(of_sample), **numbers})  # fmt: skip
        return sorted(
            rows, key=lambda row: (-row["severity"], -row["samples"], row["check"], row["mesh"])
        )

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

    def tables(self) -> dict[str, Callable[[], Rows]]:
        """Return all tables but ``stroke_counts``, by their names in the report."""
        same = (
            "states", "people", "days", "effort", "reasons", "sent_back", "regions", "vertices",
            "measured", "triage", "ranking", "expected_errors", "findings", "agreement",
            "honeypots", "honeypot_scores", "rounds", "worst",
        )  # fmt: skip
        return {name: getattr(self, name) for name in same} | {"accepted": self.accepted_counts}


def mesh_of(blob: bytes) -> Mesh:
    return np.frombuffer(blob, "<f4").reshape(-1, 3).astype(np.float64)


def apart(first: Mesh, second: Mesh) -> Mesh:
    """Return the 2-D distance of each vertex, (n,)."""
    return np.hypot(*(first - second)[:, :2].T)


def outer(mesh: Mesh) -> float:
    return float(np.hypot(*(mesh[RIGHT_OUTER] - mesh[LEFT_OUTER])[:2]))


def eye_centre(mesh: Mesh) -> float:
    right, left = mesh[[RIGHT_OUTER, RIGHT_INNER]], mesh[[LEFT_INNER, LEFT_OUTER]]
    return float(np.hypot(*(right.mean(axis=0) - left.mean(axis=0))[:2]))


def bootstrapped(values: Iterable[float]) -> dict[str, float | None]:
    """Return the mean and the interval of 95 % of 2,000 draws, as documented, from seed 0."""
    found = np.array(list(values))
    if len(found) < 2:
        return {"mean": float(found.mean()), "low": None, "high": None}
    drawn = np.random.default_rng(0).integers(0, len(found), (2000, len(found)))
    low, high = np.percentile(found[drawn].mean(axis=1), [2.5, 97.5]).tolist()
    return {"mean": float(found.mean()), "low": low, "high": high}


def moment(stored: str) -> str:
    """Return a stored time as JSON has it."""
    return f"{stored[:10]}T{stored[11:19]}+00:00"


def _agreed(kind: str, values: list[float], **which: str) -> dict[str, Any]:
    named = {name: which.get(name) for name in ("first", "second", "region")}
    return {"kind": kind, **named, **bootstrapped(values), "faces": len(values)}


def _spread(values: Mesh) -> dict[str, float]:
    median, p90 = np.percentile(values, [50, 90]).tolist()
    return {"mean": float(values.mean()), "median": median, "p90": p90}


def _effort(who: str, person: str | None, worked: list[tuple]) -> dict[str, Any]:
    strokes = [row[1] for row in worked]
    minutes = [row[2] for row in worked if row[2] > 0]
    spent = np.percentile(minutes, [50, 90]).tolist() if minutes else [None, None]
    made = np.percentile(strokes, [50, 90]).tolist()
    return {
        "who": who, "person": person, "samples": len(worked), "strokes_median": made[0],
        "strokes_p90": made[1], "timed": len(minutes), "minutes_median": spent[0],
        "minutes_p90": spent[1],
    }  # fmt: skip


def _pile(doubt: float | None) -> str | None:
    """Return where a sample lies by the thresholds that ship."""
    if doubt is None:
        return None
    return PILES[0] if doubt <= 0.02 else PILES[1] if doubt <= 0.15 else PILES[2]
