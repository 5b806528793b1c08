"""Dots on the tabs of pages by which faces look other than usual."""

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.panels.edit_panel import EditPanel
from annotator.workbench.region_marks import RegionMarks

_VIEW_PAGE, _REGION_PAGE = 1, 2


class TabMarks:
    """Marks the page of the view where the light is another, and that of regions if some hide.

    Parameters
    ----------
    panel : EditPanel
    view : FaceView
    regions : RegionMarks
    """

    def __init__(self, panel: EditPanel, view: FaceView, regions: RegionMarks) -> None:
        self._panel, self._view, self._regions = panel, view, regions
        view.settings_changed.connect(self._show)
        regions.hidden_changed.connect(self._show)

    def _show(self) -> None:
        is_lit = not self._view.settings.light.is_neutral
        self._panel.mark_tab(_VIEW_PAGE, is_unusual=is_lit)
        self._panel.mark_tab(_REGION_PAGE, is_unusual=bool(self._regions.hidden))
