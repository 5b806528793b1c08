"""A tool's card: all that the annotator meets of a tool, in one record.

The toolbox, the panel, the table of keys, the preferences and the manifest read it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from annotator.mesh.covariance import Covariance
from annotator.mesh.tools.base import Tool
from annotator.workbench.tools.icon import Icon
from annotator.workbench.tools.option import Option
from annotator.workbench.tools.tool_settings import ToolSettings


@dataclass(frozen=True)
class ToolCard:
    """What a tool is called, what it looks like, how it is set, and how it is made.

    Attributes
    ----------
    kind : str
        What settings, actions of keys and scripts call it.
    key : str
        That takes it in hand, as `annotator.workbench.key_names` writes keys.
    title : str
        On its button.
    text : str
        In the list of keys.
    hint : str
        What to do with it, in half a sentence.
    icon : Icon
    options : tuple of Option
        In the order of the panel. Cards that share options have them in the same order.
    make : callable
        Returns the tool with these settings; the covariance is what was learned of the errors that
        it is to correct, if anything was.
    """

    kind: str
    key: str
    title: str
    text: str
    hint: str
    icon: Icon
    options: tuple[Option, ...]
    make: Callable[[ToolSettings, Covariance | None], Tool]
