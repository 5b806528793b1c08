"""The commands `agreement ...`: what they say, what they write, and what they refuse."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

from annotator.inference import FacePrediction, ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import Edit
from annotator.project import EditSession, NewImage, Project, SampleState, Verdict

FACES = 6
PEOPLE = "ann,ben,cem"


def face(seed: int) -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([12, -12, -12])
    noise = np.random.default_rng(seed).normal(0, 1, vertices.shape)
    return (vertices + noise + [300, 200, 0]).astype(np.float32)


@pytest.fixture
def faces(new_project, tmp_path) -> Path:
    """Six faces in as many photographs, of which Zoe corrected and Rae accepted the last two."""
    home = tmp_path / "faces"
    with new_project(home) as project:
        project.images.add(
            [NewImage(home / f"{n}.jpg", f"{n:064x}", 640, 480) for n in range(1, FACES + 1)]
        )
        model = project.models.register(ModelInfo("test", "1" * 64, FACE_468))
        project.predictions.store(
            model, [(n, [FacePrediction(face(n), 0.9, 0.9)]) for n in range(1, FACES + 1)]
        )
        for sample_id in (5, 6):
            moved(project, sample_id, "Zoe", 2.0)
            project.reviews.accept(sample_id, reviewer="Rae")
    return home


def moved(project: Project, sample_id: int, person: str, by: float) -> None:
    session = EditSession(project, sample_id, annotator=person)
    landmarks = session.landmarks.copy()
    landmarks[:, 0] += by
    session.apply("grab", Edit(landmarks))


def give(home: Path, *, apart: float = 0.2) -> None:
    """Give all opinions: ann's and ben's are an equal number of pixels off, cem's far more."""
    with Project.open(home) as project:
        for one in project.opinions.all():
            by = {"ann": 0.0, "ben": apart, "cem": 40.0}[one.annotator]
            if by:
                moved(project, one.sample_id, one.annotator, by)
            project.reviews.give(Verdict.SUBMIT, [one.sample_id], reviewer=one.annotator)


def test_assign_says_how_many_faces_each_is_asked_about_and_a_second_time_none(command, faces):
    given = command("agreement", "assign", faces, "--annotators", PEOPLE, "--share", "0.75")
    assert given == (0, "3 faces, 6 opinions\n  ann: 2 faces\n  ben: 2 faces\n  cem: 2 faces\n", "")
    again = command("agreement", "assign", faces, "--annotators", PEOPLE, "--share", "0.75")
    assert again == (0, "0 faces, 0 opinions\n", "")
    with Project.open(faces) as project:
        assert len(project.opinions.all()) == 6
        assert {one.original_id for one in project.opinions.all()} <= {1, 2, 3, 4}


def test_assign_tells_programs_and_the_audit_log_the_same(command, faces):
    code, out, _ = command(
        "agreement", "assign", faces, "--annotators", "ann, ben", "--share", "1", "--by", "Lea",
        "--json",
    )  # fmt: skip
    values = json.loads(out)
    assert (code, sorted(values["samples"])) == (0, [1, 2, 3, 4])
    assert values["annotators"] == {"ann": 4, "ben": 4}
    _, log, _ = command("audit", faces, "--json")
    asked = [one for one in json.loads(log)["entries"] if one["what"] == "ask"]
    assert [one["detail"]["opinion"] for one in asked] == values["opinions"]
    assert {one["who"] for one in asked} == {"Lea"}
    assert {(one["sample"], one["detail"]["annotator"]) for one in asked} == {
        (sample, name) for sample in (1, 2, 3, 4) for name in ("ann", "ben")
    }


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--annotators", "ann", "--share", "1"), 1, "2 opinions of a face need as many people"),
        (("--annotators", PEOPLE, "--share", "1.5"), 2, "--share"),
        (("--annotators", PEOPLE, "--share", "1", "--per-sample", "1"), 2, "--per-sample"),
        (("--annotators", PEOPLE, "--share", "1", "--per-sample", "4"), 1, "4 opinions"),
        (("--annotators", f"ann,{'b' * 81}", "--share", "1"), 2, "80 characters"),
        (("--annotators", PEOPLE, "--share", "1", "--by", " "), 2, "cannot be empty"),
        (("--share", "1"), 2, "--annotators"),
    ],
)
def test_assign_refuses_what_cannot_be_asked_and_asks_nobody(command, faces, options, code, said):
    got, out, err = command("agreement", "assign", faces, *options)
    assert (got, out) == (code, "")
    assert said in " ".join(err.split())
    with Project.open(faces) as project:
        assert project.opinions.all() == []


def test_honeypots_are_accepted_faces_given_to_those_who_do_not_know_them(command, faces):
    code, out, _ = command(
        "agreement", "honeypots", faces, "--count", 2, "--annotators", "ann,Zoe,Rae,ben"
    )
    assert (code, out) == (0, "2 faces, 4 opinions\n  ann: 2 faces\n  ben: 2 faces\n")
    _, log, _ = command("audit", faces, "--json")
    known = [one for one in json.loads(log)["entries"] if one["what"] == "ask_known"]
    assert {(one["sample"], one["detail"]["annotator"]) for one in known} == {
        (sample, name) for sample in (5, 6) for name in ("ann", "ben")
    }


def test_a_honeypot_is_named_by_its_number_or_its_photograph(command, faces):
    code, out, _ = command(
        "agreement", "honeypots", faces, "5", "6.jpg", "--annotators", "ann", "--json"
    )
    assert (code, json.loads(out)["samples"]) == (0, [5, 6])


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--count", "3", "--annotators", "ann"), 1, "3 honeypots need as many accepted faces"),
        (("--count", "1"), 1, "nobody was asked for an opinion yet"),
        (("1", "--annotators", "ann"), 1, "nobody has accepted its mesh"),
        (("5", "--annotators", "Zoe"), 1, "sample 5 is new to nobody"),
        (("99", "--annotators", "ann"), 1, "there is no sample 99"),
        (("none.jpg", "--annotators", "ann"), 1, "none.jpg"),
        ((), 2, "either samples or --count"),
        (("5", "--count", "1", "--annotators", "ann"), 2, "either samples or --count"),
    ],
)
def test_honeypots_refuse_faces_whose_answer_is_not_known_or_told(
    command, faces, options, code, said
):
    got, out, err = command("agreement", "honeypots", faces, *options)
    assert (got, out) == (code, "")
    assert said in " ".join(err.split())
    with Project.open(faces) as project:
        assert project.opinions.all() == []


def test_show_says_that_nobody_was_asked(command, faces):
    said = "nobody was asked for an opinion yet: `agreement assign` does it\n"
    assert command("agreement", "show", faces) == (0, said, "")


@pytest.fixture
def given(command, faces) -> Path:
    """All opinions are given: three people's of three faces, ann's and ben's of two known ones."""
    ask = ("agreement", "assign", faces, "--annotators", PEOPLE, "--share", "0.75")
    assert command(*ask)[0] == 0
    known = ("agreement", "honeypots", faces, "--count", "2", "--annotators", "ann,ben")
    assert command(*known)[0] == 0
    give(faces)
    return faces


def test_show_says_how_far_people_lie_apart_and_from_what_is_known(command, given):
    code, out, err = command("agreement", "show", given)
    assert (code, err) == (0, "")
    assert out.startswith("opinions: 10 submitted\nbetween annotators: ")
    assert "as recalled; unverified" in out
    pairs = re.findall(r"^  (\w+), (\w+): ([\d.]+)%", out, re.MULTILINE)
    assert [pair[:2] for pair in pairs] == [("ann", "ben"), ("ann", "cem"), ("ben", "cem")]
    assert float(pairs[0][2]) < 1 < float(pairs[1][2])
    assert re.search(r"^  ben: .* over 2 faces, the newest .*; the predictions ", out, re.MULTILINE)
    assert "to be adjudicated:\n  sample " in out


def test_show_tells_programs_the_same(command, given):
    _, out, _ = command("agreement", "show", given, "--json")
    values = json.loads(out)
    assert values["opinions"] == {"submitted": 10}
    assert values["human"]["verified"] is False
    assert {one["standing"] for one in values["faces"]} <= {"agreed", "disputed"}
    assert set(values["honeypots"]) == {"ann", "ben"}
    # ann changed nothing, so ann lies as far off as the predictions.
    ann = values["honeypots"]["ann"]
    assert ann["mean"] == pytest.approx(ann["of_prediction"], rel=1e-6)


@pytest.mark.parametrize(("table", "rows"), [("pairs", 5), ("honeypots", 4), ("opinions", 10)])
def test_show_prints_a_table_row_by_row(command, given, table, rows):
    code, out, _ = command("agreement", "show", given, "--csv", "--table", table)
    assert (code, len(list(csv.DictReader(io.StringIO(out))))) == (0, rows)


def test_show_prints_one_thing_at_a_time(command, faces):
    code, out, err = command("agreement", "show", faces, "--csv", "--json")
    assert (code, out) == (2, "")
    assert "either --csv or --json" in err


def test_consensus_submits_what_is_agreed_and_names_what_somebody_has_to_decide(command, given):
    with Project.open(given) as project:
        of_face: dict[int, set[str]] = {}
        for one in project.opinions.all():
            of_face.setdefault(one.original_id, set()).add(one.annotator)
    disputed = [face for face, people in of_face.items() if "cem" in people]
    agreed = [face for face, people in of_face.items() if "cem" not in people and face < 5]
    code, out, _ = command("agreement", "consensus", given, "--reviewer", "Lea")
    assert code == 0
    lines = out.splitlines()
    assert lines[:2] == [
        f"{len(agreed)} face agreed, and submitted for review",
        f"{len(disputed)} faces to be adjudicated",
    ]
    assert [int(line.split()[1]) for line in lines[3:]] == sorted(disputed)
    assert all("of the eye distance apart" in line for line in lines[3:])
    with Project.open(given) as project:
        for sample_id in agreed:
            assert project.samples.get(sample_id).state is SampleState.SUBMITTED
            assert [one.reviewer for one in project.reviews.history(sample_id)] == ["Lea"]
    _, out, _ = command("agreement", "consensus", given, "--threshold", "1", "--json")
    told = {one["sample"]: one["standing"] for one in json.loads(out)["faces"]}
    assert told == dict.fromkeys(agreed, "decided") | dict.fromkeys(disputed, "agreed")


def test_withdraw_waits_no_more_for_what_somebody_has_not_given(command, faces):
    ask = ("agreement", "assign", faces, "--annotators", "ann,ben", "--share", "1")
    assert command(*ask)[0] == 0
    withdraw = ("agreement", "withdraw", faces, "--annotators", "ben", "--reviewer")
    code, out, err = command(*withdraw, "ben")
    assert (code, out) == (1, "")
    assert "somebody else than ben" in err
    assert command(*withdraw, "Lea") == (0, "withdrawn: 4 opinions\n", "")
    assert command(*withdraw, "Lea") == (0, "withdrawn: 0 opinions\n", "")
    _, out, _ = command("agreement", "show", faces, "--json")
    assert {one["standing"] for one in json.loads(out)["faces"]} == {"waiting"}  # for ann's


@pytest.mark.parametrize("name", ["assign", "honeypots", "show", "consensus", "withdraw"])
def test_all_of_them_need_a_project(command, tmp_path, name, assert_one_line):
    options = {
        "assign": ("--annotators", PEOPLE, "--share", "1"),
        "honeypots": ("--count", "1"),
        "withdraw": ("--annotators", "ann"),
    }
    code, out, err = command("agreement", name, tmp_path / "none", *options.get(name, ()))
    assert (code, out) == (1, "")
    assert_one_line(err)


def test_faces_that_somebody_corrected_are_drawn_first(command, faces):
    """Of a face that is as it was predicted, the answer is right whoever does nothing."""
    with Project.open(faces) as project:
        for sample_id in (1, 2, 3, 4):
            project.reviews.accept(sample_id, reviewer="Rae")
    for seed in range(4):
        _, out, _ = command(
            "agreement", "honeypots", faces, "--count", "2", "--annotators", f"ann{seed}",
            "--seed", seed, "--json",
        )  # fmt: skip
        assert sorted(json.loads(out)["samples"]) == [5, 6]


def test_no_name_in_a_table_is_a_formula_of_a_spreadsheet(command, faces):
    command("agreement", "assign", faces, "--annotators", "=cmd(),ben", "--share", 1)
    code, out, _ = command("agreement", "show", faces, "--csv", "--table", "opinions")
    assert code == 0
    cells = {cell for row in csv.reader(io.StringIO(out)) for cell in row}
    assert {"'=cmd()", "ben"} <= cells
    assert "=cmd()" not in cells
