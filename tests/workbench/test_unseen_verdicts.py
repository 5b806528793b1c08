"""What another window says of a face is shown, and not passed over by who has not seen it."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from numpy.testing import assert_array_equal

from annotator.mesh.tools.grab import GrabTool
from annotator.project import EditSession, Project, Reason, SampleState, Verdict
from annotator.workbench.batch import checked, give, planned
from annotator.workbench.other_windows import OtherWindows
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.workbench import Workbench

CHIN = 152
Drag = Callable[[Workbench, int, tuple[float, float]], None]


class Others:
    """What others do to the project, and what the window says."""

    def __init__(self, bench: Workbench, folder: Path) -> None:
        self.bench, self.folder = bench, folder
        self.windows = OtherWindows(bench, lambda: 0.0)
        self.said: list[str] = []
        bench.told.connect(self.said.append)
        bench.failed.connect(self.said.append)
        self.project = Project.open(folder)
        # Begins to follow: the bench was open before.
        self.windows._begin()

    def send_back(self, sample_id: int | None = None) -> None:
        self.project.reviews.send_back(
            sample_id or self.bench.sample_id,
            reviewer="Anna",
            reasons=[Reason.OCCLUDED],
            comment="left\nlid",
        )

    def move(self, sample_id: int | None = None) -> None:
        theirs = EditSession(self.project, sample_id or self.bench.sample_id, annotator="Anna")
        x, y, _ = theirs.landmarks[CHIN].tolist()
        assert theirs.press(GrabTool(), (x, y))
        theirs.release((x, y + 9))

    def state(self) -> SampleState:
        return self.project.samples.get(self.bench.sample_id).state


@pytest.fixture
def others(bench: Workbench, project_folder: Path) -> Iterator[Others]:
    opened = Others(bench, project_folder)
    bench.verdicts.goes_on = False
    yield opened
    opened.project.close()


def test_a_face_sent_back_elsewhere_is_told_with_its_reasons_and_comment(others: Others) -> None:
    others.send_back()
    others.windows.look()
    assert others.said == ["Anna sent this face back in another window: face covered, “left lid”."]
    others.windows.look()
    assert len(others.said) == 1
    assert others.bench.current.state is SampleState.SENT_BACK


def test_a_second_sending_back_in_the_same_state_is_told_too(others: Others) -> None:
    others.send_back()
    others.windows.look()
    others.send_back()
    others.windows.look()
    assert len(others.said) == 2


def test_accepting_over_an_unseen_verdict_is_refused_once_and_says_it(others: Others) -> None:
    others.send_back()
    others.bench.verdicts.accept()
    (said,) = others.said
    assert said.startswith("Anna sent this face back today at ")
    assert "face covered, “left lid”. Your verdict was not given." in said
    assert others.state() is SampleState.SENT_BACK
    assert others.bench.current.state is SampleState.SENT_BACK, "it is shown now"
    others.bench.verdicts.accept()
    assert others.state() is SampleState.ACCEPTED


def test_each_newer_verdict_is_refused_again(others: Others) -> None:
    others.send_back()
    others.bench.verdicts.accept()
    others.send_back()
    others.bench.verdicts.accept()
    assert others.state() is SampleState.SENT_BACK
    others.bench.verdicts.accept()
    assert others.state() is SampleState.ACCEPTED


def test_a_stroke_over_an_unseen_verdict_is_refused_once_and_says_it(
    others: Others, drag: Drag
) -> None:
    before = others.bench.session.landmarks
    others.send_back()
    drag(others.bench, CHIN, (0, 5))
    assert "Anna sent this face back" in others.said[0]
    assert "Your stroke was not made." in others.said[0]
    assert_array_equal(others.bench.session.landmarks, before)
    assert others.bench.session.unsaved_count == 0
    assert others.state() is SampleState.SENT_BACK
    drag(others.bench, CHIN, (0, 5))
    assert others.state() is SampleState.IN_PROGRESS


def test_undo_over_an_unseen_acceptance_is_refused_once(others: Others, drag: Drag) -> None:
    drag(others.bench, CHIN, (0, 5))
    others.project.reviews.accept(others.bench.sample_id, reviewer="Anna")
    others.bench.undoing.undo()
    assert others.state() is SampleState.ACCEPTED
    assert "Anna accepted this face" in others.said[-1]
    assert "Nothing was undone." in others.said[-1]
    others.bench.undoing.undo()
    assert others.state() is SampleState.PREDICTED


def test_a_stroke_on_a_mesh_that_others_changed_and_judged_is_refused_once(
    others: Others, drag: Drag
) -> None:
    others.move()
    others.send_back()
    drag(others.bench, CHIN, (3, 0))
    assert others.state() is SampleState.SENT_BACK
    (said,) = others.said
    assert "changed and sent back in another window by Anna (face covered, “left lid”)" in said
    drag(others.bench, CHIN, (3, 0))
    assert others.state() is SampleState.IN_PROGRESS
    assert others.project.samples.get(others.bench.sample_id).stroke_count == 2


def test_a_verdict_counts_as_seen_once_it_has_been_told_for_a_while(others: Others) -> None:
    others.send_back()
    others.windows.look()
    others.bench.verdicts.accept()
    assert others.state() is SampleState.SENT_BACK, "it showed in this very moment"
    others.send_back()
    others.windows.look()
    others.windows.look()
    others.bench.verdicts.accept()
    assert others.state() is SampleState.ACCEPTED


def test_strokes_that_wait_stay_in_memory_until_the_verdict_is_seen(
    others: Others, project_folder: Path, drag: Drag
) -> None:
    lock = sqlite3.connect(project_folder / "project.sqlite", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    drag(others.bench, CHIN, (0, 5))
    lock.execute("ROLLBACK")
    lock.close()
    assert others.bench.session.unsaved_count == 1
    mine = others.bench.session.landmarks
    others.send_back()
    for _ in range(3):
        others.bench.edits.retry_pending()
    assert others.state() is SampleState.SENT_BACK
    assert others.bench.session.unsaved_count == 1
    assert_array_equal(others.bench.session.landmarks, mine)
    assert sum("Anna sent this face back" in said for said in others.said) == 1
    drag(others.bench, CHIN, (4, 0))
    assert others.state() is SampleState.IN_PROGRESS
    assert others.project.samples.get(others.bench.sample_id).stroke_count == 2


def test_ones_own_verdicts_are_never_refused(others: Others, drag: Drag) -> None:
    bench = others.bench
    bench.verdicts.send_back([Reason.BLURRED])
    bench.verdicts.accept()
    drag(bench, CHIN, (0, 5))
    bench.verdicts.exclude()
    bench.undoing.undo()
    bench.verdicts.accept()
    assert others.said == [f"The verdict on {bench.current.image_name} #1 is withdrawn."]
    assert others.state() is SampleState.ACCEPTED


def test_going_to_a_face_shows_the_verdict_that_was_just_given(others: Others) -> None:
    following = others.bench.samples.ids(1, 1)[0]
    others.send_back(following)
    others.bench.go_to(following)
    assert others.bench.current.state is SampleState.SENT_BACK


def test_a_batch_leaves_out_a_mesh_that_changed_since_it_was_on_the_screen(
    others: Others,
) -> None:
    bench = others.bench
    first, second = bench.samples.ids(0, 1)
    for sample_id in (first, second):
        bench.go_to(sample_id)
        bench.note_seen()
    others.move(first)
    others.windows.look()
    batch = checked(bench, planned(bench.samples, Verdict.ACCEPT, [first, second]))
    assert batch.sample_ids == (second,)
    assert batch.altered == (first,)
    assert "1 sample was changed since you looked at it: it stays as it is." in batch.question
    assert give(bench, batch)
    assert others.project.samples.get(first).state is SampleState.IN_PROGRESS


def test_a_batch_is_refused_where_a_verdict_lands_between_look_and_write(
    others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = others.bench
    ids = bench.samples.ids(0, 2)
    batch = planned(bench.samples, Verdict.EXCLUDE, ids)
    judge_all = type(others.project.reviews).judge_all

    def late(reviews, *args, **kwargs):
        others.send_back(ids[1])
        return judge_all(reviews, *args, **kwargs)

    monkeypatch.setattr(type(others.project.reviews), "judge_all", late)
    assert not give(bench, batch)
    assert "Anna sent this face back today at " in others.said[-1]
    assert "1 sample changed elsewhere meanwhile." in others.said[-1]
    assert others.project.samples.get(ids[1]).state is SampleState.SENT_BACK
    assert others.project.samples.get(ids[0]).state is SampleState.PREDICTED


def test_a_batch_with_the_face_on_the_screen_is_refused_once_and_says_the_verdict(
    others: Others,
) -> None:
    bench = others.bench
    others.send_back()
    bench.refresh()
    batch = planned(bench.samples, Verdict.EXCLUDE, bench.samples.ids(0, 2))
    assert not give(bench, batch)
    assert "Anna sent this face back today at " in others.said[-1]
    assert give(bench, batch)
    assert others.state() is SampleState.EXCLUDED


def test_a_line_that_is_refused_is_kept_to_be_finished_again(others: Others) -> None:
    bench = others.bench
    bench.tools.choose(ToolKind.CONTOUR)
    for vertex in (61, 0, 291):
        x, y, _ = bench.session.landmarks[vertex].tolist()
        assert bench.session.press(bench.tools.tool, (x, y - 6))
        bench.edits.release((x, y - 6))
    assert bench.tools.tool.is_pending
    others.send_back()
    assert bench.edits.finish_pending(bench.tools.tool)
    assert others.state() is SampleState.SENT_BACK
    assert bench.tools.tool.is_pending
    assert bench.edits.finish_pending(bench.tools.tool)
    assert others.state() is SampleState.IN_PROGRESS
    assert not bench.tools.tool.is_pending


def test_reasons_are_not_asked_for_before_a_newer_verdict_is_seen(others: Others) -> None:
    others.send_back()
    assert not others.bench.verdicts.has_seen_all()
    assert "Anna sent this face back" in others.said[-1]
    assert others.bench.verdicts.has_seen_all()


def test_the_face_on_the_screen_does_not_wait_for_a_list_of_many_changes(
    others: Others, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.workbench.other_windows._MANY", 2)
    ids = others.bench.samples.ids(0, len(others.bench.samples) - 1)
    others.project.reviews.give(Verdict.ACCEPT, ids, reviewer="Anna")
    for _ in range(3):
        others.windows.look()
    assert others.said == ["Anna accepted this face in another window."]
    assert others.bench.current.state is SampleState.ACCEPTED
    assert others.bench.samples.count([SampleState.ACCEPTED]) == 1
