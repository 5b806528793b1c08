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
