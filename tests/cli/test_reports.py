"""The command `report`: what it writes, what it refuses, and what it needs."""

import json
import os
import sys

import pytest

from annotator.system.placing import partial_name


def test_report_writes_one_page_and_says_where(command, project, tmp_path):
    out = tmp_path / "out.html"
    assert command("report", project, out) == (0, f"see {out}\n", "")
    html = out.read_text("utf-8")
    assert html.startswith("<!doctype html>")
    assert html.rstrip().endswith("</html>")
    assert command("report", project, out)[0] == 0  # a newer one takes its place
    assert [path.name for path in tmp_path.glob("out*")] == ["out.html"]


def test_report_prints_its_figures_as_json(command, project, tmp_path):
    code, out, err = command("report", project, tmp_path / "out.html", "--json")
    values = json.loads(out)
    assert (code, err) == (0, "")
    assert {"state": "predicted", "samples": 2} in values["states"]
    assert values["page"] == str(tmp_path / "out.html")


def test_report_replaces_nothing_but_pages(command, project, assert_one_line):
    database = project / "project.sqlite"
    before = database.read_bytes()
    code, out, err = command("report", project, database)
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert ".html" in err
    assert database.read_bytes() == before


def test_report_says_what_to_install_where_there_is_no_matplotlib(
    command, project, tmp_path, monkeypatch, assert_one_line
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, out, err = command("report", project, tmp_path / "out.html")
    assert (code, out) == (1, "")
    assert_one_line(err)
    assert "facemesh-annotator[report]" in err
    assert not (tmp_path / "out.html").exists()


@pytest.mark.parametrize("folder", ["nowhere", "project"])
def test_report_needs_a_project_and_a_folder_for_the_page(
    command, project, tmp_path, folder, assert_one_line
):
    out = tmp_path / ("out.html" if folder == "nowhere" else "none/out.html")
    code, _, err = command("report", tmp_path / folder, out)
    assert code == 1
    assert_one_line(err)


def test_that_a_page_cannot_be_written_is_told_before_anything_is_counted(
    command, project, tmp_path, monkeypatch, assert_one_line
):
    def counted(*_):
        raise AssertionError("it was counted for nothing")

    monkeypatch.setattr("annotator.quality.report.report_of", counted)
    code, out, err = command("report", project, tmp_path / "none" / "out.html")
    assert (code, out) == (1, "")
    assert_one_line(err)


def test_a_report_that_fails_leaves_nothing_and_the_older_page(
    command, project, tmp_path, monkeypatch
):
    out = tmp_path / "out.html"
    out.write_text("older", "utf-8")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    before = sorted(tmp_path.iterdir())
    assert command("report", project, out)[0] == 1
    assert out.read_text("utf-8") == "older"
    assert sorted(tmp_path.iterdir()) == before


def test_what_a_killed_report_left_beside_the_page_goes_with_the_next_one(
    command, project, tmp_path
):
    left = tmp_path / partial_name()
    left.write_bytes(b"half a page")
    os.utime(left, (1, 1))  # long ago: nobody is about to finish it
    assert command("report", project, tmp_path / "out.html")[0] == 0
    assert not left.exists()
