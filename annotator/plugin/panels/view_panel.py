"""The page of the dock that says how the face is shown."""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any

from qtpy.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.plain_text import explain
from annotator.plugin.panels.legend_view import LegendView
from annotator.plugin.panels.parts import RowLabel, row_form, without_focus
from annotator.plugin.panels.sliders import Scale, ValueSlider
from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings
from annotator.workbench.look.light import MAX_BRIGHTNESS, MAX_FACTOR, Light
from annotator.workbench.look.view_settings import (
    MAX_VERTEX_SIZE,
    Colours,
    MeshStyle,
    Steadied,
    Texture,
    ViewSettings,
)

# Of a list of choices beside a slider.
_CHOICE_WIDTH = 102
_SHARE = Scale(0.0, 1.0)
_FACTOR = Scale(1 / MAX_FACTOR, MAX_FACTOR, is_factor=True)
_SIZE = Scale(1 / MAX_VERTEX_SIZE, MAX_VERTEX_SIZE, is_factor=True)
_BRIGHTNESS = Scale(-MAX_BRIGHTNESS, MAX_BRIGHTNESS)

_SWITCHES = ("ghost", "vectors", "guide", "turned", "depth_moves", "keeps_zoom")

# What each control does, and the action of `annotator.workbench.keys` that does it too.
_TIPS: dict[str, tuple[str, str]] = {
    "opacity": ("How opaque the mesh is", ""),
    "vertex_size": ("How large vertices are drawn", ""),
    "texture_opacity": ("How opaque the texture is", ""),
    "style": ("Which parts of the mesh are drawn", "mesh_style"),
    "colours": ("What the colours of the mesh tell", "colours"),
    "ghost": ("Draw the prediction under the mesh", "ghost"),
    "vectors": ("Draw a line from each predicted vertex to where it is now", ""),
    "guide": ("Draw the sparse landmarks that came with this face over it", ""),
    "flicker": ("The prediction in place of the mesh, as long as this is held", "flicker"),
    "texture": ("A texture by the mesh's UV: it bends where the mesh slipped", "texture"),
    "turned": ("Turn the face, covered with its photograph; drag to turn it", "turn"),
    "depth_moves": ("Tools act on the turned face, in depth; drag beside it to turn it", ""),
    "keeps_zoom": ("Show the next face as large as this one, not framed", ""),
    "steadied": ("How the mesh is steadied while a clip plays; what is stored never is", ""),
    "light": ("Drag with the right button over the photograph; with Shift for gamma", ""),
}


class ViewPanel(QWidget):
    """Shows and changes the settings of a view; the keyboard stays with the canvas.

    Parameters
    ----------
    view : FaceView
    """

    def __init__(self, view: FaceView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._make_mesh_controls()
        self._make_light_controls()
        self._make_face_controls()
        self._arrange()
        self._connect()
        without_focus(self)
        self.show_keys(DEFAULT_BINDINGS)
        self._show(view.settings)
        self._show_legend()

    def show_keys(self, keys: KeyBindings) -> None:
        """Name the keys in effect in the tooltips."""
        for name, (text, action) in _TIPS.items():
            key = keys.text(action) if action else ""
            for widget in self._tipped[name]:
                explain(widget, text, *([f"Key: {key}"] if key else []))

    def offer_guide(self, there_is_one: bool) -> None:
        """Let the guide be switched off and on where there is one."""
        self.guide.setVisible(there_is_one)

    def add_row(self, row: QWidget) -> None:
        """Put a row of somebody else's below those of the mesh."""
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, row)

    def _make_mesh_controls(self) -> None:
        self.style_choice = _choices(MeshStyle)
        self.style_choice.setFixedWidth(_CHOICE_WIDTH)
        self.colours = _choices(Colours)
        self.legend = LegendView()
        self.opacity = ValueSlider(_SHARE, 1.0, _percent)
        self.vertex_size = ValueSlider(_SIZE, 1.0, _factor)
        self.ghost = QCheckBox("Ghost")
        self.vectors = QCheckBox("Vectors")
        self.guide = QCheckBox("Guide")
        self.guide.hide()
        self.flicker = QPushButton("Hold to compare")

    def _make_light_controls(self) -> None:
        self.brightness = ValueSlider(_BRIGHTNESS, 0.0, lambda value: f"{100 * value:+.0f}")
        self.contrast = ValueSlider(_FACTOR, 1.0, _factor)
        self.gamma = ValueSlider(_FACTOR, 1.0, _factor)
        self.reset_light = QPushButton("Reset")

    def _make_face_controls(self) -> None:
        self.texture = _choices(Texture)
        self.texture.setFixedWidth(_CHOICE_WIDTH)
        self.texture_opacity = ValueSlider(_SHARE, ViewSettings().texture_opacity, _percent)
        self.turned = QCheckBox("Turn in 3D")
        self.depth_moves = QCheckBox("Tools move depth")
        self.keeps_zoom = QCheckBox("Keep the zoom from face to face")
        self.steadied = _choices(Steadied)

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2, 4, 2, 2)
        layout.setSpacing(2)
        mesh = _form(
            ("Mesh", _row(self.style_choice, self.opacity)), ("Vertices", self.vertex_size),
            ("Colours", self.colours), ("", self.legend),
            ("", _row(self.ghost, self.vectors, self.guide, self.flicker)),
        )  # fmt: skip
        light = _form(
            ("Brightness", self.brightness), ("Contrast", self.contrast),
            ("Gamma", _row(self.gamma, self.reset_light)),
        )  # fmt: skip
        face = _form(
            ("Texture", _row(self.texture, self.texture_opacity)),
            ("", _row(self.turned, self.depth_moves)),
            ("", self.keeps_zoom),
            ("Filter", self.steadied),
        )  # fmt: skip
        for form in (mesh, light, face):
            layout.addLayout(form)
        layout.addStretch(1)
        self._tipped: dict[str, tuple[QWidget, ...]] = {
            "style": (self.style_choice,), "colours": (self.colours,), "ghost": (self.ghost,),
            "vectors": (self.vectors,), "guide": (self.guide,), "flicker": (self.flicker,),
            "texture": (self.texture,),
            "turned": (self.turned,), "depth_moves": (self.depth_moves,),
            "keeps_zoom": (self.keeps_zoom,), "steadied": (self.steadied,),
            "opacity": (self.opacity,), "vertex_size": (self.vertex_size,),
            "texture_opacity": (self.texture_opacity,),
            "light": (self.brightness, self.contrast, self.gamma),
        }  # fmt: skip

    def _connect(self) -> None:
        kinds: dict[str, tuple[QComboBox, type[StrEnum]]] = {
            "style": (self.style_choice, MeshStyle),
            "colours": (self.colours, Colours),
            "texture": (self.texture, Texture),
            "steadied": (self.steadied, Steadied),
        }
        for name, (choice, kind) in kinds.items():
            choice.currentIndexChanged.connect(self._setter(name, list(kind).__getitem__))
        for name in _SWITCHES:
            getattr(self, name).toggled.connect(self._setter(name, bool))
        for name in ("opacity", "vertex_size", "texture_opacity"):
            getattr(self, name).moved.connect(self._setter(name, float))
        for name in ("brightness", "contrast", "gamma"):
            getattr(self, name).moved.connect(self._light_setter(name))
        self.reset_light.clicked.connect(lambda: self._set(light=Light()))
        self.flicker.pressed.connect(lambda: self._view.flicker(True))
        self.flicker.released.connect(lambda: self._view.flicker(False))
        self._view.settings_changed.connect(self._show)
        self._view.legend_changed.connect(self._show_legend)

    def _setter(self, name: str, value_of: Callable[[Any], Any]) -> Callable[[Any], None]:
        return lambda given: self._set(**{name: value_of(given)})

    def _light_setter(self, name: str) -> Callable[[float], None]:
        return lambda value: self._set(light=replace(self._view.settings.light, **{name: value}))

    def _set(self, **settings: Any) -> None:
        self._view.settings = replace(self._view.settings, **settings)

    def _show(self, settings: ViewSettings) -> None:
        light = settings.light
        choices = (
            (self.style_choice, settings.style), (self.colours, settings.colours),
            (self.texture, settings.texture), (self.steadied, settings.steadied),
        )  # fmt: skip
        for choice, chosen in choices:
            choice.setCurrentIndex(list(type(chosen)).index(chosen))
        for name in _SWITCHES:
            getattr(self, name).setChecked(getattr(settings, name))
        for name in ("opacity", "vertex_size", "texture_opacity"):
            getattr(self, name).show_value(getattr(settings, name))
        for name in ("brightness", "contrast", "gamma"):
            getattr(self, name).show_value(getattr(light, name))
        self.reset_light.setEnabled(not light.is_neutral)
        self.texture_opacity.setEnabled(settings.texture is not Texture.NONE)
        self.depth_moves.setEnabled(settings.turned)

    def _show_legend(self) -> None:
        self.legend.show_legend(self._view.legend)


def _choices(kind: type[StrEnum]) -> QComboBox:
    box = QComboBox()
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    for choice in kind:
        box.addItem(choice.value[0].upper() + choice.value[1:])
    return box


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(6)
    for widget in widgets:
        layout.addWidget(widget, stretch=int(isinstance(widget, ValueSlider)))
    return row


def _form(*rows: tuple[str, QWidget]) -> QFormLayout:
    form = row_form()
    for label, widget in rows:
        if label:
            form.addRow(RowLabel(label), widget)
        else:
            form.addRow(widget)
    return form


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _factor(value: float) -> str:
    return f"{value:.2f}"
