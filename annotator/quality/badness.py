"""How bad a signal is, as a number that grows with the error that it tells of; and in words."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

_LEAST = 1e-4  # below it a length is as good as none
_LEAST_SHARE = 1e-6  # beyond it a model's presence is rounded to 1
_SIDEWAYS = 90.0  # degrees


def _logarithm(value: float) -> float:
    """Errors are spread over orders of magnitude, and so are lengths that tell of them."""
    return math.log(min(max(value, _LEAST), 1e3))


def _odds_against(value: float) -> float:
    """Return the logarithm of the odds against a probability."""
    share = min(max(value, 0.0), 1.0)
    return math.log((1 - share + _LEAST_SHARE) / (share + _LEAST_SHARE))


def _turned(value: float) -> float:
    return min(abs(value), _SIDEWAYS) / _SIDEWAYS


def _small(value: float) -> float:
    return -_logarithm(value)


def _dark_or_bright(value: float) -> float:
    return abs(_share(value) - 0.5)


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


BADNESS: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "spread": _logarithm,
        "mirror_spread": _logarithm,
        "grey_spread": _logarithm,
        "drift": _logarithm,
        "presence": _odds_against,
        "crop_presence": _odds_against,
        "shape": _logarithm,
        "yaw": _turned,
        "pitch": _turned,
        "roll": _turned,
        "size": _small,
        "blur": _share,
        "brightness": _dark_or_bright,
        "contrast": _small,
        "clipped": _share,
        "jitter": _logarithm,
        "round_change": _logarithm,
    }
)
"""By signal: its badness, which grows with the error that the signal tells of; never NaN of a
number."""

_IOD = "{:.1%} of the eye distance"
_DOUBT = "{:.2g} %"
_WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "spread": ("the model's answers to slightly different crops spread by {}", _IOD),
        "mirror_spread": ("the model sees the face {} elsewhere when it is mirrored", _IOD),
        "grey_spread": ("the model sees the face {} elsewhere without its colours", _IOD),
        "drift": ("the mesh lies {} from what the model says of slightly different crops", _IOD),
        "presence": ("the model doubts by {} that this is a face", _DOUBT),
        "crop_presence": ("it doubts by {} that slightly different crops show one", _DOUBT),
        "shape": ("its shape is {} off those that were accepted", "{:.2f}"),
        "yaw": ("the head is turned sideways by {}", "{:.0f} degrees"),
        "pitch": ("the head is tilted up or down by {}", "{:.0f} degrees"),
        "roll": ("the head is rolled by {}", "{:.0f} degrees"),
        "size": ("the outer eye corners lie {} apart", "{:.0f} px"),
        "blur": ("the face is blurred by {} of 1", "{:.2f}"),
        "brightness": ("the face is as bright as {} of white", "{:.0%}"),
        "contrast": ("dark and light of the face lie {} of the range apart", "{:.0%}"),
        "clipped": ("{} of the face is black or white altogether", "{:.0%}"),
        "jitter": ("the mesh lies {} off its neighbours in time", _IOD),
        "round_change": ("the round's model moved it by {}", _IOD),
    }
)
_EITHER_WAY = {"yaw", "pitch", "roll"}
_PRESENCES = {"presence", "crop_presence"}


def in_words(signal: str, value: float, usual: float) -> str:
    """Return what a signal says and what it usually says, as a sentence without its full stop."""
    sentence, form = _WORDS[signal]
    if signal in _EITHER_WAY:
        value, usual = abs(value), abs(usual)
    if signal in _PRESENCES:  # beside 1 nobody sees a difference
        value, usual = (100 * max(1 - share, _LEAST_SHARE) for share in (value, usual))
    return f"{sentence.format(form.format(value))} (usually {form.format(usual)})"
