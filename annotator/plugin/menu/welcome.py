"""What the dock says when there is nothing to annotate yet."""

from collections.abc import Callable

from qtpy.QtWidgets import QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import MarkupLabel, named_button
from annotator.plugin.menu.project_menu import ProjectMenu


class Guidance(QWidget):
    """A heading, an explanation and buttons for what to do next.

    Parameters
    ----------
    heading, explanation : str
    actions : (text, callback) pairs, the first one is the one most people want
    """

    def __init__(
        self,
        heading: str,
        explanation: str,
        actions: list[tuple[str, Callable[[], object]]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        title = MarkupLabel(f"<h3>{heading}</h3>")
        text = MarkupLabel(explanation)
        for label in (title, text):
            label.setWordWrap(True)
            layout.addWidget(label)
        for name, callback in actions:
            button = named_button(name)
            button.clicked.connect(lambda _checked=False, call=callback: call())
            layout.addWidget(button)
        layout.addStretch(1)


def welcome(menu: ProjectMenu) -> Guidance:
    """Return the page of a dock without a project."""
    last = menu.recent.last()
    again = [] if last is None else [(f"Reopen “{last.title}”", menu.reopen_last)]
    return Guidance(
        "Correct face meshes",
        "A <b>project</b> holds photographs, predicted meshes and everything you correct. "
        "Every stroke is saved as you make it.<br><br>New here? The sample project has "
        "a few faces to try the brush on.",
        [
            *again,
            ("Open a project…", menu.ask_open),
            ("New project…", menu.ask_new),
            ("Try the sample project", menu.open_sample),
        ],
    )


def nothing_to_see(menu: ProjectMenu) -> Guidance:
    """Return the page of a project without samples that may only be looked at."""
    return Guidance(
        "No faces",
        "There is no face in this project, and none can be added: it is read-only.",
        [("Open another project…", menu.ask_open)],
    )


def nothing_predicted(menu: ProjectMenu) -> Guidance:
    """Return the page of a project without samples."""
    return Guidance(
        "No faces yet",
        "Add photographs: each face found in them becomes a sample. Or add videos: faces are "
        "followed through them. What was added but not predicted, predict now.",
        [
            ("Add photographs or videos…", menu.ask_photographs),
            ("Add a folder…", menu.ask_folder),
            ("Predict…", menu.ask_predict),
        ],
    )
