"""What is known of photographs, set and read from the command line."""

import csv
import json
import os
from pathlib import Path

import pytest

from annotator.project import NewRelease, Project, ReleaseEntry


def known(project) -> dict[str, dict]:
    with Project.open(project) as opened:
        images = {image.id: image.name for image in opened.images.all()}
        facts = opened.facts.of(images)
    return {name: facts[each] for each, name in images.items()}


def image_of(opened: Project, name: str) -> int:
    (found,) = [image.id for image in opened.images.all() if image.name == name]
    return found


@pytest.fixture
def released(project) -> Path:
    """The project, with a release in its ledger that holds collins.jpg; its folder is gone."""
    with Project.open(project) as opened:
        image = image_of(opened, "collins.jpg")
        (sample,) = [each.id for each in opened.samples.summaries() if each.image_id == image]
        entries = [ReleaseEntry(sample, image, None, "0" * 16)]
        folder = project.parent / "faces-1.0.0"
        opened.releases.add(NewRelease("faces", "1.0.0", folder, "a" * 64, "npz", 1, entries))
    return project


def test_facts_are_set_for_some_photographs_and_cleared(project, command):
    said = ("--subject", "P-7", "--licence", "CC0-1.0", "--consent", "given", "--source", "@web")
    code, out, _ = command("set", project, "collins.jpg", "hopper.jpg", *said, "--group", "=1+1")
    assert code == 0
    assert "changed what is known of 2 photographs: subject of 2, group of 2" in out
    facts = known(project)["collins.jpg"]
    assert (facts.subject, facts.group, facts.consent) == ("P-7", "=1+1", "given")
    assert known(project)["coffee.jpg"].subject is None
    assert (
        command("set", project, "hopper.jpg", "--consent", "unknown", "--group", "unknown")[0] == 0
    )
    facts = known(project)["hopper.jpg"]
    assert (facts.subject, facts.group, facts.consent) == ("P-7", None, None)
    assert "nothing changes" in command("set", project, "hopper.jpg", "--subject", "P-7")[1]


def test_a_dry_run_tells_and_changes_nothing(project, command):
    code, out, _ = command("set", project, "collins.jpg", "--subject", "P-7", "--dry-run")
    assert code == 0
    assert out == "would change what is known of 1 photograph: subject of 1\n"
    assert known(project)["collins.jpg"].subject is None


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("collins.jpg",),
        ("--subject", "P-7"),
        ("collins.jpg", "--csv", "x.csv"),
        ("--csv", "x.csv", "--subject", "P-7"),
        ("collins.jpg", "--consent", "maybe"),
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(project, command, assert_one_line, arguments):
    code, _, err = command("set", project, *arguments)
    assert code == 2
    assert_one_line(err)


@pytest.mark.parametrize("text", ["a\nb", "\u202egpj", "x" * 501, " ", "unknown "])
def test_text_that_cannot_be_shown_is_refused(project, command, assert_one_line, text):
    code, _, err = command("set", project, "collins.jpg", "--subject", text)
    assert code == 1
    assert_one_line(err)
    assert known(project)["collins.jpg"].subject is None


def test_a_table_of_facts_comes_back_as_it_was_and_changes_nothing(project, command, tmp_path):
    table = tmp_path / "facts.csv"
    for name, subject in (
        ("collins.jpg", "=1+1"),
        ("hopper.jpg", '\'=x, "שלום"'),
        ("coffee.jpg", "''a"),
    ):
        assert command("set", project, name, "--subject", subject, "--source", "-1")[0] == 0
    before = known(project)
    assert command("facts", project, "--csv", table)[0] == 0
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    cells = {row["subject"] for row in rows}
    assert cells == {"''=x, \"שלום\"", "'''a", "'=1+1"}
    assert command("facts", project)[1] == table.read_text("utf-8")
    code, out, _ = command("set", project, "--csv", table)
    assert (code, out) == (0, "nothing changes: that was known of 3 photographs\n")
    assert known(project) == before


def test_a_table_names_photographs_by_path_name_hash_or_sample(project, command, tmp_path, photos):
    table = tmp_path / "facts.csv"
    samples = json.loads(command("list", project, "--json")[1])["samples"]
    (hopper,) = [each["sample"] for each in samples if each["photograph"] == "hopper.jpg"]
    table.write_text(
        "\ufeffsample, image ,subject,consent\r\n"
        f",{photos / 'collins.jpg'},P-1,\r\n,coffee.jpg,P-2,given\r\n{hopper},,P-3,refused\r\n\r\n",
        "utf-8",
    )
    code, out, _ = command("set", project, "--csv", table, "--json")
    assert code == 0
    assert len(json.loads(out)["changed"]) == 3
    facts = known(project)
    assert [facts[name].subject for name in ("collins.jpg", "coffee.jpg", "hopper.jpg")] == [
        "P-1",
        "P-2",
        "P-3",
    ]
    assert not facts["hopper.jpg"].may_leave


@pytest.mark.parametrize(
    "wrong",
    [
        (
            "image,subject\ncollins.jpg,A\nnobody.jpg,B\n",
            3,
            "no photograph of this project has the",
        ),
        ("image,subject\ncollins.jpg,A\ncollins.jpg,B\n", 3, "line 2 is of the same photograph"),
        (
            "image,subject\ncollins.jpg,A\nhopper.jpg,B,C\n",
            3,
            "3 cells, but the first line",
        ),
        ("image,owner\ncollins.jpg,A\n", 1, "there is no column 'owner'"),
        ("image;subject\ncollins.jpg;A\n", 1, "with commas between them"),
        ("image,subject,subject\ncollins.jpg,A,B\n", 1, "the column subject is there twice"),
        ("subject\nA\n", 1, "no column says which photograph"),
        ("image\ncollins.jpg\n", 1, "no column says anything"),
        ("image,subject\n,A\n", 2, "it names no photograph"),
        ("", 1, "no column says which photograph"),
        ("image,consent\ncollins.jpg,given\nhopper.jpg,maybe\n", 3, "consent is 'maybe'"),
        ('image,subject\ncollins.jpg,"a\nb"\n', 3, "cannot hold line breaks"),
        ("image,subject\ncollins.jpg,a\0b\n", 2, "cannot hold line breaks or other"),
        ("image,subject\ncollins.jpg,\u202egpj\n", 2, "other characters that are not shown"),
        ('image,subject\ncollins.jpg,"a"b\n', 2, "no comma-separated text"),
        ("image,subject\ncollins.jpg,A\n" + "x" * 10_000_000, 2, "line of more than 131,072"),
        ("image,subject\ncollins.jpg,A\n\x1b[2J,B\n", 3, r"the image '\x1b[2J'"),
    ],
)
def test_a_table_with_anything_wrong_is_refused_whole_with_its_line(
    project, command, tmp_path, wrong
):
    text, where, why = wrong
    table = tmp_path / "facts.csv"
    table.write_text(text, "utf-8", newline="")
    before = known(project)
    code, _, err = command("set", project, "--csv", table)
    assert (code, err.count("\n")) == (1, 1)
    assert f"facts.csv, line {where}: " in err
    assert why in err
    assert known(project) == before


def test_the_table_tells_what_was_revoked_or_refused_and_sets_nothing_by_it(
    project, command, tmp_path
):
    table = tmp_path / "facts.csv"
    command("revoke", project, "collins.jpg", "--why", "she asked to")
    command("set", project, "hopper.jpg", "--consent", "refused")
    assert command("facts", project, "--csv", table)[0] == 0
    rows = csv.DictReader(table.read_text("utf-8").splitlines())
    told = {Path(row["image"]).name: row["may_not_leave"] for row in rows}
    assert told == {"collins.jpg": "revoked", "hopper.jpg": "refused", "coffee.jpg": ""}
    images = json.loads(command("facts", project, "--json")[1])["images"]
    assert {each["may_not_leave"] for each in images} == {"revoked", "refused", None}
    code, out, _ = command("set", project, "--csv", table)
    assert (code, out) == (0, "nothing changes: that was known of 3 photographs\n")
    command("revoke", project, "collins.jpg", "--undo")
    before = known(project)
    code, _, err = command("set", project, "--csv", table)
    assert (code, err.count("\n")) == (1, 1)
    assert "may_not_leave only tells" in err
    assert known(project) == before


def test_a_table_may_tell_what_its_own_consent_says_or_what_was_so(project, command, tmp_path):
    table = tmp_path / "facts.csv"
    refused = "image,consent,may_not_leave\ncollins.jpg,refused,refused\n"
    table.write_text(refused, "utf-8")  # as another project wrote it
    for _ in range(2):
        assert command("set", project, "--csv", table)[0] == 0
        assert known(project)["collins.jpg"].why_not == "refused"
    table.write_text(refused.replace(",refused,", ",given,"), "utf-8")
    assert command("set", project, "--csv", table)[0] == 0
    assert known(project)["collins.jpg"].may_leave


@pytest.mark.parametrize("row", [",refused", "given,refused", "given,revoked", "refused,revoked"])
def test_a_table_that_tells_what_neither_was_nor_is_so_is_refused(project, command, tmp_path, row):
    table = tmp_path / "facts.csv"
    table.write_text(f"image,consent,may_not_leave\ncollins.jpg,{row}\n", "utf-8")
    code, _, err = command("set", project, "--csv", table)
    assert (code, err.count("\n")) == (1, 1)
    assert "may_not_leave only tells" in err
    assert known(project)["collins.jpg"].may_leave


@pytest.mark.parametrize(
    "data",
    [b"image,subject\ncollins.jpg,\xff\xfe\n", "image,subject\n".encode("utf-16")],
)
def test_a_table_that_is_no_utf_8_is_refused(project, command, assert_one_line, tmp_path, data):
    table = tmp_path / "facts.csv"
    table.write_bytes(data)
    code, _, err = command("set", project, "--csv", table)
    assert code == 1
    assert_one_line(err)
    assert "save it as CSV in UTF-8" in err


def test_a_table_that_is_no_file_is_refused_at_once(project, command, assert_one_line, tmp_path):
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    for table in (pipe, tmp_path, tmp_path / "nothing.csv", project / "project.sqlite"):
        code, _, err = command("set", project, "--csv", table)
        assert code == 1
        assert_one_line(err)


def test_a_revoked_photograph_is_in_no_release_and_those_that_hold_it_are_named(released, command):
    assert command("review", released, "accept", "--all", "--reviewer", "Rae")[0] == 0
    code, out, _ = command("revoke", released, "collins.jpg", "--why", "she asked to")
    assert code == 0
    assert "revoked 1 photograph: no release holds anything of them from now on" in out
    assert f"in release faces 1.0.0 in {released.parent / 'faces-1.0.0'}" in out
    assert "`withdraw` says that a release is not to be used" in out
    with Project.open(released) as opened:
        assert len(list(opened.samples.accepted())) == 1
    status = json.loads(command("status", released, "--json")[1])
    assert status["may_not_leave"] == 1
    assert "may not leave" in command("status", released)[1]
    facts = json.loads(command("facts", released, "--json")[1])
    (told,) = [each for each in facts["images"] if each["revoked_why"]]
    assert (told["revoked_why"], facts["may_not_leave"]) == ("she asked to", 1)
    assert command("revoke", released, "collins.jpg", "--undo")[0] == 0
    with Project.open(released) as opened:
        assert len(list(opened.samples.accepted())) == 2


def test_other_photographs_of_somebody_who_is_revoked_are_named(project, command):
    command("set", project, "collins.jpg", "hopper.jpg", "--subject", "P-7")
    _, out, _ = command("revoke", project, "collins.jpg", "--why", "she asked to")
    assert "not revoked, though of the same subject: 1 photograph (hopper.jpg)" in out
    _, out, _ = command("revoke", project, "hopper.jpg", "--why", "she asked to")
    assert "same subject" not in out


def test_revoking_says_why_or_takes_it_back(project, command):
    for arguments in (("collins.jpg",), ("--why", "x"), ("collins.jpg", "--undo", "--why", "x")):
        assert command("revoke", project, *arguments)[0] == 2
    assert command("revoke", project, "nobody.jpg", "--why", "x")[0] == 1
    assert command("revoke", project, "collins.jpg", "--why", "a\nb")[0] == 1


def test_a_removed_photograph_can_be_revoked(released, command):
    command("remove", released, "collins.jpg")
    code, out, _ = command("revoke", released, "collins.jpg", "--why", "she asked to")
    assert code == 0
    assert "faces 1.0.0" in out
    command("restore", released, "collins.jpg")
    assert not known(released)["collins.jpg"].may_leave


def test_nothing_is_withdrawn_unless_it_is_confirmed(released, command, assert_one_line):
    code, _, err = command("withdraw", released, "faces", "--why", "wrong")
    assert code == 1
    assert_one_line(err)
    assert "--yes" in err
    code, out, _ = command("withdraw", released, "faces@1.0.0", "--why", "wrong", "--yes")
    assert code == 0
    assert "withdrew release faces 1.0.0" in out
    assert "it is not there any more" in out
    assert (
        "was withdrawn before"
        in command("withdraw", released, "faces", "--why", "again", "--yes")[1]
    )
    for name in ("nobody", "faces@2.0.0"):
        code, _, err = command("withdraw", released, name, "--why", "wrong", "--yes")
        assert code == 1
        assert "there is no release" in err


def test_a_photograph_is_revoked_and_all_that_holds_it_withdrawn(released, command):
    said = ("--image", "collins.jpg", "--why", "she asked to", "--yes")
    code, out, _ = command("withdraw", released, *said, "--json")
    assert code == 0
    told = json.loads(out)
    assert [each["name"] for each in told["withdrawn"]] == ["faces"]
    assert not known(released)["collins.jpg"].may_leave
    with Project.open(released) as opened:
        assert opened.releases.get("faces").withdrawn_why == "she asked to"
    said = ("--image", "hopper.jpg", "--why", "so", "--yes")
    assert "no release in the ledger holds it" in command("withdraw", released, *said)[1]
    assert command("withdraw", released, "faces", "--image", "hopper.jpg", "--why", "x")[0] == 2


def test_the_folder_of_a_withdrawn_release_says_so_and_is_whole(project, command, tmp_path):
    assert command("review", project, "accept", "--all", "--reviewer", "Rae")[0] == 0
    folder = tmp_path / "faces-1"
    assert command("export", project, folder, "--format", "npz")[0] == 0
    content = json.loads((folder / "manifest.json").read_text("utf-8"))["content_sha256"]
    with Project.open(project) as opened:
        opened.releases.add(NewRelease("faces", "1.0.0", folder, content, "npz", 2, []))
    assert command("withdraw", project, "faces", "--why", "she asked to", "--yes")[0] == 0
    assert "Why: she asked to" in (folder / "WITHDRAWN.txt").read_text("utf-8")
    code, out, _ = command("verify", folder)
    assert code == 0
    assert "a note in it says: This release is withdrawn: do not use it" in out
    assert "she asked to" in json.loads(command("verify", folder, "--json")[1])["withdrawn_note"]


def test_a_folder_that_holds_another_release_is_left_alone(project, command, tmp_path):
    assert command("review", project, "accept", "--all", "--reviewer", "Rae")[0] == 0
    folder = tmp_path / "faces-1"
    assert command("export", project, folder, "--format", "npz")[0] == 0
    with Project.open(project) as opened:
        opened.releases.add(NewRelease("faces", "1.0.0", folder, "a" * 64, "npz", 2, []))
    out = command("withdraw", project, "faces", "--why", "x", "--yes")[1]
    assert "another release is there now" in out
    assert not (folder / "WITHDRAWN.txt").exists()
