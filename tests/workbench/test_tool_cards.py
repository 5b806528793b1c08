"""The tools' cards: what panel, keys and preferences are made of."""

from dataclasses import fields, replace

import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import MeshState, Tool
from annotator.mesh.tools.editor import blank_state
from annotator.workbench.key_names import parse_key
from annotator.workbench.keys import SHORTCUTS
from annotator.workbench.tools.icon import FIELD, Arc, Curve, Dots, Line
from annotator.workbench.tools.kinds import ToolKind, all_options, remembered
from annotator.workbench.tools.option import Button, Choice, Setting, Slider, Switch
from annotator.workbench.tools.options import CLEAR_ANCHORS, IN_IOD, IN_PIXELS, UNIT
from annotator.workbench.tools.tool_settings import ToolSettings

SETTINGS = {option.name: option for option in all_options() if isinstance(option, Setting)}


@pytest.fixture(scope="module")
def state() -> MeshState:
    return replace(blank_state(400, 300, FACE_468), anchors=(4, 152))


def another(option: Setting) -> object:
    """A value that an option can be set to and is not by default."""
    now = option.held.read(ToolSettings())
    if isinstance(option, Slider):
        return option.minimum + option.step
    if isinstance(option, Switch):
        return not now
    assert isinstance(option, Choice)
    return next(value for _, value in option.choices if value != now)


@pytest.mark.parametrize("kind", ToolKind)
def test_a_card_makes_its_tool_and_is_found_by_its_kind(kind: ToolKind) -> None:
    tool = kind.card.make(ToolSettings(), None)
    assert isinstance(tool, Tool)
    assert ToolKind(kind.card.kind) is kind
    assert kind == kind.card.kind == str(kind)


@pytest.mark.parametrize("kind", ToolKind)
def test_the_table_of_keys_has_each_tool(kind: ToolKind) -> None:
    (shortcut,) = (s for s in SHORTCUTS if s.action == kind)
    assert shortcut.keys == (parse_key(kind.card.key),)
    assert shortcut.text == kind.card.text


@pytest.mark.parametrize("kind", ToolKind)
def test_an_icon_stays_within_its_field(kind: ToolKind) -> None:
    for shape in kind.card.icon:
        match shape:
            case Line(points):
                reached = list(points)
            case Curve(start, bends):
                reached = [start, *(point for bend in bends for point in bend)]
            case Dots(radius, centres):
                reached = [(x + s * radius, y + s * radius) for x, y in centres for s in (-1, 1)]
            case Arc((x, y), radius):
                reached = [(x + s * radius, y + s * radius) for s in (-1, 1)]
        assert all(0 <= x <= FIELD and 0 <= y <= FIELD for x, y in reached)


@pytest.mark.parametrize("kind", ToolKind)
def test_the_panel_has_a_tools_options_in_the_order_of_its_card(kind: ToolKind) -> None:
    own = [option for option in all_options() if option in kind.card.options]
    assert own == list(kind.card.options)


def test_options_have_names_of_their_own() -> None:
    by_name = {option.name: option for kind in ToolKind for option in kind.card.options}
    assert all(by_name[o.name] is o for kind in ToolKind for o in kind.card.options)
    assert len({entry.name for entry in remembered()}) == len(remembered())


@pytest.mark.parametrize("name", SETTINGS)
def test_what_an_option_is_set_to_is_what_it_shows(name: str) -> None:
    option = SETTINGS[name]
    value = another(option)
    assert option.held.read(option.held.write(ToolSettings(), value, None)) == value


def test_every_setting_of_the_tools_can_be_set_in_the_panel() -> None:
    changed = set()
    for option in SETTINGS.values():
        after = option.held.write(ToolSettings(), another(option), None)
        changed |= {
            field.name
            for field in fields(after)
            if getattr(after, field.name) != getattr(ToolSettings(), field.name)
        }
    assert changed == {field.name for field in fields(ToolSettings)}


@pytest.mark.parametrize("entry", remembered(), ids=lambda entry: entry.name)
def test_an_entry_reads_back_what_it_wrote_and_touches_nothing_else(entry) -> None:
    written = entry.written(ToolSettings())
    assert type(written) in (bool, float, str)
    assert entry.read_into(ToolSettings(), written) == ToolSettings()


def test_an_entry_that_cannot_be_is_refused() -> None:
    (falloff,) = (entry for entry in remembered() if entry.name == "falloff")
    with pytest.raises(ValueError, match="steep"):
        falloff.read_into(ToolSettings(), "steep")


def test_another_unit_leaves_the_radius_as_it_is_on_the_face(state: MeshState) -> None:
    before = ToolSettings()
    counted = UNIT.held.write(before, IN_PIXELS, state)
    scale = counted.brush.radius_px / before.brush.radius_iod
    again = replace(before, brush=before.brush.with_radius_iod(0.8))
    assert UNIT.held.write(again, IN_PIXELS, state).brush.radius_px == pytest.approx(0.8 * scale)
    assert UNIT.held.write(counted, IN_IOD, state) == before
    assert UNIT.held.write(counted, IN_PIXELS, state) is counted


def test_anchors_are_counted_and_cleared_where_there_are_any(state: MeshState) -> None:
    assert isinstance(CLEAR_ANCHORS, Button)
    assert CLEAR_ANCHORS.text(state) == "Clear anchors (2)"
    assert CLEAR_ANCHORS.edit(state).anchors_removed == (4, 152)
    without = replace(state, anchors=())
    assert CLEAR_ANCHORS.text(without) == CLEAR_ANCHORS.text(None) == "No anchors yet"
    assert CLEAR_ANCHORS.edit(without) is None
