"""`live`, and `-v SOURCE` as the seed's command; without a window where none is needed."""

import os
import signal
import sys
from pathlib import Path
from threading import Thread
from time import sleep

import pytest

pytest.importorskip("av")

from annotator.cli.live import names_source, with_live
from annotator.imaging.clips import inspect_clip
from annotator.project import Project
from tests.clips import portrait_frames, write_clip

KNOWN = {"predict", "live", "status"}
TEST_PICTURE = "lavfi:testsrc2=size=160x120:rate=30"


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return write_clip(path, portrait_frames(8, 320, 240))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["-v", "0"], ["live", "-v", "0"]),
        (["-v", "clip.mp4", "--loop"], ["live", "-v", "clip.mp4", "--loop"]),
        (["-v", "rtsp://camera/1"], ["live", "-v", "rtsp://camera/1"]),
        (["-v", TEST_PICTURE], ["live", "-v", TEST_PICTURE]),
        (["-v", "./status"], ["live", "-v", "./status"]),
        (["-v", "status", "."], ["-v", "status", "."]),
        (["-v", "predict", "0"], ["-v", "predict", "0"]),
        (["-v", "frobnicate"], ["-v", "frobnicate"]),
        (["-v", "--help"], ["-v", "--help"]),
        (["-v"], ["-v"]),
        (["status", "-v", "0"], ["status", "-v", "0"]),
        ([], []),
    ],
)
def test_v_with_a_source_is_live_and_v_with_a_command_is_verbose(given, meant):
    assert with_live(given, KNOWN) == meant


def test_a_file_of_any_name_is_a_source_unless_a_command_is_called_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("film", "status"):
        Path(name).touch()
    assert names_source("film", KNOWN)
    assert not names_source("status", KNOWN)


def test_verbose_stays_verbose(command, tmp_path):
    command("new", tmp_path / "p")
    code, _, err = command("-v", "status", tmp_path / "p")
    assert code == 0
    assert "all of status: " in err


def test_a_clip_without_a_window_is_tracked_recorded_and_told(command, film, tmp_path):
    record = tmp_path / "again.mkv"
    code, out, err = command(
        "live", "-v", film, "--headless", "--record", record, "--project", tmp_path / "p"
    )
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "recording to again.mkv"
    assert lines[-2] == "recorded 8 frames to again.mkv"
    assert lines[-1].startswith("8 frames came, ")
    assert len(inspect_clip(record).times) == 8
    assert not (tmp_path / "p").exists()


def test_it_ends_by_itself_after_so_many_frames_or_seconds(command):
    for limit in (["--frames", 3], ["--seconds", 0.05]):
        code, out, _ = command("live", "-v", TEST_PICTURE, "--headless", *limit)
        assert code == 0
        assert int(out.splitlines()[-1].split()[0]) in range(1, 5)


def test_the_seeds_command_starts_it(command, film):
    code, out, _ = command("-v", film, "--headless", "--frames", 2)
    assert code == 0
    assert out.splitlines()[-1].startswith("2 frames came, ")


def test_the_model_of_the_projects_round_is_used(command, film, project):
    with Project.open(project) as opened:
        before = opened.models.all()
    code, _, _ = command("live", "-v", film, "--headless", "--frames", 1, "--project", project)
    assert code == 0
    with Project.open(project) as opened:
        assert opened.models.all() == before


def test_without_a_camera_one_line_says_what_may_be_wrong(command, assert_one_line):
    code, out, err = command("live", "-v", "97", "--headless")
    assert (code, out) == (1, "")
    assert_one_line(err)
    for reason in ("privacy", "other program", "97", "-v 0"):
        assert reason in err


def test_a_file_that_is_none_is_one_line(command, tmp_path, assert_one_line):
    for name in ("no\x1b.mp4", "text.mp4"):
        (tmp_path / "text.mp4").write_text("no film")
        code, _, err = command("-v", tmp_path / name, "--headless")
        assert code == 1
        assert_one_line(err)
        assert "\x1b" not in err


@pytest.mark.parametrize(
    ("name", "said"), [("film.avi", "ends with .mkv or .mp4"), ("no/film.mkv", "no folder")]
)
def test_what_cannot_be_recorded_to_is_refused_before_anything_is_opened(
    command, tmp_path, name, said
):
    code, _, err = command("live", "-v", 97, "--headless", "--record", tmp_path / name)
    assert code == 2
    assert said in err


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("av", "pip install 'facemesh-annotator[video]'"),
        ("qtpy", "qtpy is missing: pip install 'facemesh-annotator[all]'"),
        ("PyQt6", "Qt is missing: pip install 'facemesh-annotator[all]'"),
    ],
)
def test_without_an_extra_it_says_what_to_install(command, film, monkeypatch, missing, said):
    absent = {missing, "PySide6"}
    for module in ("live", "windows"):
        monkeypatch.setattr(
            f"annotator.cli.{module}.find_spec", lambda name: None if name in absent else "there"
        )
    code, out, err = command("live", "-v", film)
    assert (code, out) == (1, "")
    assert said in err


def test_without_a_display_it_says_so(command, film, monkeypatch, assert_one_line):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = command("live", "-v", film)
    assert code == 1
    assert "there is no display" in err
    assert_one_line(err)


def test_a_camera_that_is_missing_is_told_before_a_missing_display(command, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    code, _, err = command("live", "-v", 97)
    assert code == 1
    assert "privacy" in err


def test_a_model_that_is_none_leaves_no_camera_open(command, film, assert_one_line):
    code, _, err = command("live", "-v", film, "--headless", "--model", "no.onnx")
    assert code == 1
    assert_one_line(err)


def test_ctrl_c_ends_it_and_completes_what_is_recorded(command, tmp_path, assert_one_line):
    file = tmp_path / "film.mkv"

    def interrupt():
        while not file.exists() or file.stat().st_size < 2000:
            sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = Thread(target=interrupt, daemon=True)
    thread.start()
    code, _, err = command("live", "-v", TEST_PICTURE, "--headless", "--record", file)
    thread.join()
    assert code == 130
    assert_one_line(err)
    assert len(inspect_clip(file).times) > 0
