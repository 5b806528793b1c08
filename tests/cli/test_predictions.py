import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from annotator.system.assets import asset_path

SAMPLES = asset_path("datasets", "sample")
PORTRAIT = SAMPLES / "collins.jpg"
QUICK = "--no-small-faces"


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
def test_a_model_or_provider_that_cannot_be_used_is_one_line(
    command, project, options, assert_one_line
):
    code, out, err = command("predict", project, *options)
    assert (code, out) == (1, "")
    assert_one_line(err)


# --- landmarks -------------------------------------------------------------------------------


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


@pytest.mark.parametrize("holds", [None, "notes.txt", "holiday.gif"])
def test_a_folder_of_which_nothing_is_written_is_a_failure(command, tmp_path, holds):
    folder, output = tmp_path / "folder", tmp_path / "meshes.npz"
    folder.mkdir()
    if holds is not None:
        (folder / holds).write_text("no image")
    code, out, err = command("landmarks", folder, "--output", output, QUICK)
    assert (code, err) == (1, "")
    found = "could be read" if holds == "holiday.gif" else "was found"
    assert out.startswith(f"nothing written: no image {found}\n")
    assert not output.exists()


def test_a_path_that_leads_nowhere_does_not_end_a_run_over_others(command, photos, tmp_path):
    output = tmp_path / "meshes.npz"
    paths = [tmp_path / "never.jpg", photos / "collins.jpg"]
    code, out, _ = command("landmarks", *paths, "--output", output, QUICK)
    assert code == 1
    assert f"failed: {paths[0]}: the file does not exist" in out
    assert list(np.load(output)) == ["collins.jpg"]


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


def test_images_that_would_share_a_key_are_refused(command, photos, tmp_path, assert_one_line):
    (tmp_path / "more").mkdir()
    shutil.copy(photos / "hopper.jpg", tmp_path / "more" / "collins.jpg")
    output = tmp_path / "meshes.npz"
    code, out, err = command("landmarks", photos, tmp_path / "more", "--output", output)
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert not output.exists()


def test_what_draws_a_progress_bar_is_loaded_on_a_terminal_only(tmp_path):
    line = (
        "import sys; from annotator.cli import main; "
        "code = main(['landmarks', sys.argv[1], '--output', sys.argv[2]]); "
        "assert code == 0; assert 'rich' not in sys.modules"
    )
    portrait, output = asset_path("datasets", "sample", "collins_tiny.jpg"), tmp_path / "f.npz"
    done = subprocess.run(
        [sys.executable, "-c", line, str(portrait), str(output)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert output.exists()
