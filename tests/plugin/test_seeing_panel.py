"""The page of the dock that says how the face is shown."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QWidget

from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import MeshState
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.panels.sliders import Scale
from annotator.plugin.panels.view_panel import ViewPanel
from annotator.workbench.look.light import Light
from annotator.workbench.look.view_settings import Colours, MeshStyle, Texture, ViewSettings


@pytest.fixture
def panel(viewer: Any, qtbot) -> Iterator[ViewPanel]:
    view = FaceView(viewer)
    face = FACE_468.topology.vertices * np.float32([10, -10, -10]) + np.float32([200, 150, 0])
    view.show(np.zeros((300, 400, 3), np.uint8), MeshState.of(face, face, FACE_468))
    panel = ViewPanel(view)
    qtbot.addWidget(panel)
    yield panel
    view.clear()


def test_each_control_sets_what_it_stands_for(panel: ViewPanel) -> None:
    panel.style_choice.setCurrentIndex(1)
    panel.colours.setCurrentIndex(3)
    panel.texture.setCurrentIndex(2)
    for box in (panel.ghost, panel.vectors, panel.turned, panel.depth_moves, panel.keeps_zoom):
        box.setChecked(True)
    panel.opacity.slider.setValue(100)
    panel.brightness.slider.setValue(150)
    panel.gamma.slider.setValue(200)
    assert panel._view.settings == ViewSettings(
        style=MeshStyle.CONTOURS, colours=Colours.VISIBILITY, texture=Texture.MAKE_UP,
        ghost=True, vectors=True, turned=True, depth_moves=True, keeps_zoom=True,
        opacity=0.5, light=Light(brightness=0.5, gamma=4.0),
    )  # fmt: skip


def test_the_controls_show_settings_made_elsewhere(panel: ViewPanel) -> None:
    view = panel._view
    settings = replace(
        ViewSettings(), style=MeshStyle.POINTS, texture=Texture.CHECKER, ghost=True,
        light=Light(contrast=2.0),
    )  # fmt: skip
    view.settings = settings
    assert panel.style_choice.currentText() == "Points"
    assert panel.texture.currentText() == "Checker"
    assert panel.ghost.isChecked()
    assert panel.contrast.slider.value() == 150
    assert panel.reset_light.isEnabled()
    assert view.settings == settings, "showing them changes nothing"


def test_reset_brings_the_photographs_own_light_back(panel: ViewPanel) -> None:
    panel.contrast.slider.setValue(190)
    panel.brightness.slider.setValue(10)
    panel.reset_light.click()
    assert panel._view.settings.light.is_neutral
    assert panel.brightness.slider.value() == 100
    assert not panel.reset_light.isEnabled()


def test_the_button_shows_the_prediction_as_long_as_it_is_held(panel: ViewPanel, qtbot) -> None:
    qtbot.mousePress(panel.flicker, Qt.MouseButton.LeftButton)
    assert panel._view._scene.shows_prediction
    qtbot.mouseRelease(panel.flicker, Qt.MouseButton.LeftButton)
    assert not panel._view._scene.shows_prediction


def test_a_legend_comes_with_the_colours_and_goes_with_them(panel: ViewPanel) -> None:
    assert panel.legend.isHidden()
    panel.colours.setCurrentIndex(list(Colours).index(Colours.DISPLACEMENT))
    assert not panel.legend.isHidden()
    panel.colours.setCurrentIndex(0)
    assert panel.legend.isHidden()


def test_what_cannot_act_is_greyed(panel: ViewPanel) -> None:
    assert not panel.depth_moves.isEnabled()
    assert not panel.texture_opacity.isEnabled()
    panel.turned.setChecked(True)
    panel.texture.setCurrentIndex(1)
    assert panel.depth_moves.isEnabled()
    assert panel.texture_opacity.isEnabled()


def test_no_control_takes_the_keyboard(panel: ViewPanel) -> None:
    for part in panel.findChildren(QWidget):
        assert part.focusPolicy() == Qt.FocusPolicy.NoFocus, part


def test_the_page_fits_a_narrow_dock(panel: ViewPanel) -> None:
    assert panel.minimumSizeHint().width() <= 300
    assert panel.minimumSizeHint().height() <= 280


def test_controls_name_their_keys(panel: ViewPanel) -> None:
    assert panel.ghost.toolTip().endswith("Key: Y</qt>")


@pytest.mark.parametrize("scale", [Scale(0, 1), Scale(-1, 1), Scale(0.25, 4, is_factor=True)])
def test_a_scale_goes_from_end_to_end_and_back(scale: Scale) -> None:
    assert scale.value(0) == pytest.approx(scale.low)
    assert scale.value(200) == pytest.approx(scale.high)
    for step in (0, 57, 100, 200):
        assert scale.step(scale.value(step)) == step
    assert scale.step(scale.high * 10) == 200


def test_the_middle_of_a_factors_scale_is_one() -> None:
    assert Scale(0.25, 4, is_factor=True).value(100) == pytest.approx(1)
