"""What verdicts are called: in menus, in questions, and when they are given."""

from dataclasses import dataclass

from annotator.project import RejectReason, Review, SampleState, Verdict
from annotator.workbench.foreign_text import LONGEST, one_line, quoted
from annotator.workbench.when_text import when_text

REASON_TEXTS: dict[RejectReason, str] = {
    RejectReason.NOT_A_FACE: "Not a face",
    RejectReason.POOR_MESH: "Mesh too poor to correct",
    RejectReason.OCCLUDED: "Face covered",
    RejectReason.BLURRED: "Photograph blurred",
    RejectReason.EXTREME_POSE: "Pose too extreme",
    RejectReason.DUPLICATE: "Same face twice",
    RejectReason.OTHER: "Other",
}


@dataclass(frozen=True)
class VerdictWords:
    """The words for one verdict.

    Attributes
    ----------
    entry : str
        In a menu.
    asks : str
        The question before many samples have it; ``{}`` stands for them.
    done : str
        What a sample is that has it, as in "3 samples accepted" and "accepted this face".
    """

    entry: str
    asks: str
    done: str


# In the order of menus.
VERDICT_WORDS: dict[Verdict, VerdictWords] = {
    Verdict.ACCEPT: VerdictWords("Accept", "Accept {} as ground truth, as they stand?", "accepted"),
    Verdict.REJECT: VerdictWords("Reject, with reasons", "Reject {}?", "rejected"),
    Verdict.EXCLUDE: VerdictWords("Exclude", "Exclude {} from the data set?", "excluded"),
    Verdict.DELETE: VerdictWords(
        "Delete: no face",
        "Delete {}, as showing no face? The filter “Deleted” finds them again.",
        "deleted",
    ),
    Verdict.REOPEN: VerdictWords(
        "Withdraw the verdict, bring back",
        "Withdraw the verdicts on {}?",
        "without a verdict again",
    ),
}
_DONE = {verdict.state: words.done for verdict, words in VERDICT_WORDS.items()}


def verdict_on(state: SampleState) -> str:
    """Return what the verdict on a sample in this state was, as "accepted"; empty without one."""
    return _DONE.get(state, "")


def reasons_text(review: Review, longest: int = LONGEST) -> str:
    """Return the reasons and the comment of a verdict on one line; empty without any."""
    said = quoted(review.comment, longest)
    # What another reason is, its comment says.
    named = [r for r in review.reasons if not (said and r is RejectReason.OTHER)]
    return ", ".join(filter(None, (*(REASON_TEXTS[r].lower() for r in named), said)))


def verdict_sentence(review: Review, *, where: str = "", when: bool = False) -> str:
    """Return who gave which verdict on this face, and why, as a sentence.

    Parameters
    ----------
    review : Review
    where : str
        As in "in another window".
    when : bool
        Whether the sentence says that, too.
    """
    word = verdict_on(state) if (state := review.verdict.state) else ""
    did = f"{word} this face" if word else "withdrew the verdict on this face"
    parts = (one_line(review.reviewer), did, where, when_text(review.created_at) if when else "")
    why = reasons_text(review)
    return " ".join(filter(None, parts)) + (f": {why}." if why else ".")
