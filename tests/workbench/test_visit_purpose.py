"""What a visit to a sample was for."""

import pytest

from annotator.project import SampleState, SampleSummary, VisitPurpose
from annotator.workbench.visit_purpose import visit_purpose

ANNOTATE, REVIEW = VisitPurpose.ANNOTATE, VisitPurpose.REVIEW


def found(annotator: str | None, reviewer: str | None) -> SampleSummary:
    return SampleSummary(
        id=1, image_id=1, image_name="a.jpg", image_file="/a.jpg", face_index=0,
        state=SampleState.PREDICTED, presence=0.9, stroke_count=0, box=(0.0, 0.0, 9.0, 9.0),
        annotator=annotator, reviewer=reviewer, displacement=0.0, seconds_spent=0.0, added_by=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("annotator", "reviewer", "expected"),
    [
        (None, None, ANNOTATE),  # nobody worked on it yet
        ("me", None, ANNOTATE),
        ("me", "Rae", ANNOTATE),  # my own work, sent back say, is mine to look at
        (None, "me", ANNOTATE),
        ("Ann", None, REVIEW),
        ("Ann", "me", REVIEW),
        ("Ann", "Rae", REVIEW),
        (None, "Rae", REVIEW),
    ],
)
def test_looking_at_what_others_made_is_reviewing(
    annotator: str | None, reviewer: str | None, expected: VisitPurpose
) -> None:
    assert visit_purpose(found(annotator, reviewer), "me", edited=False) is expected
    assert visit_purpose(found(annotator, reviewer), "me", edited=True) is ANNOTATE
