"""Cells of tables that people open in spreadsheets: none of them is taken for a formula.

What a spreadsheet would compute gets an apostrophe before it, as people type one there for the same
purpose, and loses it when it is read; so every text comes back as it was.
"""

_FORMULAS = ("=", "+", "-", "@")
_MARK = "'"


def guarded(text: str) -> str:
    """Return a text as a cell that no spreadsheet computes."""
    is_marked = text.startswith(_MARK) and text[1:].startswith((*_FORMULAS, _MARK))
    return _MARK + text if is_marked or text.startswith(_FORMULAS) else text


def unguarded(cell: str) -> str:
    """Return the text that a cell stands for."""
    is_marked = cell.startswith(_MARK) and cell[1:].startswith((*_FORMULAS, _MARK))
    return cell[1:] if is_marked else cell
