"""Random parts of what was submitted, and what came of reviewing them."""

from collections import Counter

import pytest

from annotator.project import Project, ProjectError, Verdict


@pytest.fixture
def submitted(predicted) -> Project:
    for sample_id in (1, 2, 3):
        predicted.reviews.submit(sample_id, reviewer="Ann")
    return predicted


def test_a_draw_is_stored_with_what_comes_of_it(submitted):
    drawn = submitted.draws.draw(2, confidence=0.9, by="Rae", seed=1)
    assert (drawn.number, drawn.population, len(drawn.sample_ids)) == (1, 3, 2)
    assert drawn.waiting == drawn.sample_ids
    first, second = drawn.sample_ids
    submitted.reviews.accept(first, reviewer="Rae")
    submitted.reviews.send_back(second, reviewer="Rae", reasons=["other"])
    submitted.reviews.submit(second, reviewer="Ann")
    submitted.reviews.accept(second, reviewer="Rae")
    (known,) = submitted.draws.all()
    assert (known.right, known.wrong, known.waiting) == ((first,), (second,), ())
    assert (known.drawn_by, known.confidence) == ("Rae", 0.9)


def test_every_sample_is_as_likely_as_any_other(submitted):
    counted = Counter(
        submitted.draws.draw(1, confidence=0.9, by="Rae", seed=seed).sample_ids[0]
        for seed in range(60)
    )
    assert set(counted) == {1, 2, 3}
    assert min(counted.values()) > 5


def test_more_than_there_are_is_all_of_them(submitted):
    assert submitted.draws.draw(9, confidence=0.9, by="Rae").sample_ids == (1, 2, 3)


def test_only_what_is_submitted_is_drawn(predicted):
    with pytest.raises(ProjectError, match="no sample is submitted"):
        predicted.draws.draw(1, confidence=0.9, by="Rae")
    assert predicted.draws.all() == []
    with pytest.raises(ValueError, match="at least one"):
        predicted.draws.draw(0, confidence=0.9, by="Rae")


def test_a_draw_that_is_not_there_is_refused(submitted):
    with pytest.raises(ProjectError, match="no draw 3"):
        submitted.draws.get(3)


def test_what_was_said_before_a_draw_does_not_count(submitted):
    submitted.reviews.give(Verdict.SEND_BACK, [1], reviewer="Rae", reasons=["other"])
    submitted.reviews.submit(1, reviewer="Ann")
    drawn = submitted.draws.draw(3, confidence=0.9, by="Rae")
    assert drawn.waiting == (1, 2, 3)


def test_a_removed_photograph_is_left_out_and_a_deleted_one_gone(submitted):
    submitted.draws.draw(3, confidence=0.9, by="Rae")
    submitted.removals.remove([1], by="Rae")
    assert submitted.draws.get(1).sample_ids == (3,)
    submitted.removals.delete([1], by="Rae")
    assert submitted.draws.get(1).sample_ids == (3,)


def test_a_verdict_counts_though_its_number_was_anothers_that_is_deleted(submitted):
    for _ in range(3):  # of the image that goes, the newest of all
        submitted.reviews.submit(3, reviewer="Ann")
    submitted.draws.draw(3, confidence=0.9, by="Rae")
    submitted.removals.remove([2], by="Rae")
    submitted.removals.delete([2], by="Rae")
    submitted.reviews.accept(1, reviewer="Rae")
    submitted.reviews.exclude(2, reviewer="Rae")
    drawn = submitted.draws.get(1)
    assert (drawn.right, drawn.wrong, drawn.waiting) == ((1,), (2,), ())
