"""What an annotator did in a window, in order: a pure value that undo and redo walk along."""

from dataclasses import dataclass, replace

from annotator.project.judgements import Given, Judgement


@dataclass(frozen=True, slots=True)
class Stroked:
    """A stroke was made, and stored under this id.

    Attributes
    ----------
    revision : int
        Of the sample with the stroke, once it is undone.
    """

    sample_id: int
    stroke_id: int
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Decided:
    """A verdict was given, on one sample or on many at once.

    Attributes
    ----------
    judgement : Judgement
    given : tuple of Given
        On which samples; once it is undone, with the newest review of each.
    """

    judgement: Judgement
    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class FaceAdded:
    """A face was added by a box, and the annotator came to it from another sample.

    Attributes
    ----------
    deletion : Given or None
        The verdict by which it was taken out again, once that is so.
    """

    sample_id: int
    came_from: int | None
    deletion: Given | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """What stood for a state of a sample before, and what stands for the same state now.

    Undoing and redoing give new numbers to what is as it was.
    """

    sample_id: int
    reviews: tuple[int, int] = (0, 0)
    revisions: tuple[int, int] = (0, 0)

    def applied(self, given: Given) -> Given:
        """Return a verdict with the numbers that stand for it now."""
        if given.sample_id != self.sample_id:
            return given
        (old_review, review), (old_revision, revision) = self.reviews, self.revisions
        return given._replace(
            review_id=review if given.review_id == old_review else given.review_id,
            revision=revision if given.revision == old_revision else given.revision,
        )


@dataclass(frozen=True, slots=True)
class TrackCut:
    """A face's track through a clip was cut before a frame.

    Attributes
    ----------
    track_id, other_id : int
        What it is up to the frame, and from there on.
    """

    track_id: int
    other_id: int
    frame: int


@dataclass(frozen=True, slots=True)
class TracksJoined:
    """Two tracks of a clip were joined; a cut before the frame parts them again."""

    track_id: int
    frame: int


Action = Stroked | Decided | FaceAdded | TrackCut | TracksJoined


@dataclass(frozen=True, slots=True)
class ActionsDone:
    """What was done, the last at the end, and what of it was undone, the first undone first.

    Something new drops what was undone: it can no longer be done again where it was.
    """

    done: tuple[Action, ...] = ()
    undone: tuple[Action, ...] = ()

    @property
    def last(self) -> Action | None:
        """What would be undone next."""
        return self.done[-1] if self.done else None

    @property
    def following(self) -> Action | None:
        """What would be done again next."""
        return self.undone[-1] if self.undone else None

    def did(self, action: Action) -> "ActionsDone":
        """Return the order after something new was done."""
        return ActionsDone((*self.done, action))

    def undid(self, action: Action) -> "ActionsDone":
        """Return the order after the last was undone; redo brings this action back."""
        return ActionsDone(self.done[:-1], (*self.undone, action))

    def redid(self, action: Action) -> "ActionsDone":
        """Return the order after the following was done again; undo takes this action back."""
        return ActionsDone((*self.done, action), self.undone[:-1])

    def undid_besides(self, action: Action) -> "ActionsDone":
        """Return the order after something was undone that was not done here."""
        return replace(self, undone=(*self.undone, action))

    def redid_besides(self, action: Action) -> "ActionsDone":
        """Return the order after something was done again that was not undone here."""
        return replace(self, done=(*self.done, action))

    def moved(self, *moves: Moved) -> "ActionsDone":
        """Return the order with the numbers that stand now for what it names."""
        done, undone = self.done, self.undone
        for move in moves:
            done = tuple(_moved(action, move) for action in done)
            undone = tuple(_moved(action, move) for action in undone)
        return ActionsDone(done, undone)

    def without_last(self) -> "ActionsDone":
        """Return the order without the last, which cannot be undone any more."""
        return replace(self, done=self.done[:-1])

    def without_following(self) -> "ActionsDone":
        """Return the order without the following, which cannot be done again any more."""
        return replace(self, undone=self.undone[:-1])


def _moved(action: Action, move: Moved) -> Action:
    if not isinstance(action, Decided):
        return action
    given = tuple(map(move.applied, action.given))
    return action if given == action.given else replace(action, given=given)
