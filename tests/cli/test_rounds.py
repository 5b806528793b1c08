"""The loop from the command line: rounds begun, finished, listed and shown."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from annotator.project import Project, ReadOnlyProject, SampleState
from annotator.system.assets import asset_path
from annotator.system.hashing import file_sha256
from annotator.workflow.rounds import Ending, begin_to_finish, start_round
from tests.retraining import VALIDATION, retrained


@pytest.fixture
def released(project, command, tmp_path):
    """A project with an accepted sample, the folder of its release, and the release's hash."""
    with Project.open(project) as opened:
        first = opened.samples.summaries()[0]
        opened.reviews.accept(first.id, reviewer="Rae")
    folder = tmp_path / "release-1"
    assert command("export", project, folder, "--format", "npz", "--images", "reference")[0] == 0
    sha256 = json.loads((folder / "manifest.json").read_text("utf-8"))["content_sha256"]
    return project, folder, sha256


def test_a_round_goes_once_round(released, command, tmp_path):
    project, release, sha256 = released
    model = retrained(tmp_path / "runs" / "second", releases=[sha256])
    before = summaries(project)
    code, out, _ = command("round", "finish", project, "--model", model, "--release", release)
    assert code == 0
    assert out.splitlines() == [
        "round 1 is finished: second predicted 3 images with 2 faces",
        "validation 2.50 -> 2.10 % of the outer IOD",
        "validation, spoiled 6.10 -> 4.00 % of the outer IOD",
        "round 2 has begun",
    ]
    code, out, _ = command("round", "list", project)
    assert code == 0
    first, second = out.splitlines()
    assert first.split()[0] == "1"
    assert "finished    face_landmark  released 1 sample" in first
    assert second.endswith("under way   second")
    accepted, untouched = summaries(project)
    assert accepted.state is SampleState.ACCEPTED
    assert accepted.box == before[0].box, "a reviewer accepted that mesh, and no other"
    assert untouched.box != before[1].box
    assert accepted.round_change > 0
    assert untouched.round_change > 0


def summaries(project):
    with Project.open(project) as opened:
        return opened.samples.summaries()


def test_what_is_known_of_a_round_is_shown(released, command, tmp_path):
    project, release, sha256 = released
    model = retrained(tmp_path / "second", releases=[sha256])
    evaluation = tmp_path / "evaluation.json"
    evaluation.write_text('{"faces": 12}')
    code, out, _ = command(
        "round", "finish", project, "--run", model.parent, "--release", release,
        "--metrics", evaluation, "--name", "Zoë's net", "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(out)["faces"] == 2
    code, out, _ = command("round", "show", project, 1, "--json")
    shown = json.loads(out)
    assert (shown["round"], shown["state"]) == (1, "finished")
    assert shown["next_model"] == {"name": "Zoë's net", "sha256": file_sha256(model)}
    assert shown["release"] == {"content_sha256": sha256, "folder": str(release), "samples": 1}
    assert shown["training"]["run"]["releases"] == [["r", sha256]]
    assert shown["training"]["model"]["validation"] == VALIDATION
    assert shown["metrics"]["evaluation"] == {"faces": 12}
    assert shown["metrics"]["validation"]["clean"] == {"before": 0.025, "after": 0.021}
    code, out, _ = command("round", "show", project, 1)
    assert out.splitlines()[1] == "state     finished"
    assert "new model Zoë's net" in out
    code, out, _ = command("round", "show", project)
    assert out.splitlines()[0] == "round     2"
    assert json.loads(command("round", "list", project, "--json")[1])["rounds"][1]["round"] == 2


def test_new_photographs_are_predicted_by_the_model_of_the_round(released, command, tmp_path):
    project, release, sha256 = released
    model = retrained(tmp_path / "second", releases=[sha256])
    assert command("round", "finish", project, "--model", model, "--release", release)[0] == 0
    model.unlink()  # the project keeps it
    shutil.copy(asset_path("datasets", "sample", "hopper_grey.png"), tmp_path / "new.png")
    command("add", project, tmp_path / "new.png")
    code, out, _ = command("predict", project, "--json")
    assert code == 0
    assert (json.loads(out)["model"], json.loads(out)["faces"]) == ("second", 1)
    (kept,) = (project / "models").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1] + b"\1")
    code, _, error = command("predict", project)
    assert code == 1
    assert str(kept) in error
    kept.unlink()
    code, _, error = command("predict", project)
    assert code == 1
    assert "the project does not keep the model second" in error


def test_round_1_can_be_begun_with_a_model_of_ones_own(tmp_path, photos, command):
    project = tmp_path / "project"
    command("new", project)
    assert command("round", "list", project)[1].startswith("no round yet")
    model = retrained(tmp_path / "own", by=1.0)
    code, out, _ = command("round", "start", project, "--model", model)
    assert (code, out) == (0, "round 1 is under way with the model own\n")
    command("add", project, photos / "collins.jpg")
    assert json.loads(command("predict", project, "--json")[1])["model"] == "own"
    code, _, error = command("round", "start", project, "--model", "face_landmark")
    assert code == 1
    assert "round 1 is under way with the model own: finish it before" in error


def test_the_rounds_of_a_project_that_predicted_begin_with_its_model(project, command):
    assert "under way   face_landmark" in command("round", "list", project)[1]
    assert command("round", "start", project)[0] == 0
    assert "under way   face_landmark" in command("round", "list", project)[1]


KILLED = """
import os, sys
from annotator.project import Project
from annotator.workflow.rounds import Ending, begin_to_finish, predict_and_finish

project, model, release = sys.argv[1:]
opened = Project.open(project)
finishing = begin_to_finish(opened, Ending(model, release))
for step in predict_and_finish(opened, finishing):
    os._exit(9)
"""


def test_a_finish_that_was_killed_goes_on_without_naming_the_model_again(
    released, command, tmp_path
):
    project, release, sha256 = released
    model = retrained(tmp_path / "second", releases=[sha256])
    killed = subprocess.run([sys.executable, "-c", KILLED, project, model, release], check=False)
    assert killed.returncode == 9
    shutil.rmtree(model.parent)
    assert "finishing   face_landmark" in command("round", "list", project)[1]
    other = retrained(tmp_path / "other", by=5.0)
    code, _, error = command("round", "finish", project, "--model", other)
    assert code == 1
    assert "round 1 is being finished with the model second" in error
    code, out, _ = command("round", "finish", project)
    assert code == 0
    assert out.startswith("round 1 is finished: second predicted 3 images")
    with Project.open(project) as opened:
        assert [each.number for each in opened.rounds.all()] == [1, 2]
        assert opened.rounds.get(1).release.content_sha256 == sha256


def refusals(tmp_path, release, sha256):
    """Yield what is given to `round finish`, and a part of what is said then."""
    good = retrained(tmp_path / "good", releases=[sha256])
    damaged = retrained(tmp_path / "damaged", by=3.0)
    (damaged.parent / "run.json").write_text('{"seed": ')
    endless = retrained(tmp_path / "endless", by=4.0)
    (endless.parent / "run.json").write_text("[" * 100_000)
    nan = tmp_path / "nan.json"
    nan.write_text('{"mean": NaN}')
    lied = retrained(tmp_path / "lied", by=6.0, validation={"clean": "good"})
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(good.read_bytes()[:1000])
    changed = shutil.copytree(release, tmp_path / "changed")
    (changed / "manifest.json").write_text((release / "manifest.json").read_text() + " ")
    for file in changed.glob("*.npz"):
        file.write_bytes(file.read_bytes()[:-1])
    yield [], "name the model that round 1 ends with: --model FILE"
    yield ["--model", "face_landmark"], "face_landmark is the model of round 1 already"
    yield ["--model", tmp_path / "no.onnx"], "no such model file"
    yield ["--model", broken], "ONNX Runtime cannot load it"
    yield ["--model", good, "--release", tmp_path / "nowhere"], "is no folder"
    yield ["--model", good, "--release", changed], str(changed)
    yield ["--model", damaged], "run.json is damaged, or not the run.json of a training run"
    yield ["--model", endless], "nested without end"
    yield ["--model", good, "--run", tmp_path], "run.json cannot be read"
    yield ["--model", good, "--metrics", nan], "NaN is no number"
    yield ["--model", good, "--metrics", tmp_path], "cannot be read"
    assert lied.exists()


def test_what_cannot_end_a_round_is_refused_in_a_line_and_changes_nothing(
    released, command, tmp_path, assert_one_line
):
    project, release, sha256 = released
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        before = list(connection.iterdump())
    for options, said in refusals(tmp_path, release, sha256):
        code, out, error = command("round", "finish", project, *options)
        assert (code, out) == (1, ""), options
        assert_one_line(error)
        assert said in error, error
    with closing(sqlite3.connect(project / "project.sqlite")) as connection:
        assert list(connection.iterdump()) == before
    assert not (project / "models").exists()


def test_no_round_ends_before_anything_was_accepted(project, command, tmp_path):
    model = retrained(tmp_path / "second")
    code, _, error = command("round", "finish", project, "--model", model)
    assert code == 1
    assert "no sample is accepted: review some, export them and train on them" in error
    empty = tmp_path / "empty"
    command("new", empty)
    code, _, error = command("round", "finish", empty, "--model", model)
    assert code == 1
    assert "no model has predicted yet" in error
    code, _, error = command("round", "show", empty)
    assert code == 1
    assert "no round yet" in error


def test_a_round_that_is_finished_is_not_finished_again(released, command, tmp_path):
    project, release, sha256 = released
    model = retrained(tmp_path / "second", releases=[sha256])
    assert command("round", "finish", project, "--model", model, "--release", release)[0] == 0
    code, _, error = command("round", "finish", project, "--model", model, "--release", release)
    assert code == 1
    assert "the model of round 2 already: train a new one" in error


def test_doubts_about_a_model_are_notes_and_no_errors(released, command, tmp_path):
    project, release, _ = released
    parent = {"name": "somebody's", "sha256": "f" * 64}
    model = retrained(tmp_path / "second", releases=["e" * 64], parent=parent, validation=[1])
    other = retrained(tmp_path / "other", by=7.0)
    code, out, _ = command(
        "round", "finish", project, "--model", model, "--release", release, "--run", other.parent,
    )  # fmt: skip
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("note: ")] == [
        "note: the model was trained from somebody's, which never predicted here",
        "note: the model does not say that it was trained on this release",
        f"note: the run in {other.parent} made another model",
    ]


def test_figures_that_compare_with_an_earlier_model_are_noted(released, command, tmp_path):
    project, release, sha256 = released
    for name, by in (("second", 2.0), ("third", 3.0)):
        model = retrained(tmp_path / name, by=by, releases=[sha256])  # both of face_landmark
        code, out, _ = command("round", "finish", project, "--model", model, "--release", release)
        assert code == 0
        noted = "note: the model was trained from face_landmark: that is what its figures compare"
        assert (noted in out) == (name == "third")


def test_the_list_says_how_far_faces_move_between_rounds(released, command, tmp_path):
    project, release, sha256 = released
    assert {row["round_change"] for row in listed(command, project)} == {None}
    model = retrained(tmp_path / "second", releases=[sha256])
    assert command("round", "finish", project, "--model", model, "--release", release)[0] == 0
    rows = listed(command, project, "--sort", "change", "--descending")
    changes = [row["round_change"] for row in rows]
    assert len(changes) == 2
    assert changes == sorted(changes, reverse=True)
    assert all(0.005 < change < 0.1 for change in changes)
    header = command("list", project, "--csv")[1].splitlines()[0].split(",")
    assert "round_change" in header


def listed(command, project, *options):
    return json.loads(command("list", project, "--json", *options)[1])["samples"]


def test_a_project_that_cannot_be_written_keeps_its_round(
    released, command, tmp_path, assert_one_line
):
    project, release, sha256 = released
    model = retrained(tmp_path / "second", releases=[sha256])
    with closing(sqlite3.connect(project / "project.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, _, error = command("round", "finish", project, "--model", model, "--release", release)
    assert code == 1
    assert_one_line(error)
    assert not (project / "models").exists()
    assert "under way   face_landmark" in command("round", "list", project)[1]


def test_a_project_that_is_opened_for_reading_alone_keeps_its_round(released, tmp_path):
    project, release, sha256 = released
    model = retrained(tmp_path / "second", releases=[sha256])
    with Project.open(project, read_only=True) as opened:
        for change in (
            lambda: begin_to_finish(opened, Ending(model, release)),
            lambda: start_round(opened, model),
        ):
            with pytest.raises(ReadOnlyProject):
                change()
        assert opened.rounds.current().model.name == "face_landmark"
    assert not (project / "models").exists()
