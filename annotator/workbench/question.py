"""What an annotator is asked over the photograph, as a value."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """A question with two answers; without one nothing is done.

    Attributes
    ----------
    text : str
        What is the matter.
    go_text, make_text : str
        What the two answers are called: to go where something is to be seen, which costs nothing,
        and to make what was wanted all the same.
    go, make : callable
        Do what they say.
    """

    text: str
    go_text: str
    make_text: str
    go: Callable[[], None]
    make: Callable[[], None]
