import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


def test_a_project_is_never_made_twice(command, tmp_path, assert_one_line):
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


def test_a_folder_without_an_image_is_a_failure_and_told(command, tmp_path):
    command("new", tmp_path / "p")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing")
    code, out, err = command("add", tmp_path / "p", tmp_path / "empty")
    assert (code, err) == (1, "")
    assert out == "added 0, already there 0, failed 0\nno image was found there\n"


def test_nothing_that_looks_like_an_image_is_passed_over_in_silence(command, tmp_path, photos):
    command("new", tmp_path / "p")
    (photos / "coffee.jpg").rename(photos / "coffee")
    (photos / "collins.jpg").rename(photos / "collins.heic")
    with Image.open(photos / "hopper.jpg") as hopper:
        hopper.save(photos / "hopper.avif")
    (photos / "hopper.jpg").rename(photos / "hopper.jfif")
    (photos / "moving.gif").write_bytes(b"GIF89a" + bytes(20))
    (photos / "raw.nef").write_bytes(b"MM\x00*" + bytes(20))
    (photos / "notes.txt").write_text("no image")
    code, out, _ = command("add", tmp_path / "p", photos, "--json")
    report = json.loads(out)
    assert (code, report["added"]) == (0, 4)
    reasons = {Path(failure["path"]).name: failure["reason"] for failure in report["failed"]}
    assert set(reasons) == {"broken.jpg", "moving.gif", "raw.nef"}
    assert reasons["moving.gif"] == "a GIF is not supported: convert it to JPEG or PNG"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("named", [False, True], ids=["in a folder", "by name"])
def test_one_bad_path_never_ends_a_run_over_others(command, tmp_path, photos, named):
    command("new", tmp_path / "p")
    bad = [photos / "gone.jpg", photos / "pipe.jpg", photos / "circle.jpg"]
    bad[0].symlink_to(tmp_path / "nowhere")
    os.mkfifo(bad[1])
    bad[2].symlink_to(bad[2])
    paths = [*bad, photos / ("n" * 300), tmp_path / "never", photos] if named else [photos]
    code, out, err = command("add", tmp_path / "p", *paths)
    assert (code, err) == (0, "")
    assert out.startswith(f"added 3, already there 0, failed {6 if named else 4}\n")
    for path in bad:
        assert f"failed: {path}: " in out


def test_values_of_12_bits_in_files_of_16_are_told(command, tmp_path):
    command("new", tmp_path / "p")
    for number in range(2):
        values = (np.arange(4096, dtype=np.uint16) + number).reshape(64, 64) % 4096
        Image.fromarray(values).save(tmp_path / f"deep_{number}.png")
    _, out, _ = command("add", tmp_path / "p", tmp_path / "deep_0.png")
    assert "\nnote: 1 image: 16-bit file with 12-bit values\n" in out
    _, out, _ = command("add", tmp_path / "p", tmp_path / "deep_1.png", "--json")
    told = {"path": str(tmp_path / "deep_1.png"), "note": "16-bit file with 12-bit values"}
    assert json.loads(out)["notes"] == [told]


def test_status_as_json_has_exactly_the_documented_keys(command, project, photos):
    code, out, err = command("status", project, "--json")
    status = json.loads(out)
    assert (code, err) == (0, "")
    assert list(status) == [
        "images",
        "clips",
        "clips_not_tracked",
        "read_only",
        "samples",
        "without_face",
        "gone",
        "removed",
        "may_not_leave",
        "failed",
    ]
    assert status["images"] == 3
    assert status["samples"] == {
        "predicted": 2,
        "in_progress": 0,
        "submitted": 0,
        "accepted": 0,
        "sent_back": 0,
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


@pytest.mark.parametrize("name", ["status", "open", "new", "demo", "predict", "learn"])
def test_an_address_that_is_not_served_is_refused_and_its_password_not_shown(
    command, tmp_path, monkeypatch, assert_one_line, name
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("annotator.cli.windows.require_window_system", lambda: None)
    code, out, err = command(name, "postgresql://u:secret@h/db")
    assert (code, out) == (1, "")
    assert err == "error: this version opens no postgresql:// addresses: choose a folder\n"
    assert_one_line(err)
    assert list(tmp_path.iterdir()) == []  # nor made into a folder of that name


def test_a_new_project_is_named_by_its_address(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command("new", "p")[:2] == (0, f"new project: {tmp_path / 'p'}\n")
