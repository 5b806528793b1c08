import subprocess
import sys

import pytest

from annotator import __version__
from annotator.system.assets import asset_path

PORTRAIT = asset_path("datasets", "sample", "collins.jpg")


def test_help_is_printed_without_arguments_and_for_every_command(command):
    code, out, _ = command()
    assert code == 0
    commands = ["demo", "new", "add", "predict", "status", "open", "review", "export"]
    commands += ["learn", "landmarks"]
    for name in commands:
        assert name in out
        assert command(name, "--help")[0] == 0


def test_the_version_is_printed(command):
    assert command("--version") == (0, f"facemesh-annotator {__version__}\n", "")


def test_help_imports_nothing_slow():
    """No room but its own and the one underneath, and of the others what prints it."""
    program = "import sys, annotator.cli; annotator.cli.main(['--help']); print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules = set(result.stdout.splitlines()[-1].split())
    slow = {"numpy", "scipy", "pandas", "pyarrow", "PIL", "cv2", "onnxruntime", "sqlalchemy"}
    assert not modules & (slow | {"alembic", "napari", "qtpy"})
    rooms = {name.split(".")[1] for name in modules if name.startswith("annotator.")}
    assert rooms == {"cli", "system"}


@pytest.mark.parametrize("name", ["status", "list", "settings", "audit"])
def test_what_only_reads_a_project_loads_no_models_and_no_mathematics(command, tmp_path, name):
    command("new", tmp_path / "project")
    command("add", tmp_path / "project", PORTRAIT)
    program = (
        "import sys, annotator.cli; code = annotator.cli.main(sys.argv[1:]); "
        "print(code, *sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, name, str(tmp_path / "project")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    code, *modules = result.stdout.splitlines()[-1].split()
    assert code == "0"
    assert "annotator.project.samples" in modules
    slow = {"scipy", "skimage", "matplotlib", "pandas", "pyarrow", "onnxruntime", "torch", "napari"}
    assert not slow & set(modules)


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["new"],
        ["new", ""],
        ["status", " "],
        ["new", "a", "b"],
        ["status", "a", "--yaml"],
        ["add", ".", "there_is_no_such.jpg"],
        ["export", ".", "out"],
        ["export", ".", "out", "--format", "xml"],
        ["review", ".", "praise", "1"],
        ["review", ".", "accept"],
        ["review", ".", "accept", "1", "--all"],
        ["review", ".", "send-back", "1"],
        ["settings", ".", "review", "alone", "more"],
        ["history", "."],
        ["history", ".", "0"],
        ["history", ".", "1", "--restore", "-1"],
        ["history", ".", "1", "--restore", "9" * 30],
        ["audit", ".", "--sample", "9" * 30],
        ["rounds", "show", ".", "9" * 30],
        ["sampling", "show", ".", "9" * 30],
        ["sampling", "draw", ".", "--limit", "1e-300"],
        ["audit", ".", "--sample", "0"],
        ["sampling", "draw", "."],
        ["sampling", "draw", ".", "--limit", "2"],
        ["sampling", "draw", ".", "--count", "1", "--confidence", "1"],
        ["review", ".", "accept", "1", "--reason", "blurred"],
        ["landmarks", str(PORTRAIT)],
        ["predict", ".", "--workers", "0"],
        ["landmarks", str(PORTRAIT), "--output", "no/such/folder/x.npz"],
        ["landmarks", str(PORTRAIT), "--output", "."],
        ["review", ".", "accept", "1", "--reviewer", " "],
        ["review", ".", "accept", "1", "--reviewer", "caf\udce9"],
        ["review", ".", "accept", "1", "--comment", "caf\udce9"],
        ["review", ".", "accept", "0"],
        ["review", ".", "accept", "9" * 30],
        ["open", ".", "--annotator", " "],
        ["predict", ".", "--workers", "1000000"],
    ],
)
def test_a_command_that_makes_no_sense_exits_with_2_and_one_line(
    command, arguments, assert_one_line
):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert_one_line(err)


@pytest.mark.parametrize("name", ["status", "predict", "open", "add", "export", "review"])
def test_a_folder_that_holds_no_project_exits_with_1_and_one_line(
    command, tmp_path, monkeypatch, name, assert_one_line
):
    monkeypatch.setenv("DISPLAY", ":99")
    more = {
        "add": [PORTRAIT],
        "export": [tmp_path / "out", "--format", "npz"],
        "review": ["accept", "1"],
    }
    code, out, err = command(name, tmp_path, *more.get(name, []))
    assert (code, out) == (1, "")
    assert_one_line(err)
    assert list(tmp_path.iterdir()) == []


def test_errors_of_a_real_process_have_no_traceback(process, tmp_path, assert_one_line):
    result = process("status", tmp_path / "nowhere")
    assert (result.returncode, result.stdout) == (1, "")
    assert_one_line(result.stderr)


MISTAKEN = """
import sys
from annotator.cli import main
from annotator.training import evaluation

def mistaken(names):
    raise LookupError("forged \x1b[2J")

evaluation.loaded_nets = mistaken
sys.argv[1:] = ["-q", sys.argv[1], "a", "b", "c"]
sys.exit(main())
"""


@pytest.mark.parametrize(("name", "code"), [("compare", 4), ("evaluate", 1)])
def test_a_mistake_in_the_program_is_no_answer_to_a_comparison_and_obeyed_by_no_terminal(
    name, code
):
    given = [sys.executable, "-c", MISTAKEN, name]
    result = subprocess.run(given, capture_output=True, text=True, check=False)
    assert result.returncode == code
    assert result.stderr.splitlines()[-1] == r"LookupError: forged \x1b[2J"
