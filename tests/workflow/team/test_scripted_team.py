"""A team takes forty samples from predictions to a release; the report tells of it truly.

Every figure is worked out anew from the database (`recounted`), compared with the report's JSON,
and the page with that.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from annotator.cli import main
from annotator.mesh.layout import FACE_468
from tests.quality.report.page_reader import Page, read_page
from tests.workflow.team.photographs import COUNT
from tests.workflow.team.recounted import Recounted, mesh_of
from tests.workflow.team.story import ANNOTATORS, LEAD, REASONS, REVIEWER, Story, told

UNKNOWN = "–"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return told(tmp_path_factory.mktemp("team"))


@pytest.fixture(scope="module")
def recounted(story: Story) -> Recounted:
    return Recounted(story.home)


@pytest.fixture(scope="module")
def page(story: Story) -> Page:
    return read_page(story.page.read_text("utf-8"))


def test_all_samples_are_accepted_but_the_one_that_is_excluded(story, recounted):
    assert len(recounted.originals) == COUNT
    assert story.samples("excluded") == [story.excluded]
    assert len(story.samples("accepted")) == COUNT - 1
    given = Counter(
        recounted.state[key] for key in recounted.samples if key not in recounted.originals
    )
    assert given == {"submitted": len(story.opinions) + len(story.honeypots)}
    assert len(story.opinions) == 16
    assert len(story.known_faces) == 4


def test_no_stroke_is_lost_by_a_process_that_is_killed_in_one(story):
    killed = story.killed["ben"]
    *done, (_, _, busy, number) = killed.said
    strokes = Counter(each[1] for each in done if each[0] == "stroke")
    assert dict(killed.strokes) == strokes
    assert strokes[busy] == number - 1 > 0
    # The one that was being written is not there, and those before it make the mesh.
    mesh = mesh_of(killed.left["prediction"])
    for vertices, before, after in killed.left["strokes"]:
        moved = np.frombuffer(vertices, "<u2")
        assert (mesh[moved] == mesh_of(before)).all()
        mesh[moved] = mesh_of(after)
    assert (mesh == mesh_of(killed.left["mesh"])).all()
    assert (killed.left["state"], killed.left["revision"]) == ("in_progress", number - 1)
    # It went on from there.
    query = (
        "SELECT vertex_indices, before, after FROM strokes WHERE sample_id = {} AND undone = 0 "
        "AND annotator = 'ben' ORDER BY sequence"
    )
    found = story.rows(query.format(busy))
    assert found[: number - 1] == killed.left["strokes"]
    assert len(found) >= number
    assert busy in story.samples("accepted")


def test_no_verdict_is_lost_or_made_by_a_reviewer_who_is_killed_in_one(story):
    killed = story.killed[REVIEWER]
    *done, (_, _, held, _) = killed.said
    assert killed.accepted == [each[1] for each in done if each[0] == "accept"] != []
    assert killed.left["state"] == "submitted"
    assert held in story.samples("accepted")
    query = "SELECT count(*) FROM reviews WHERE sample_id = ? AND verdict = 'accept'"
    assert {story.rows(query, each)[0][0] for each in (held, *killed.accepted)} == {1}


def test_what_was_sent_back_was_corrected_where_it_was_marked_and_accepted(story):
    assert len(story.sent_back) >= 4
    for sample_id in story.sent_back:
        reviews = story.rows(
            "SELECT id, verdict, reviewer, reasons, comment, revision FROM reviews "
            "WHERE sample_id = ? ORDER BY id", sample_id,
        )  # fmt: skip
        assert [row[1] for row in reviews][:4] == ["submit", "send_back", "submit", "accept"]
        annotator = reviews[0][2]
        assert reviews[2][2] == annotator
        back = reviews[1]
        assert back[2] == REVIEWER
        assert set(back[3].split(",")) <= set(REASONS)
        assert reviews[2][5] > back[5]  # it was edited in between
        ((text, vertices, review_id, revision, by),) = story.rows(
            "SELECT text, vertices, review_id, revision, resolved_by FROM remarks "
            "WHERE sample_id = ?", sample_id,
        )  # fmt: skip
        assert (text, review_id, revision, by) == (back[4], back[0], back[5], annotator)
        assert len(np.frombuffer(vertices, "<u2")) == 3


def test_nobody_accepted_their_own_work(story):
    makers = story.rows(
        "SELECT DISTINCT k.annotator FROM strokes k JOIN samples s ON s.id = k.sample_id "
        "WHERE s.copy_of IS NULL"
    )
    assert {row[0] for row in makers} == {*ANNOTATORS, None}
    accepted = story.rows("SELECT DISTINCT reviewer FROM reviews WHERE verdict = 'accept'")
    assert accepted == [(REVIEWER,)]


def test_opinions_became_a_consensus_and_the_one_that_was_wrong_was_decided(story, recounted):
    assert len(story.agreed) + len(story.disputed) == 8
    assert recounted.samples[story.sloppy][3] in story.disputed
    for face in (*story.agreed, *story.disputed):
        opinions = [key for key, row in recounted.samples.items() if row[3] == face]
        meshes = [recounted.mesh[key] for key in opinions]
        if face in story.disputed:
            chosen = next(key for key in opinions if recounted.samples[key][4] != "cem")
            assert (recounted.mesh[face] == recounted.mesh[chosen]).all()
            assert recounted.strokes[face] == [recounted.samples[chosen][4]]
        else:
            assert recounted.mesh[face] == pytest.approx(np.mean(meshes, axis=0), abs=1e-2)
            assert set(recounted.strokes[face]) <= {None}
    assert any(recounted.strokes[face] for face in story.agreed)


def test_the_release_holds_the_accepted_faces_and_nothing_else(story, recounted):
    with np.load(story.release / "release.npz") as release:
        arrays = {name: release[name] for name in release.files}
    accepted = story.samples("accepted")
    assert sorted(arrays["sample_ids"].tolist()) == accepted
    for at, sample_id in enumerate(arrays["sample_ids"].tolist()):
        assert (arrays["landmarks"][at] == recounted.mesh[sample_id]).all()
        assert (arrays["predictions"][at] == recounted.predicted[sample_id]).all()
    table = pd.read_parquet(story.release / "samples.parquet")
    assert sorted(table["sample_id"]) == accepted
    assert set(table["reviewer"]) == {REVIEWER}
    assert len(list((story.release / "images").iterdir())) == COUNT - 1


def test_the_audit_log_names_all_that_was_decided_and_nothing_else(story):
    with redirect_stdout(StringIO()) as printed:
        assert main(["audit", str(story.home), "--json"]) == 0
    logged = Counter(
        (each["what"], each["who"], each["sample"], _detail(each["detail"]))
        for each in json.loads(printed.getvalue())["entries"]
    )
    expected = [
        (verdict, who, sample_id, _detail({"revision": revision} | _said(reasons, comment)))
        for verdict, who, sample_id, revision, reasons, comment in story.rows(
            "SELECT verdict, reviewer, sample_id, revision, reasons, comment FROM reviews"
        )
    ]
    for key, sample_id, who, text, vertices, revision, by in story.rows(
        "SELECT id, sample_id, author, text, vertices, revision, resolved_by FROM remarks"
    ):
        said = {
            "remark": key, "text": text, "vertices": np.frombuffer(vertices, "<u2").tolist(),
            "revision": revision,
        }  # fmt: skip
        expected.append(("remark", who, sample_id, _detail(said)))
        expected.append(("resolve", by, sample_id, _detail({"remark": key})))
    for sample_id, face, who in story.rows(
        "SELECT id, copy_of, assigned_to FROM samples WHERE copy_of IS NOT NULL"
    ):
        asked = "ask_known" if sample_id in story.honeypots else "ask"
        expected.append((asked, LEAD, face, _detail({"opinion": sample_id, "annotator": who})))
    for name, value in (("review", "two steps"), ("reasons", REASONS)):
        expected.append(("setting", LEAD, None, _detail({"name": name, "value": value})))
    ((release,),) = story.rows("SELECT release_sha256 FROM rounds")
    ended = {"round": 1, "model": "next", "sha256": "2" * 64, "release": release}
    expected.append(("round_end", LEAD, None, _detail(ended)))
    assert logged == Counter(expected)


def _detail(facts: dict[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True)


def _said(reasons: str, comment: str) -> dict[str, object]:
    said = {"reasons": [one for one in reasons.split(",") if one], "comment": comment}
    return {name: fact for name, fact in said.items() if fact}


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
    assert page.tables["findings"][1:] == [
        [row["check"].replace("_", " "), severities[row["severity"]], row["mesh"],
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
