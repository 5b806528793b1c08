"""Warnings that napari shows over the canvas."""

import re

from napari.utils.notifications import show_warning

from annotator.plugin.canvas.plain_text import BREAK
from annotator.workbench.foreign_text import plain

_MARKUP_BEGINS = re.compile(r"[<&](?=\S)")


def notify(sentence: str) -> str:
    """Have napari show a warning over the canvas; return the text that it has there.

    napari's label guesses whether a text is markup. Qt does so by what follows its signs.
    """
    shown = _MARKUP_BEGINS.sub(rf"\g<0>{BREAK}", plain(sentence))
    show_warning(shown)
    return shown
