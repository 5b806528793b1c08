"""The words of verdicts and states, and the keys to sort by: each has all that is shown of it."""

import pytest

from annotator.project import UNDECIDED, SampleState, Verdict
from annotator.workbench.sort_keys import SortKey
from annotator.workbench.states import FILTERS, NOT_DELETED, STATE_COLOURS, state_text
from annotator.workbench.verdict_words import VERDICT_WORDS, verdict_on


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_its_words(verdict: Verdict) -> None:
    words = VERDICT_WORDS[verdict]
    assert words.asks.format("3 samples").endswith(("?", "again."))
    assert words.entry and words.done


@pytest.mark.parametrize("state", SampleState)
def test_a_verdict_reads_as_the_state_that_it_leaves_a_sample_in(state: SampleState) -> None:
    assert verdict_on(state) == ("" if state in UNDECIDED else state_text(state))


@pytest.mark.parametrize("state", SampleState)
def test_every_state_has_a_colour_and_a_filter(state: SampleState) -> None:
    assert STATE_COLOURS[state].startswith("#")
    assert dict(FILTERS)[state_text(state).capitalize()] == (state,)


def test_a_list_shows_what_is_not_deleted_at_first() -> None:
    assert FILTERS[0] == ("All samples", NOT_DELETED)
    assert SampleState.DELETED not in NOT_DELETED


def test_keys_to_sort_by_are_known_by_their_titles() -> None:
    assert SortKey("model score") is SortKey.SCORE
    sorted_by_number = {key for key in SortKey if key.number or key.measured}
    assert set(SortKey) - sorted_by_number == {SortKey.IMAGE, SortKey.NAME, SortKey.STATE}
