"""`import` and `merge` on the command line: told first, asked, done, and said in JSON."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.cli import main
from annotator.project import Project, SampleState
from annotator.release import export_release
from tests.conftest import Portraits

Said = pytest.CaptureFixture[str]


@pytest.fixture
def places(tmp_path: Path, portraits: Portraits, new_project: Callable[[Path], Project]) -> Path:
    """A folder with a release, the project it is of, and an empty one."""
    with portraits.judged(tmp_path / "portraits", tmp_path / "photos") as project:
        export_release(project, tmp_path / "portraits-1", "npz")
    new_project(tmp_path / "empty").close()
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_dry_run_tells_of_every_face_and_writes_nothing(places: Path, capsys: Said) -> None:
    before = content(places)
    arguments = ["import", str(places / "empty"), str(places / "portraits-1"), "--dry-run"]

    assert main([*arguments, "--photographs", str(places / "photos")]) == 0

    told = capsys.readouterr().out.splitlines()
    assert told[0] == "the release portraits-1: 4 faces as npz: 4 faces of 3 images, as annotations"
    assert "  4 as new samples" in told
    assert sum("with its photograph" in line for line in told) == 4
    numbers = [line.split()[:2] for line in told if "with its photograph" in line]
    assert len(set(map(tuple, numbers))) == 4
    assert max(number for _, number in numbers) == "2"  # of its image
    assert content(places) == before


def test_where_photographs_are_to_come_from_is_told_if_they_lack(
    places: Path, capsys: Said
) -> None:
    assert main(["import", str(places / "empty"), str(places / "portraits-1"), "--dry-run"]) == 0
    assert "give their folder by --photographs" in capsys.readouterr().out


def test_what_is_imported_has_to_be_confirmed(places: Path, capsys: Said) -> None:
    arguments = ["import", str(places / "empty"), str(places / "portraits-1")]
    arguments += ["--photographs", str(places / "photos")]

    assert main(arguments) == 1
    assert "give --yes" in capsys.readouterr().err
    assert main([*arguments, "--yes"]) == 0

    assert "imported 4 faces of 4" in capsys.readouterr().out
    with Project.open(places / "empty") as project:
        assert project.samples.counts()[SampleState.ACCEPTED] == 4


def test_json_says_what_became_of_each_face(places: Path, capsys: Said) -> None:
    arguments = ["import", str(places / "portraits"), str(places / "portraits-1"), "--json"]

    assert main(arguments) == 0

    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"already there": 4}
    assert [face["becomes"] for face in said["faces"]] == ["already there"] * 4
    assert all(face["iou"] == 1 for face in said["faces"])


def test_another_project_is_merged_and_not_imported(places: Path, capsys: Said) -> None:
    empty, portraits = str(places / "empty"), str(places / "portraits")

    assert main(["import", empty, portraits]) == 1
    assert "`facemesh-annotator merge`" in capsys.readouterr().err
    assert main(["merge", empty, empty]) == 1
    assert "into itself" in capsys.readouterr().err
    assert main(["merge", empty, portraits, "--yes"]) == 0
    assert "imported 6 faces of 6" in capsys.readouterr().out
    assert main(["merge", empty, portraits]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "nothing to do"


def test_what_cannot_be_imported_is_one_line(places: Path, capsys: Said) -> None:
    shutil.copy(places / "photos" / "hopper.jpg", places / "hopper.jpg")
    for what, said in (
        (places / "nowhere", "does not exist"),
        (places / "hopper.jpg", "nothing that is recognised"),
        (places / "photos", "nothing that is recognised"),
    ):
        assert main(["import", str(places / "empty"), str(what)]) == 1
        told = capsys.readouterr().err
        assert said in told
        assert told.count("\n") == 1


def test_an_unknown_format_is_a_usage_error(places: Path, capsys: Said) -> None:
    assert main(["import", str(places / "empty"), str(places), "--format", "abc"]) == 2
    assert "there is no format" in capsys.readouterr().err
