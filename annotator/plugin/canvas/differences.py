"""A switch that shows what has moved, and how far: both meshes, the moved vertices in colours."""

from dataclasses import replace

from psygnal import Signal

from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.comparing import REVIEWED, Comparing
from annotator.workbench.look.view_settings import Colours, ViewSettings


class Differences:
    """Shows a face beside what it is compared with, or as it was shown before.

    Parameters
    ----------
    comparing : Comparing
        Says what with: the prediction, or what the face was when it was last reviewed.
    view : FaceView

    Attributes
    ----------
    changed
        Carries whether differences are shown.
    """

    changed = Signal(bool)

    def __init__(self, comparing: Comparing, view: FaceView) -> None:
        self._comparing = comparing
        self._view = view
        self._before: ViewSettings | None = None
        view.settings_changed.connect(self._follow)

    @property
    def are_shown(self) -> bool:
        """Whether both meshes are drawn, and colours say how far vertices moved."""
        settings = self._view.settings
        return settings.ghost and settings.colours is Colours.DISPLACEMENT

    def toggle(self) -> None:
        """Show differences, to the revision last reviewed where there is one, or none any more."""
        settings = self._view.settings
        if self.are_shown:
            before = self._before or ViewSettings()
            colours = Colours.NONE if before.colours is Colours.DISPLACEMENT else before.colours
            self._view.settings = replace(settings, ghost=False, colours=colours)
            return
        self._before = settings
        if REVIEWED in self._comparing.choices:
            self._comparing.choice = REVIEWED
        self._view.settings = replace(settings, ghost=True, colours=Colours.DISPLACEMENT)

    def _follow(self) -> None:
        self.changed.emit(self.are_shown)
