"""What signals say of a mesh in a word or two, for tables and lists; sentences are in `badness`."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from annotator.quality.triage import Contribution

# Against a mesh, and for it.
_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "spread": ("answers spread", "answers agree"),
        "mirror_spread": ("unlike its mirror image", "like its mirror image"),
        "grey_spread": ("differs in grey", "the same in grey"),
        "drift": ("crops disagree", "crops agree"),
        "presence": ("hardly seen as a face", "surely a face"),
        "crop_presence": ("crops unsure", "crops sure"),
        "shape": ("unusual shape", "usual shape"),
        "yaw": ("turned sideways", "not turned sideways"),
        "pitch": ("tilted", "not tilted"),
        "roll": ("rolled", "not rolled"),
        "size": ("small", "large"),
        "blur": ("blurred", "sharp"),
        "brightness": ("too dark or bright", "well lit"),
        "contrast": ("low contrast", "good contrast"),
        "clipped": ("black or white parts", "no black or white parts"),
        "jitter": ("trembling", "steady"),
        "round_change": ("moved by the new model", "as the last model had it"),
    }
)


def short(contribution: Contribution) -> str:
    """Return what a signal says, in a word or two."""
    against, in_favour = _WORDS.get(
        contribution.signal, (f"{contribution.signal} bad", f"{contribution.signal} good")
    )
    return against if contribution.factor > 1 else in_favour


def in_short(reasons: Sequence[Contribution]) -> str:
    """Return what several signals say, those against the mesh first."""
    ordered = sorted(reasons, key=lambda reason: reason.factor <= 1)
    return ", ".join(map(short, ordered))
