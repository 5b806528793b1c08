"""The page says what the database holds, every figure of it, and nothing of anybody's is markup."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.project import Project, Stroke
from annotator.project.records import SampleState, Verdict
from annotator.quality.pages.document import POLICY
from annotator.quality.report import report_of
from annotator.quality.report.sections import SECTIONS
from annotator.system.foreign_text import escaped
from tests.quality.report.conftest import stroke_on
from tests.quality.report.page_reader import read_page

HOSTILE = "<img src=x onerror=alert(1)>&amp;\"'\u202egpj $x_{$ \x1b[2J</script>"
GIVEN = {"accept", "send_back", "exclude", "delete", "reopen"}
# Those that are given in the project; others have no column.
VERDICTS = [verdict.value for verdict in Verdict if verdict.value in GIVEN]
IN_PROJECT = "JOIN images i ON i.id = s.image_id AND i.removed_at IS NULL"


class Known:
    """What a project's database holds, read without the package."""

    def __init__(self, home: Path) -> None:
        self._path = home / "project.sqlite"

    def rows(self, query: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self._path)) as connection:
            return connection.execute(query, values).fetchall()

    def samples(self, columns: str) -> list[tuple]:
        return self.rows(f"SELECT {columns} FROM samples s {IN_PROJECT} ORDER BY s.id")

    def of_samples(self, table: str, columns: str) -> list[tuple]:
        join = f"JOIN samples s ON s.id = t.sample_id {IN_PROJECT}"
        return self.rows(f"SELECT {columns} FROM {table} t {join}")

    def errors(self) -> np.ndarray:
        """Return the errors (samples, n) of accepted, corrected samples over the outer IOD."""
        rows = self.rows(
            f"SELECT a.landmarks, p.landmarks FROM samples s {IN_PROJECT} "
            "JOIN annotations a ON a.sample_id = s.id JOIN predictions p ON p.id = a.prediction_id "
            "WHERE s.state = 'accepted' AND s.stroke_count > 0"
        )
        meshes = np.array(
            [[np.frombuffer(b, "<f4").reshape(-1, 3) for b in r] for r in rows], float
        )
        apart = np.hypot(*np.moveaxis((meshes[:, 0] - meshes[:, 1])[..., :2], -1, 0))
        across = meshes[:, 0, 33, :2] - meshes[:, 0, 263, :2]
        return apart / np.hypot(*across.T)[:, None]


@pytest.fixture
def known(worked_home):
    return Known(worked_home)


@pytest.fixture
def page(html):
    return read_page(html)


def page_of(project: Project):
    return read_page(report_of(project).html())


def percent(share: float, digits: int = 2) -> str:
    return f"{100 * share:,.{digits}f} %"


def test_samples_by_state_are_those_of_the_database(page, known):
    found = Counter(state for (state,) in known.samples("s.state"))
    total = sum(found.values())
    rows = [
        [state.value.replace("_", " "), str(found[state.value]), percent(found[state] / total, 1)]
        for state in SampleState
    ]
    assert page.tables["states"][1:] == [*rows, ["all", "9", "100.0 %"]]
    assert (total, found["accepted"]) == (9, 4)
    assert "9samples4accepted, 44.4 %" in page.text


def test_what_people_did_is_what_the_database_says(page, known):
    samples = known.samples("s.annotator, s.state, s.stroke_count")
    strokes = known.of_samples("strokes", "t.annotator, t.undone")
    visits = known.of_samples("visits", "t.annotator, t.purpose, t.seconds")
    reviews = known.of_samples("reviews", "t.reviewer, t.verdict")
    expected = []
    for person in ("Ada", "Bo", "Cleo", "Rae"):
        theirs = [state for who, state, count in samples if who == person and count]
        spent = Counter()
        for who, purpose, seconds in visits:
            spent[purpose] += seconds / 60 * (who == person)
        expected.append(
            [
                person,
                str(len(theirs)),
                str(theirs.count("accepted")),
                str(sum(who == person and not undone for who, undone in strokes)),
                f"{spent['annotate']:.1f}",
                f"{spent['review']:.1f}",
                *(str(reviews.count((person, verdict))) for verdict in VERDICTS),
            ]
        )
    assert page.tables["people"][1:] == expected
    assert sum(int(row[3]) for row in expected) > 10
    acceptances = page.tables["people"][0].index("acceptances")
    assert expected[3][acceptances] == "5"  # one of them was taken back
    assert any(undone for _, undone in strokes)
    assert any(purpose == "review" for _, purpose, _ in visits)


def test_days_are_those_on_which_things_were_done(page, known):
    strokes = known.of_samples("strokes", "substr(t.created_at, 1, 10), t.undone")
    visits = known.of_samples("visits", "substr(t.started_at, 1, 10), t.purpose, t.seconds")
    reviews = known.of_samples(
        "reviews", "substr(t.created_at, 1, 10), t.verdict, s.state, t.id, t.sample_id"
    )
    last = {sample: review for *_, review, sample in sorted(reviews, key=lambda row: row[3])}
    days = sorted({row[0] for rows in (strokes, visits, reviews) for row in rows})
    expected = []
    for day in days:
        spent = Counter()
        for when, purpose, seconds in visits:
            spent[purpose] += seconds / 60 * (when == day)
        holding = [
            sample
            for when, _, state, review, sample in reviews
            if (when, state) == (day, "accepted") and last[sample] == review
        ]
        expected.append(
            [
                day,
                str(strokes.count((day, 0))),
                f"{spent['annotate']:.1f}",
                f"{spent['review']:.1f}",
                *(str(sum(row[:2] == (day, verdict) for row in reviews)) for verdict in VERDICTS),
                str(len(holding)),
            ]
        )
    assert page.tables["days"][1:] == expected
    assert len(days) >= 4
    assert sum(int(row[-1]) for row in expected) == 4


def test_strokes_and_minutes_a_sample_are_those_of_the_database(page, known):
    samples = known.samples("s.annotator, s.stroke_count, s.seconds_spent")
    corrected = [row for row in samples if row[1]]

    def figures(name: str, rows: list[tuple]) -> list[str]:
        strokes, spent = (np.array([row[at] for row in rows]) for at in (1, 2))
        timed = spent[spent > 0] / 60
        quantiles = [*np.quantile(strokes, (0.5, 0.9)), *np.quantile(timed, (0.5, 0.9))]
        said = [f"{one:.{digits}f}" for one, digits in zip(quantiles, (1, 1, 2, 2), strict=True)]
        return [name, str(len(rows)), *said[:2], str(len(timed)), *said[2:]]

    theirs = {name: [row for row in corrected if row[0] == name] for name in ("Ada", "Bo", "Cleo")}
    expected = [figures("everybody", corrected)]
    expected += [figures(name, rows) for name, rows in theirs.items()]
    assert page.tables["effort-by-person"][1:] == expected
    counted = Counter(strokes for _, strokes, _ in corrected)
    told = {int(row[0]): int(row[1]) for row in page.tables["stroke-counts"][1:]}
    assert {strokes: samples for strokes, samples in told.items() if samples} == counted
    assert f"{np.median([row[1] for row in corrected]):.1f}strokes a corrected sample" in page.text


def test_errors_by_region_are_those_of_the_meshes_in_the_database(page, known):
    errors = known.errors()
    expected = []
    for region in FACE_468.regions.values():
        means = errors[:, region.vertices].mean(axis=1)
        figures = means.mean(), np.median(means), np.quantile(means, 0.9)
        expected.append((region.title, len(region.vertices), *figures))
    expected.sort(key=lambda row: -row[2])
    rows = [[title, str(count), *map(percent, rest)] for title, count, *rest in expected]
    assert page.tables["regions-face-468"][1:] == rows
    assert "face_468: 3 samples" in page.sections["errors"]
    assert "1 of the 4 accepted samples was accepted as predicted" in page.sections["errors"]
    assert f"{percent(errors.mean())}mean error" in page.text


def test_the_map_shows_every_vertex_as_the_database_has_it(page, known, report):
    by_vertex = report.facts.tables["vertices"]
    np.testing.assert_allclose(by_vertex["mean"], known.errors().mean(axis=0), rtol=1e-6)
    colours = [
        said["style"]
        for tag, said in page.elements
        if tag == "path"
        and re.match(r"fill: #\w{6}; stroke: #\w{6}; stroke-width: 0.4", said.get("style", ""))
    ]
    assert len(colours) >= len(FACE_468.topology.opened_triangles)
    worst = FACE_468.name_of(int(np.argmax(by_vertex["mean"])))
    assert f"most at: {worst}" in page.sections["errors"]


def test_why_samples_were_sent_back_is_what_the_verdicts_say(page, known):
    reviews = known.of_samples("reviews", "t.sample_id, t.verdict, t.reasons, s.state")
    counts = Counter(
        (reason, verdict)
        for _, verdict, reasons, _ in reviews
        for reason in reasons.split(",")
        if reason
    )
    expected = [
        [reason.replace("_", " "), str(counts[reason, "send_back"]), str(counts[reason, "exclude"])]
        for reason in ("blurred", "poor_mesh")
    ]
    assert (
        page.tables["reasons"][1:] == expected == [["blurred", "1", "1"], ["poor mesh", "2", "0"]]
    )
    back = Counter(
        {sample: state for sample, verdict, _, state in reviews if verdict == "send_back"}.values()
    )
    told = {row[0].replace(" ", "_"): int(row[1]) for row in page.tables["ever-sent-back"][1:]}
    assert told == back


def test_rounds_are_told_with_what_their_predictions_took(page, known):
    (row,) = page.tables["rounds"][1:]
    accepted = [
        (strokes, moved)
        for state, strokes, moved in known.samples("s.state, s.stroke_count, s.displacement")
        if state == "accepted"
    ]
    strokes, moved = np.mean(accepted, axis=0)
    assert row == ["1", "face_landmark", "4", "25.0 %", f"{strokes:.2f}", percent(moved)]


def test_the_worst_samples_are_shown_worst_first_with_a_picture_each(page, known):
    known = known.samples("s.displacement, s.id, s.state, s.stroke_count, s.annotator")
    known = [row for row in known if row[0] > 0 and row[2] not in {"excluded", "deleted"}]
    captions = re.findall(r"([\d.]+ %): \S+, face \d, sample (\d+), ", page.sections["worst"])
    expected = [(percent(row[0]), str(row[1])) for row in sorted(known, reverse=True)]
    assert captions == expected
    images = [said for tag, said in page.elements if tag == "img"]
    assert len(images) == len(expected) == 6
    for said in images:
        assert said["src"].startswith("data:image/webp;base64,")
        assert len(said["src"]) < 60_000
        assert "with its annotation and its prediction" in said["alt"]


def test_the_json_holds_every_table(report):
    values = json.loads(json.dumps(report.values()))
    assert {"state": "accepted", "samples": 4} in values["states"]
    assert len(values["vertices"]) == FACE_468.count
    assert values["people"][0]["person"] == "Ada"
    assert values["rounds"][0]["finished"] is None


def test_an_empty_project_says_of_each_section_what_is_missing(new_project, tmp_path):
    with new_project(tmp_path / "project") as project:
        page = page_of(project)
    assert set(page.sections) == {section.key for section in SECTIONS}
    for section in SECTIONS:
        assert page.sections[section.key] == section.title + section.empty
        assert section.empty.endswith(".")
    assert not page.tables


def test_a_project_with_predictions_alone_has_progress_and_no_errors(predicted):
    page = page_of(predicted)
    assert page.tables["states"][1] == ["predicted", "12", "100.0 %"]
    assert "Nobody has corrected a sample yet." in page.sections["effort"]
    assert "nothing tells how wrong" in page.sections["errors"]


def test_a_project_that_may_not_be_written_has_a_report_and_stays_as_it_is(worked):
    home = worked.home
    worked.close()
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    with Project.open(home, read_only=True) as project:
        page = page_of(project)
    assert page.tables["states"][-1] == ["all", "9", "100.0 %"]
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_what_others_are_called_is_text_everywhere(worked):
    with closing(sqlite3.connect(worked.home / "project.sqlite")) as rows, rows:
        for table, column in (
            ("samples", "annotator"), ("strokes", "annotator"), ("visits", "annotator"),
            ("models", "name"),
        ):  # fmt: skip
            rows.execute(f"UPDATE {table} SET {column} = ?", (HOSTILE,))
        rows.execute("UPDATE samples SET reviewer = ?", (HOSTILE,))
        rows.execute("UPDATE images SET path = ? WHERE id = 1", (f"/nowhere/{HOSTILE}.jpg",))
    report = report_of(worked)
    page = read_page(report.html())
    shown = escaped(HOSTILE)
    assert [row[0] for row in page.tables["people"][1:]] == [shown, "Rae"]
    assert page.tables["rounds"][1][1] == shown
    assert page.sections["worst"].count(shown) >= 6
    assert {tag for tag, _ in page.elements} & {"script", "iframe", "link", "object"} == set()
    for tag, said in page.elements:
        assert not [key for key in said if key.startswith("on")], (tag, said)
        assert said.get("src", "data:image/webp;").startswith("data:image/webp;")
    assert not {"\u202e", "\x1b"} & set(page.text)


def test_nothing_of_the_page_leads_out_of_it(page, html):
    for tag, said in page.elements:
        for key in ("href", "xlink:href", "src", "action", "srcset", "data", "poster"):
            assert said.get(key, "#").startswith(("#", "data:image/webp;")), (tag, said)
        assert all(link.startswith("#") for link in re.findall(r"url\(([^)]*)", str(said)))
    assert "@import" not in html
    policy = [said for tag, said in page.elements if said.get("http-equiv")]
    assert [said["content"] for said in policy] == [POLICY]
    assert POLICY.startswith("default-src 'none'; ")


def test_every_name_in_the_page_is_of_one_element_and_every_reference_leads_to_one(page):
    elements = page.elements
    names = [said["id"] for _, said in elements if "id" in said]
    assert len(names) == len(set(names))
    for _, said in elements:
        led = said.get("aria-labelledby", "").split() + re.findall(r"url\(#([^)]*)", str(said))
        led += [said[key][1:] for key in ("href", "xlink:href") if key in said]
        assert set(led) <= set(names), said


def test_charts_have_titles_texts_and_a_table(page, html):
    charts = [said for tag, said in page.elements if tag == "svg"]
    assert len(charts) == 5
    for said in charts:
        assert said["role"] == "img"
        title, told = said["aria-labelledby"].split()
        assert re.search(f'id="{title}">[^<]{{10,}}</', html)
        assert re.search(f'id="{told}">[^<]{{10,}}</', html)
    assert "Strokes a day" in page.text
    assert {"states", "days", "stroke-counts", "regions-face-468"} <= set(page.tables)


def test_a_damaged_mesh_is_left_out_and_told_of(worked):
    with closing(sqlite3.connect(worked.home / "project.sqlite")) as rows, rows:
        rows.execute("UPDATE annotations SET digest = x'0011223344556677' WHERE sample_id = 1")
    page = page_of(worked)
    assert "face_468: 2 samples; 1 damaged one left out" in page.sections["errors"]
    assert page.sections["worst"].count("No picture: its mesh is damaged.") == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"another", "No picture: the file holds another picture by now."),
        (None, "No picture: the photograph cannot be read."),
    ],
)
def test_a_mesh_is_shown_over_its_own_photograph_only(predicted, tmp_path, content, why):
    copy = tmp_path / "copy.jpg"
    path = predicted.images.get(1).path
    copy.write_bytes(path.read_bytes())
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as rows, rows:
        rows.execute("UPDATE images SET path = ? WHERE id = 1", (str(copy),))
    stroke_on(predicted, 1, (4, 4), "nose", "Ada")
    assert "No picture" not in page_of(predicted).sections["worst"]
    if content is None:
        copy.unlink()
    else:
        copy.write_bytes(content)
    assert why in page_of(predicted).sections["worst"]


def test_many_days_and_strokes_are_charts_of_a_bounded_size(predicted):
    stroke_on(predicted, 1, (3, 3), "nose", "Ada")
    small = len(report_of(predicted).html())
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as rows, rows:
        rows.executemany(
            "INSERT INTO visits (sample_id, annotator, started_at, seconds, strokes, purpose) "
            "VALUES (1, 'Ada', date('2020-01-01', ?) || ' 10:00:00.000000', 60, 1, 'annotate')",
            [(f"+{day} days",) for day in range(700)],
        )
        rows.execute("UPDATE samples SET stroke_count = 1000 * id")
    report = report_of(predicted)
    assert len(report.facts.tables["stroke_counts"]) <= 25
    assert report.facts.tables["stroke_counts"]["samples"].sum() == 12
    page = read_page(report.html())
    assert len(page.tables["days"]) - 1 == 701
    assert len(report.html()) < small + 700 * 1200


def test_a_sample_whose_eyes_coincide_does_not_decide_the_errors(predicted):
    annotation = predicted.annotations.load(1)
    stroke_on(predicted, 1, (2, 2), "lips", "Ada")
    stroke_on(predicted, 2, (2, 2), "lips", "Ada")
    chosen = np.array([33, 263])
    before = annotation.landmarks[chosen]
    annotation = predicted.annotations.load(1)
    stroke = Stroke("grab", chosen, before, np.repeat(before[:1], 2, axis=0))
    predicted.annotations.record_stroke(1, stroke, revision=annotation.revision, annotator="Ada")
    for sample_id in (1, 2):
        predicted.reviews.accept(sample_id, reviewer="Rae")
    assert "face_468: 2 samples" in page_of(predicted).sections["errors"]
    regions = report_of(predicted).facts.tables["regions"].set_index("region")
    assert regions.loc["lips", "mean"] < 1


def test_the_folder_is_named_in_the_title(new_project, tmp_path):
    with new_project(tmp_path / "a<b>&\u202ec") as project:
        page = page_of(project)
    assert page.text.strip().startswith("Report of a<b>&\\u202ec\n")
    assert Path(project.home).name not in page.text
