import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import pytest


@pytest.mark.skipif(sys.platform != "linux", reason="displays are optional on Linux only")
@pytest.mark.parametrize("arguments", [["open"], ["demo"], ["demo", "--headless"]])
def test_without_a_display_the_error_says_so(
    command, tmp_path, monkeypatch, arguments, assert_one_line
):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    folder = made_for(arguments, command, tmp_path)
    code, _, err = command(arguments[0], folder, *arguments[1:])
    assert code == 1
    assert "there is no display" in err
    assert_one_line(err)
    assert arguments == ["open"] or not folder.exists()


@pytest.mark.parametrize("arguments", [["open"], ["demo"], ["demo", "--headless"]])
@pytest.mark.parametrize("missing", ["napari", "Qt"])
def test_without_napari_or_qt_the_error_says_what_to_install(
    command, tmp_path, monkeypatch, arguments, missing
):
    absent = {"napari": {"napari"}, "Qt": {"PyQt6", "PySide6"}}[missing]
    monkeypatch.setattr(
        "annotator.cli.windows.find_spec", lambda name: None if name in absent else "there"
    )
    folder = made_for(arguments, command, tmp_path)
    code, out, err = command(arguments[0], folder, *arguments[1:])
    assert (code, out) == (1, "")
    assert err == f"error: {missing} is missing: pip install 'facemesh-annotator[all]'\n"
    assert arguments == ["open"] or not folder.exists()


def made_for(arguments, command, tmp_path):
    """Return a folder for a command: a project for the one that opens, none yet for the other."""
    folder = tmp_path / "p"
    if arguments == ["open"]:
        command("new", folder)
    return folder


def test_a_demonstration_that_fails_says_why_in_one_line(command, tmp_path, monkeypatch):
    module = ModuleType("annotator.plugin.demo")

    class DemoError(RuntimeError):
        pass

    def run_headless(project_folder, screenshots_folder, tell):
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
