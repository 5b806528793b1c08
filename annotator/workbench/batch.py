"""One verdict on many samples: which of them may have it, and what is asked first.

A mesh that nobody looked at must not become ground truth. A batch therefore accepts only samples
that were on the screen in this window, as they are now, or carry strokes, and none whose photograph
has changed since it was added; the others are left as they are, and the annotator is told how many.
Sending back, excluding and deleting keep samples out of the data set and need no look at each.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotator.project import (
    UNDECIDED,
    ImageRecord,
    Judgement,
    ProjectError,
    SampleState,
    StaleAnnotation,
    UnseenVerdict,
    Verdict,
)
from annotator.project.records import SUBMITTABLE
from annotator.system.words import count
from annotator.workbench.actions_done import Decided
from annotator.workbench.batch_text import altered_ones, changed_ones, own_ones, unseen_ones
from annotator.workbench.many_samples import read_anew, take_in_given, take_in_many
from annotator.workbench.shown_samples import ShownSamples
from annotator.workbench.undo_text import name_of
from annotator.workbench.verdict_words import VERDICT_WORDS, verdict_sentence
from annotator.workbench.workbench import Workbench

_AGAIN = "Look at it, then try again."
_MEANWHILE = "changed elsewhere meanwhile. Look at the list, then try again."


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
    altered : tuple of int
        Those left out because their mesh is another than was on the screen here.
    own : tuple of int
        Those left out because they are the annotator's own work, in a project in which somebody
        else accepts.
    """

    verdict: Verdict
    sample_ids: tuple[int, ...]
    unseen: tuple[int, ...] = ()
    changed: tuple[str, ...] = ()
    altered: tuple[int, ...] = ()
    own: tuple[int, ...] = ()

    @property
    def question(self) -> str:
        """What the annotator is asked before it is given."""
        asked = VERDICT_WORDS[self.verdict].asks.format(_samples(len(self.sample_ids)))
        return f"{asked} {self._left_out()}".strip()

    @property
    def refusal(self) -> str:
        """Why there is nothing to be done, if so."""
        return self._left_out() or "None of the selected samples would change."

    def _left_out(self) -> str:
        kinds = (
            (unseen_ones, self.unseen), (altered_ones, self.altered), (own_ones, self.own),
        )  # fmt: skip
        said = [text(len(left)) for text, left in kinds if left]
        if self.changed:
            said.append(changed_ones(self.changed))
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
    """Return a batch without the samples that are not accepted as they are now.

    Their photograph has changed, or their mesh since it was on the screen here, or that was
    propagated and nobody looked at it. Files that are not
    known by their time are read for it: see `to_read`.

    Raises
    ------
    ProjectError
        If the project cannot be read.
    """
    images = _photographs(bench, batch)
    others = {image.id for image in images if bench.originals.has_changed(image)}
    samples = [bench.samples.get(i) for i in batch.sample_ids]
    stay = [sample for sample in samples if sample.image_id in others]
    left = [sample.id for sample in samples if sample.image_id not in others]
    altered = _altered(bench, batch.verdict, left)
    own = _own(bench, batch.verdict, left)
    unlooked = _unlooked(bench, batch.verdict, left)
    return replace(
        batch,
        sample_ids=tuple(i for i in left if i not in altered | own | unlooked),
        unseen=(*batch.unseen, *sorted(unlooked)),
        own=(*batch.own, *sorted(own)),
        changed=(*batch.changed, *(sample.image_name for sample in stay)),
        altered=(*batch.altered, *(altered - own)),
    )


def are_listed(bench: Workbench, batch: Batch) -> bool:
    """Return whether the list has all samples of a batch still, and tell if it has not.

    While a menu or a question is open another program may take their photographs away.
    """
    listed = all(map(bench.samples.knows, batch.sample_ids))
    if not listed:
        bench.failed.emit(f"Some of these {_MEANWHILE}")
    return listed


def give(bench: Workbench, batch: Batch, reasons: Sequence[str] = (), comment: str = "") -> bool:
    """Give a verdict to many samples in one transaction; return whether that was done.

    Nothing is given if the current sample has strokes that cannot be saved, or if somebody else
    changed one of the samples since the list was read. Those whose photograph has come to hold
    another content since the annotator was asked are not accepted with the others.
    """
    project, session = bench.project, bench.session
    if project is None or not _may_give(bench, batch):
        return False
    judgement = Judgement(batch.verdict, bench.annotator, comment, tuple(reasons))
    try:
        # Before the samples are read: whatever changes later is refused by this number.
        as_of = project.samples.last_change()
        asked = _still_to_be_given(bench, batch)
        if not asked:
            return False
        shown = bench.samples.seen_revisions(asked) if batch.verdict is Verdict.ACCEPT else {}
        seen = {} if session is None else {session.sample_id: session.seen}
        given = project.reviews.judge_all(asked, judgement, revisions=shown, seen=seen, as_of=as_of)
        take_in_given(bench, given)
    except (StaleAnnotation, UnseenVerdict):
        if not _show_changed(bench, batch.sample_ids):
            bench.failed.emit(f"Some of these {_MEANWHILE}")
        return False
    except ProjectError as error:
        bench.failed.emit(str(error))
        return False
    bench.did(Decided(judgement, tuple(given)))
    bench.told.emit(f"{_samples(len(given))} {VERDICT_WORDS[batch.verdict].done}.")
    return True


def _may_give(bench: Workbench, batch: Batch) -> bool:
    if not batch.sample_ids or (bench.session is not None and bench.session.is_dragging):
        return False
    if not bench.may_change():
        return False
    is_seen = bench.sample_id not in batch.sample_ids or bench.in_sight(for_verdict=True)
    return is_seen and are_listed(bench, batch) and bench.edits.save_pending()


def _would_change(state: SampleState, verdict: Verdict) -> bool:
    if verdict is Verdict.SUBMIT:
        return state in SUBMITTABLE and state is not SampleState.SUBMITTED
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
    if _show_changed(bench, batch.sample_ids):
        return ()
    now = checked(bench, replace(batch, unseen=(), changed=(), altered=(), own=()))
    if now.changed or now.altered or now.own or now.unseen:
        bench.failed.emit(now.refusal)
    return now.sample_ids


def _altered(bench: Workbench, verdict: Verdict, sample_ids: Sequence[int]) -> set[int]:
    """Return those that were on the screen here with another mesh than they have now."""
    if bench.project is None or verdict is not Verdict.ACCEPT:
        return set()
    seen = bench.samples.seen_revisions(sample_ids)
    now = bench.project.annotations.revisions(seen)
    return {sample_id for sample_id, revision in seen.items() if now.get(sample_id) != revision}


def _own(bench: Workbench, verdict: Verdict, sample_ids: Sequence[int]) -> set[int]:
    if bench.project is None or verdict is not Verdict.ACCEPT:
        return set()
    return bench.project.reviews.own_work(sample_ids, bench.annotator)


def _unlooked(bench: Workbench, verdict: Verdict, sample_ids: Sequence[int]) -> set[int]:
    """Return those that are as they were propagated, and were on nobody's screen."""
    if bench.project is None or verdict is not Verdict.ACCEPT:
        return set()
    unlooked = bench.project.clips.unlooked(sample_ids)
    return unlooked - bench.samples.seen_revisions(unlooked).keys()


def _samples(number: int) -> str:
    return count(number, "sample")


def _show_changed(bench: Workbench, sample_ids: Sequence[int]) -> bool:
    """Show what others changed of samples since the list was read; return whether they did.

    Of verdicts among that, one is told as it was given. The next time all of it has been seen.
    """
    changed = [s for s in read_anew(bench, sample_ids) if s != bench.samples.get(s.id)]
    take_in_many(bench, changed)
    said = [f"{_samples(len(changed))} {_MEANWHILE}"] if changed else []
    session, project = bench.session, bench.project
    if project is None:
        return False
    current = session.sample_id if session is not None else None
    verdict = next((s.id for s in changed if s.state not in UNDECIDED), None)
    for sample_id in dict.fromkeys((current if current in sample_ids else None, verdict)):
        newest = None if sample_id is None else project.reviews.newest(sample_id)
        if newest is None or sample_id is None:
            continue
        if session is not None and sample_id == current:
            if newest.id <= session.seen:
                continue
            session.seen = newest.id
        name = name_of(bench.samples.get(sample_id))
        said.insert(0, f"{name}: {verdict_sentence(newest, when=True)}")
    if said:
        bench.failed.emit(" ".join(said if changed else [*said, _AGAIN]))
    return bool(said)
