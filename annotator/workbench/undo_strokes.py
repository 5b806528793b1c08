"""Undoing strokes and bringing them back, also those that were not made here."""

from dataclasses import replace

from annotator.project import UNDECIDED, EditSession, Project
from annotator.workbench import undo_text
from annotator.workbench.actions_done import Moved, Stroked
from annotator.workbench.bench import Bench
from annotator.workbench.undo_desk import Outcome, UndoDesk


class StrokeUndo:
    """Takes strokes back where nothing lies on top of them; what does is asked about."""

    def __init__(self, desk: UndoDesk) -> None:
        self._desk = desk

    def undo(self, project: Project, action: Stroked) -> Outcome:
        """Take back a stroke that was made here, on the sample it was made on."""
        desk, bench = self._desk, self._desk.bench
        was_here = bench.sample_id == action.sample_id
        if not desk.go_to(action.sample_id) or bench.session is None or bench.current is None:
            return Outcome.ENDS
        session, name = bench.session, undo_text.name_of(bench.current)
        if session.last_stroke is None or session.last_stroke.id != action.stroke_id:
            if project.annotations.is_in_effect(action.sample_id, action.stroke_id):
                return self.undo_older()
            desk.notes.append(undo_text.stroke_gone_text(bench.current))
            return Outcome.GONE
        revision = session.revision
        desk.edits.undo()
        if _is_undone(session, action.stroke_id):
            bench.done = bench.done.undid(replace(action, revision=revision))
            desk.say("" if was_here else f"Back on {name}: your last stroke there is undone.")
        return Outcome.ENDS

    def undo_older(self) -> Outcome:
        """Ask about the last stroke of the sample on the screen, then take it back."""
        desk, bench = self._desk, self._desk.bench
        session = bench.session
        stroke = None if session is None else session.last_stroke
        if session is None or stroke is None:
            desk.say()
            return Outcome.ENDS
        asked = "undo", session.sample_id, stroke.id
        if desk.confirmed(
            asked, undo_text.ask_undo(stroke, desk.key("undo"), judged=_is_judged(bench))
        ):
            done = Stroked(session.sample_id, stroke.id, session.revision)
            desk.edits.undo()
            if _is_undone(session, stroke.id):
                bench.done = bench.done.undid_besides(done)
        return Outcome.ENDS

    def redo(self, action: Stroked) -> Outcome:
        """Bring back a stroke that was undone here."""
        desk, bench = self._desk, self._desk.bench
        was_here = bench.sample_id == action.sample_id
        if not desk.go_to(action.sample_id) or bench.session is None or bench.current is None:
            return Outcome.ENDS
        session, name = bench.session, undo_text.name_of(bench.current)
        if session.next_redo is None or session.next_redo.id != action.stroke_id:
            desk.notes.append(undo_text.CHANGED)
            return Outcome.GONE
        desk.edits.redo()
        if _is_done(session, action.stroke_id):
            # The same state has another revision now: verdicts that follow are about this one.
            revisions = action.revision, session.revision
            move = Moved(action.sample_id, revisions=revisions)
            bench.done = bench.done.redid(action).moved(move)
            desk.say("" if was_here else f"Back on {name}: your stroke there is made again.")
        return Outcome.ENDS

    def redo_older(self) -> Outcome:
        """Ask about the stroke of the sample on the screen that was undone before, then redo it."""
        desk, bench = self._desk, self._desk.bench
        session = bench.session
        stroke = None if session is None else session.next_redo
        if session is None or stroke is None:
            desk.say()
            return Outcome.ENDS
        asked = "redo", session.sample_id, stroke.id
        if desk.confirmed(
            asked, undo_text.ask_redo(stroke, desk.key("redo"), judged=_is_judged(bench))
        ):
            desk.edits.redo()
            if _is_done(session, stroke.id):
                done = Stroked(session.sample_id, stroke.id)
                bench.done = bench.done.redid_besides(done)
        return Outcome.ENDS


def _is_undone(session: EditSession, stroke_id: int) -> bool:
    # Not by the revision: that is another one too if somebody else came in between.
    return session.next_redo is not None and session.next_redo.id == stroke_id


def _is_done(session: EditSession, stroke_id: int) -> bool:
    return session.last_stroke is not None and session.last_stroke.id == stroke_id


def _is_judged(bench: Bench) -> bool:
    return bench.current is not None and bench.current.state not in UNDECIDED
