"""One verdict on many samples: which of them may have it, and what is asked first.

A mesh that nobody looked at must not become ground truth. A batch therefore accepts only samples
that were on the screen in this window or carry strokes, and none whose photograph has changed
since it was added; the others are left as they are, and the annotator is told how many.
Rejecting, excluding and deleting keep samples out of the data set and need no look at each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotator.project import (
    UNDECIDED,
    ImageRecord,
    ProjectError,
    RejectReason,
    SampleState,
    Verdict,
)
from annotator.workbench.shown_samples import ShownSamples
from annotator.workbench.verdict_words import VERDICT_WORDS
from annotator.workbench.workbench import Workbench
from annotator.workflow.image_files import HAS_CHANGED, HAVE_CHANGED

# Reading single samples anew costs less than the whole list up to about so many.
_FEW = 100


@dataclass(frozen=True)
class Batch:
    """A verdict and the samples that are to have it.

    Attributes
    ----------
    verdict : Verdict
    sample_ids : tuple of int
        Those that the verdict changes something about.
    unseen : tuple of int
        Those left out because nobody has looked at them.
    changed : tuple of str
        The photographs of those left out because their file holds another content by now, one
        name for each sample.
    """

    verdict: Verdict
    sample_ids: tuple[int, ...]
    unseen: tuple[int, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def question(self) -> str:
        """What the annotator is asked before it is given."""
        asked = VERDICT_WORDS[self.verdict].asks.format(counted(len(self.sample_ids)))
        return f"{asked} {self._left_out()}".strip()

    @property
    def refusal(self) -> str:
        """Why there is nothing to be done, if so."""
        return self._left_out() or "None of the selected samples would change."

    def _left_out(self) -> str:
        left, said = len(self.unseen), []
        if left:
            stays = "was never opened in this window and has no stroke: it stays as it is"
            stay = "were never opened in this window and have no stroke: they stay as they are"
            said.append(f"{counted(left)} {stays if left == 1 else stay}.")
        if self.changed:
            said.append(_why_they_stay(self.changed))
        return " ".join(said)


def planned(samples: ShownSamples, verdict: Verdict, sample_ids: Sequence[int]) -> Batch:
    """Return which of the samples a verdict would be given to."""
    changing = [i for i in sample_ids if _would_change(samples.get(i).state, verdict)]
    unseen = samples.unseen(changing) if verdict is Verdict.ACCEPT else []
    given = tuple(i for i in changing if i not in set(unseen))
    return Batch(verdict, given, tuple(unseen))


def to_read(bench: Workbench, batch: Batch) -> list[ImageRecord]:
    """Return the photographs that must be read before it is known which samples may be accepted.

    Those of a project that was copied, say: all their files have other times. Reading many takes
    long; `annotator.workbench.steps.comparing` does so on a thread.

    Raises
    ------
    ProjectError
        If the project cannot be read.
    """
    return [image for image in _photographs(bench, batch) if bench.originals.must_read(image)]


def checked(bench: Workbench, batch: Batch) -> Batch:
    """Return a batch without the samples that are not accepted, as their photograph has changed.

    Files that are not known by their time are read for it: see `to_read`.

    Raises
    ------
    ProjectError
        If the project cannot be read.
    """
    images = _photographs(bench, batch)
    others = {image.id for image in images if bench.originals.has_changed(image)}
    samples = [bench.samples.get(i) for i in batch.sample_ids]
    stay = [sample for sample in samples if sample.image_id in others]
    return replace(
        batch,
        sample_ids=tuple(sample.id for sample in samples if sample.image_id not in others),
        changed=(*batch.changed, *(sample.image_name for sample in stay)),
    )


def give(
    bench: Workbench, batch: Batch, reasons: Sequence[RejectReason] = (), comment: str = ""
) -> bool:
    """Give a verdict to many samples in one transaction; return whether that was done.

    Nothing is given if the current sample has strokes that cannot be saved, or if somebody else
    changed one of the samples since the list was read. Those whose photograph has come to hold
    another content since the annotator was asked are not accepted with the others.
    """
    project, session = bench.project, bench.session
    if project is None or (session is not None and session.is_dragging):
        return False
    if not batch.sample_ids or not bench.edits.save_pending():
        return False
    try:
        given = _still_to_be_given(bench, batch)
        if not given:
            return False
        project.reviews.give(
            batch.verdict, given, reviewer=bench.annotator, reasons=reasons, comment=comment
        )
        _take_in(bench, given)
    except ProjectError as error:
        bench.failed.emit(str(error))
        return False
    bench.told.emit(f"{counted(len(given))} {VERDICT_WORDS[batch.verdict].done}.")
    return True


def counted(number: int) -> str:
    """Return a number of samples in words."""
    return f"{number:,} sample{'' if number == 1 else 's'}"


def _would_change(state: SampleState, verdict: Verdict) -> bool:
    if verdict.state is None:
        return state not in UNDECIDED
    # A deleted face is brought back first: it is no face to anybody who does not look there.
    return state not in (verdict.state, SampleState.DELETED)


def _photographs(bench: Workbench, batch: Batch) -> list[ImageRecord]:
    """Return those that matter: what is not accepted needs no look at its file."""
    if bench.project is None or batch.verdict is not Verdict.ACCEPT:
        return []
    shown = {bench.samples.get(i).image_id for i in batch.sample_ids}
    return list(bench.project.images.records(shown).values())


def _still_to_be_given(bench: Workbench, batch: Batch) -> tuple[int, ...]:
    """Return the samples that are as the annotator was asked about them; tell of the others."""
    elsewhere = _take_in(bench, batch.sample_ids)
    if elsewhere:
        bench.failed.emit(
            f"{counted(elsewhere)} changed elsewhere meanwhile. Look at the list, then try again."
        )
        return ()
    now = checked(bench, replace(batch, changed=()))
    if now.changed:
        bench.failed.emit(_why_they_stay(now.changed))
    return now.sample_ids


def _why_they_stay(names: Sequence[str]) -> str:
    others = len(set(names)) - 1
    changed = f"{names[0]} and {others:,} more {HAVE_CHANGED}" if others else None
    stay = "stays as it is" if len(names) == 1 else "stay as they are"
    return f"{counted(len(names))} {stay}: {changed or f'{names[0]} {HAS_CHANGED}'}."


def _take_in(bench: Workbench, sample_ids: Sequence[int]) -> int:
    """Read samples anew, show what changed, and return how many did."""
    project = bench.project
    assert project is not None
    if len(sample_ids) <= _FEW:
        read = [project.samples.get(i) for i in sample_ids]
    else:
        asked = set(sample_ids)
        read = [sample for sample in project.samples.summaries() if sample.id in asked]
    changed = [sample for sample in read if sample != bench.samples.get(sample.id)]
    for sample in changed:
        bench.samples.update(sample)
    if len(changed) > _FEW:
        bench.samples_changed.emit()
    current = bench.sample_id
    for sample in changed:
        if len(changed) <= _FEW or sample.id == current:
            bench.sample_updated.emit(sample.id)
    return len(changed)
