"""What reviewers said of a face is told until it is resolved, and no longer."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from annotator.project import Project, Reason, Review, SampleState, Verdict
from annotator.workbench.foreign_text import one_line, quoted, rich
from annotator.workbench.remarks import Remarks
from annotator.workbench.verdict_words import verdict_sentence
from annotator.workbench.when_text import when_text
from annotator.workbench.workbench import Workbench

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC).astimezone()
Drag = Callable[[Workbench, int, tuple[float, float]], None]


@pytest.fixture
def anna(bench: Workbench, project_folder: Path) -> Project:
    """The project as Anna has it open."""
    with Project.open(project_folder) as theirs:
        yield theirs


def back(bench: Workbench) -> None:
    """Leave the sample and come back to it."""
    here = bench.sample_id
    bench.step(1)
    bench.go_to(here)


def test_what_was_sent_back_is_told_while_it_is_mended_and_until_the_face_is_accepted(
    bench: Workbench, anna: Project, drag: Drag
) -> None:
    remarks = Remarks(bench)
    bench.verdicts.goes_on = False
    anna.reviews.send_back(
        bench.sample_id, reviewer="Anna", reasons=[Reason.OCCLUDED], comment="left lid"
    )
    back(bench)
    assert remarks.current.startswith("Sent back by Anna today at ")
    assert remarks.current.endswith(": face covered, “left lid”")
    drag(bench, 152, (0, 5))
    assert " (changed since): face covered, “left lid”" in remarks.current
    assert remarks.on(bench.current) == remarks.current
    bench.verdicts.accept()
    assert remarks.current.startswith("Accepted by kim today at ")
    drag(bench, 152, (0, 5))
    assert remarks.current == ""


def test_sending_back_that_is_withdrawn_is_resolved_but_for_why_it_was(
    bench: Workbench, anna: Project
) -> None:
    remarks = Remarks(bench)
    anna.reviews.send_back(bench.sample_id, reviewer="Anna", reasons=[Reason.BLURRED])
    anna.reviews.reopen(bench.sample_id, reviewer="Bo")
    back(bench)
    assert remarks.current == ""
    anna.reviews.reopen(bench.sample_id, reviewer="Bo", comment="look at the lips")
    back(bench)
    assert remarks.current.startswith("Verdict withdrawn by Bo today at ")
    assert remarks.current.endswith("“look at the lips”")


def test_the_remark_goes_with_the_sample_and_with_the_project(
    bench: Workbench, anna: Project
) -> None:
    remarks, changes = Remarks(bench), []
    remarks.changed.connect(lambda: changes.append(remarks.current))
    anna.reviews.exclude(bench.sample_id, reviewer="Anna")
    back(bench)
    bench.step(1)
    assert [bool(text) for text in changes] == [True, False]
    bench.step(-1)
    assert remarks.current
    assert bench.close()
    assert remarks.current == ""


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(minutes=5), "today at 11:55"),
        (timedelta(days=1), "on 25 November"),
        (timedelta(days=207), "on 3 May"),
        (timedelta(days=400), "on 22 October 2025"),
    ],
)
def test_times_are_told_as_people_say_them(ago: timedelta, said: str) -> None:
    now = NOON.replace(hour=12)
    assert when_text(now - ago, now) == said


def test_what_others_wrote_is_one_line_without_hidden_characters() -> None:
    assert one_line("a\n b\u202e\x1b[31m c\u200b") == "a b [31m c"
    assert one_line("علی\u200cرضا 👩\u200d🔬") == "علی\u200cرضا 👩\u200d🔬"
    assert quoted("x" * 200) == f"“{'x' * 119}…”"
    assert quoted(" \n ") == ""
    assert rich("<b>", "c\n\x1bd") == r"<qt>&lt;b&gt;<br>c \x1bd</qt>"
    review = Review(1, Verdict.SEND_BACK, "An\nna", (Reason.OTHER,), "<i>", NOON, 0)
    assert verdict_sentence(review) == "An na sent this face back: “<i>”."
    assert review.verdict.state is SampleState.SENT_BACK


def test_a_comment_of_megabytes_is_not_looked_through_for_one_line() -> None:
    class Long(str):
        __slots__ = ()

        def __iter__(self) -> Iterator[str]:
            raise AssertionError("all of it is looked through")

    assert one_line(Long("long " * 1000)).startswith("long long")


def test_of_a_photograph_that_is_revoked_or_refused_it_is_told_that_no_export_will_hold_it(
    bench: Workbench, anna: Project
) -> None:
    remarks = Remarks(bench)
    anna.facts.revoke([bench.current.image_id], "she asked", by="Bo")
    back(bench)
    assert remarks.current.startswith("Revoked by Bo today at ")
    assert remarks.current.endswith(" (she asked): no export will hold this face.")
    assert remarks.on(bench.current) == remarks.current
    bench.verdicts.goes_on = False
    bench.verdicts.accept()
    assert "no export will hold this face. Accepted by kim" in remarks.current
    anna.facts.allow_again([bench.current.image_id])
    anna.facts.set([bench.current.image_id], {"consent": "refused"})
    back(bench)
    assert remarks.current.startswith("The people on this photograph refused: no export will hold")
    anna.facts.set([bench.current.image_id], {"consent": "given"})
    back(bench)
    assert remarks.current.startswith("Accepted by kim")
