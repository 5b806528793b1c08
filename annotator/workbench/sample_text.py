"""What is said about a sample in the list and beside it."""

from annotator.project import SampleSummary
from annotator.workbench.foreign_text import rich
from annotator.workbench.sort_keys import SortKey
from annotator.workbench.states import state_text


def sample_text(sample: SampleSummary) -> str:
    """Return a sample's state, strokes and time, as the second line of a row says them."""
    count = sample.stroke_count
    strokes = f"{count} stroke{'' if count == 1 else 's'}" if count else ""
    parts = (state_text(sample.state), strokes, spent_text(sample.seconds_spent))
    return ", ".join(part for part in parts if part)


def spent_text(seconds: float) -> str:
    """Return a time as people say it, or an empty text below a second."""
    if seconds < 1:
        return ""
    if seconds < 60:
        return f"{int(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def sorted_by_text(sample: SampleSummary, key: SortKey) -> str:
    """Return what a sample is sorted by, where the row does not say it anyway."""
    return "" if key.text is None else key.text(sample)


def sample_tooltip(sample: SampleSummary, remark: str = "") -> str:
    """Return all that is known about a sample, and what was said of it, as rich text."""
    lines = [
        str(sample.image_path),
        f"sample {sample.id}, face {sample.face_index + 1}: {sample_text(sample)}",
        f"model score {sample.presence:.3f}, "
        f"moved {sample.displacement:.2%} of the eye distance in the mean",
    ]
    people = {
        "annotated by": sample.annotator,
        "verdict by": sample.reviewer,
        "added by": sample.added_by,
    }
    lines += [f"{what} {who}" for what, who in people.items() if who]
    if reviewed := spent_text(sample.seconds_reviewed):
        lines.append(f"reviewed for {reviewed}")
    lines += [remark] if remark else []
    return rich(*lines)
