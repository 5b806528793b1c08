import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from sqlalchemy import update

from annotator import __version__
from annotator.cli import main
from annotator.project import Project, RejectReason, SampleState
from annotator.project.tables import SampleRow
from annotator.system.assets import asset_path

SAMPLES = asset_path("datasets", "sample")
PORTRAIT = SAMPLES / "collins.jpg"
QUICK = "--no-small-faces"


@pytest.fixture
def command(capsys):
    """Return a function that runs a command and returns exit code, stdout and stderr."""

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
def process():
    """Return a function that runs a command in a process of its own."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "annotator.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
        )

    return run


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("collins.jpg", "hopper.jpg", "coffee.jpg"):
        shutil.copy(SAMPLES / name, folder)
    (folder / "broken.jpg").write_bytes(PORTRAIT.read_bytes()[:9000])
    return folder


@pytest.fixture
def project(tmp_path, photos, command):
    """Return a project with two predicted samples."""
    folder = tmp_path / "project"
    assert command("new", folder)[0] == 0
    assert command("add", folder, photos)[0] == 0
    assert command("predict", folder, QUICK)[0] == 0
    return folder


def assert_one_line(error):
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error


# --- usage -----------------------------------------------------------------------------------


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
    program = (
        "import sys, annotator.cli; annotator.cli.main(['--help']);"
        "slow = {'numpy', 'onnxruntime', 'sqlalchemy', 'pandas', 'napari', 'PIL', 'scipy'};"
        "sys.exit(f'imported: {slow & set(sys.modules)}' if slow & set(sys.modules) else 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["new"],
        ["new", "a", "b"],
        ["status", "a", "--yaml"],
        ["add", ".", "there_is_no_such.jpg"],
        ["export", ".", "out"],
        ["export", ".", "out", "--format", "xml"],
        ["review", ".", "praise", "1"],
        ["review", ".", "accept"],
        ["review", ".", "accept", "1", "--all"],
        ["review", ".", "accept", "one"],
        ["review", ".", "reject", "1"],
        ["review", ".", "reject", "1", "--reason", "ugly"],
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
def test_a_command_that_makes_no_sense_exits_with_2_and_one_line(command, arguments):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert_one_line(err)


@pytest.mark.parametrize("name", ["status", "predict", "open", "add", "export", "review"])
def test_a_folder_that_holds_no_project_exits_with_1_and_one_line(
    command, tmp_path, monkeypatch, name
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


def test_errors_of_a_real_process_have_no_traceback(process, tmp_path):
    result = process("status", tmp_path / "nowhere")
    assert (result.returncode, result.stdout) == (1, "")
    assert_one_line(result.stderr)


# --- new, add, status --------------------------------------------------------------------------


def test_a_project_is_never_made_twice(command, tmp_path):
    assert command("new", tmp_path / "p")[0] == 0
    code, _, err = command("new", tmp_path / "p")
    assert code == 1
    assert_one_line(err)


def test_adding_reports_what_was_added_and_what_failed(command, tmp_path, photos):
    command("new", tmp_path / "p")
    code, out, err = command("add", tmp_path / "p", photos)
    assert (code, err) == (0, "")
    assert out.startswith("added 3, already there 0, failed 1\n")
    assert f"failed: {photos / 'broken.jpg'}: " in out


def test_adding_reports_as_json(command, tmp_path, photos):
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", photos / "hopper.jpg")
    code, out, err = command("add", tmp_path / "p", photos, "--json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert (report["added"], report["already_there"]) == (2, 1)
    assert [failure["path"] for failure in report["failed"]] == [str(photos / "broken.jpg")]
    assert report["failed"][0]["reason"]


def test_adding_fails_when_nothing_was_usable(command, tmp_path, photos):
    command("new", tmp_path / "p")
    code, out, _ = command("add", tmp_path / "p", photos / "broken.jpg", "--json")
    assert code == 1
    assert json.loads(out)["added"] == 0


def test_status_as_json_has_exactly_the_documented_keys(command, project, photos):
    code, out, err = command("status", project, "--json")
    status = json.loads(out)
    assert (code, err) == (0, "")
    assert list(status) == ["images", "samples", "failed"]
    assert status["images"] == 3
    assert status["samples"] == {
        "predicted": 2,
        "in_progress": 0,
        "accepted": 0,
        "rejected": 0,
        "excluded": 0,
        "deleted": 0,
    }
    assert [set(failure) for failure in status["failed"]] == [{"path", "reason"}]


def test_status_is_readable_by_people(command, project):
    _, out, _ = command("status", project)
    assert re.search(r"images +3", out)
    assert re.search(r"predicted +2", out)
    assert re.search(r"in progress +0", out)
    assert "broken.jpg" in out


# --- predict -----------------------------------------------------------------------------------


def test_predicting_reports_as_json_and_again_does_nothing(command, tmp_path, photos):
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", photos)
    (photos / "coffee.jpg").unlink()
    code, out, _ = command("predict", tmp_path / "p", QUICK, "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["images"], report["faces"]) == (2, 2)
    assert [Path(failure["path"]).name for failure in report["failed"]] == ["coffee.jpg"]

    shutil.copy(SAMPLES / "coffee.jpg", photos)
    _, out, _ = command("predict", tmp_path / "p", QUICK, "--json")
    assert json.loads(out)["images"] == 1
    _, out, _ = command("predict", tmp_path / "p", QUICK, "--json")
    assert json.loads(out)["images"] == 0


def test_predicting_says_that_leaving_out_small_faces_is_final(command, tmp_path, photos):
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", photos / "collins.jpg")
    _, out, _ = command("predict", tmp_path / "p", QUICK)
    assert "small faces were not searched for" in out
    command("add", tmp_path / "p", photos / "hopper.jpg")
    _, out, _ = command("predict", tmp_path / "p")
    assert out == "predicted 1 image with 1 face, failed 0\n"


def test_predicting_fails_when_every_image_failed(command, tmp_path, photos):
    command("new", tmp_path / "p")
    command("add", tmp_path / "p", photos / "hopper.jpg")
    (photos / "hopper.jpg").unlink()
    code, out, _ = command("predict", tmp_path / "p", QUICK, "--json")
    assert code == 1
    assert len(json.loads(out)["failed"]) == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--model", "no_such_model"],
        ["--model", str(PORTRAIT)],
        ["--model", "~nobody-of-this-name/model.onnx"],
        ["--providers", "abacus"],
        ["--providers", ""],
    ],
)
def test_a_model_or_provider_that_cannot_be_used_is_one_line(command, project, options):
    code, out, err = command("predict", project, *options)
    assert (code, out) == (1, "")
    assert_one_line(err)


# --- review and export ---------------------------------------------------------------------------


def test_accepting_takes_the_numbers_of_samples(command, project):
    code, out, _ = command("review", project, "accept", 2, 2, "--reviewer", "ada", "--json")
    assert (code, json.loads(out)) == (0, {"verdict": "accept", "samples": [2]})
    with Project.open(project) as opened:
        assert opened.samples.get(2).state == "accepted"
        assert opened.samples.get(2).reviewer == "ada"
        assert opened.samples.get(1).state == "predicted"


def test_all_means_the_samples_without_verdict(command, project):
    command("review", project, "reject", 1, "--reason", "blurred", "--reason", "other")
    code, out, _ = command("review", project, "exclude", "--all", "--comment", "private")
    assert (code, out) == (0, "exclude: 1 sample\n")
    with Project.open(project) as opened:
        (rejection,) = opened.reviews.history(1)
        (exclusion,) = opened.reviews.history(2)
    assert rejection.reasons == (RejectReason.BLURRED, RejectReason.OTHER)
    assert exclusion.comment == "private"
    assert exclusion.reviewer


def test_all_leaves_alone_what_is_decided_meanwhile(command, project):
    with Project.open(project) as opened, ThreadPoolExecutor(1) as executor:
        with opened._database.writing() as session:  # someone else's transaction
            run = executor.submit(main, ["review", str(project), "exclude", "--all"])
            time.sleep(0.5)  # it waits for the lock by now
            session.execute(
                update(SampleRow).values(state=SampleState.ACCEPTED).where(SampleRow.id == 1)
            )
        assert run.result(timeout=10) == 0
        assert [opened.samples.get(number).state for number in (1, 2)] == ["accepted", "excluded"]


def test_a_name_is_kept_without_the_blanks_around_it(command, project):
    command("review", project, "accept", 2, "--reviewer", " ada ")
    with Project.open(project) as opened:
        assert opened.samples.get(2).reviewer == "ada"


@pytest.mark.parametrize("name", [" ", "\udce9"])
def test_a_strange_login_name_is_no_reason_to_fail(command, project, monkeypatch, name):
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, name)
    assert command("review", project, "accept", 2)[0] == 0


def test_an_unknown_sample_stops_the_review_before_anything_is_written(command, project):
    code, _, err = command("review", project, "accept", 1, 99)
    assert code == 1
    assert "99" in err
    assert_one_line(err)
    with Project.open(project) as opened:
        assert opened.samples.get(1).state == "predicted"


@pytest.mark.parametrize("format_", ["npz", "csv", "coco"])
def test_exporting_writes_the_accepted_samples(command, project, tmp_path, format_):
    command("review", project, "accept", "--all")
    target = tmp_path / "release"
    code, out, err = command("export", project, target, "--format", format_, "--json")
    report = json.loads(out)
    assert (code, err) == (0, "")
    assert (report["format"], report["samples"]) == (format_, 2)
    assert Path(report["folder"]) == target
    assert all((target / name).is_file() for name in report["files"])


def test_an_export_over_an_existing_folder_or_of_nothing_is_refused(command, project, tmp_path):
    code, _, err = command("export", project, tmp_path / "release", "--format", "npz")
    assert code == 1  # nothing is accepted
    assert_one_line(err)
    command("review", project, "accept", "--all")
    code, _, err = command("export", project, tmp_path, "--format", "npz")
    assert code == 1
    assert_one_line(err)


# --- landmarks -----------------------------------------------------------------------------------


def test_landmarks_are_written_by_file_name(command, photos, tmp_path):
    output = tmp_path / "meshes.npz"
    good = [photos / "collins.jpg", photos / "coffee.jpg"]
    code, out, err = command("landmarks", *good, "--output", output, QUICK, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "output": str(output),
        "faces": {"collins.jpg": 1, "coffee.jpg": 0},
        "failed": [],
    }
    with np.load(output) as meshes:
        assert {name: meshes[name].shape for name in meshes} == {
            "collins.jpg": (1, 468, 3),
            "coffee.jpg": (0, 468, 3),
        }
        assert meshes["collins.jpg"].dtype == np.float32


def test_an_unreadable_image_is_reported_and_the_rest_goes_on(command, photos, tmp_path):
    code, out, _ = command("landmarks", photos, "--output", tmp_path / "meshes.npz", QUICK)
    assert code == 1
    assert "broken.jpg" in out
    with np.load(tmp_path / "meshes.npz") as meshes:
        assert set(meshes) == {"collins.jpg", "hopper.jpg", "coffee.jpg"}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text_are_spelt_out(command, photos, tmp_path):
    odd = photos / os.fsdecode(b"caf\xe9.jpg")
    shutil.copy(photos / "collins.jpg", odd)
    folder = tmp_path / os.fsdecode(b"proj\xe9t")
    assert command("new", folder)[:2] == (0, f"new project: {tmp_path}/proj\\udce9t\n")
    code, out, _ = command("landmarks", odd, "--output", tmp_path / "meshes.npz", QUICK, "--json")
    assert (code, json.loads(out)["faces"]) == (0, {"caf\\xe9.jpg": 1})
    with np.load(tmp_path / "meshes.npz") as meshes:
        assert set(meshes) == {"caf\\xe9.jpg"}


def test_images_that_would_share_a_key_are_refused(command, photos, tmp_path):
    (tmp_path / "more").mkdir()
    shutil.copy(photos / "hopper.jpg", tmp_path / "more" / "collins.jpg")
    output = tmp_path / "meshes.npz"
    code, out, err = command("landmarks", photos, tmp_path / "more", "--output", output)
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert not output.exists()


# --- windows -------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="displays are optional on Linux only")
@pytest.mark.parametrize("arguments", [["open"], ["demo"], ["demo", "--headless"]])
def test_without_a_display_the_error_says_so(command, tmp_path, monkeypatch, arguments):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = command(arguments[0], tmp_path / "p", *arguments[1:])
    assert code == 1
    assert "display" in err
    assert_one_line(err)
    assert not (tmp_path / "p").exists()


def test_without_qt_the_error_says_what_to_install(command, project, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    code, _, err = command("open", project)
    assert code == 1
    assert "facemesh-annotator[qt]" in err


def test_a_demonstration_that_fails_says_why_in_one_line(command, tmp_path, monkeypatch):
    module = ModuleType("annotator.plugin.demo")

    class DemoError(RuntimeError):
        pass

    def run_headless(project_folder, screenshots_folder):
        raise DemoError("the stroke is not in the database")

    module.DemoError, module.run_headless = DemoError, run_headless
    monkeypatch.setitem(sys.modules, "annotator.plugin.demo", module)
    monkeypatch.setenv("DISPLAY", ":99")
    code, _, err = command("demo", tmp_path / "demo", "--headless")
    assert (code, err) == (1, "error: the stroke is not in the database\n")


def test_napari_is_started_with_preferences_of_its_own():
    program = "from napari.settings import get_settings; print(get_settings().config_path)"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    path = Path(result.stdout.strip())
    assert path == Path(os.environ["NAPARI_CONFIG"])
    assert path.is_relative_to(Path(tempfile.gettempdir()))


# --- real processes ------------------------------------------------------------------------------


def test_a_round_in_processes_of_their_own(process, photos, tmp_path):
    project = tmp_path / "project"
    steps = [
        ["new", project],
        ["add", project, photos, "--json"],
        ["predict", project, QUICK, "--json"],
        ["review", project, "accept", "--all", "--json"],
        ["export", project, tmp_path / "release", "--format", "npz", "--json"],
        ["status", project, "--json"],
    ]
    for step in steps:
        result = process(*step)
        assert (result.returncode, result.stderr) == (0, "")
        if "--json" in step:
            assert json.loads(result.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send")
def test_ctrl_c_is_one_line_and_exit_code_130(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(300):
        shutil.copy(PORTRAIT, folder / f"{index}.jpg")
        with (folder / f"{index}.jpg").open("ab") as stream:
            stream.write(bytes([index % 256, index // 256]))
    main(["new", str(tmp_path / "p")])
    main(["add", str(tmp_path / "p"), str(folder)])
    child = subprocess.Popen(
        [sys.executable, "-m", "annotator.cli", "predict", str(tmp_path / "p")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with Project.open(tmp_path / "p") as project:
        deadline = time.monotonic() + 30
        while not project.samples.summaries() and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
        assert 0 < len(project.samples.summaries()) < 300
    assert (child.returncode, out) == (130, "")
    assert_one_line(err)
