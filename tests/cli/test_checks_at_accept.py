"""What checks have against samples keeps `review accept` from them, until somebody insists."""

import json
from pathlib import Path

import numpy as np
import pytest

from annotator.project import Project, Stroke


def fold(folder: Path, sample_id: int) -> tuple[int, ...]:
    """Drag some vertices of a sample over the others, as without the guard; return them."""
    with Project.open(folder) as project:
        annotation = project.annotations.load(sample_id)
        nose = annotation.layout.regions["nose"].vertices
        before = annotation.landmarks[nose]
        away = np.ptp(annotation.landmarks[:, 0]) * 0.5
        stroke = Stroke("grab", nose, before, before + np.float32([away, 0, 0]))
        project.annotations.record_stroke(
            sample_id, stroke, revision=annotation.revision, annotator="ada"
        )
    return tuple(nose.tolist())


def states(folder: Path) -> list[str]:
    with Project.open(folder) as project:
        return [summary.state.value for summary in project.samples.summaries()]


@pytest.mark.parametrize("which", [(1, 2), ("--all",)])
def test_a_folded_mesh_is_not_accepted_and_the_others_are(command, project, which):
    nose = fold(project, 1)
    code, out, err = command("review", project, "accept", *which)
    assert (code, err) == (1, "")
    first, told, way_out = out.splitlines()
    assert first == "accept: 1 sample, 1 sample left as before"
    assert told.startswith("sample 1, ") and "turned over" in told
    assert "--despite-checks" in way_out
    assert states(project) == ["in_progress", "accepted"]
    code, out, _ = command("review", project, "accept", 1, "--json")
    (refused,) = json.loads(out)["checks"]
    assert code == 1
    assert refused["sample"] == 1
    assert {finding["severity"] for finding in refused["findings"]} == {"high"}
    (folds,) = [finding for finding in refused["findings"] if finding["check"] == "folds"]
    assert set(folds["vertices"]) & set(nose)


def test_it_is_accepted_despite_checks_and_not_refused_again(command, project):
    fold(project, 1)
    code, out, _ = command("review", project, "accept", "--all", "--despite-checks")
    assert (code, out) == (0, "accept: 2 samples\n")
    assert command("review", project, "withdraw", 1)[0] == 0
    # Somebody accepted that very revision, knowing what was found.
    assert command("review", project, "accept", 1)[:2] == (0, "accept: 1 sample\n")


def test_a_stroke_after_that_is_looked_at_anew(command, project):
    fold(project, 1)
    assert command("review", project, "accept", 1, "--despite-checks")[0] == 0
    fold(project, 1)
    assert command("review", project, "accept", 1)[0] == 1
    assert states(project)[0] == "in_progress"


@pytest.mark.parametrize("verdict", [("exclude",), ("send-back", "--reason", "blurred")])
def test_other_verdicts_ask_no_check(command, project, verdict):
    fold(project, 1)
    name, *options = verdict
    assert command("review", project, name, 1, *options)[0] == 0


def test_of_many_that_are_refused_a_few_are_told_and_json_has_all(command, project):
    from annotator.cli import checked  # noqa: PLC0415 - what it lists is of this test alone

    fold(project, 1)
    with Project.open(project) as opened:
        refused = checked.refused_by_checks(opened, None)
        lines = checked.refusal_lines(opened, refused * 25)
        assert len(refused) == 1
    assert len(lines) == 22
    assert lines[20] == "and 5 more samples: --json has all"
    assert len(checked.refused_values(refused * 25)) == 25
