"""What the live window says, in words."""

from collections.abc import Sequence

from annotator.system.words import count
from annotator.workbench.live.live_frame import SeenFace
from annotator.workbench.live.live_look import LiveLook
from annotator.workbench.live.pace import Pace

NO_JITTER = "–"


def raw_caption(faces: Sequence[SeenFace]) -> str:
    """Return what stands over the picture with meshes as they were predicted."""
    return f"as predicted · jitter {_share(_mean([face.jitter for face in faces]))}"


def filtered_caption(faces: Sequence[SeenFace], look: LiveLook) -> str:
    """Return what stands over the picture with filtered meshes."""
    jitter = _share(_mean([face.filtered_jitter for face in faces]))
    if look.filter == "none":
        return f"filter off · jitter {jitter}"
    return f"filtered: {look.filter_title} · jitter {jitter}"


def faces_text(faces: Sequence[SeenFace]) -> str:
    """Return how many faces there are, and how sure the model is of the worst."""
    text = "no face" if not faces else count(len(faces), "face")
    doubts = [face.doubt for face in faces if face.doubt is not None]
    return f"{text} · doubt {_share(max(doubts))}" if doubts else text


def pace_text(pace: Pace, now: float, *, captured: Pace | None = None, until: str = "paint") -> str:
    """Return how many frames a second are shown, of how many, and how old they are."""
    shown = pace.frames_a_second(now)
    text = f"{shown:.1f} frames/s"
    if captured is not None:
        came = captured.frames_a_second(now)
        text += f" of {came:.1f}" if came > shown + 0.5 else ""
    age, worst = pace.age(now), pace.worst_age(now)
    if age is None or worst is None:
        return text
    return f"{text} · {age * 1000:.0f} ms from capture to {until} (worst {worst * 1000:.0f})"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _share(value: float | None) -> str:
    """Return a share of the outer IOD as text."""
    return NO_JITTER if value is None else f"{100 * value:.2f} %"
