import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from sqlalchemy import Engine, event, update

from annotator.cli import main
from annotator.project import Project, Reason, SampleState, Stroke
from annotator.project.tables import SampleRow
from annotator.workflow import image_files as reviews_of_images


def test_accepting_takes_the_numbers_of_samples(command, project):
    code, out, _ = command("review", project, "accept", 2, 2, "--reviewer", "ada", "--json")
    assert (code, json.loads(out)) == (0, {"verdict": "accept", "samples": [2]})
    with Project.open(project) as opened:
        assert opened.samples.get(2).state == "accepted"
        assert opened.samples.get(2).reviewer == "ada"
        assert opened.samples.get(1).state == "predicted"


def test_all_means_the_samples_without_verdict(command, project):
    command("review", project, "send-back", 1, "--reason", "blurred", "--reason", "other")
    code, out, _ = command("review", project, "exclude", "--all", "--comment", "private")
    assert (code, out) == (0, "exclude: 1 sample\n")
    with Project.open(project) as opened:
        (sent_back,) = opened.reviews.history(1)
        (exclusion,) = opened.reviews.history(2)
    assert sent_back.reasons == (Reason.BLURRED, Reason.OTHER)
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

    def notice(connection):
        if "sqlite_begin" in connection.get_execution_options():
            asked.set()

    event.listen(Engine, "begin", notice)
    yield asked
    event.remove(Engine, "begin", notice)


@pytest.mark.parametrize("which", ["1", "--all"])
def test_no_sample_is_accepted_whose_photograph_is_another_or_gone(command, project, photos, which):
    with Project.open(project) as opened:
        first, second = (opened.images.get(sample.image_id).path for sample in both(opened))
    aside = first.rename(first.with_name("aside"))
    shutil.copy(photos / "coffee.jpg", first)
    code, out, err = command("review", project, "accept", which)
    accepted = 1 if which == "--all" else 0
    assert (code, err) == (1, "")
    assert out.startswith(f"accept: {accepted} sample{'' if accepted else 's'}, 1 sample left as")
    assert f"failed: {first}: the file has changed since it was added: add it again\n" in out
    first.unlink()
    code, out, _ = command("review", project, "accept", 1, "--json")
    assert (code, json.loads(out)["samples"]) == (1, [])
    assert json.loads(out)["failed"] == [{"path": str(first), "reason": "the file does not exist"}]
    aside.rename(first)
    assert command("review", project, "accept", 1)[:2] == (0, "accept: 1 sample\n")
    second.unlink()
    assert command("review", project, "exclude", 2)[0] == 0, "that needs no photograph"


def test_photographs_of_a_project_that_was_copied_are_known_by_their_content(
    command, project, photos
):
    for path in photos.iterdir():  # a copy with its times, in the original's place
        shutil.copy2(path, path.with_suffix(".copy"))
        path.with_suffix(".copy").replace(path)
    assert command("review", project, "accept", "--all")[:2] == (0, "accept: 2 samples\n")


def both(opened):
    return [opened.samples.get(number) for number in (1, 2)]


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


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("   ", "cannot be empty"),
        ("x" * 81, "80 characters at most"),
        ("an\nna", "line breaks"),
        ("an\u202ena", "characters that are not shown"),
    ],
)
def test_names_that_nobody_has_are_refused(command, project, name, said):
    code, _, err = command("review", project, "accept", 2, "--reviewer", name)
    assert code == 2
    assert said in " ".join(err.split())


@pytest.mark.parametrize("change", ["verdict", "stroke"])
def test_what_comes_while_photographs_are_looked_at_is_not_passed_over(
    command, project, monkeypatch, change
):
    looked_at = reviews_of_images.not_acceptable

    def slowly(opened, sample_ids):
        found = looked_at(opened, sample_ids)
        if change == "verdict":
            opened.reviews.send_back(2, reviewer="ada", reasons=[Reason.BLURRED])
        else:
            before = opened.annotations.load(2).landmarks[[0]]
            stroke = Stroke("grab", np.array([0]), before, before + 1)
            opened.annotations.record_stroke(2, stroke, revision=0, annotator="ada")
        return found

    monkeypatch.setattr(reviews_of_images, "not_acceptable", slowly)
    code, _, err = command("review", project, "accept", 1, 2)
    assert code == 1
    assert "sample 2" in err
    with Project.open(project) as opened:
        assert opened.samples.get(1).state == "predicted"
        assert opened.samples.get(2).state != "accepted"


def test_an_unknown_reason_is_told_with_those_that_there_are(command, project):
    code, _, said = command("review", project, "send-back", 1, "--reason", "ugly")
    assert code == 2
    assert f"'ugly' is no reason: take one of {', '.join(Reason)}" in said


def test_excluding_needs_a_reason_where_several_people_decide_and_says_so(command, project):
    command("settings", project, "review", "two steps")
    for asked in ((1,), ("--all",)):
        code, _, said = command("review", project, "exclude", *asked)
        assert code == 1
        assert f"give one or more of {', '.join(Reason)} (`--reason`)" in said
    assert command("review", project, "exclude", 1, "--reason", "blurred")[0] == 0
    command("settings", project, "review", "alone")
    assert command("review", project, "exclude", 2)[0] == 0
