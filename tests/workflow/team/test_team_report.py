"""The report of a team's work tells of it truly.

Every figure is worked out anew from the database (`recounting`) and compared with the report's
JSON, and the page with that.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from annotator.mesh.layout import FACE_468
from annotator.quality.checks import CHECKS
from tests.workflow.team.photographs import COUNT
from tests.workflow.team.story import ANNOTATORS, REVIEWER

UNKNOWN = "–"


def test_every_figure_of_the_report_is_that_of_the_database(story, recounted):
    tables = recounted.tables()
    assert set(story.report) - {"page", "project", "made_at"} == {*tables, "stroke_counts"}
    for name, recount in tables.items():
        found, expected = story.report[name], recount()
        assert [set(row) for row in found] == [set(row) for row in expected], name
        for row, other in zip(found, expected, strict=True):
            for column, value in row.items():
                assert same(value, other[column]), (name, row, column, other[column])
    ranges = story.report["stroke_counts"]
    assert ranges == recounted.stroke_counts(ranges)


def same(found: object, expected: object) -> bool:
    if isinstance(found, float) and isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=2e-5, abs_tol=1e-9)
    return found == expected


def test_the_story_is_one_that_has_figures_to_tell(story):
    """No table is empty, and those that are compared with chance have both sides."""
    report = story.report
    assert all(report[name] for name in report)
    assert {row["person"] for row in report["people"]} == {*ANNOTATORS, REVIEWER, None}
    assert len(report["days"]) >= 2
    assert {row["kind"] for row in report["agreement"]} == {"all", "pair", "region"}
    assert all(row["of_prediction"] >= 0 for row in report["honeypots"])
    assert sum(row["given"] for row in report["honeypots"]) == len(story.honeypots)
    assert report["rounds"][0]["released"] == COUNT - 1
    assert 0 < report["accepted"][0]["as_predicted"] < report["accepted"][0]["accepted"]


def percent(value: float | None, digits: int = 2) -> str:
    return UNKNOWN if value is None else f"{100 * value:,.{digits}f} %"


def decimal(value: float | None, digits: int = 1) -> str:
    return UNKNOWN if value is None else f"{value:,.{digits}f}"


def share(part: float, total: float) -> str:
    return percent(part / total, 1) if total else UNKNOWN


def who(person: str | None) -> str:
    return "nobody named" if person is None else person


def interval(row: dict[str, Any]) -> str:
    return UNKNOWN if row["low"] is None else f"{percent(row['low'])} to {percent(row['high'])}"


def test_the_page_says_first_how_much_is_done(story, page):
    report = story.report
    minutes = sum(row["minutes"] + row["minutes_reviewing"] for row in report["people"])
    (face,) = (row for row in report["regions"] if row["region"] == "face")
    assert (
        f"{COUNT}samples{COUNT - 1}accepted, {share(COUNT - 1, COUNT)}"
        f"{decimal(minutes / 60)}hours of annotating and reviewing"
        f"{decimal(report['effort'][0]['strokes_median'])}strokes a corrected sample, median"
        f"{percent(face['mean'])}mean error of predictions" in page.text
    )


def test_the_page_tells_of_progress_and_effort(story, page):
    report = story.report
    states = [
        [row["state"].replace("_", " "), str(row["samples"]), share(row["samples"], COUNT)]
        for row in report["states"]
    ]
    assert page.tables["states"][1:] == [*states, ["all", str(COUNT), "100.0 %"]]
    given = [name for name in ("submit", "accept", "send_back", "exclude", "delete", "reopen")
             if any(row[name] for row in report["people"])]  # fmt: skip
    minutes = ("minutes", "minutes_reviewing")
    for key, first, last in (
        ("people", ("annotated", "annotated_and_accepted"), ()),
        ("days", (), ("accepted_since",)),
    ):
        name = {"people": "person", "days": "day"}[key]
        assert page.tables[key][1:] == [
            [
                who(row[name]), *(str(row[one]) for one in (*first, "strokes")),
                *(decimal(row[one]) for one in minutes),
                *(str(row[one]) for one in (*given, *last)),
            ]
            for row in report[key]
        ]  # fmt: skip
    assert page.tables["effort-by-person"][1:] == [
        [
            "everybody" if row["who"] == "all" else who(row["person"]), str(row["samples"]),
            decimal(row["strokes_median"]), decimal(row["strokes_p90"]), str(row["timed"]),
            decimal(row["minutes_median"], 2), decimal(row["minutes_p90"], 2),
        ]
        for row in report["effort"]
    ]  # fmt: skip
    assert [row[1] for row in page.tables["stroke-counts"][1:]] == [
        str(row["samples"]) for row in report["stroke_counts"]
    ]


def test_the_page_tells_what_was_sent_back_and_where_predictions_are_wrong(story, page):
    report = story.report
    assert page.tables["reasons"][1:] == [
        [row["reason"].replace("_", " "), str(row["send_back"]), str(row["exclude"])]
        for row in report["reasons"]
    ]
    assert page.tables["ever-sent-back"][1:] == [
        [row["state"].replace("_", " "), str(row["samples"])] for row in report["sent_back"]
    ]
    regions = sorted(report["regions"], key=lambda row: -row["mean"])
    assert page.tables["regions-face-468"][1:] == [
        [FACE_468.regions[row["region"]].title, str(row["vertices"]),
         *(percent(row[name]) for name in ("mean", "median", "p90"))]
        for row in regions
    ]  # fmt: skip
    (accepted,), (measured,) = report["accepted"], report["measured"]
    assert f"face_468: {measured['samples']} samples" in page.sections["errors"]
    told_of = f"{accepted['as_predicted']} of the {accepted['accepted']} accepted samples"
    assert told_of in page.sections["errors"]
    captions = re.findall(
        r"([\d.]+ %): (\S+), face (\d), sample (\d+), (\w+), (\d+) strokes? by (ann|ben|cem|nobody"
        r" named)", page.sections["worst"],
    )  # fmt: skip
    assert captions == [
        (percent(row["displacement"]), row["image"], str(row["face"] + 1), str(row["sample"]),
         row["state"], str(row["strokes"]), who(row["annotator"]))
        for row in report["worst"]
    ]  # fmt: skip
    assert sum(tag == "img" for tag, _ in page.elements) == 12


def test_the_page_tells_of_triage_and_checks(story, page):
    report = story.report
    outcomes = ("as_predicted", "corrected", "sent_back", "excluded", "undecided")
    assert page.tables["triage"][1:] == [
        [row["pile"] or "not assessed", str(row["samples"]), *(str(row[one]) for one in outcomes),
         share(row["hit"], row["hit"] + row["missed"])]
        for row in report["triage"]
    ]  # fmt: skip
    (ranking,) = report["ranking"]
    figures = (decimal(ranking[one], 2) for one in ("spearman", "average_precision", "chance"))
    spearman, precision, chance = figures
    section = page.sections["triage"]
    assert f"Over {ranking['samples']} accepted samples" in section
    assert f"(Spearman) of {spearman}; " in section
    assert f"precision of {precision}, where chance has {chance}." in section
    assert page.tables["expected-errors"][1:] == [
        [str(row["tenth"]), str(row["samples"]), percent(row["expected"]), percent(row["found"])]
        for row in report["expected_errors"]
    ]
    severities = {1: "low", 2: "medium", 3: "high"}
    counts = ("samples", "accepted", "turned_down", "undecided")
    titles = {check.name: check.title for check in CHECKS}
    assert page.tables["findings"][1:] == [
        [titles[row["check"]], severities[row["severity"]], row["mesh"],
         *(str(row[one]) for one in counts)]
        for row in report["findings"]
    ]  # fmt: skip


def test_the_page_tells_of_agreement_honeypots_and_rounds(story, page):
    report = story.report
    (every,) = (row for row in report["agreement"] if row["kind"] == "all")
    said = (
        f"Annotators lie {percent(every['mean'])} of the eye-centre inter-ocular distance apart "
        f"(95 % interval {interval(every)}), over {every['faces']} faces"
    )
    assert said in page.sections["agreement"]
    for key, kind in (("agreed-pairs", "pair"), ("agreed-regions", "region")):
        assert page.tables[key][1:] == [
            [
                f"{row['first']} and {row['second']}" if kind == "pair"
                else row["region"].replace("_", " "),
                percent(row["mean"]), interval(row), str(row["faces"]),
            ]
            for row in report["agreement"]
            if row["kind"] == kind
        ]  # fmt: skip
    assert page.tables["honeypots"][1:] == [
        [row["annotator"], str(line), str(row["given"]), percent(row["mean"]), interval(row),
         percent(row["newest"]), percent(row["of_prediction"])]
        for line, row in enumerate(report["honeypots"], start=1)
    ]  # fmt: skip
    (one,) = report["rounds"]
    assert page.tables["rounds"][1:] == [
        [str(one["round"]), one["model"], str(one["accepted"]),
         share(one["as_predicted"], one["accepted"]), decimal(one["strokes_mean"], 2),
         percent(one["displacement_mean"])]
    ]  # fmt: skip
    started = one["started"][:16].replace("T", " ")
    assert page.tables["outcomes"][1:] == [
        ["1", started, UNKNOWN, str(COUNT - 1), "2.10 % → 1.75 %", "4.30 % → 3.10 %"]
    ]


def test_the_charts_say_the_same_in_words(story, page):
    report = story.report
    strokes = {row["day"]: row["strokes"] for row in report["days"]}
    busiest = max(strokes, key=lambda day: strokes[day])
    counts = max(report["stroke_counts"], key=lambda row: row["samples"])
    first, last = counts["strokes_from"], counts["strokes_to"]
    ranged = str(first) if first == last else f"{first}–{last}"
    means = [row["mean"] for row in report["vertices"]]
    tenths = [row["found"] for row in report["expected_errors"]]
    states = ", ".join(
        f"{row['samples']} {row['state'].replace('_', ' ')}" for row in report["states"]
    )
    for said in (
        states,
        f"{sum(strokes.values())} strokes on {len(strokes)} days; most, {strokes[busiest]}, on "
        f"{busiest}",
        f"{COUNT - 1} samples are accepted by {max(strokes)}",
        f"Most samples took {ranged} strokes: {counts['samples']}",
        f"From {percent(min(means))} to {percent(max(means))} of the outer inter-ocular distance, "
        f"most at: {FACE_468.name_of(int(np.argmax(means)))}",
        f"moved by {percent(tenths[0])}, those expected worst by {percent(tenths[-1])}",
        f"Of {len(report['honeypots'])} annotators",
    ):
        assert said in page.text, said
