"""What a visit to a sample was for: pure decisions on what the list says of it."""

from annotator.project import SampleSummary, VisitPurpose


def visit_purpose(found: SampleSummary, annotator: str, *, edited: bool) -> VisitPurpose:
    """Return whether somebody annotated a sample, or looked at what others had made of it.

    Whoever changes the mesh annotates. So does who looks at what nobody worked on yet, or at
    what is their own work, whoever judged it. All others review.

    Parameters
    ----------
    found : SampleSummary
        As the visitor found it.
    annotator : str
        The visitor.
    edited : bool
        Whether they made strokes, or took some back.
    """
    if edited or found.annotator == annotator:
        return VisitPurpose.ANNOTATE
    if found.annotator is not None or found.reviewer not in (None, annotator):
        return VisitPurpose.REVIEW
    return VisitPurpose.ANNOTATE
