"""One verdict on many samples at once."""

from pathlib import Path

import pytest

from annotator.mesh.brush import Brush
from annotator.mesh.tools.grab import GrabTool
from annotator.project import EditSession, Project, SampleState, Verdict
from annotator.workbench.batch import give, planned
from annotator.workbench.workbench import Workbench


def state_of(bench: Workbench, sample_id: int) -> SampleState:
    return bench.project.samples.get(sample_id).state


def someone_else_moves(folder: Path, sample_id: int) -> None:
    with Project.open(folder) as other:
        theirs = EditSession(other, sample_id, annotator="robin")
        assert theirs.press(GrabTool(Brush()), tuple(theirs.landmarks[152, :2]), 1.0)
        theirs.release((5.0, 5.0))


def test_a_batch_is_refused_if_somebody_else_changed_one_of_them(
    bench: Workbench, project_folder: Path
) -> None:
    told: list[str] = []
    bench.failed.connect(told.append)
    ids = bench.samples.ids(1, 3)
    batch = planned(bench.samples, Verdict.EXCLUDE, ids)
    someone_else_moves(project_folder, ids[1])
    assert not give(bench, batch)
    assert "1 sample changed elsewhere" in told[0]
    assert {state_of(bench, i) for i in ids} == {SampleState.PREDICTED, SampleState.IN_PROGRESS}
    assert give(bench, batch), "the annotator has seen the list as it is now"


def test_a_large_batch_is_read_with_the_whole_list(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.workbench.many_samples.FEW", 2)
    ids = bench.samples.ids(0, 5)
    assert give(bench, planned(bench.samples, Verdict.EXCLUDE, ids))
    assert {bench.samples.get(i).state for i in ids} == {SampleState.EXCLUDED}


def test_a_batch_of_which_a_photograph_was_taken_away_is_refused(
    bench: Workbench, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.workbench.many_samples.FEW", 2)
    told: list[str] = []
    bench.failed.connect(told.append)
    batch = planned(bench.samples, Verdict.EXCLUDE, bench.samples.ids(0, 5))
    with Project.open(project_folder) as theirs:
        theirs.removals.remove([bench.samples.at(5).image_id])
    bench.refresh()
    assert not give(bench, batch)
    assert told == ["Some of these changed elsewhere meanwhile. Look at the list, then try again."]
    assert bench.samples.count([SampleState.EXCLUDED]) == 0
