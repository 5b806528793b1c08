import json
import re

import pytest


def test_a_project_is_never_made_twice(command, tmp_path, assert_one_line):
    assert command("new", tmp_path / "p")[0] == 0
    code, _, err = command("new", tmp_path / "p")
    assert code == 1
    assert_one_line(err)


def test_adding_reports_what_was_added_and_what_failed(command, tmp_path, photos):
    command("new", tmp_path / "p")
    code, out, err = command("add", tmp_path / "p", photos)
    assert (code, err) == (0, "")
    assert out.startswith("added 3, already there 0, failed 1\n")
    assert f"failed: {photos / 'broken.jpg'}: " in out


def test_adding_reports_as_json(command, tmp_path, photos):
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", photos / "hopper.jpg")
    code, out, err = command("add", tmp_path / "p", photos, "--json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert (report["added"], report["already_there"]) == (2, 1)
    assert [failure["path"] for failure in report["failed"]] == [str(photos / "broken.jpg")]
    assert report["failed"][0]["reason"]


def test_adding_fails_when_nothing_was_usable(command, tmp_path, photos):
    command("new", tmp_path / "p")
    code, out, _ = command("add", tmp_path / "p", photos / "broken.jpg", "--json")
    assert code == 1
    assert json.loads(out)["added"] == 0


def test_status_as_json_has_exactly_the_documented_keys(command, project, photos):
    code, out, err = command("status", project, "--json")
    status = json.loads(out)
    assert (code, err) == (0, "")
    assert list(status) == ["images", "samples", "failed"]
    assert status["images"] == 3
    assert status["samples"] == {
        "predicted": 2,
        "in_progress": 0,
        "accepted": 0,
        "rejected": 0,
        "excluded": 0,
        "deleted": 0,
    }
    assert [set(failure) for failure in status["failed"]] == [{"path", "reason"}]


def test_status_is_readable_by_people(command, project):
    _, out, _ = command("status", project)
    assert re.search(r"images +3", out)
    assert re.search(r"predicted +2", out)
    assert re.search(r"in progress +0", out)
    assert "broken.jpg" in out


@pytest.mark.parametrize("name", ["status", "open", "new", "demo", "predict", "learn"])
def test_an_address_that_is_not_served_is_refused_and_its_password_not_shown(
    command, tmp_path, monkeypatch, assert_one_line, name
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("annotator.cli.windows._require_window_system", lambda: None)
    code, out, err = command(name, "postgresql://u:secret@h/db")
    assert (code, out) == (1, "")
    assert err == "error: this version opens no postgresql:// addresses: choose a folder\n"
    assert_one_line(err)
    assert list(tmp_path.iterdir()) == []  # nor made into a folder of that name


def test_a_new_project_is_named_by_its_address(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("new", "p")[:2] == (0, f"new project: {tmp_path / 'p'}\n")
