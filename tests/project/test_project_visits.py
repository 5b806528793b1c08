from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from annotator.project.errors import UnknownSample
from annotator.project.project import Project
from annotator.project.records import Visit, VisitPurpose

BEGAN = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


def visit(project, sample_id=1, *, seconds=12.5, strokes=3, annotator="Ann", began=BEGAN):
    return project.visits.record(
        sample_id, annotator=annotator, started_at=began, seconds=seconds, strokes=strokes
    )


def test_a_visit_is_kept_and_its_time_added_to_the_samples(predicted):
    assert visit(predicted).seconds_spent == 12.5
    later = BEGAN + timedelta(minutes=5)
    summary = visit(predicted, seconds=2, strokes=0, annotator=None, began=later)
    assert summary.seconds_spent == 14.5
    assert predicted.samples.get(2).seconds_spent == 0
    predicted.close()
    with Project.open(predicted.address) as project:
        assert project.samples.get(1) == summary
        assert project.visits.history(1) == [
            Visit(1, "Ann", BEGAN, 12.5, 3),
            Visit(1, None, later, 2.0, 0),
        ]
        assert project.visits.history(2) == []


def test_a_visit_changes_neither_the_mesh_nor_a_verdict(predicted):
    predicted.reviews.accept(1, reviewer="Rae")
    before = predicted.to_dataframe()
    visit(predicted)
    after = predicted.to_dataframe()
    assert after.seconds_spent.tolist() == [12.5, 0, 0]
    assert after.drop(columns="seconds_spent").equals(before.drop(columns="seconds_spent"))
    assert predicted.annotations.load(1).revision == 0


def test_a_reviewers_look_is_not_added_to_the_annotators_time(predicted):
    visit(predicted, seconds=12.5)
    summary = predicted.visits.record(
        1, annotator="Rae", started_at=BEGAN, seconds=40, strokes=0, purpose=VisitPurpose.REVIEW
    )
    assert (summary.seconds_spent, summary.seconds_reviewed) == (12.5, 40)
    table = predicted.to_dataframe()
    assert table.seconds_spent.tolist() == [12.5, 0, 0]
    assert table.seconds_reviewed.tolist() == [40, 0, 0]
    purposes = [each.purpose for each in predicted.visits.history(1)]
    assert purposes == [VisitPurpose.ANNOTATE, VisitPurpose.REVIEW]


def test_a_clock_set_back_between_visits_neither_hides_nor_reorders_them(predicted):
    counter = predicted.samples.last_change()
    visit(predicted, began=BEGAN)
    after = predicted.samples.last_change()
    visit(predicted, began=BEGAN - timedelta(days=400))
    assert set(predicted.samples.changed_since(counter)) == {1}
    assert set(predicted.samples.changed_since(after)) == {1}
    began = [each.started_at for each in predicted.visits.history(1)]
    assert began == [BEGAN, BEGAN - timedelta(days=400)]


def test_a_visit_is_dated_in_utc(predicted):
    visit(predicted, began=BEGAN.astimezone(timezone(timedelta(hours=5))))
    assert predicted.visits.history(1)[0].started_at.isoformat() == BEGAN.isoformat()


def test_visits_from_two_windows_at_once_all_count(predicted):
    with Project.open(predicted.address) as other, ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(visit, (predicted, other)[i % 2], seconds=1) for i in range(20)]
        assert max(run.result().seconds_spent for run in runs) == 20
    assert len(predicted.visits.history(1)) == 20


@pytest.mark.parametrize(
    "impossible",
    [
        {"seconds": -1},
        {"seconds": float("nan")},
        {"strokes": -1},
        {"seconds": 1e300},
        {"strokes": 2**40},
    ],
)
def test_an_impossible_visit_is_refused(predicted, impossible):
    with pytest.raises(ValueError, match="cannot take"):
        visit(predicted, **impossible)
    assert predicted.visits.history(1) == []


def test_a_visit_to_an_unknown_sample_is_reported(predicted):
    for call in (lambda: visit(predicted, 99), lambda: predicted.visits.history(99)):
        with pytest.raises(UnknownSample, match="no sample 99"):
            call()
