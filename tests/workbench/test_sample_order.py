"""Filtering, sorting and walking through samples, without any window."""

import unicodedata

import numpy as np
import pytest

from annotator.project import UNDECIDED, SampleState, SampleSummary
from annotator.workbench.sample_order import SampleColumns, SortKey, runs
from annotator.workbench.sample_text import sample_text, sample_tooltip, sorted_by_text, spent_text
from annotator.workbench.shown_samples import NOT_DELETED, Shown, ShownSamples

P, BEGUN, A, D = (
    SampleState.PREDICTED, SampleState.IN_PROGRESS, SampleState.ACCEPTED, SampleState.DELETED
)  # fmt: skip


def sample(number: int, name: str = "", state: SampleState = P, **more: object) -> SampleSummary:
    name = name or f"face{number}.jpg"
    plain = SampleSummary(
        id=number, image_id=number, image_name=name, image_file=f"/photographs/{name}",
        face_index=0, state=state, presence=0.9, stroke_count=0, box=(0.0, 0.0, 9.0, 9.0),
        annotator=None, reviewer=None, displacement=0.0, seconds_spent=0.0, added_by=None,
    )  # fmt: skip
    return plain._replace(**more)


def shown(*samples: SampleSummary, **how: object) -> ShownSamples:
    listed = ShownSamples()
    listed.replace(samples)
    listed.arrange(Shown(**how))  # type: ignore[arg-type]
    return listed


def ids(samples: ShownSamples) -> list[int]:
    return samples.ids(0, len(samples) - 1)


def test_names_are_sorted_as_people_count() -> None:
    names = ["b1", "a10", "a9", "a010", "a", "a9b2"]
    samples = shown(*(sample(n, name) for n, name in enumerate(names)), key=SortKey.NAME)
    ordered = [names[i] for i in ids(samples)]
    assert ordered == ["a", "a9", "a9b2", "a10", "a010", "b1"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("sought_form", ["NFC", "NFD"])
def test_names_are_found_however_their_accents_are_written(form: str, sought_form: str) -> None:
    names = [unicodedata.normalize(form, name) for name in ("Émile Ångström.jpg", "emil.jpg")]
    samples = shown(*(sample(n, name) for n, name in enumerate(names)))
    for text in ("éMILE", "ångström", "É"):
        sought = unicodedata.normalize(sought_form, text)
        assert [found.id for found in samples.find(sought)] == [0]
        samples.arrange(Shown(text=sought))
        assert ids(samples) == [0]


def test_images_of_one_name_stay_in_image_order_either_way() -> None:
    four = [sample(n, name) for n, name in enumerate(("b.jpg", "a.jpg", "b.jpg", "A.jpg"))]
    assert ids(shown(*four, key=SortKey.NAME)) == [1, 3, 0, 2]
    assert ids(shown(*four, key=SortKey.NAME, descending=True)) == [0, 2, 1, 3]


def test_rows_are_put_together_in_runs() -> None:
    assert runs([5, 1, 2, 3, 9, 8]) == [(1, 3), (5, 5), (8, 9)]
    assert runs([]) == []


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (SortKey.IMAGE, [1, 2, 3]),
        (SortKey.NAME, [3, 1, 2]),
        (SortKey.STATE, [3, 1, 2]),
        (SortKey.SCORE, [2, 3, 1]),
        (SortKey.DISPLACEMENT, [3, 2, 1]),
        (SortKey.TIME, [1, 3, 2]),
        (SortKey.STROKES, [3, 1, 2]),
    ],
)
def test_the_list_is_sorted_by_what_is_asked_for(key: SortKey, expected: list[int]) -> None:
    three = (
        sample(1, "B.jpg", BEGUN, presence=0.9, displacement=0.3, seconds_spent=1, stroke_count=2),
        sample(2, "c.jpg", A, presence=0.1, displacement=0.2, seconds_spent=3, stroke_count=9),
        sample(3, "a.jpg", P, presence=0.5, displacement=0.1, seconds_spent=2, stroke_count=0),
    )
    assert ids(shown(*three, key=key)) == expected
    assert ids(shown(*three, key=key, descending=True)) == expected[::-1]


def test_samples_that_are_alike_stay_in_image_order_either_way() -> None:
    four = [sample(n, presence=0.5) for n in range(4)]
    assert ids(shown(*four, key=SortKey.SCORE)) == [0, 1, 2, 3]
    assert ids(shown(*four, key=SortKey.SCORE, descending=True)) == [0, 1, 2, 3]


def test_deleted_samples_are_shown_only_where_they_are_asked_for() -> None:
    two = (sample(1), sample(2, state=D))
    assert ids(shown(*two)) == [1]
    assert ids(shown(*two, states=(D,))) == [2]
    assert shown(*two).find("face") == [two[0]]


def test_a_part_of_the_name_filters_whatever_its_case() -> None:
    samples = shown(
        sample(1, "Anna.jpg"), sample(2, "Hannah.JPG"), sample(3, "Otto.png"), text="ANN"
    )
    assert ids(samples) == [1, 2]
    assert len(shown(sample(1), text="  ")) == 1


def test_a_sample_that_changes_keeps_its_row_until_the_list_is_arranged_anew() -> None:
    samples = shown(
        *(sample(n, presence=n / 9) for n in range(3)), states=UNDECIDED, key=SortKey.SCORE
    )
    samples.update(sample(0, state=A, presence=0.8))
    assert ids(samples) == [0, 1, 2]
    assert samples.at(0).state is A
    samples.arrange(samples.shown)
    assert ids(samples) == [1, 2]
    samples.arrange(Shown(NOT_DELETED, key=SortKey.SCORE))
    assert ids(samples) == [1, 2, 0]


def test_a_face_that_is_new_comes_where_its_image_is() -> None:
    samples = shown(sample(1), sample(2))
    samples.update(sample(7, image_id=1, face_index=1))
    assert ids(samples) == [1, 7, 2]


def test_the_next_to_do_is_found_from_any_row_and_round_the_end() -> None:
    samples = shown(sample(1, state=A), sample(2), sample(3, state=A), sample(4, state=BEGUN))
    assert samples.next_in(UNDECIDED, after=None) == 2
    assert samples.next_in(UNDECIDED, after=2) == 4
    assert samples.next_in(UNDECIDED, after=4) == 2
    assert samples.next_in((A,), after=3) == 1
    assert samples.next_in((D,), after=1) is None
    only = shown(sample(1), sample(2, state=A))
    assert only.next_in(UNDECIDED, after=1) is None


def test_the_keys_walk_in_the_order_of_the_list() -> None:
    samples = shown(*(sample(n, presence=-n) for n in range(4)), key=SortKey.SCORE)
    assert ids(samples) == [3, 2, 1, 0]
    assert samples.neighbour(3, 1) == 2
    assert samples.neighbour(3, -1) is None
    assert [s.id for s in samples.likely_next(2)] == [1, 3, 0]


def test_a_sample_is_found_by_its_number_or_by_its_name_from_the_beginning_on() -> None:
    samples = shown(sample(1, "mara12.jpg"), sample(12, "anna.jpg"), sample(3, "12_left.jpg"))
    assert [s.id for s in samples.find("12")] == [12, 3, 1]
    assert [s.id for s in samples.find("#12")] == [12]
    assert [s.id for s in samples.find("ANNA")] == [12]
    assert samples.find("nobody") == []
    assert samples.find("9" * 5000) == []
    assert samples.find(" ") == []
    assert len(samples.find("jpg", limit=2)) == 2


def test_unseen_are_those_without_a_look_and_without_a_stroke() -> None:
    samples = shown(sample(1), sample(2), sample(3, stroke_count=1))
    samples.mark_seen(2, 0)
    assert samples.unseen([1, 2, 3]) == [1]
    samples.replace([])
    samples.replace([sample(2)])
    assert samples.unseen([2]) == [2], "another project may use the same numbers"


def test_columns_count_and_follow_changes() -> None:
    columns = SampleColumns([sample(n, presence=n / 10) for n in range(5)])
    everything = np.arange(5, dtype=np.int32)
    columns.sorted(everything, SortKey.SCORE)
    columns.put(0, sample(0, state=A, presence=0.99))
    assert columns.sorted(everything, SortKey.SCORE).tolist() == [1, 2, 3, 4, 0]
    assert columns.count(UNDECIDED) == 4
    assert columns.count([A, D]) == 1


def test_an_empty_project_has_nothing_to_go_to() -> None:
    samples = shown()
    assert samples.first_to_open() is None
    assert samples.neighbour(None, 1) is None
    assert samples.likely_next(None) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, ""),
        (20.9, "20 s"),
        (59.9, "59 s"),
        (61, "1 min"),
        (3599, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_time_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert spent_text(seconds) == text


def test_a_row_says_state_strokes_and_time_and_the_tooltip_the_rest() -> None:
    edited = sample(
        5, "<b>.jpg", BEGUN, stroke_count=3, seconds_spent=130, added_by="kim", displacement=0.021
    )
    assert sample_text(edited) == "in progress, 3 strokes, 2 min"
    assert sample_text(sample(1, stroke_count=1)) == "predicted, 1 stroke"
    assert "added by kim" in sample_tooltip(edited)
    assert "&lt;b&gt;" in sample_tooltip(edited)
    assert sorted_by_text(edited, SortKey.DISPLACEMENT) == "moved 2.1%"
    assert sorted_by_text(edited, SortKey.TIME) == ""
