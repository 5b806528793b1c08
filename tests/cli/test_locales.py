"""In a locale of plain ASCII, names with other letters work, or what does not is one line."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.project import Project
from annotator.system.assets import asset_path

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")
QUICK = "--no-small-faces"
PLAIN_ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

# Commands one after another, as a shell would hand them on; after each its exit code.
DRIVER = """
import json, os, sys
from annotator.cli import main

for given in json.loads(sys.argv[1]):
    code = main([os.fsdecode(bytes.fromhex(word)) for word in given])
    print(f"= {code}", flush=True)
"""


def run_all(*commands: list[object], **environment: str) -> list[tuple[int, str]]:
    """Run commands in one process; return each one's exit code and all that it printed."""
    given = [[os.fsencode(str(word)).hex() for word in command] for command in commands]
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, json.dumps(given)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        env={**os.environ, **environment},
    )  # fmt: skip
    printed, results = "", []
    for line in done.stdout.decode(errors="replace").splitlines(keepends=True):
        if line.startswith("= "):
            results.append((int(line[2:]), printed))
            printed = ""
        else:
            printed += line
    assert printed == ""
    return results


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="others have UTF-8 file names")


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "Fotos von Zoë"
    folder.mkdir()
    shutil.copy(PORTRAIT, folder / "Zoë.jpg")
    (folder / "kaputt ö.jpg").write_bytes(PORTRAIT.read_bytes()[:9000])
    return folder


def test_a_round_with_other_letters_in_an_ascii_locale(photographs, tmp_path):
    project = tmp_path / "Prüfung"
    model = tmp_path / "mödel.onnx"
    shutil.copy(asset_path("models", "face_landmark.onnx"), model)
    steps = [
        ["new", project],
        ["add", project, photographs],
        ["predict", project, QUICK],
        ["status", project, "--all"],
        ["list", project, "--name", "ZOË"],
        ["list", project, "--csv"],
        ["review", project, "accept", "Zoë.jpg", "--reviewer", "Jürgen", "--comment", "schön"],
        ["export", project, tmp_path / "é", "--format", "coco", "--images", "reference"],
        ["export", project, tmp_path / "è", "--format", "csv"],
        ["relocate", project, photographs, photographs],
        ["remove", project, "Zoë.jpg"],
        ["restore", project, "Zoë.jpg"],
        ["landmarks", photographs / "Zoë.jpg", "--output", tmp_path / "ö.npz", "--model", model],
        ["list", project, "--json"],
    ]
    results = run_all(*steps, **PLAIN_ASCII)
    assert [code for code, _ in results] == [0] * len(steps), results
    assert not any("Traceback" in printed for _, printed in results)
    assert r"Pr\xfcfung" in results[0][1]
    assert r"Zo\xeb.jpg" in results[4][1]
    assert f"{photographs}/Zoë.jpg" in results[5][1]  # values for programs are UTF-8
    (sample,) = json.loads(results[-1][1])["samples"]
    assert (sample["photograph"], sample["reviewer"]) == ("Zoë.jpg", "Jürgen")
    assert sample["path"] == str(photographs / "Zoë.jpg")
    with Project.open(project) as opened:  # and it is the same to who has another locale
        assert [image.path for image in opened.images.all()] == [photographs / "Zoë.jpg"]
        assert [each.path.name for each in opened.images.failed()] == ["kaputt ö.jpg"]
        assert opened.reviews.newest(1).comment == "schön"


def test_a_project_of_another_locale_is_worked_on_in_an_ascii_one(command, photographs, tmp_path):
    project = tmp_path / "Prüfung"
    assert command("new", project)[0] == 0
    assert command("add", project, photographs)[0] == 0
    again, predicted, status, gone = run_all(
        ["add", project, photographs, "--json"],
        ["predict", project, QUICK],
        ["status", project, "--json"],
        ["relocate", project, photographs, tmp_path / "nirgends ä"],
        **PLAIN_ASCII,
    )
    assert json.loads(again[1])["already_there"] == 1
    assert json.loads(again[1])["failed"][0]["path"] == str(photographs / "kaputt ö.jpg")
    assert predicted == (0, predicted[1])
    assert json.loads(status[1])["gone"] == []
    assert gone[0] == 1
    assert r"nirgends \xe4" in gone[1]
    assert command("list", project, "--csv")[1].count("Zoë.jpg") == 2


def test_what_fails_in_an_ascii_locale_is_one_line(photographs, tmp_path):
    odd = os.fsdecode(b"J\xff")
    refused = run_all(
        ["status", tmp_path / "nirgends ä"],
        ["status", tmp_path, "--größe"],
        ["add", tmp_path, "größe.jpg"],
        ["review", tmp_path, "accept", "1", "--reviewer", "\u202eAnn"],
        ["review", tmp_path, "accept", "1", "--reviewer", odd],
        ["landmarks", photographs, "--output", tmp_path / "ä" / "x.npz"],
        ["landmarks", photographs, "--output", tmp_path / "x.npz", "--model", "größe.onnx"],
        **PLAIN_ASCII,
    )
    for code, printed in refused:
        assert code in {1, 2}
        assert printed.startswith("error: ")
        assert printed.count("\n") == 1


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_of_few_letters_is_told_what_it_can_show(photographs, tmp_path, encoding):
    project = tmp_path / "Prüfung 日本"
    results = run_all(
        ["new", project],
        ["add", project, photographs],
        ["status", project],
        ["list", project, "--csv"],
        ["--help"],
        ["status", tmp_path / "日本"],
        PYTHONIOENCODING=encoding,
    )
    assert [code for code, _ in results] == [0, 0, 0, 0, 0, 1]
    assert not any("Traceback" in printed for _, printed in results)
    assert r"\u65e5\u672c" in results[0][1]


def test_arguments_come_from_a_shell_in_an_ascii_locale(process, photographs, tmp_path):
    project = tmp_path / "Prüfung"
    Project.create(project).close()
    result = process("add", project, photographs / "Zoë.jpg", "--copy", **PLAIN_ASCII)
    assert (result.returncode, result.stderr) == (0, "")
    assert Path(project / "images" / "Zoë.jpg").is_file()
