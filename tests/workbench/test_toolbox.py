"""The tool in hand: what it holds between strokes is kept, or dropped, as one expects."""

from dataclasses import replace
from pathlib import Path

import pytest

from annotator.mesh.covariance import canonical_covariance
from annotator.mesh.tools.contour import ContourTool
from annotator.mesh.tools.smooth import SmoothTool
from annotator.mesh.tools.transform import TransformTool
from annotator.project import Project
from annotator.workbench.toolbox import Toolbox
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.tools.tool_settings import ToolSettings
from annotator.workbench.workbench import Workbench


@pytest.fixture
def tools() -> Toolbox:
    return Toolbox()


@pytest.fixture
def changes(tools: Toolbox) -> list[None]:
    noted: list[None] = []
    tools.changed.connect(lambda: noted.append(None))
    return noted


def click(tools: Toolbox, *points: tuple[float, float]) -> None:
    assert isinstance(tools.tool, ContourTool)
    tools.go_on_with(replace(tools.tool, clicks=points))


def test_clicked_points_stay_when_the_settings_change(tools: Toolbox) -> None:
    tools.choose(ToolKind.CONTOUR)
    click(tools, (1, 2), (3, 4))
    tools.set(contour="lips_outer", guards=False)
    assert isinstance(tools.tool, ContourTool)
    assert tools.tool.clicks == ((1, 2), (3, 4))
    assert (tools.tool.contour, tools.tool.guards) == ("lips_outer", False)


def test_a_selection_stays_when_the_settings_change(tools: Toolbox) -> None:
    tools.choose(ToolKind.TRANSFORM)
    tools.go_on_with(TransformTool(selection=frozenset({1, 2})))
    tools.set(guards=False)
    assert tools.tool == TransformTool(selection=frozenset({1, 2}), guards=False)
    tools.choose_region("lips")
    tools.set(soft_edge_iod=0.3)
    assert isinstance(tools.tool, TransformTool)
    assert tools.tool.region == "lips"
    assert tools.tool.soft_radius_iod == 0.3


def test_only_a_tool_that_selects_takes_a_region(tools: Toolbox, changes: list[None]) -> None:
    before = tools.tool
    tools.choose_region("lips")
    assert tools.tool is before
    assert tools.tool.region is None
    assert not changes


def test_clicks_are_taken_back_one_by_one_until_there_are_none(tools: Toolbox) -> None:
    tools.choose(ToolKind.CONTOUR)
    click(tools, (1, 2), (3, 4))
    assert tools.take_back_click()
    assert tools.tool == replace(tools.tool, clicks=((1, 2),))
    assert tools.take_back_click()
    assert not tools.take_back_click()


def test_a_tool_without_clicks_has_none_to_take_back(tools: Toolbox) -> None:
    tools.choose(ToolKind.TRANSFORM)
    tools.choose_region("lips")
    assert not tools.take_back_click()
    assert tools.tool.region == "lips"


def test_another_tool_drops_what_the_one_before_held(tools: Toolbox) -> None:
    tools.choose(ToolKind.CONTOUR)
    click(tools, (1, 2))
    tools.choose(ToolKind.GRAB)
    tools.choose(ToolKind.CONTOUR)
    assert not tools.tool.is_pending


def test_a_stroke_with_shift_leaves_the_tool_in_hand_alone(tools: Toolbox) -> None:
    tools.choose(ToolKind.CONTOUR)
    click(tools, (1, 2))
    smoothing = tools.smoothing()
    assert isinstance(smoothing, SmoothTool)
    tools.go_on_with(smoothing)
    assert tools.tool.is_pending


def test_settings_as_they_are_already_change_nothing(tools: Toolbox, changes: list[None]) -> None:
    tools.settings = ToolSettings()
    tools.set(guards=True)
    assert not changes
    tools.set(guards=False)
    assert len(changes) == 1


def test_a_box_to_be_drawn_says_so_and_outlasts_settings(tools: Toolbox) -> None:
    tools.choose(ToolKind.RELAX)
    assert (tools.title, tools.hint) == ("Relax", ToolKind.RELAX.card.hint)
    tools.draw_box(adds_face=True)
    tools.set(guards=False)
    assert tools.draws_box and tools.title == "Box"
    assert tools.drop_pending()
    assert tools.tool == ToolKind.RELAX.card.make(tools.settings, None)


def test_what_guided_and_contour_need_of_a_layout_is_there_once_a_project_is_open(
    project_folder: Path,
) -> None:
    canonical_covariance.cache_clear()
    bench = Workbench("kim")
    assert bench.open(Project.open(project_folder))
    worked_out = canonical_covariance.cache_info().misses
    assert worked_out == 1
    for kind in (ToolKind.GUIDED, ToolKind.CONTOUR):
        bench.tools.choose(kind)
        bench.tools.tool.aim(bench.session.state, (160.0, 120.0), 1.0)
    assert canonical_covariance.cache_info().misses == worked_out
    bench.close()
