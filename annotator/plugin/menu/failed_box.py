"""What is shown of the files that could not be used."""

from collections.abc import Sequence

from qtpy.QtWidgets import QMessageBox, QWidget

from annotator.plugin.canvas.plain_text import message_box, show_details
from annotator.project import FailedImage
from annotator.system.foreign_text import escaped
from annotator.system.words import count
from annotator.workbench.foreign_text import one_line

_FEW = 10
_LONGEST_NAME = 80  # characters


def failed_box(failed: Sequence[FailedImage], parent: QWidget | None = None) -> QMessageBox:
    """Return a box that names some files with their reasons, and all of them in its details."""
    text = f"{count(len(failed), 'file')} could not be used." if failed else "No file failed."
    few = [f"{_name(f)}: {one_line(escaped(f.reason))}" for f in failed[:_FEW]]
    if len(failed) > _FEW:
        few.append(f"and {len(failed) - _FEW:,} more")
    box = message_box(parent, "Files that failed", text, few)
    if len(failed) > _FEW:
        show_details(box, [escaped(f"{f.path}: {f.reason}") for f in failed])
    return box


def _name(failed: FailedImage) -> str:
    """Return a file's name, escaped as in the list."""
    return one_line(escaped(failed.path.name), _LONGEST_NAME)
