"""How a net is trained: every choice, its default, and where it may lie."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

from annotator.system.regular import open_regular
from annotator.training.errors import TrainingError

LandmarkLoss = Literal["l1", "wing"]


def _bounded(default: float, least: float, most: float) -> Any:
    return field(default=default, metadata={"least": least, "most": most})


@dataclass(frozen=True)
class Settings:
    """All choices of a run; the defaults are for some 65 faces, two cores and ten minutes.

    Attributes
    ----------
    steps
        How often the weights are changed.
    batch
        Crops a step.
    freeze
        How many of the shared blocks stay as they are, with the stem; 0 trains the whole net.
    rate
        The highest learning rate; it rises for a tenth of the steps and falls for the rest.
    decay
        Of the weights, as AdamW has it.
    average
        Of the weights over the last steps: the share that stays at each step.
    clean
        Share of crops that are not spoiled.
    background
        Share of crops without a face.
    shift, scale, turn
        Standard deviations of a crop's place (in sides), size (as a logarithm) and turn (in
        radians).
    loss
        Of the landmarks: the absolute error, or wing, which weighs small errors more.
    depth
        Weight of an error in z: a release's z is a model's.
    occluded, out_of_frame
        Weights of vertices that cannot be seen.
    corrected
        Weight of faces that people corrected, where one accepted as predicted has 1.
    presence, distil, near_parent
        Weights of the other losses: whether there is a face; how far the answers to clean crops of
        faces accepted as predicted lie from the parent's; how far the weights do (L2-SP).
    sparse, sparse_share
        Weight of the 2-D branch, and the share of crops that are of faces with sparse labels,
        where there are any.
    validation
        Share of faces kept for validation.
    most_clean_rise
        By how much the error on clean crops may rise, as a share, when the share of the trained
        weights is chosen.
    patience
        How many validations without a better one end the run; 0: never.
    every
        Steps from one validation to the next; 0: a tenth of all.
    memory
        Megabytes of photographs kept.
    """

    steps: int = _bounded(1000, 0, 10_000_000)
    batch: int = _bounded(16, 2, 4096)
    freeze: int = _bounded(0, 0, 14)
    rate: float = _bounded(1e-4, 1e-8, 1.0)
    decay: float = _bounded(1e-4, 0, 1)
    average: float = _bounded(0.99, 0, 0.99999)
    clean: float = _bounded(0.4, 0, 1)
    background: float = _bounded(0.1, 0, 0.5)
    shift: float = _bounded(0.05, 0, 0.2)
    scale: float = _bounded(0.08, 0, 0.2)
    turn: float = _bounded(0.12, 0, math.pi / 2)
    loss: LandmarkLoss = "l1"
    depth: float = _bounded(0.5, 0, 10)
    occluded: float = _bounded(0.5, 0, 1)
    out_of_frame: float = _bounded(0.25, 0, 1)
    corrected: float = _bounded(1.0, 0.01, 100)
    presence: float = _bounded(0.05, 0, 100)
    distil: float = _bounded(0.5, 0, 100)
    near_parent: float = _bounded(0.0, 0, 1e6)
    sparse: float = _bounded(0.5, 0, 100)
    sparse_share: float = _bounded(0.25, 0, 0.9)
    validation: float = _bounded(0.2, 0, 0.9)
    most_clean_rise: float = _bounded(0.01, 0, 10)
    patience: int = _bounded(0, 0, 1_000_000)
    every: int = _bounded(0, 0, 10_000_000)
    memory: int = _bounded(1500, 1, 10_000_000)

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises
        ------
        TrainingError
            If a value is of the wrong type, or outside its bounds.
        """
        for each in fields(self):
            object.__setattr__(self, each.name, _checked(each.name, getattr(self, each.name), each))

    def with_values(self, values: Mapping[str, object]) -> Settings:
        """Return the settings with others in place of some.

        Raises
        ------
        TrainingError
            If there is no such setting, or its value cannot be.
        """
        known = {each.name for each in fields(self)}
        for name in values:
            if name not in known:
                raise TrainingError(
                    f"there is no setting {name!r}: choose from {', '.join(sorted(known))}"
                )
        return replace(self, **values)  # type: ignore[arg-type] # checked above


def read_assignments(assignments: Iterable[str]) -> dict[str, str]:
    """Return settings that are each given as ``name=value``.

    Raises
    ------
    TrainingError
        If one is not of that form.
    """
    values = {}
    for text in assignments:
        name, equals, value = text.partition("=")
        if not equals:
            raise TrainingError(f"expected a setting as name=value, but got {text!r}")
        values[name.strip()] = value.strip()
    return values


def read_settings(path: Path) -> dict[str, object]:
    """Return the settings that a TOML file names.

    Raises
    ------
    TrainingError
        If it cannot be read.
    """
    try:
        with open_regular(path) as stream:
            return tomllib.load(stream)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise TrainingError(f"{path} cannot be read as settings: {error}") from error


def _checked(name: str, value: object, each: Any) -> object:
    if each.type == "LandmarkLoss":
        if value not in get_args(LandmarkLoss):
            choices = ", ".join(get_args(LandmarkLoss))
            raise TrainingError(f"{name} is one of {choices}, not {value!r}")
        return value
    kind = int if each.type == "int" else float
    least, most = each.metadata["least"], each.metadata["most"]
    number = _number(value, kind)
    if number is None or not least <= number <= most:
        what = "a whole number" if kind is int else "a number"
        raise TrainingError(f"{name} is {what} from {least:g} to {most:g}, not {value!r}")
    return number


def _number(value: object, kind: type[int] | type[float]) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if kind is int and isinstance(value, float) and not value.is_integer():
        return None
    try:
        return kind(value)
    except (ValueError, OverflowError):
        return None
