"""What is said to who reviews."""

from annotator.workbench.keys import KeyBindings


def how_to_review(keys: KeyBindings) -> str:
    """Return what a reviewer needs to know besides the keys that stand on the buttons."""
    end = keys.text("review")
    return f"Click a vertex to pin a remark.{f' {end} ends this.' if end else ''}"
