import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Engine, event, update

from annotator.cli import main
from annotator.project import Project, RejectReason, SampleState
from annotator.project.tables import SampleRow


def test_accepting_takes_the_numbers_of_samples(command, project):
    code, out, _ = command("review", project, "accept", 2, 2, "--reviewer", "ada", "--json")
    assert (code, json.loads(out)) == (0, {"verdict": "accept", "samples": [2]})
    with Project.open(project) as opened:
        assert opened.samples.get(2).state == "accepted"
        assert opened.samples.get(2).reviewer == "ada"
        assert opened.samples.get(1).state == "predicted"


def test_all_means_the_samples_without_verdict(command, project):
    command("review", project, "reject", 1, "--reason", "blurred", "--reason", "other")
    code, out, _ = command("review", project, "exclude", "--all", "--comment", "private")
    assert (code, out) == (0, "exclude: 1 sample\n")
    with Project.open(project) as opened:
        (rejection,) = opened.reviews.history(1)
        (exclusion,) = opened.reviews.history(2)
    assert rejection.reasons == (RejectReason.BLURRED, RejectReason.OTHER)
    assert exclusion.comment == "private"
    assert exclusion.reviewer


def test_all_leaves_alone_what_is_decided_meanwhile(command, project, lock_asked_for):
    with Project.open(project) as opened, ThreadPoolExecutor(1) as executor:
        with opened._engine.writing() as session:  # someone else's transaction
            lock_asked_for.clear()
            run = executor.submit(main, ["review", str(project), "exclude", "--all"])
            assert lock_asked_for.wait(60)
            session.execute(
                update(SampleRow).values(state=SampleState.ACCEPTED).where(SampleRow.id == 1)
            )
        assert run.result() == 0
        assert [opened.samples.get(number).state for number in (1, 2)] == ["accepted", "excluded"]


@pytest.fixture
def lock_asked_for():
    """Return an event that is set whenever a transaction asks the database for its lock."""
    asked = Event()

    def notice(connection, cursor, statement, *more):
        if statement.startswith("BEGIN IMMEDIATE"):
            asked.set()

    event.listen(Engine, "before_cursor_execute", notice)
    yield asked
    event.remove(Engine, "before_cursor_execute", notice)


def test_a_name_is_kept_without_the_blanks_around_it(command, project):
    command("review", project, "accept", 2, "--reviewer", " ada ")
    with Project.open(project) as opened:
        assert opened.samples.get(2).reviewer == "ada"


@pytest.mark.parametrize("name", [" ", "\udce9"])
def test_a_strange_login_name_is_no_reason_to_fail(command, project, monkeypatch, name):
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, name)
    assert command("review", project, "accept", 2)[0] == 0


def test_an_unknown_sample_stops_the_review_before_anything_is_written(
    command, project, assert_one_line
):
    code, _, err = command("review", project, "accept", 1, 99)
    assert code == 1
    assert "99" in err
    assert_one_line(err)
    with Project.open(project) as opened:
        assert opened.samples.get(1).state == "predicted"
