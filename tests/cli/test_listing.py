"""The command `list`."""

import csv
import io
import json
import shutil
import unicodedata

import pytest
from PIL import Image

from annotator.project import Assessment, Project
from annotator.system.assets import asset_path

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")


@pytest.fixture
def many(tmp_path, command):
    """A project with a face in each of some photographs whose names are told apart by a byte."""
    folder, photos = tmp_path / "many", tmp_path / "in"
    photos.mkdir()
    for number, name in enumerate(("img10.png", "img2.png", "Émile 1.png")):
        picture = Image.open(PORTRAIT).convert("RGB")
        picture.putpixel((0, 0), (number, 0, 0))
        picture.save(photos / unicodedata.normalize("NFD", name))
    assert command("new", folder)[0] == 0
    assert command("add", folder, photos)[0] == 0
    assert command("predict", folder, "--no-small-faces")[0] == 0
    return folder


def listed(command, *arguments) -> list[dict]:
    code, out, _ = command("list", *arguments, "--json")
    assert code == 0
    return json.loads(out)["samples"]


def names(rows) -> list[str]:
    return [unicodedata.normalize("NFC", row["photograph"]) for row in rows]


def test_samples_are_listed_by_number_and_name_as_people_count(many, command):
    rows = listed(command, many)
    assert names(rows) == ["img2.png", "img10.png", "Émile 1.png"]
    assert rows[0]["state"] == "predicted"
    assert rows[0]["path"].endswith("img2.png")
    assert names(listed(command, many, "--descending"))[0] == "Émile 1.png"


def test_the_list_is_filtered_by_state_and_name(many, command):
    first, second, _ = listed(command, many)
    command("review", many, "accept", first["sample"], "--reviewer", "Rae")
    (accepted,) = listed(command, many, "--state", "accepted")
    assert (accepted["sample"], accepted["reviewer"]) == (first["sample"], "Rae")
    assert second in listed(command, many, "--state", "predicted", "--state", "in-progress")
    assert names(listed(command, many, "--name", "émile")) == ["Émile 1.png"]
    assert listed(command, many, "--name", "nobody") == []


def test_the_list_can_be_read_as_a_table(many, command):
    code, out, _ = command("list", many, "--csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert names(rows) == ["img2.png", "img10.png", "Émile 1.png"]
    assert list(rows[0]) == [
        "sample", "photograph", "face", "state", "strokes", "annotator", "reviewer", "score",
        "displacement", "round_change", "seconds_spent", "seconds_reviewed", "path",
        "clip", "frame", "time", "track", "yaw", "pitch", "roll",
        "may_not_leave",
    ]  # fmt: skip


def test_what_may_not_leave_is_marked_with_the_reason(many, command):
    assert "may not leave" not in command("list", many)[1]
    assert command("revoke", many, "img2.png", "--why", "she asked to")[0] == 0
    assert command("set", many, "img10.png", "--consent", "refused")[0] == 0
    told = {row["photograph"]: row["may_not_leave"] for row in listed(command, many)}
    assert list(told.values()) == ["revoked", "refused", None]
    first, *rows = command("list", many)[1].splitlines()
    assert first.split("  ")[-2:] == ["may not leave", "photograph"]
    assert [row.split()[-2] for row in rows[:2]] == ["revoked", "refused"]
    assert command("revoke", many, "img2.png", "--undo")[0] == 0
    assert listed(command, many, "--name", "img2.png")[0]["may_not_leave"] is None


def test_the_list_is_readable_by_people(many, command):
    code, out, _ = command("list", many)
    assert code == 0
    heading, first, *_ = out.splitlines()
    assert heading.split() == [
        "sample", "state", "strokes", "annotator", "reviewer", "face", "photograph"
    ]  # fmt: skip
    assert first.split()[-1] == "img2.png"
    assert "no sample matches" in command("list", many, "--state", "sent_back")[1]


@pytest.mark.parametrize("wrong", [["--state", "done"], ["--sort", "beauty"], ["--csv", "--json"]])
def test_what_cannot_be_listed_so_is_a_mistake_in_usage(many, command, wrong, assert_one_line):
    code, _, err = command("list", many, *wrong)
    assert code == 2
    assert_one_line(err)


def test_names_do_nothing_to_a_terminal(project, photos, command):
    shutil.copy(PORTRAIT, photos / "a\x1b[31m\nb.jpg")
    Image.open(PORTRAIT).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(
        photos / "a\x1b[31m\nb.jpg"
    )
    command("add", project, photos)
    command("predict", project, "--no-small-faces")
    _, out, _ = command("list", project)
    assert "\x1b" not in out
    assert r"a\x1b[31m\nb.jpg" in out
    assert len(out.splitlines()) == 4


def test_a_file_name_makes_no_further_line_of_a_report(project, photos, command):
    Image.open(PORTRAIT).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(
        photos / "a\nfailed: everything.jpg"
    )
    command("add", project, photos)
    command("remove", project, photos)
    _, out, _ = command("status", project, "--all")
    assert r"a\nfailed: everything.jpg" in out
    assert not any(line.startswith("failed: everything") for line in out.splitlines())
    command("restore", project, "--all")
    _, out, _ = command("relocate", project, photos, photos.parent / "no\nfailed: where")
    assert not any(line.startswith("failed: where") for line in out.splitlines())


def test_samples_are_listed_by_what_was_assessed_of_them(command, project):
    with Project.open(project) as opened:
        assessor = opened.assessments.register(1, 1, ["spread"])
        opened.assessments.store(
            assessor,
            [Assessment(i, i, 0, doubt, {"spread": 0.1}) for i, doubt in ((1, 0.3), (2, 0.2))],
        )

    def listed(*order):
        told = json.loads(command("list", project, "--json", "--sort", *order)[1])
        return [sample["sample"] for sample in told["samples"]]

    assert listed("error") == [2, 1]
    heading, row, _ = command("list", project, "--sort", "error")[1].splitlines()
    assert (heading.split()[-2], row.split()[-2]) == ("error", "0.2")
    assert listed("error", "--descending") == [1, 2]
    assert listed("blur") == [1, 2]  # which nobody knows


def test_no_name_in_the_table_is_a_formula_of_a_spreadsheet(command, project):
    command("review", project, "exclude", 1, "--reviewer", "=cmd()")
    code, out, _ = command("list", project, "--csv")
    assert code == 0
    assert {row["reviewer"] for row in csv.DictReader(io.StringIO(out))} == {"'=cmd()", ""}
