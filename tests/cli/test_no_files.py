"""Pipes, sockets, devices and links in circles where photographs and models are expected."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.cli import main
from annotator.system.assets import asset_path

pytestmark = pytest.mark.skipif(
    not hasattr(os, "mkfifo"), reason="there are no pipes with names here"
)
SAMPLES = asset_path("datasets", "sample")
QUICK = "--no-small-faces"
PATIENCE = 240  # seconds, for a busy machine: what waits for a pipe waits for ever
A_DEVICE = "it is a device or a pipe, not a file"

# Runs command lines one after the other in a process that can be ended; prints what they did.
RUNNING = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from annotator.cli import main

for line in json.loads(sys.argv[1]):
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = main(line)
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""


def run_all(*lines: list[object]) -> list[tuple[int, str, str]]:
    """Return exit code, stdout and stderr of each command line."""
    given = json.dumps([[str(word) for word in line] for line in lines])
    child = subprocess.run(
        [sys.executable, "-c", RUNNING, given],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return [tuple(json.loads(line)) for line in child.stdout.splitlines()]


def make_no_files(folder: Path) -> dict[str, str]:
    """Make one of each kind; return why each is refused, by name."""
    folder.mkdir()
    os.mkfifo(folder / "fifo.jpg")
    here = Path.cwd()
    os.chdir(folder)  # the names of sockets have to be short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind("socket.jpg")
    finally:
        os.chdir(here)
    devices = ["zero", "random", "null", "tty"]
    for name in devices:
        (folder / f"{name}.jpg").symlink_to(f"/dev/{name}")
    (folder / "dangling.jpg").symlink_to("nothing.jpg")
    (folder / "one.jpg").symlink_to("two.jpg")
    (folder / "two.jpg").symlink_to("one.jpg")
    (folder / "folder.jpg").mkdir()
    with (folder / "enormous.jpg").open("wb") as stream:
        stream.truncate(10 << 30)  # a hole, which takes no room
    reasons = {f"{name}.jpg": A_DEVICE for name in ("fifo", "socket", *devices)}
    circle = "the file cannot be read (Too many levels of symbolic links)"
    return reasons | {
        "dangling.jpg": "it is a link to a file that does not exist",
        "one.jpg": circle,
        "two.jpg": circle,
        "enormous.jpg": "the file is larger than 4 GB, which no image is",
    }


def failed(out: str) -> dict[str, str]:
    """Return the reasons that a command printed, by the files' names."""
    lines = [line for line in out.splitlines() if line.startswith("failed: ")]
    parts = [line.removeprefix("failed: ").split(": ", 1) for line in lines]
    return {Path(path).name: reason for path, reason in parts}


def test_whatever_is_no_file_is_refused_at_once_by_add_and_landmarks(tmp_path):
    reasons = make_no_files(tmp_path / "odd")
    shutil.copy(SAMPLES / "collins.jpg", tmp_path / "odd")
    project = tmp_path / "project"
    _, added, copied, meshes = run_all(
        ["new", project],
        ["add", project, tmp_path / "odd"],
        ["add", project, tmp_path / "odd", "--copy"],
        ["landmarks", tmp_path / "odd", "--output", tmp_path / "o.npz", QUICK],
    )
    assert (added[0], copied[0], meshes[0]) == (0, 0, 1)
    assert failed(added[1]) == failed(copied[1]) == failed(meshes[1]) == reasons
    assert (added[2], copied[2], meshes[2]) == ("", "", "")


def test_photographs_that_became_pipes_and_devices_are_waited_for_by_nobody(tmp_path):
    photos, moved, project = tmp_path / "photos", tmp_path / "moved", tmp_path / "project"
    photos.mkdir()
    names = ("collins.jpg", "hopper.jpg", "coffee.jpg")
    for name in names:
        shutil.copy(SAMPLES / name, photos)
    made = ["new"], ["add", photos], ["predict", QUICK], ["review", "accept", "1"]
    later = tmp_path / "later"  # in which nothing was predicted yet
    for name, *rest in made:
        assert main([str(word) for word in (name, project, *rest)]) == 0
    for name, *rest in made[:2]:
        assert main([str(word) for word in (name, later, *rest)]) == 0
    shutil.copytree(photos, moved)
    for folder in (photos, moved):
        for name in names[:2]:
            (folder / name).unlink()
        os.mkfifo(folder / names[0])
        (folder / names[1]).symlink_to("/dev/zero")
    accepted, exported, relocated, status, again, predicted = run_all(
        ["review", project, "accept", "--all"],
        ["export", project, tmp_path / "release", "--format", "npz"],
        ["relocate", project, photos, moved],
        ["status", project],
        ["add", project, photos],
        ["predict", later, QUICK],
    )
    assert accepted[1].count("device or a pipe") == 1
    assert exported[0] == 1
    assert exported[2].count("\n") == 1
    assert not list(tmp_path.glob("*release*"))
    assert "2 (collins.jpg, hopper.jpg)" in relocated[1]
    assert status[0] == 0
    assert sorted(failed(again[1])) == sorted(names[:2])
    assert sorted(failed(predicted[1])) == sorted(names[:2])


def test_a_model_that_is_no_file_is_refused_at_once(tmp_path, assert_one_line):
    make_no_files(tmp_path / "odd")
    models = sorted((tmp_path / "odd").iterdir())
    output = tmp_path / "o.npz"
    photo = SAMPLES / "collins.jpg"
    lines = [["landmarks", photo, "--output", output, "--model", model] for model in models]
    for model, (code, out, err) in zip(models, run_all(*lines), strict=True):
        assert (code, out) == (1, ""), model
        assert_one_line(err)
        assert model.name in err
    assert not output.exists()


def test_what_a_run_is_told_by_no_file_is_refused_at_once(tmp_path, assert_one_line):
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    make_no_files(tmp_path / "odd")
    project, release = tmp_path / "p", tmp_path / "r"
    for name, *rest in (
        ["new"], ["add", SAMPLES / "collins.jpg", SAMPLES / "hopper.jpg"], ["predict", QUICK],
        ["review", "accept", "--all"], ["export", release, "--format", "npz"],
    ):  # fmt: skip
        assert main([str(word) for word in (name, project, *rest)]) == 0
    odd = [tmp_path / "odd" / f"{kind}.jpg" for kind in ("fifo", "socket", "zero")]
    lines, words = zip(*(each for one in odd for each in told_by(one, release)), strict=True)
    for line, word, (code, out, err) in zip(lines, words, run_all(*lines), strict=True):
        assert (code, out) == (4 if line[0] == "compare" else 1, ""), line
        assert_one_line(err)
        assert word in err, line
        assert not (tmp_path / "run").exists(), line


def told_by(odd: Path, release: Path) -> list[tuple[list[object], str]]:
    """Return command lines that read what is no file, and what each of them says of it."""
    order = ["train", release, "--out", release.parent / "run", "--steps", "0"]
    net, name = "face_landmark", odd.name
    return [
        ([*order, "--config", odd], "cannot be read as settings"),
        ([*order, "--groups", odd], "cannot be read as a table of groups"),
        ([*order, "--sparse", odd], "cannot be read as a table of 68 points"),
        ([*order, "--from", odd], name),
        (["train", odd, *order[2:]], name),
        (["evaluate", net, release, "--groups", odd], "cannot be read as a table of groups"),
        (["evaluate", odd, release], name),
        (["evaluate", net, odd], name),
        (["compare", net, net, release, "--groups", odd], "cannot be read as a table of groups"),
        (["compare", net, odd, release], name),
        (["compare", net, net, odd], name),
        (  # the photographs have been looked at by then
            ["train", release, "--out", release.parent / "begun", "--splits", odd],
            "does not say which faces are for validation",
        ),
    ]
