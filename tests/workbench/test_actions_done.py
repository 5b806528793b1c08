"""The order of what was done: whatever is done, undone and redone, it stays one."""

import random

import pytest

from annotator.project import Judgement, Verdict
from annotator.project.judgements import Given
from annotator.workbench.actions_done import Action, ActionsDone, Decided, FaceAdded, Stroked

ACCEPT = Judgement(Verdict.ACCEPT, "kim")


def some_action(rng: random.Random, number: int) -> Action:
    sample = rng.randrange(5)
    return rng.choice(
        [
            Stroked(sample, number),
            Decided(ACCEPT, (Given(sample, number, 0),)),
            Decided(ACCEPT, (Given(sample, number, 0), Given(sample + 1, number + 1, 2))),
            FaceAdded(sample, None),
        ]
    )


def walked(seed: int) -> ActionsDone:
    """An order after a hundred random steps."""
    rng, order = random.Random(seed), ActionsDone()
    for number in range(100):
        step = rng.random()
        if step < 0.5 or (order.last is None and order.following is None):
            order = order.did(some_action(rng, number))
        elif step < 0.8 and order.last is not None:
            order = order.undid(order.last)
        elif order.following is not None:
            order = order.redid(order.following)
    return order


@pytest.mark.parametrize("seed", range(30))
def test_undoing_all_and_redoing_all_comes_back_to_the_same_order(seed: int) -> None:
    order = start = walked(seed)
    taken = []
    while (action := order.last) is not None:
        taken.append(action)
        order = order.undid(action)
    assert tuple(reversed(taken)) == start.done, "the last comes first"
    while order.following is not None and len(order.done) < len(start.done):
        order = order.redid(order.following)
    assert order == start


@pytest.mark.parametrize("seed", range(30))
def test_something_new_drops_what_was_undone_and_nothing_else(seed: int) -> None:
    order, new = walked(seed), Stroked(9, 999)
    assert order.did(new) == ActionsDone((*order.done, new))


@pytest.mark.parametrize("seed", range(30))
def test_what_was_not_done_here_is_undone_and_redone_beside_the_order(seed: int) -> None:
    order, theirs = walked(seed), Stroked(9, 999)
    undone = order.undid_besides(theirs)
    assert (undone.done, undone.following) == (order.done, theirs)
    redone = undone.redid(theirs)
    assert redone.undone == order.undone
    assert redone.last == theirs


@pytest.mark.parametrize("seed", range(30))
def test_what_cannot_be_undone_any_more_leaves_the_rest_in_order(seed: int) -> None:
    order = walked(seed)
    assert order.without_last() == ActionsDone(order.done[:-1], order.undone)
    assert order.without_following() == ActionsDone(order.done, order.undone[:-1])


def test_there_is_nothing_to_undo_at_first() -> None:
    assert ActionsDone().last is None
    assert ActionsDone().following is None
