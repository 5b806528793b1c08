"""Where samples stand: what each state is called, its colour, and which the list can show."""

from annotator.project import UNDECIDED, SampleState

STATE_COLOURS: dict[SampleState, str] = {
    SampleState.PREDICTED: "#8a97a3",
    SampleState.IN_PROGRESS: "#f0a830",
    SampleState.SUBMITTED: "#4a90d9",
    SampleState.ACCEPTED: "#3fb56b",
    SampleState.SENT_BACK: "#e0524d",
    SampleState.EXCLUDED: "#9b6fd0",
    SampleState.DELETED: "#6d5f57",
}

# A face that somebody deleted is none; it is seen where deleted ones are asked for.
NOT_DELETED = tuple(state for state in SampleState if state is not SampleState.DELETED)

# Where somebody else accepts, what was sent back is its annotators' to do again.
TO_DO_IN_TWO_STEPS = (*UNDECIDED, SampleState.SENT_BACK)


def state_text(state: SampleState) -> str:
    """Return a state as people read it."""
    return str(state.value).replace("_", " ")


Filters = tuple[tuple[str, tuple[SampleState, ...]], ...]


def filters(to_do: tuple[SampleState, ...] = UNDECIDED) -> Filters:
    """Return what the list can be filtered by: a title, and the states that pass.

    Parameters
    ----------
    to_do
        The states of what annotators have to do in the open project.
    """
    return (
        ("All samples", NOT_DELETED),
        ("To do", to_do),
        *((state_text(state).capitalize(), (state,)) for state in SampleState),
    )


FILTERS = filters()
