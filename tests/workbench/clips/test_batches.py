"""Many frames of a clip are accepted at once only as far as somebody looked at them."""

from collections.abc import Callable
from pathlib import Path

from annotator.project import Project, SampleState, Verdict
from annotator.workbench.batch import checked, give, planned
from annotator.workbench.workbench import Workbench
from tests.tracked import clip_project


def test_propagated_frames_that_nobody_looked_at_are_not_accepted_with_the_others(
    tmp_path: Path, work_on: Callable[[Path], Workbench]
) -> None:
    folder = clip_project(tmp_path, wrong_by=3.0)
    with Project.open(folder) as project:
        (track,) = project.clips.tracks(1)
        for frame in (5, 15, 25):
            mesh = project.clips.meshes(track.id, frame, frame + 1).landmarks[0]
            project.clips.make_sample(track.id, frame, "kim", corrected=mesh - (3, 0, 0))
    bench = work_on(folder)
    first, *others = bench.samples.ids(0, 3)
    bench.go_to(first)
    bench.note_seen()
    batch = checked(bench, planned(bench.samples, Verdict.ACCEPT, [first, *others]))
    assert batch.sample_ids == (first,)
    assert batch.unseen == tuple(others)
    assert "2 samples" in batch.question
    assert give(bench, batch)
    states = [bench.samples.get(each).state for each in (first, *others)]
    assert states == [SampleState.ACCEPTED, SampleState.IN_PROGRESS, SampleState.IN_PROGRESS]
