"""The commands of `release`: making, comparing, listing, withdrawing, and the splits."""

import csv
import io
import json

import pytest

from annotator.project import NewRelease, Project


@pytest.fixture
def accepted(command, project):
    command("review", project, "accept", "--all")
    return project


def released(command, project, *arguments):
    code, out, err = command("release", project, "faces", *arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_a_release_is_made_listed_shown_verified_and_withdrawn(command, accepted):
    made = released(command, accepted)
    assert (made["version"], made["samples"]) == ("1.0.0", 2)
    assert made["contents"]["parts"]["all"]["faces"] == 2
    code, out, _ = command("release", "verify", made["folder"])
    assert code == 0
    assert out.startswith("faces 1.0.0\n")
    assert "splits, with nobody on two sides: " in out
    _, out, _ = command("release", "list", accepted)
    assert "faces  1.0.0" in out
    code, out, _ = command(
        "release", "withdraw", accepted, "faces@1.0.0", "--why", "a mistake", "--yes"
    )
    assert code == 0
    _, out, _ = command("release", "show", accepted, "faces", "--json")
    assert json.loads(out)["withdrawn"] is True
    assert json.loads(out)["withdrawn_why"] == "a mistake"
    assert "UTC by " in command("release", "show", accepted, "faces")[1].splitlines()[-1]
    assert command("release", "show", accepted, "faces")[1].endswith(": a mistake\n")
    assert "withdrawn: a mistake" in command("release", "list", accepted)[1]
    (listed,) = json.loads(command("release", "list", accepted, "--json")[1])["releases"]
    assert listed["withdrawn"] is True


def test_a_withdrawn_release_is_still_what_it_says_and_says_that_it_is_withdrawn(command, accepted):
    folder = released(command, accepted)["folder"]
    command("withdraw", accepted, "faces", "--why", "she asked to", "--yes")
    code, out, err = command("release", "verify", folder, "--json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["holds"] is True
    assert "she asked to" in told["withdrawn_note"]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("a@b", "a@b 2.0.0"),
        ("a@b@1.0.0", "a@b 1.0.0"),
        ("a@b@2.0.0", "a@b 2.0.0"),
        ("a", "a 1.0.0"),
        ("a@1.0.0", "a 1.0.0"),
        ("a@1.0.0@3.0.0", "a@1.0.0 3.0.0"),
        ("@", "@ 1.0.0"),
        ("@@1.0.0", "@ 1.0.0"),
    ],
)
def test_a_release_with_an_at_in_its_name_is_named_alike_everywhere(command, project, given, meant):
    with Project.open(project) as opened:
        for name, version in (
            ("a@b", "1.0.0"),
            ("a@b", "2.0.0"),
            ("a", "1.0.0"),
            ("a@1.0.0", "3.0.0"),
            ("@", "1.0.0"),
        ):
            folder = project / "releases" / f"{name}-{version}"
            opened.releases.add(NewRelease(name, version, folder, "a" * 64, "npz", 0, []))
    code, out, err = command("release", "show", project, given, "--json")
    assert (code, err) == (0, "")
    shown = json.loads(out)
    assert f"{shown['name']} {shown['version']}" == meant
    code, out, _ = command("withdraw", project, given, "--why", "x", "--yes", "--json")
    (withdrawn,) = json.loads(out)["withdrawn"]
    assert f"{withdrawn['name']} {withdrawn['version']}" == meant


@pytest.mark.parametrize("given", ["a@", "a@2.0.0", "@", "@1.0.0", "a@1.0.0@", "b@b@b"])
def test_no_release_is_meant_by_half_a_name(command, project, assert_one_line, given):
    with Project.open(project) as opened:
        folder = project / "releases" / "a-1.0.0"
        opened.releases.add(NewRelease("a", "1.0.0", folder, "a" * 64, "npz", 0, []))
    for asked in (
        ("release", "show", project, given),
        ("withdraw", project, given, "--why", "x", "--yes"),
        ("release", "diff", "a@1.0.0", given, "--project", project),
    ):
        code, _, err = command(*asked)
        assert code == 1
        assert_one_line(err)
        assert "there is no release" in err
    with Project.open(project) as opened:
        assert not opened.releases.get("a").is_withdrawn


def test_the_words_of_a_release_name_version_and_splits(command, accepted):
    code, out, err = command("release", accepted, "faces", "--title", "Two people")
    assert (code, err) == (0, "")
    first, heading, *_ = out.splitlines()
    assert first.startswith("released faces 1.0.0: 2 samples in ")
    assert heading.startswith("split")
    readme = accepted / "releases" / "faces-1.0.0" / "README.md"
    assert "# Two people" in readme.read_text("utf-8")


def test_a_dry_run_writes_nothing(command, accepted):
    code, out, _ = command("release", accepted, "faces", "--dry-run")
    assert code == 0
    assert out.startswith("faces 1.0.0 would hold 2 samples on 2 images")
    assert "'release splits fix' puts images there that no release has yet" in out
    assert not (accepted / "releases").exists()
    assert json.loads(command("release", "list", accepted, "--json")[1])["releases"] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--shares", "50/50/50"], "are no shares"),
        (["--version", "one"], "is no version"),
        (["--require", "licence"], "nobody stated the licence"),
        (["--require", "weather"], "cannot be required"),
    ],
)
def test_what_cannot_be_released_is_one_line(command, accepted, assert_one_line, options, said):
    code, _, err = command("release", accepted, "faces", *options)
    assert code == 1
    assert_one_line(err)
    assert said in err
    assert not (accepted / "releases").exists()


def test_a_name_that_is_none_is_refused(command, accepted, assert_one_line):
    code, _, err = command("release", accepted, "../faces")
    assert code == 1
    assert_one_line(err)


def test_the_same_twice_is_refused(command, accepted, assert_one_line):
    released(command, accepted)
    code, _, err = command("release", accepted, "faces")
    assert code == 1
    assert_one_line(err)
    assert "nothing changed since version 1.0.0" in err


def test_a_project_that_is_called_as_a_command_is_named_by_its_path(
    command, accepted, tmp_path, monkeypatch
):
    (tmp_path / "here").mkdir()
    accepted.rename(tmp_path / "here" / "diff")
    monkeypatch.chdir(tmp_path / "here")
    code, out, _ = command("release", "./diff", "faces", "--dry-run")
    assert code == 0
    assert "would hold 2 samples" in out


def test_two_versions_are_compared_by_name_and_by_folder(command, accepted):
    first = released(command, accepted)
    with Project.open(accepted) as project:
        summary = project.samples.summaries()[0]
        project.facts.set([summary.image_id], {"subject": "Kim"})
    released(command, accepted, "--format", "coco")
    pair = ("faces@1.0.0", "faces")
    code, out, _ = command("release", "diff", *pair, "--project", accepted)
    assert code == 0
    assert out.splitlines() == [
        "the same records",
        "subject differs in 1 record",
        "format: npz before, coco after",
    ]
    _, out, _ = command("release", "diff", *pair, "--project", accepted, "--csv")
    (row,) = csv.DictReader(io.StringIO(out))
    assert (row["change"], row["edited"], row["facts"]) == ("changed", "False", "subject")
    _, out, _ = command("release", "diff", first["folder"], first["folder"], "--json")
    assert json.loads(out)["changes"] == []


def test_a_version_without_its_project_is_refused(command, assert_one_line):
    code, _, err = command("release", "diff", "faces@1.0.0", "faces@1.1.0")
    assert code == 1
    assert_one_line(err)
    assert "--project" in err


def test_images_are_fixed_on_a_side_shown_and_let_go(command, accepted):
    code, out, _ = command("release", "splits", "fix", accepted, "test", "collins.jpg")
    assert code == 0
    assert out.startswith("1 image fixed for test")
    made = released(command, accepted, "--shares", "100/0/0")
    assert made["splits"] == {"train": 1, "test": 1}
    _, out, _ = command("release", "splits", "show", accepted, "--csv")
    rows = {row["image"]: row for row in csv.DictReader(io.StringIO(out))}
    assert (rows["collins.jpg"]["split"], rows["collins.jpg"]["fixed"]) == ("test", "1")
    code, out, _ = command("release", "splits", "unfix", accepted, "collins.jpg")
    assert out.startswith("1 image no longer fixed")
    code, _, err = command("release", "splits", "fix", accepted, "train", "collins.jpg")
    assert code == 1  # a release had it for the test
    assert "error:" in err


def test_without_a_release_there_is_nothing_to_list(command, project):
    assert "no release yet" in command("release", "list", project)[1]
    assert "nothing is decided yet" in command("release", "splits", "show", project)[1]
