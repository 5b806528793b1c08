"""Cells of CSV tables, of which spreadsheets make nothing but text and numbers.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, whatever
quotes are around it, and names of files and people are anybody's. Such a text is written with an
apostrophe before it, which spreadsheets take for "this is text". So is a text that begins with an
apostrophe, so that taking one away always gives back what was meant.
"""

MARK = "'"
# Of a formula: also in full width, as some keyboards write them, and after what is passed over.
_BEGINNINGS = tuple("=+-@\t\r\n'\uff1d\uff0b\uff0d\uff20")


def guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return MARK + text if text.startswith(_BEGINNINGS) else text


def unguarded(cell: str) -> str:
    """Return the text that a cell stands for; an apostrophe that guards nothing is part of it."""
    is_guarded = cell.startswith(MARK) and cell[1:].startswith(_BEGINNINGS)
    return cell[1:] if is_guarded else cell
