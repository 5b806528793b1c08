"""What a contact sheet says: how many there are, what colours mean, and how it is used."""

from annotator.system.words import count
from annotator.workbench.shown_samples import ShownSamples
from annotator.workbench.states import NOT_DELETED, STATE_COLOURS, state_text

HOW_TO = (
    "Click, Ctrl or Shift and click, or drag across: select.  Ctrl+A: all that are shown.  "
    "Double click: open.  Ctrl+wheel: larger."
)
NONE_SELECTED = "Select faces first: click one, or drag across several."


def tally_text(shown: int, selected: int) -> str:
    """Return how many samples are shown and selected."""
    text = f"{count(shown, 'face')} shown"
    return f"{text}, {selected:,} selected" if selected else text


def legend_html(samples: ShownSamples) -> str:
    """Return the colour of each state and how many samples of the project are in it, as HTML."""
    entries = (
        f"<span style='color: {STATE_COLOURS[state]}'>■</span>&nbsp;{state_text(state)}"
        f"&nbsp;{samples.count((state,)):,}"
        for state in NOT_DELETED
    )
    return " &nbsp; ".join(entries)
