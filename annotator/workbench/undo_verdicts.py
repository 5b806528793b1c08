"""Undoing verdicts, one or many, and giving them again; undoing that a face was added."""

from dataclasses import replace

from annotator.project import (
    UNDECIDED,
    Judgement,
    Project,
    StaleAnnotation,
    TakenBack,
    UnseenVerdict,
    Verdict,
)
from annotator.project.judgements import Given
from annotator.workbench import undo_text
from annotator.workbench.actions_done import Decided, FaceAdded, Moved
from annotator.workbench.many_samples import take_in_given, take_in_many
from annotator.workbench.undo_desk import Outcome, UndoDesk


class VerdictUndo:
    """Takes verdicts back where they still are the ones in effect."""

    def __init__(self, desk: UndoDesk) -> None:
        self._desk = desk

    def undo_one(self, project: Project, action: Decided) -> Outcome:
        """Return to the sample and take its verdict back; what was before it is in effect again."""
        desk = self._desk
        (given,) = action.given
        sample = project.samples.get(given.sample_id)
        taken = self._take_back(project, action.given)
        if not taken.samples:
            desk.notes.append(undo_text.left_text(sample, taken.left[given.sample_id]))
            return Outcome.GONE
        self._note_taken_back(action, taken)
        desk.go_to(given.sample_id)
        desk.say(undo_text.undone_text(action.judgement, taken.samples[0]))
        return Outcome.ENDS

    def undo_many(self, project: Project, action: Decided) -> Outcome:
        """Ask, then take the verdicts of a batch back, all that still are in effect."""
        desk = self._desk
        count, key = len(action.given), desk.key("undo")
        question = undo_text.ask_many(action.judgement, count, key, undo=True)
        if not desk.confirmed(("undo", action), question):
            return Outcome.ENDS
        taken = self._take_back(project, action.given)
        self._note_taken_back(action, taken)
        done, left = len(taken.samples), len(taken.left)
        desk.say(undo_text.many_text(action.judgement, done, left, undo=True))
        return Outcome.ENDS

    def redo_one(self, action: Decided) -> Outcome:
        """Return to the sample and give it the verdict again, if it is as it was then."""
        desk, bench = self._desk, self._desk.bench
        (given,) = action.given
        if not desk.go_to(given.sample_id) or bench.session is None:
            return Outcome.ENDS
        if (bench.session.revision, bench.session.seen) != (given.revision, given.review_id):
            desk.notes.append(undo_text.CHANGED)
            return Outcome.GONE
        if action.judgement.verdict is Verdict.ACCEPT and (reason := bench.why_unacceptable()):
            bench.failed.emit(reason)
            return Outcome.ENDS
        again = desk.verdicts.give(replace(action.judgement, reviewer=bench.annotator))
        if again is not None and bench.current is not None:
            self._note_given_again(action, (again,))
            desk.say(undo_text.redone_text(action.judgement, bench.current))
        return Outcome.ENDS

    def redo_many(self, project: Project, action: Decided) -> Outcome:
        """Ask, then give the verdict of a batch again, to those that may have it."""
        desk, bench = self._desk, self._desk.bench
        question = undo_text.ask_many(
            action.judgement, len(action.given), desk.key("redo"), undo=False
        )
        if not desk.confirmed(("redo", action), question):
            return Outcome.ENDS
        asked = self._as_added(project, action)
        try:
            given = project.reviews.judge_all(
                [g.sample_id for g in asked],
                replace(action.judgement, reviewer=bench.annotator),
                revisions={g.sample_id: g.revision for g in asked},
                seen={g.sample_id: g.review_id for g in asked},
            )
        except (StaleAnnotation, UnseenVerdict):
            desk.notes.append("Some of these samples were changed since: none has it again.")
            return Outcome.GONE
        self._note_given_again(action, tuple(given))
        take_in_given(bench, given)
        left = len(action.given) - len(given)
        desk.say(undo_text.many_text(action.judgement, len(given), left, undo=False))
        return Outcome.ENDS

    def undo_adding(self, action: FaceAdded) -> Outcome:
        """Take a face out that was added here, unless somebody has worked on it."""
        desk, bench = self._desk, self._desk.bench
        if not desk.go_to(action.sample_id) or bench.session is None or bench.current is None:
            return Outcome.ENDS
        if bench.session.last_stroke is not None or bench.current.state not in UNDECIDED:
            desk.notes.append("Somebody worked on the face that you added: it stays.")
            return Outcome.GONE
        deletion = desk.verdicts.give(Judgement(Verdict.DELETE, bench.annotator))
        if deletion is None:
            return Outcome.ENDS
        move = Moved(action.sample_id, (deletion.prior, deletion.review_id))
        bench.done = bench.done.undid(replace(action, deletion=deletion)).moved(move)
        if action.came_from not in (None, action.sample_id):
            desk.walk.go_to(action.came_from)
        else:
            desk.walk.go_to_next_to_do()
        desk.say("The face is taken out again.")
        return Outcome.ENDS

    def redo_adding(self, project: Project, action: FaceAdded) -> Outcome:
        """Bring back a face that was added here and taken out again."""
        desk, bench = self._desk, self._desk.bench
        deletion, sample_id = action.deletion, action.sample_id
        taken = None if deletion is None else self._take_back(project, (deletion,))
        if deletion is None or taken is None or not taken.samples:
            desk.notes.append(undo_text.CHANGED)
            return Outcome.GONE
        move = Moved(sample_id, (deletion.review_id, taken.newest[sample_id]))
        bench.done = bench.done.redid(replace(action, deletion=None)).moved(move)
        desk.go_to(action.sample_id)
        desk.say("The face is back.")
        return Outcome.ENDS

    def _take_back(self, project: Project, given: tuple[Given, ...]) -> TakenBack:
        bench = self._desk.bench
        taken = project.reviews.take_back(given, reviewer=bench.annotator)
        take_in_many(bench, taken.samples)
        session = bench.session
        if session is not None and session.sample_id in taken.newest:
            session.seen = taken.newest[session.sample_id]
        return taken

    def _note_taken_back(self, action: Decided, taken: TakenBack) -> None:
        bench, newest = self._desk.bench, taken.newest
        undone = tuple(one for one in action.given if one.sample_id in newest)
        # What was before stands under another number now, and so does what was undone before.
        moves = [
            Moved(one.sample_id, (known, newest[one.sample_id]))
            for one in undone
            for known in (one.prior, one.review_id)
        ]
        bench.done = bench.done.undid(replace(action, given=undone)).moved(*moves)

    def _note_given_again(self, action: Decided, given: tuple[Given, ...]) -> None:
        bench = self._desk.bench
        before = {one.sample_id: one.review_id for one in action.given}
        moves = [Moved(one.sample_id, (before[one.sample_id], one.review_id)) for one in given]
        bench.done = bench.done.redid(replace(action, given=given)).moved(*moves)

    def _as_added(self, project: Project, action: Decided) -> list[Given]:
        """Return those whose photograph is still the one that was added, if that matters."""
        bench = self._desk.bench
        if action.judgement.verdict is not Verdict.ACCEPT:
            return list(action.given)
        shown = {g.sample_id: bench.samples.get(g.sample_id).image_id for g in action.given}
        images = project.images.records(set(shown.values()))
        changed = {i for i, image in images.items() if bench.originals.has_changed(image)}
        return [given for given in action.given if shown[given.sample_id] not in changed]
