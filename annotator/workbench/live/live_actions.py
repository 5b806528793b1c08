"""What can be done in the live window: words, keys, and what a button says at the moment."""

from dataclasses import dataclass

from annotator.workbench.live.live_look import LiveLook


@dataclass(frozen=True)
class LiveAction:
    """One thing to do.

    Attributes
    ----------
    name : str
        For the program.
    title : str
        On its button.
    key : str
        As Qt names it, and as people read it.
    hint : str
        What it does, in a sentence.
    """

    name: str
    title: str
    key: str
    hint: str


ACTIONS = (
    LiveAction("grab", "Grab", "Space", "Keep this frame, losslessly, with its raw prediction"),
    LiveAction("auto", "Auto-grab", "A", "Keep a frame by itself where the model doubts"),
    LiveAction("record", "Record", "R", "Record what the camera gives to a file"),
    LiveAction("split", "Side by side", "D", "As predicted on the left, filtered on the right"),
    LiveAction("filter", "Filter", "F", "The filter in time; what is kept is never filtered"),
    LiveAction("mesh", "Mesh", "M", "All edges, contours, none"),
    LiveAction("texture", "Texture", "T", "None, a checker, make-up: they show where it slips"),
    LiveAction("strip", "Strip", "S", "The face warped to one place, and a line of it over time"),
    LiveAction("mirror", "Mirror", "I", "Left and right exchanged, as in a mirror"),
    LiveAction("project", "Project", "P", "Where grabbed frames are kept"),
)


def button_text(action: LiveAction, look: LiveLook, *, is_recording: bool, grabs: bool) -> str:
    """Return what a button says: its title, how it is set, its key."""
    states = {
        "auto": "on" if grabs else "off",
        "record": "on" if is_recording else "off",
        "split": "on" if look.split else "off",
        "filter": look.filter_title,
        "mesh": look.mesh.value,
        "texture": look.texture.value,
        "strip": "on" if look.strip else "off",
        "mirror": "on" if look.mirror else "off",
    }
    state = states.get(action.name)
    title = action.title if state is None else f"{action.title}: {state}"
    return f"{title} [{action.key}]"
