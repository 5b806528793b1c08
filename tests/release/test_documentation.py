"""What the page about releases tells to type does what it says."""

import re
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from annotator.project import Project
from annotator.release import export_release, formats, load_release

PAGE = (Path(__file__).parents[2] / "docs" / "releases.md").read_text("utf-8")
# Whom spreadsheets and pandas take for numbers, or for nobody.
AWKWARD = ["NA", "null", "None", "nan", "007", "1e5", "True", '=1+1, "Ann"', "-"]


def code_in(title: str) -> str:
    """Return the program in a section of the page."""
    (section,) = re.findall(rf"^##+ {title}\n(.*?)(?=^##+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    (block,) = re.findall(r"^( *)```python\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(block[1])


def run(code: str, **known: object) -> dict[str, object]:
    names = dict(known)
    exec(compile(code, "docs/releases.md", "exec"), names)
    return names


@pytest.fixture
def here(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def accept_all_as(project: Project, reviewers: list[str]) -> list[str]:
    """Let awkwardly named people accept what is accepted; returns who, in a release's order."""
    accepted = [sample.sample_id for sample in project.samples.accepted()]
    for sample_id, reviewer in zip(accepted, reviewers, strict=True):
        project.reviews.accept(sample_id, reviewer=reviewer)
    return reviewers


def test_the_first_program_exports_and_loads(project: Project, here: Path) -> None:
    first = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
    project.close()
    names = run(first.replace('"my-project"', '"project"'))
    assert len(names["release"].samples) == names["report"].samples == 4


def test_the_program_for_visibility_leaves_out_what_is_not_seen(
    project: Project, here: Path
) -> None:
    export_release(project, here / "release", "npz")
    release = load_release(here / "release")
    names = run(code_in("Visibility"), release=release)
    assert names["seen"].all()
    assert names["errors"].shape == (4, 468)


def test_the_program_for_npz_reads_it(project: Project, here: Path) -> None:
    reviewers = accept_all_as(project, AWKWARD[:4])
    export_release(project, here / "release", "npz")
    names = run(code_in("npz"))
    assert len(names["corrected"]) == 1
    assert names["hidden"].tolist() == [0] * 4
    assert names["table"]["reviewer"].tolist() == reviewers


@pytest.mark.parametrize("shift", range(len(AWKWARD) - 3))
def test_the_program_for_csv_reads_every_name_as_it_is(
    project: Project, here: Path, shift: int
) -> None:
    reviewers = accept_all_as(project, AWKWARD[shift : shift + 4])
    export_release(project, here / "release", "csv")
    names = run(code_in("csv"))
    release = load_release(here / "release")
    table = names["table"]
    assert table["reviewer"].tolist() == reviewers
    assert table["annotator"].fillna("nobody").tolist().count("nobody") == 3
    np.testing.assert_array_equal(names["landmarks"], release.landmarks)
    np.testing.assert_array_equal(names["visibility"], release.visibility)
    # What the package reads of the manifest is what pandas reads of the file.
    pd.testing.assert_frame_equal(
        table.astype(object).where(table.notna(), None),
        release.samples.astype(object).where(release.samples.notna(), None),
        check_dtype=False,
    )


def test_a_name_of_one_kind_only_stays_text(project: Project, here: Path) -> None:
    """A column of nothing but 007 is what pandas makes numbers of."""
    accept_all_as(project, ["007"] * 4)
    export_release(project, here / "release", "csv")
    assert run(code_in("csv"))["table"]["reviewer"].tolist() == ["007"] * 4


def test_the_program_for_coco_reads_it(project: Project, here: Path) -> None:
    pytest.importorskip("pycocotools")
    export_release(project, here / "release", "coco")
    names = run(code_in("coco"))
    assert names["xy"].shape == (468, 2)
    assert len(names["z"]) == len(names["visibility"]) == 468


def test_the_example_of_a_format_is_one(
    project: Project, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = run(code_in("Adding a format"))["FORMAT"]
    monkeypatch.setattr(formats, "FORMATS", {**formats.FORMATS, known.name: known})
    export_release(project, here / "release", "jsonl")
    release = load_release(here / "release")
    np.testing.assert_array_equal(
        release.landmarks, [sample.landmarks for sample in project.samples.accepted()]
    )
