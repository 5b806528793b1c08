import json
from pathlib import Path

import pytest

from annotator.release.formats import FORMATS


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


def test_an_export_over_an_existing_folder_or_of_nothing_is_refused(
    command, project, tmp_path, assert_one_line
):
    code, _, err = command("export", project, tmp_path / "release", "--format", "npz")
    assert code == 1  # nothing is accepted
    assert_one_line(err)
    command("review", project, "accept", "--all")
    code, _, err = command("export", project, tmp_path, "--format", "npz")
    assert code == 1
    assert_one_line(err)


def test_exporting_without_a_format_names_those_to_choose_from(command, project, tmp_path):
    code, _, err = command("export", project, tmp_path / "release")
    assert code == 2
    assert f"Missing option '--format'. Choose from: {', '.join(FORMATS)}" in err
