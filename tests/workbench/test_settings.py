"""What an annotator chose, read from entries and written as such."""

from annotator.mesh.brush import Brush, Metric
from annotator.mesh.falloff import Falloff
from annotator.workbench.settings import Settings, read_settings, write_tools
from annotator.workbench.toolbox import ToolKind, ToolSettings

OTHER_TOOLS = ToolSettings(
    Brush(0.7, 0.5, Falloff.SMOOTH, Metric.STRAIGHT, 80.0),
    mirrors=True,
    guards=False,
    soft_edge_iod=0.2,
)
OTHERS = Settings(tool=ToolKind.GUIDED, tools=OTHER_TOOLS)


def test_tools_read_back_are_the_tools_written() -> None:
    settings, problems = read_settings(
        {"tools": write_tools(ToolKind.GUIDED, OTHER_TOOLS)}, Settings()
    )
    assert not problems
    assert settings == OTHERS


def test_entries_of_an_older_or_newer_version_are_no_trouble() -> None:
    pages = {"work": {"goes_on": False, "dances": True}, "tools": {"radius": 0.5}, "more": {}}
    settings, problems = read_settings(pages, Settings())
    assert not problems
    assert not settings.goes_on
    assert settings.tools.brush == Brush(0.5)


def test_a_brush_that_cannot_be_is_told_and_the_one_before_stays() -> None:
    before = OTHERS
    settings, problems = read_settings({"tools": {"radius": 99.0}}, before)
    assert settings == before
    assert "99" in problems[0]
