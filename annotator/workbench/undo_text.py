"""What the annotator is told when something is undone or done again."""

from annotator.project import Review, SampleSummary, StrokeMade, Verdict
from annotator.project.judgements import Judgement
from annotator.workbench.foreign_text import one_line
from annotator.workbench.verdict_words import VERDICT_WORDS, verdict_on
from annotator.workbench.when_text import when_text

GONE = "A sample that you worked on is not in the project any more."
_WITHDRAWS = " It withdraws the verdict."
CHANGED = "That cannot be done again: the face was changed since."


def name_of(sample: SampleSummary) -> str:
    """Return what a sample is called in a sentence."""
    return f"{one_line(sample.image_name, 60)} #{sample.face_index + 1}"


def ask_undo(stroke: StrokeMade, key: str, *, judged: bool = False) -> str:
    """Return the question before a stroke is undone that was not made here.

    ``judged`` tells whether the sample has a verdict, which goes with it.
    """
    question = f"That stroke was made {_by(stroke)}: undo it too?"
    return f"{question}{_WITHDRAWS if judged else ''} Press {key} again."


def ask_redo(stroke: StrokeMade, key: str, *, judged: bool = False) -> str:
    """Return the question before a stroke is brought back that was not undone here."""
    question = f"A stroke made {_by(stroke)} was taken back before: bring it back?"
    return f"{question}{_WITHDRAWS if judged else ''} Press {key} again."


def ask_many(judgement: Judgement, count: int, key: str, *, undo: bool) -> str:
    """Return the question before the verdict of a batch is undone, or given again."""
    word = VERDICT_WORDS[judgement.verdict].done
    what = f"{count:,} samples {word} together"
    return f"{'Undo' if undo else 'Do again'}: {what}? Press {key} again."


def undone_text(judgement: Judgement, sample: SampleSummary) -> str:
    """Return that a verdict on one sample is undone, and what it is now."""
    if judgement.verdict is Verdict.DELETE:
        return "The face is back."
    word = verdict_on(sample.state)
    if not word:
        return f"The verdict on {name_of(sample)} is withdrawn."
    return f"{name_of(sample)} is {word} again, by {one_line(sample.reviewer or '')}."


def redone_text(judgement: Judgement, sample: SampleSummary) -> str:
    """Return that a verdict on one sample is given again."""
    return f"{name_of(sample)}: {VERDICT_WORDS[judgement.verdict].done} again."


def many_text(judgement: Judgement, count: int, left: int, *, undo: bool) -> str:
    """Return what came of undoing the verdict of a batch, or of giving it again."""
    one, more = "was changed since and stays as it is", "were changed since and stay as they are"
    stay = f" {left:,} {one if left == 1 else more}." if left else ""
    if undo:
        return f"{count:,} verdicts are withdrawn.{stay}"
    return f"{count:,} samples {VERDICT_WORDS[judgement.verdict].done} again.{stay}"


def left_text(sample: SampleSummary, newer: Review | None) -> str:
    """Return why a verdict on a sample cannot be undone any more."""
    if newer is None:
        return f"Your verdict on {name_of(sample)} was withdrawn by a change of the mesh."
    word = verdict_on(newer.verdict.state) if newer.verdict.state else "taken up again"
    return f"{name_of(sample)} was {word} by {one_line(newer.reviewer)} since."


def stroke_gone_text(sample: SampleSummary) -> str:
    """Return that a stroke is not there any more."""
    return f"Your stroke on {name_of(sample)} was taken back elsewhere."


def _by(stroke: StrokeMade) -> str:
    who = one_line(stroke.annotator) if stroke.annotator else "somebody"
    return f"{when_text(stroke.created_at)} by {who}"
