"""What is said to who reviews."""

from annotator.workbench.keys import KeyBindings

_STEPS = (("accept", "accepts"), ("send_back", "sends back"), ("review", "ends this"))


def how_to_review(keys: KeyBindings) -> str:
    """Return which keys a reviewer needs; those without a key are left out."""
    known = [f"{key} {does}" for action, does in _STEPS if (key := keys.text(action))]
    said = f"{', '.join(known)}. " if known else ""
    return f"{said}Click a vertex to pin a remark."
