"""What verdicts are called: in menus, in questions, and when they are given."""

from dataclasses import dataclass

from annotator.project import Reason, Review, SampleState, Verdict
from annotator.workbench.foreign_text import LONGEST, one_line, quoted
from annotator.workbench.when_text import when_text

REASON_TEXTS: dict[str, str] = {
    Reason.NOT_A_FACE: "Not a face",
    Reason.POOR_MESH: "Mesh too poor to correct",
    Reason.OCCLUDED: "Face covered",
    Reason.BLURRED: "Photograph blurred",
    Reason.EXTREME_POSE: "Pose too extreme",
    Reason.DUPLICATE: "Same face twice",
    Reason.OTHER: "Other",
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
        What a sample is that has it, as in "3 samples accepted".
    did : str
        What its reviewer did to a face, as in "sent this face back"; empty where it is `done`.
    """

    entry: str
    asks: str
    done: str
    did: str = ""


# In the order of menus.
VERDICT_WORDS: dict[Verdict, VerdictWords] = {
    Verdict.SUBMIT: VerdictWords("Submit for review", "Submit {} for review?", "submitted"),
    Verdict.ACCEPT: VerdictWords("Accept", "Accept {} as ground truth, as they stand?", "accepted"),
    Verdict.SEND_BACK: VerdictWords(
        "Send back, with reasons", "Send back {}?", "sent back", "sent this face back"
    ),
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
        "withdrew the verdict on this face",
    ),
}
_DONE = {verdict.state: words.done for verdict, words in VERDICT_WORDS.items()}


def reason_text(reason: str) -> str:
    """Return a reason as people read it: those that a project made up are words with _ between."""
    return REASON_TEXTS.get(reason) or reason.replace("_", " ").capitalize()


def verdict_on(state: SampleState) -> str:
    """Return what the verdict on a sample in this state was, as "accepted"; empty without one."""
    return _DONE.get(state, "")


def reasons_text(review: Review, longest: int = LONGEST) -> str:
    """Return the reasons and the comment of a verdict on one line; empty without any."""
    said = quoted(review.comment, longest)
    # What another reason is, its comment says.
    named = [r for r in review.reasons if not (said and r == Reason.OTHER)]
    return ", ".join(filter(None, (*(reason_text(r).lower() for r in named), said)))


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
    words = VERDICT_WORDS[review.verdict]
    did = words.did or f"{words.done} this face"
    parts = (one_line(review.reviewer), did, where, when_text(review.created_at) if when else "")
    why = reasons_text(review)
    return " ".join(filter(None, parts)) + (f": {why}." if why else ".")
