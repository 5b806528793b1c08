"""How much commands say, how they are started, and what shells complete."""

import json
import logging
import os
import subprocess
import sys

import pytest

from annotator import __version__
from annotator.cli.app import GROUPS

NAMES = [  # of some a group's and its own
    f"{group.commands.info.name or ''} {command.name or command.callback.__name__}".strip(" _")
    for group in GROUPS
    for command in group.commands.registered_commands
]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_both_switches(command, name):
    code, out, _ = command(*name.split(), "--help")
    assert code == 0
    assert "--verbose" in out
    assert "--quiet" in out


@pytest.mark.parametrize("before", [True, False])
def test_quiet_says_nothing_of_what_is_well(command, tmp_path, photos, before):
    def quietly(name, *arguments):
        return command("-q", name, *arguments) if before else command(name, *arguments, "-q")

    project, good = tmp_path / "project", photos / "collins.jpg"
    assert quietly("new", project) == (0, "", "")
    assert quietly("add", project, good) == (0, "", "")
    assert quietly("predict", project, "--no-small-faces") == (0, "", "")
    assert quietly("review", project, "accept", "--all") == (0, "", "")
    assert quietly("export", project, tmp_path / "release", "--format", "npz") == (0, "", "")


def test_quiet_says_what_failed_with_the_same_exit_code(command, tmp_path, photos, assert_one_line):
    project, bad = tmp_path / "project", photos / "broken.jpg"
    command("new", project)
    code, out, err = command("add", project, bad, "-q")
    assert (code, err) == (1, "")
    assert out.startswith(f"failed: {bad}: ")
    assert out.count("\n") == 1
    (tmp_path / "empty").mkdir()
    for arguments in (
        ["add", project, tmp_path / "empty"],
        ["landmarks", tmp_path / "empty", "--output", tmp_path / "meshes.npz"],
    ):
        code, out, _ = command(*arguments, "-q")
        assert code == 1
        assert "no image was found" in out
    code, out, err = command("predict", tmp_path / "nowhere", "-q")
    assert (code, out) == (1, "")
    assert_one_line(err)


def test_quiet_still_answers_what_was_asked(command, tmp_path):
    command("new", tmp_path / "project")
    _, out, _ = command("status", tmp_path / "project")
    assert "images" in out
    assert command("status", tmp_path / "project", "-q") == (0, out, "")
    code, out, _ = command("predict", tmp_path / "project", "--no-small-faces", "-q", "--json")
    assert (code, json.loads(out)["images"]) == (0, 0)


@pytest.mark.parametrize("before", [True, False])
def test_verbose_adds_times_on_stderr_and_leaves_results_as_they_are(
    command, project, tmp_path, before
):
    command("review", project, "accept", "--all")
    arguments = ["export", project, tmp_path / "release", "--format", "csv", "--json"]
    code, out, err = command("-v", *arguments) if before else command(*arguments, "-v")
    assert (code, json.loads(out)["samples"]) == (0, 2)
    assert "all of export: " in err
    assert command("status", project)[2] == ""  # and only for that command
    assert logging.getLogger("annotator").handlers == []


def test_both_switches_together_are_refused(command, tmp_path, assert_one_line):
    for arguments in (["status", tmp_path, "-v", "-q"], ["-v", "-q", "status", tmp_path]):
        code, out, err = command(*arguments)
        assert (code, out) == (2, "")
        assert_one_line(err)


@pytest.mark.parametrize("module", ["annotator", "annotator.cli"])
def test_the_package_is_run_as_a_module(module):
    result = subprocess.run(
        [sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout == f"facemesh-annotator {__version__}\n"


@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("facemesh-annotator ex", ["export"]),
        (
            "facemesh-annotator export --images ",
            ["copy", "upright", "reference", "link", "face", "crop-192", "crop-256", "none"],
        ),
        ("facemesh-annotator export --format n", ["npz"]),
        ("facemesh-annotator review p se", ["send-back"]),
    ],
)
def test_shells_complete_commands_and_choices(typed, completed):
    result = completing(typed, [sys.executable, "-m", "annotator"])
    assert result.stdout.split() == completed, result.stderr


def test_completing_a_command_imports_nothing_slow():
    program = (
        "import sys, annotator.cli\n"
        "try: annotator.cli.main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    result = completing("facemesh-annotator ex", [sys.executable, "-c", program])
    assert result.stdout.split() == ["export"]
    slow = {"numpy", "pandas", "pyarrow", "PIL", "cv2", "onnxruntime", "sqlalchemy", "napari"}
    assert not set(result.stderr.split()) & slow


def completing(typed: str, program: list[str]) -> subprocess.CompletedProcess[str]:
    """Ask as bash does what may stand at the end of what was typed."""
    asked = {
        "_FACEMESH_ANNOTATOR_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(typed.count(" ")),
    }
    return subprocess.run(
        program, capture_output=True, text=True, check=False, env={**os.environ, **asked}
    )


INTERRUPTED_WHILE_IMPORTING = """
import sys

class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
from annotator.cli import main
sys.exit(main(["--help"]))
"""


def test_ctrl_c_while_the_program_starts_is_one_line(assert_one_line):
    result = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_IMPORTING],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (130, "")
    assert_one_line(result.stderr)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["export", ".", "x", "--format", "npz", "--images", "bad"], "'bad' is not one of 'copy',"),
        (["review", ".", "praise", "1"], "'praise' is not one of 'submit', 'accept',"),
        (["predict", ".", "--workers", "many"], "'--workers': it must be a valid integer"),
        (["predict", ".", "extra"], "Nothing takes 'extra'"),
        (["landmarks", ".", "--output", "meshes.csv"], "it becomes an NPZ file: call it"),
        (["predict", ".", "--workers", "0"], "'--workers': it must be greater than or equal to 1"),
    ],
)
def test_what_is_wrong_with_an_argument_is_said_in_plain_words(command, arguments, said):
    code, _, err = command(*arguments)
    assert code == 2
    assert said in err
    assert "Value error" not in err


def test_every_argument_is_named_in_capitals(command):
    for name in NAMES:
        _, out, _ = command(*name.split(), "--help")
        usage = out.split("Usage: facemesh-annotator")[1].split("\n")[0]
        assert usage.replace("[OPTIONS]", "").split(name, 1)[1].isupper() or name in (
            "new",
            "live",
        ), usage


def test_verbose_names_what_was_passed_over(command, tmp_path, photos):
    (photos / "notes.txt").write_text("nothing to see")
    (photos / ".hidden.jpg").write_bytes(b"")
    command("new", tmp_path / "project")
    _, out, err = command("add", tmp_path / "project", photos, "-v")
    assert f"passed over, as it is no image: {photos / 'notes.txt'}" in err
    assert f"passed over, as it is hidden: {photos / '.hidden.jpg'}" in err
    assert "passed over" not in out


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_file_name_gives_the_terminal_no_commands(command, tmp_path, photos):
    (photos / "a\x1b[31m\nb.jpg").write_bytes(b"no image")
    (photos / "c\x1b]0;d\x07").write_bytes(b"no image")
    command("new", tmp_path / "project")
    _, out, err = command("add", tmp_path / "project", photos, "-v")
    assert "\\x1b[31m\\nb.jpg: not an image" in out
    assert "c\\x1b]0;d\\x07" in err
    assert "\x1b" not in out + err
    _, _, err = command("add", tmp_path / "project", tmp_path / "no\x1b[31m")
    assert "no\\x1b[31m" in err


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["add", "p"], "facemesh-annotator add --help"),
        (["frobnicate"], "facemesh-annotator --help"),
        (["review", "p", "accept", "-1"], "facemesh-annotator review --help"),
    ],
)
def test_what_was_not_understood_says_where_to_look_it_up(
    command, assert_one_line, arguments, where
):
    code, _, err = command(*arguments)
    assert code == 2
    assert_one_line(err)
    assert f"See '{where}'" in err


@pytest.mark.parametrize("switch", ["-v", "-q"])
def test_a_switch_without_a_command_prints_the_help(command, switch):
    code, out, _ = command(switch)
    assert code == 0
    assert "Commands" in out
