"""The audit log: all that is decided is in it, and nobody can take it out."""

import json
import sqlite3
from contextlib import closing

import pytest

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import (
    DamagedProject,
    Judgement,
    Project,
    ProjectError,
    UnknownSample,
    UnseenVerdict,
    UnusableName,
    Verdict,
)
from annotator.project.round_records import RoundOutcome

ACCEPT = Judgement(Verdict.ACCEPT, "Rae", "fine")


def told(project: Project, after: int = 0) -> list[tuple[str, str | None, int | None, int | None]]:
    return [
        (each.what, each.who, each.sample_id, each.image_id)
        for each in project.audit.entries(after=after)
    ]


def test_verdicts_of_all_kinds_are_entered_with_what_they_say(predicted):
    reviews = predicted.reviews
    reviews.submit(1, reviewer="Ann")
    reviews.send_back(1, reviewer="Rae", reasons=["blurred", "other"], comment="lid")
    reviews.give(Verdict.EXCLUDE, [2, 3], reviewer="Rae")
    given = reviews.judge_all([1], ACCEPT)
    reviews.take_back(given, reviewer="Rae")
    reviews.give_undecided(Verdict.DELETE, reviewer="Rae")
    assert told(predicted) == [
        ("submit", "Ann", 1, 1),
        ("send_back", "Rae", 1, 1),
        ("exclude", "Rae", 2, 1),
        ("exclude", "Rae", 3, 2),
        ("accept", "Rae", 1, 1),
        ("reopen", "Rae", 1, 1),
        ("send_back", "Rae", 1, 1),  # which is in effect again
    ]
    detail = list(predicted.audit.entries(sample_id=1))[1].detail
    assert detail == {"comment": "lid", "reasons": ["blurred", "other"], "revision": 0}


def test_what_else_is_done_is_entered_with_who_did_it(predicted):
    predicted.settings.put("review", "two steps", by="Ann")
    said = predicted.remarks.add(1, "left lid", author="Rae", vertices=[33])
    predicted.remarks.resolve(said.id, by="Ann")
    predicted.removals.remove([2], by="Bo")
    predicted.removals.remove([2], by="Bo")  # it is out already
    predicted.removals.restore([2], by="Cy")
    assert told(predicted) == [
        ("setting", "Ann", None, None),
        ("remark", "Rae", 1, None),
        ("resolve", "Ann", 1, None),
        ("remove", "Bo", None, 2),
        ("restore", "Cy", None, 2),
    ]
    first = next(predicted.audit.entries())
    assert first.detail == {"name": "review", "value": "two steps"}


def test_who_is_asked_for_an_opinion_is_entered_once_with_who_asks(predicted):
    predicted.reviews.accept(3, reviewer="Rae")
    before = max(each.number for each in predicted.audit.entries())
    (first,) = predicted.opinions.ask([(1, "Ann")], by="Lea")
    (known,) = predicted.opinions.ask_known([(3, "Bo")], by="Lea")
    predicted.opinions.ask([(1, "Ann"), (3, "Bo")], by="Cy")  # both were asked already
    assert told(predicted, before) == [("ask", "Lea", 1, 1), ("ask_known", "Lea", 3, 2)]
    details = [each.detail for each in predicted.audit.entries(after=before)]
    assert details == [
        {"annotator": "Ann", "opinion": first}, {"annotator": "Bo", "opinion": known},
    ]  # fmt: skip


def test_nothing_is_entered_of_opinions_that_were_refused(predicted):
    with pytest.raises(UnknownSample):
        predicted.opinions.ask([(1, "Ann"), (99, "Ann")], by="Lea")
    with pytest.raises(ProjectError):
        predicted.opinions.ask_known([(1, "Ann")], by="Lea")
    with pytest.raises(UnusableName):
        predicted.opinions.ask([(1, "Ann")], by="\n")
    assert told(predicted) == []


def test_rounds_are_entered(predicted, make_face):
    predicted.rounds.start(1, by="Rae")
    second = predicted.models.register(ModelInfo("retrained", "2" * 64, FACE_468))
    predicted.predictions.store(second, [(1, [make_face()]), (2, []), (3, [])])
    predicted.rounds.end_with(RoundOutcome(second), by="Rae")
    predicted.rounds.finish(1, by="Rae")
    assert [what for what, *_ in told(predicted)] == ["round_start", "round_end", "round_finish"]


def test_whoever_is_logged_in_did_what_nobody_put_a_name_to(predicted, monkeypatch):
    monkeypatch.setenv("LOGNAME", "kim")
    predicted.removals.remove([1])
    assert told(predicted) == [("remove", "kim", None, 1)]


def test_what_was_refused_is_not_entered(predicted):
    predicted.reviews.judge(1, ACCEPT)
    before = told(predicted)
    with pytest.raises(UnseenVerdict):
        predicted.reviews.judge(1, ACCEPT, seen=0)
    assert told(predicted) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET who = 'Bo'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit (number, at, what, detail) VALUES (1, '2026', 'x', '{}')",
    ],
)
def test_the_database_lets_nobody_change_the_log(predicted, statement):
    predicted.reviews.judge(1, ACCEPT)
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="the audit log never changes"),
    ):
        connection.execute(statement)


def test_the_log_keeps_what_was_deleted_for_good(predicted):
    predicted.reviews.judge(1, ACCEPT)
    predicted.removals.remove([1], by="Rae")
    predicted.removals.delete([1], by="Rae")
    assert told(predicted)[0] == ("accept", "Rae", 1, 1)
    last = list(predicted.audit.entries())[-1]
    assert last.detail["name"] == "a.jpg"


def test_the_log_is_in_a_backup_and_comes_back_with_it(predicted, tmp_path):
    predicted.reviews.judge(1, ACCEPT)
    predicted.back_up(tmp_path / "backup.sqlite")
    Project.restore(tmp_path / "again", tmp_path / "backup.sqlite")
    with Project.open(tmp_path / "again") as again:
        assert told(again) == told(predicted)


def test_a_long_log_is_read_some_at_a_time_and_from_a_place_on(predicted):
    for _ in range(3):
        predicted.reviews.judge(1, ACCEPT)
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection:
        connection.executemany(
            "INSERT INTO audit (at, what, detail) VALUES ('2026-01-01 00:00:00.000000', 'x', ?)",
            [(json.dumps({"n": n}),) for n in range(2500)],
        )
        connection.commit()
    numbers = [each.number for each in predicted.audit.entries()]
    assert numbers == list(range(1, 2504))
    assert [each.number for each in predicted.audit.entries(after=2500)] == [2501, 2502, 2503]


def test_two_programs_enter_into_one_log_and_none_is_lost(predicted, start_program):
    script = (
        "import sys; from annotator.project import Project, Judgement, Verdict\n"
        "with Project.open(sys.argv[1]) as p:\n"
        "    for _ in range(20): p.reviews.judge(int(sys.argv[2]), "
        "Judgement(Verdict.ACCEPT, sys.argv[3]))\n"
    )
    programs = [
        start_program(script, predicted.home, sample, name) for sample, name in ((1, "A"), (2, "B"))
    ]
    assert [program.wait(600) for program in programs] == [0, 0]
    entries = told(predicted)
    assert sum(who == "A" for _, who, *_ in entries) == 20
    assert sum(who == "B" for _, who, *_ in entries) == 20


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE OR REPLACE audit SET number = 2 WHERE number = 1",
        "UPDATE OR IGNORE audit SET detail = '{}'",
        "UPDATE audit SET rowid = 7",
        "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)",
        "REPLACE INTO audit (number, at, what, detail) VALUES (1, '2026', 'x', '{}')",
        "INSERT INTO audit (number, at, what, detail) VALUES (1, '2026', 'x', '{}') "
        "ON CONFLICT DO UPDATE SET what = 'x'",
        "INSERT OR IGNORE INTO audit (number, at, what, detail) VALUES (1, '2026', 'x', '{}')",
    ],
)
def test_no_statement_on_its_rows_changes_the_log(predicted, statement):
    predicted.reviews.judge(1, ACCEPT)
    predicted.reviews.judge(2, ACCEPT)
    before = told(predicted)
    with (
        closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection,
        pytest.raises(sqlite3.IntegrityError, match="the audit log never changes"),
    ):
        connection.execute(statement)
    assert told(predicted) == before


def test_a_project_whose_log_has_lost_its_triggers_is_refused(predicted):
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection, connection:
        connection.execute("DROP TRIGGER audit_refuse_delete")
    with pytest.raises(DamagedProject):
        Project.open(predicted.home)


def test_entries_that_were_taken_out_past_the_triggers_are_missed(predicted):
    for sample_id in (1, 2, 3):
        predicted.reviews.judge(sample_id, ACCEPT)
    assert predicted.problems() == []
    predicted.close()
    with closing(sqlite3.connect(predicted.home / "project.sqlite")) as connection, connection:
        (trigger,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'audit_refuse_delete'"
        ).fetchone()
        connection.execute("DROP TRIGGER audit_refuse_delete")
        connection.execute("DELETE FROM audit WHERE number < 3")
        connection.execute(trigger)
    with Project.open(predicted.home) as project:
        assert project.problems() == ["entries 1 to 2 of the audit log are missing"]
