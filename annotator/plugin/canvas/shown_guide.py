"""The guide of the face under edit, on the canvas."""

from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.guides import Guides
from annotator.workbench.look.guide_lines import NO_GUIDE, guide_lines


class ShownGuide:
    """Draws the guide over the mesh wherever there is one.

    Parameters
    ----------
    guides : Guides
    view : FaceView
        Whose settings say whether it is seen.
    """

    def __init__(self, guides: Guides, view: FaceView) -> None:
        self._guides = guides
        self._view = view
        guides.changed.connect(self._show)

    def _show(self) -> None:
        guide = self._guides.guide
        lines = NO_GUIDE if guide is None else guide_lines(guide.scheme, guide.points)
        self._view.show_guide(lines)
