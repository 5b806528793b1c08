"""What verdicts are called: in menus, in questions, and when they are given."""

from dataclasses import dataclass

from annotator.project import SampleState, Verdict


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
