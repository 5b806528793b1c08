"""What can be set about a tool, as data: each kind of option is a kind of row in the panel.

An option knows no widget. It says what it is called, where its value is held, and how that is kept
in napari's preferences; the panel, the preferences and the manifest follow from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from annotator.mesh.tools.base import Edit, MeshState
from annotator.workbench.tools.tool_settings import ToolSettings

Choices = tuple[tuple[str, Any], ...]
"""Pairs of what is read and what it stands for."""


@dataclass(frozen=True)
class Held:
    """Where a value is held in the settings.

    Attributes
    ----------
    read : callable
        Returns the value.
    write : callable
        Returns the settings with another value; it is also handed the mesh on the screen, if any.
    """

    read: Callable[[ToolSettings], Any]
    write: Callable[[ToolSettings, Any, MeshState | None], ToolSettings]


@dataclass(frozen=True)
class Entry:
    """How a value is kept in napari's preferences from one start to the next.

    Attributes
    ----------
    name, title, description : str
    held : Held
    digits : int, optional
        To how many a number is rounded when it is written.
    choices : StrEnum class, optional
        What there is to choose from; its values are what is written.
    minimum, maximum : float, optional
        What the preferences allow.
    """

    name: str
    title: str
    held: Held
    description: str = ""
    digits: int | None = None
    choices: type[StrEnum] | None = None
    minimum: float | None = None
    maximum: float | None = None

    def written(self, settings: ToolSettings) -> Any:
        """Return the value as the preferences have it: a text, a number or a truth value."""
        value = self.held.read(settings)
        if self.choices is not None:
            return self.choices(value).value
        return value if self.digits is None else round(value, self.digits)

    def read_into(self, settings: ToolSettings, written: Any) -> ToolSettings:
        """Return the settings with what the preferences say.

        Raises
        ------
        ValueError
            If that cannot be.
        """
        value = written if self.choices is None else self.choices(written)
        return self.held.write(settings, value, None)


@dataclass(frozen=True)
class Option:
    """A row of the panel.

    Attributes
    ----------
    name : str
        No two options share one.
    tooltip : str
    """

    name: str
    tooltip: str


@dataclass(frozen=True, kw_only=True)
class Setting(Option):
    """Something that the settings hold.

    Attributes
    ----------
    held : Held
    label : str
        Beside the row.
    is_shown : callable
        Returns whether it is of use as the other settings are.
    entry : Entry, optional
        None if the next start begins with the default.
    """

    held: Held
    label: str = ""
    is_shown: Callable[[ToolSettings], bool] = lambda _: True
    entry: Entry | None = None


@dataclass(frozen=True, kw_only=True)
class Slider(Setting):
    """A number; the slider's ends need not be those of the setting, which keys may go beyond."""

    minimum: float
    maximum: float
    step: float


@dataclass(frozen=True, kw_only=True)
class Choice(Setting):
    """One of several values."""

    choices: Choices


@dataclass(frozen=True, kw_only=True)
class Switch(Setting):
    """On or off.

    Attributes
    ----------
    text : str
    is_narrow : bool
        Whether it goes beside the others that are, below all rows.
    """

    text: str
    is_narrow: bool = False


@dataclass(frozen=True, kw_only=True)
class RegionChoice(Option):
    """Which region of the face the tool in hand has selected; no setting: the tool holds it."""

    label: str
    choices: Choices


@dataclass(frozen=True, kw_only=True)
class Button(Option):
    """Something done to the whole mesh at once, as one stroke.

    Attributes
    ----------
    stroke : str
        What goes with the stroke into the project, as the name of a tool does.
    text : callable
        Returns what is on it, for the mesh on the screen, if there is one.
    edit : callable
        Returns what it does to a mesh; None where there is nothing to do.
    """

    stroke: str
    text: Callable[[MeshState | None], str]
    edit: Callable[[MeshState], Edit | None]


def held_as(name: str) -> Held:
    """Return that a value is held in this field of the settings."""
    return Held(
        lambda settings: getattr(settings, name),
        lambda settings, value, _: replace(settings, **{name: value}),
    )


def held_by_brush(name: str) -> Held:
    """Return that a value is held in this field of the brush."""
    return Held(
        lambda settings: getattr(settings.brush, name),
        lambda settings, value, _: replace(
            settings, brush=replace(settings.brush, **{name: value})
        ),
    )
