"""`assess` and `triage`: how good predictions probably are, and what is worth work."""

import csv
import json

import pytest

from annotator.project import Project
from annotator.quality.signals import SIGNALS

QUICK = "--no-small-faces"


@pytest.fixture
def assessed(command, project):
    """Return a project with two samples that are assessed."""
    assert command("assess", project)[0] == 0
    return project


def test_what_is_assessed_is_told_with_the_piles(command, project):
    code, out, err = command("assess", project)
    first, counts, ends = out.splitlines()
    assert (code, first, err) == (0, "assessed 2 faces, failed 0", "")
    assert counts.endswith(", 0 not assessed")
    assert "(the shipped limits)" in ends


def test_a_second_time_nothing_is_left_to_do(command, assessed):
    assert command("assess", assessed)[1].startswith("assessed 0 faces: none was waiting\n")
    code, out, _ = command("assess", assessed, "--again", "--json")
    assert code == 0
    assert json.loads(out) == {
        "model": "face_landmark",
        "photographs": 2,
        "assessed": 2,
        "failed": [],
    }


def test_a_photograph_that_is_gone_is_told_and_the_rest_goes_on(command, project, photos):
    (photos / "hopper.jpg").unlink()
    code, out, _ = command("assess", project)
    assert code == 0
    assert "assessed 1 face, failed 1" in out
    assert f"failed: {photos / 'hopper.jpg'}: " in out
    (photos / "collins.jpg").unlink()
    code, out, _ = command("assess", project, "--again")
    assert (code, "assessed 0 faces, failed 2" in out) == (1, True)


def test_predicting_assesses_if_it_is_asked_to(command, tmp_path, photos):
    folder = tmp_path / "new"
    command("new", folder)
    command("add", folder, photos)
    code, out, _ = command("predict", folder, QUICK, "--assess")
    assert code == 0
    assert out.splitlines()[-1] == "assessed 2 faces, failed 0"
    out = command("predict", folder, QUICK, "--assess", "--json")[1]
    assert json.loads(out)["assessed"] == 0


def test_predicting_assesses_nothing_unasked(project):
    with Project.open(project) as opened:
        assert len(opened.assessments.columns().sample_ids) == 0


def test_one_table_says_where_each_sample_stands_and_why(command, assessed):
    code, out, _ = command("triage", assessed)
    counts, ends, headings, *rows = out.splitlines()
    assert code == 0
    assert counts.count(",") == 3
    assert ends.startswith("piles by expected error, of the outer IOD: fit to accept up to ")
    assert headings.split() == [
        "order", "sample", "pile", "error", "findings", "state", "face", "photograph", "why",
    ]  # fmt: skip
    assert len(rows) == 2
    assert all("%" in row and ".jpg" in row for row in rows)


def test_the_same_for_programs(command, assessed):
    told = json.loads(command("triage", assessed, "--json")[1])
    assert sum(told["piles"].values()) == 2
    assert told["thresholds"]["verdicts"] is None
    first, second = told["samples"]
    assert first["expected_gain"] >= second["expected_gain"]
    assert 0 < first["expected_error"] < 1
    assert first["why"]
    assert len(json.loads(command("triage", assessed, "--json", "--limit", 1)[1])["samples"]) == 1


def test_a_table_for_spreadsheets_holds_every_signal(command, assessed, tmp_path):
    table = tmp_path / "triage.csv"
    code, out, _ = command("triage", assessed, "--csv", table)
    assert code == 0
    assert out.splitlines()[-1] == f"2 samples in {table}"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert {row["photograph"] for row in rows} == {"collins.jpg", "hopper.jpg"}
    assert set(SIGNALS) <= set(rows[0])
    assert all(0 < float(row["spread"]) < 1 for row in rows)
    assert rows[0]["jitter"] == ""


def test_names_are_no_formulas_in_the_table(command, tmp_path, photos):
    folder, table = tmp_path / "new", tmp_path / "triage.csv"
    (photos / "collins.jpg").rename(photos / "=1+1.jpg")
    command("new", folder)
    command("add", folder, photos)
    command("predict", folder, QUICK)
    command("triage", folder, "--csv", table)
    names = {row["photograph"] for row in csv.DictReader(table.read_text().splitlines())}
    assert names == {"'=1+1.jpg", "hopper.jpg"}


def test_what_is_not_assessed_says_so(command, project):
    out = command("triage", project)[1]
    assert out.startswith("0 fit to accept after a look, 0 worth correcting, 0 hopeless, 2 not")
    assert out.count("not assessed") == 3


def test_what_has_its_verdict_is_nothing_to_do(command, assessed):
    command("review", assessed, "accept", "--all")
    told = json.loads(command("triage", assessed, "--json")[1])["samples"]
    assert [one["order"] for one in told] == [None, None]


def test_the_project_says_where_piles_end(command, assessed):
    with Project.open(assessed) as opened:
        opened.settings.put("triage", {"accept": 1.0, "hopeless": 2.0})
    told = json.loads(command("triage", assessed, "--json")[1])
    assert told["piles"]["fit to accept after a look"] == 2
    assert told["thresholds"] == {"accept": 1.0, "hopeless": 2.0, "verdicts": None, "is_own": True}
    assert "(as the project set them)" in command("triage", assessed)[1]


def test_too_few_verdicts_teach_nothing(command, assessed):
    command("review", assessed, "accept", "--all")
    code, out, _ = command("triage", assessed, "--learn")
    assert code == 0
    assert "nothing learned: the project has too few verdicts" in out
    with Project.open(assessed) as opened:
        assert opened.settings.get("triage") == {}


def test_two_ways_to_print_at_once_are_refused(command, assessed, tmp_path, assert_one_line):
    code, out, err = command("triage", assessed, "--json", "--csv", tmp_path / "x.csv")
    assert (code, out) == (2, "")
    assert_one_line(err)


def test_a_project_that_may_only_be_read_is_triaged(command, assessed):
    with Project.open(assessed, read_only=True) as opened:
        assert len(opened.assessments.columns().sample_ids) == 2
    assert command("triage", assessed)[0] == 0
