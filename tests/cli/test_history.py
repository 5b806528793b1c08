"""The commands about what happened: history, audit, settings; and those of two steps."""

import csv
import json
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from annotator.project import Project, Stroke


@pytest.fixture
def edited(project):
    """A project whose sample 1 has three revisions, the last of them an undo."""
    with Project.open(project) as opened:
        for at in range(2):
            annotation = opened.annotations.load(1)
            before = annotation.landmarks[[at]]
            stroke = Stroke("grab", np.array([at]), before, before + 3)
            opened.annotations.record_stroke(
                1, stroke, revision=annotation.revision, annotator="ada"
            )
        opened.annotations.undo(1, revision=2, by="bo")
        opened.remarks.add(1, "left lid", author="rae", vertices=[33])
    return project


def test_the_history_of_a_sample_is_a_table_of_all_that_happened(command, edited):
    command("review", edited, "send-back", 1, "--reason", "other", "--reviewer", "rae")
    code, out, _ = command("history", edited, 1)
    assert code == 0
    lines = [line.split()[1:] for line in out.splitlines()]
    assert lines[0] == ["revision", "what", "who", "said"]
    assert [line[:2] for line in lines[1:]] == [
        ["1", "stroke"], ["2", "stroke"], ["3", "undo"], ["3", "remark"], ["3", "send_back"],
    ]  # fmt: skip
    values = json.loads(command("history", edited, "collins.jpg", "--json")[1])
    assert (values["revision"], len(values["history"])) == (3, 5)


def test_a_sample_that_nobody_touched_has_none(command, edited):
    assert command("history", edited, 2)[1].startswith("as it was predicted")


def test_a_revision_is_brought_back_and_can_be_undone(command, edited):
    with Project.open(edited) as opened:
        wanted = opened.annotations.at_revision(1, 2).landmarks
        now = opened.annotations.load(1).landmarks
    code, out, _ = command("history", edited, 1, "--restore", 2, "--annotator", "cy")
    assert (code, out) == (0, "sample 1 is as it was at revision 2: revision 4 now\n")
    with Project.open(edited) as opened:
        back = opened.annotations.load(1)
        assert np.array_equal(back.landmarks, wanted)
        assert back.last_stroke.annotator == "cy"
        undone = opened.annotations.undo(1, revision=4)
        assert np.array_equal(undone.landmarks, now)


def test_a_revision_that_never_was_is_one_line(command, edited, assert_one_line):
    code, out, err = command("history", edited, 1, "--restore", 9)
    assert (code, out) == (1, "")
    assert_one_line(err)


def test_the_audit_log_is_shown_and_exported_whole(command, edited, tmp_path):
    command("review", edited, "accept", 1, 2, "--reviewer", "rae", "--despite-checks")
    entries = json.loads(command("audit", edited, "--json")[1])["entries"]
    assert [(entry["what"], entry["sample"]) for entry in entries] == [
        ("remark", 1), ("accept", 1), ("accept", 2),
    ]  # fmt: skip
    assert command("audit", edited)[1].count("\n") == 4
    assert command("audit", edited, "--sample", 2)[1].count("\n") == 2
    command("settings", edited, "review", "two steps", "--by", "rae")
    *_, last = command("audit", edited)[1].splitlines()
    assert last.endswith("name: review; value: two steps")
    file = tmp_path / "log.csv"
    assert command("audit", edited, "--csv", file)[0] == 0
    with file.open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["what"] for row in rows] == ["remark", "accept", "accept", "setting"]
    assert json.loads(rows[0]["detail"])["vertices"] == [33]


def test_the_log_writes_over_no_file(command, edited, tmp_path, assert_one_line):
    file = tmp_path / "log.csv"
    file.write_text("mine")
    code, _, err = command("audit", edited, "--csv", file)
    assert code == 1
    assert_one_line(err)
    assert file.read_text() == "mine"


def test_settings_are_shown_with_what_they_are_for_and_changed(command, project):
    shown = command("settings", project)[1]
    assert 'review = "alone": Who decides' in shown
    assert command("settings", project, "review", "two steps", "--by", "rae")[0] == 0
    assert command("settings", project, "own_work", "true")[0] == 0
    assert command("settings", project, "reasons", "lids_wrong, other")[0] == 0
    values = json.loads(command("settings", project, "--json")[1])["settings"]
    assert values["review"] == "two steps"
    assert values["own_work"] is True
    assert values["reasons"] == ["lids_wrong", "other"]
    entries = json.loads(command("audit", project, "--json")[1])["entries"]
    assert (entries[0]["what"], entries[0]["who"]) == ("setting", "rae")


@pytest.mark.parametrize(
    "given", [("colour",), ("colour", "red"), ("review", "three steps"), ("own_work", "maybe")]
)
def test_settings_that_cannot_be_are_one_line(command, project, given, assert_one_line):
    code, out, err = command("settings", project, *given)
    assert (code, out) == (1, "")
    assert_one_line(err)


def test_two_steps_from_the_command_line(command, edited, assert_one_line):
    command("settings", edited, "review", "two steps")
    code, _, err = command("review", edited, "accept", 1, "--reviewer", "ada")
    assert code == 1
    assert_one_line(err)
    assert "ada's own work" in err
    assert command("review", edited, "submit", 1, "--reviewer", "ada")[0] == 0
    assert command("review", edited, "submit", 2, "--reviewer", "bo")[0] == 0
    code, out, _ = command(
        "review", edited, "accept", "--all", "--reviewer", "ADA", "--despite-checks"
    )
    assert code == 1
    assert "1 sample left as before (1 your own work" in out
    code, out, _ = command(
        "review", edited, "accept", "--all", "--reviewer", "rae", "--despite-checks"
    )
    assert (code, out) == (0, "accept: 1 sample\n")
    with Project.open(edited) as opened:
        assert {sample.state.value for sample in opened.samples.summaries()} == {"accepted"}


def test_words_of_earlier_versions_are_understood(command, project):
    code, out, _ = command("review", project, "reject", 1, "--reason", "not-a-face")
    assert (code, out) == (0, "send-back: 1 sample\n")


def test_a_random_part_is_drawn_reviewed_and_bounds_the_errors(command, project):
    command("review", project, "submit", 1, 2, "--reviewer", "ada")
    code, out, _ = command("sampling", "draw", project, "--count", 5, "--by", "rae")
    assert code == 0
    assert out.startswith(
        "draw 1: 2 samples of 2 submitted; 0 right, 0 wrong\n"
        "5 were to be drawn, but only 2 samples are submitted: all of them were drawn\n"
        "to be reviewed: 1, 2"
    )
    command("review", project, "accept", 1, "--reviewer", "rae", "--despite-checks")
    command("review", project, "send-back", 2, "--reason", "other", "--reviewer", "rae")
    out = command("sampling", "show", project)[1]
    assert "1 right, 1 wrong" in out
    assert "at most 97.5% of all are wrong, with a confidence of 95%" in out
    values = json.loads(command("sampling", "show", project, 1, "--json")[1])
    assert (values["right"], values["wrong"], values["waiting"]) == ([1], [2], [])


def test_a_bound_that_needs_more_than_was_submitted_is_said_to_be_out_of_reach(command, project):
    command("review", project, "submit", 1, "--reviewer", "ada")
    out = command("sampling", "draw", project, "--limit", "0.05", "--by", "rae")[1]
    assert "59 were to be drawn, but only 1 sample is submitted: all of them were drawn" in out


def test_what_is_no_value_of_review_is_told_and_two_steps_hold(command, project, assert_one_line):
    with closing(sqlite3.connect(project / "project.sqlite")) as rows, rows:
        rows.execute(
            "INSERT INTO settings (name, value, changed_by, changed_at) "
            "VALUES ('review', '\"tow steps\"', 'ada', '2026-01-01 00:00:00.000000')"
        )
    command("review", project, "submit", 1, "--reviewer", "ada")
    code, _, err = command("review", project, "accept", 1, "--reviewer", "ada", "--despite-checks")
    assert code == 1
    assert_one_line(err)
    for name in ("settings", "check"):
        out = command(name, project)[1]
        assert '"tow steps", but must be "alone" or "two steps": "two steps" holds' in out
    assert command("settings", project, "review", "alone")[0] == 0
    assert "damaged" not in command("settings", project)[1]
    assert command("check", project)[0] == 0


def test_strokes_of_earlier_versions_are_listed_without_their_revisions(command, edited):
    with closing(sqlite3.connect(edited / "project.sqlite")) as rows, rows:
        rows.execute("DELETE FROM revisions")
    values = json.loads(command("history", edited, 1, "--json")[1])
    assert [(row["revision"], row["who"]) for row in values["history"][:2]] == [
        (None, "ada"),
        (None, "ada"),
    ]
    assert command("history", edited, 1)[1].splitlines()[1].split()[1] == "-"


NESTED = "[" * 100_000


def test_a_value_that_is_nested_without_end_is_refused(command, project):
    code, out, err = command("settings", project, "reasons", NESTED)
    assert (code, out) == (1, "")
    assert err.startswith("error: the setting reasons must be")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("table", "arguments"),
    [
        ("settings", ["settings"]),
        ("settings", ["settings", "review", "alone"]),
        ("audit", ["audit"]),
    ],
)
@pytest.mark.parametrize("value", [NESTED, "{", "[1,"])
def test_text_that_is_no_json_in_the_database_is_told_as_damage(
    command, project, table, arguments, value
):
    columns = {
        "settings": "(name, value, changed_by, changed_at) VALUES ('review', ?, 'a', ?)",
        "audit": "(what, detail, at) VALUES ('x', ?, ?)",
    }
    with closing(sqlite3.connect(project / "project.sqlite")) as rows, rows:
        rows.execute(f"INSERT INTO {table} {columns[table]}", (value, "2026-01-01 00:00:00.000000"))
    code, out, err = command(arguments[0], project, *arguments[1:])
    assert (code, out) == (1, "")
    assert f"no JSON in table {table}" in err
    assert err.count("\n") == 1


def test_no_name_in_an_exported_log_is_a_formula_of_a_spreadsheet(command, project, tmp_path):
    command("review", project, "accept", 1, "--reviewer", "=cmd()", "--despite-checks")
    command("audit", project, "--csv", tmp_path / "log.csv")
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["who"] for row in csv.DictReader(stream)] == ["'=cmd()"]
