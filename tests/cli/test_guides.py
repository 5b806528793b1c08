"""The commands `guides list`, `fit` and `remove`."""

import json
import shutil

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.sparse.combinations import to_68
from annotator.project import Project
from annotator.project.guide_records import NewGuide


@pytest.fixture
def guided(made, tmp_path):
    """A project of which one face has a guide, 6 px aside, with one wrong point."""
    shutil.copytree(made / "project", tmp_path / "project")
    with Project.open(tmp_path / "project") as project:
        sample = next(s.id for s in project.samples.summaries() if s.image_name == "collins.jpg")
        mesh = project.annotations.load(sample).landmarks + np.float32((6, 0, 0))
        points = to_68(mesh, FACE_468)
        points[30, :2] += 80
        project.guides.add(sample, NewGuide("ibug_68", points, origin="a.pts"), by="Ada")
    return tmp_path / "project"


def test_guides_are_listed(command, guided):
    code, out, _ = command("guides", "list", guided)
    assert code == 0
    assert out.splitlines()[1].split()[2:4] == ["ibug_68", "68"]
    listed = json.loads(command("guides", "list", guided, "--json")[1])["guides"]
    assert [(row["origin"], row["by"]) for row in listed] == [("a.pts", "Ada")]


def test_a_project_without_guides_says_how_they_come(command, made):
    assert command("guides", "list", made / "project")[1].startswith("no guides: import --as")
    code, _, err = command("guides", "fit", made / "project", "--all")
    assert code == 1
    assert "no sample has a guide" in err


def test_fitting_tells_what_was_left_out(command, guided):
    code, out, _ = command("guides", "fit", guided, "--all")
    assert code == 0
    assert out.splitlines()[0] == "1 face fitted to guides"
    assert "left out as all others contradict them: points 30" in out
    code, out, _ = command("guides", "fit", guided, "collins.jpg")
    assert code == 1
    assert "is as it was: it is fitted already" in out


def test_fitting_says_as_json_what_became_of_each(command, guided):
    values = json.loads(command("guides", "fit", guided, "--all", "--json")[1])
    (one,) = values["fitted"]
    assert one["left_out"] == [30]
    assert 5 < one["moved_px"] < 7
    assert values["left"] == []


def test_samples_or_all_of_them_are_asked_for(command, guided):
    for arguments in ((), ("collins.jpg", "--all")):
        code, _, err = command("guides", "fit", guided, *arguments)
        assert code == 2
        assert "give either samples or --all" in err


def test_removing_a_guide_leaves_the_mesh(command, guided):
    command("guides", "fit", guided, "--all")
    assert command("guides", "remove", guided, "1")[1] == "1 guide removed\n"
    assert "no guides" in command("guides", "list", guided)[1]
    code, _, err = command("guides", "remove", guided, "1")
    assert code == 1
    assert "there is no guide 1" in err
