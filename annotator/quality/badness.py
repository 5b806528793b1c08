"""How bad a signal is, as a number that grows with the error that it tells of; and in words."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

_LEAST = 1e-4  # below it a length or a share is as good as none
_SIDEWAYS = 90.0  # degrees


def _logarithm(value: float) -> float:
    """Errors are spread over orders of magnitude, and so are lengths that tell of them."""
    return math.log(min(max(value, _LEAST), 1e3))


def _odds_against(value: float) -> float:
    """Return the logarithm of the odds against a probability."""
    share = min(max(value, 0.0), 1.0)
    return math.log((1 - share + _LEAST) / (share + _LEAST))


def _turned(value: float) -> float:
    return min(abs(value), _SIDEWAYS) / _SIDEWAYS


def _small(value: float) -> float:
    return -_logarithm(value)


def _dark_or_bright(value: float) -> float:
    return abs(value - 0.5)


def _itself(value: float) -> float:
    return value


BADNESS: Mapping[str, Callable[[float], float]] = MappingProxyType(
    {
        "spread": _logarithm,
        "mirror_spread": _logarithm,
        "drift": _logarithm,
        "presence": _odds_against,
        "crop_presence": _odds_against,
        "shape": _logarithm,
        "yaw": _turned,
        "pitch": _turned,
        "roll": _turned,
        "size": _small,
        "blur": _itself,
        "brightness": _dark_or_bright,
        "contrast": _small,
        "clipped": _itself,
        "jitter": _logarithm,
        "round_change": _logarithm,
    }
)
"""By signal: its badness, which grows with the error that the signal tells of; never NaN of a
number."""

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "spread": "the model's answers to slightly different crops spread by {:.1%} of the IOD",
        "mirror_spread": "it answers {:.1%} of the IOD apart when the face is mirrored",
        "drift": "the mesh lies {:.1%} of the IOD from the mean of those answers",
        "presence": "the model's presence is {:.3f}",
        "crop_presence": "over slightly different crops its presence is {:.3f} in the mean",
        "shape": "its shape is {:.1f} times as unusual as accepted ones are",
        "yaw": "the head is turned sideways by {:.0f} degrees",
        "pitch": "the head is tilted up or down by {:.0f} degrees",
        "roll": "the head is rolled by {:.0f} degrees",
        "size": "the outer eye corners are {:.0f} px apart",
        "blur": "the face is blurred by {:.2f} (0 is sharp, 1 is nothing but blur)",
        "brightness": "the face is as bright as {:.0%} of white",
        "contrast": "dark and light of the face are {:.0%} of the range apart",
        "clipped": "{:.0%} of the face is black or white altogether",
        "jitter": "it lies {:.1%} of the IOD off its neighbours in time",
        "round_change": "the round's model moved it by {:.1%} of the IOD",
    }
)
_ABSOLUTE = {"yaw", "pitch", "roll"}


def in_words(signal: str, value: float) -> str:
    """Return what a signal says, as a sentence without its full stop."""
    return _WORDS[signal].format(abs(value) if signal in _ABSOLUTE else value)
