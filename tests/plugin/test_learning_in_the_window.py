"""Learning from accepted corrections through the Project menu."""

from collections.abc import Callable

from annotator.mesh.tools.grab import GrabTool
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.project import EditSession, Project
from annotator.project.covariance_file import FILE_NAME
from annotator.workbench.toolbox import ToolKind

Workplace = tuple[AnnotatorDock, Pointer]
CHIN = 152


def correct_and_accept(project: Project, count: int) -> None:
    for sample in project.samples.summaries()[:count]:
        session = EditSession(project, sample.id, annotator="kim")
        x, y, _ = map(float, session.landmarks[CHIN])
        assert session.press(GrabTool(), (x, y))
        session.release((x, y + 0.05 * sample.box[3]))
        project.reviews.accept(sample.id, reviewer="kim")


def test_the_tools_expect_what_was_corrected(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    bench = dock.workbench
    correct_and_accept(bench.project, 4)
    bench.tools.choose(ToolKind.GUIDED)
    assert bench.tools.learned is None
    dock.project_menu.learn()
    wait_for(lambda: not dock.progress.is_running)
    assert (bench.project.home / FILE_NAME).exists()
    assert bench.tools.learned is not None
    assert bench.tools.tool.covariance is not None


def test_a_project_opened_later_expects_it_too(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    folder = dock.workbench.project.home
    correct_and_accept(dock.workbench.project, 4)
    dock.project_menu.learn()
    wait_for(lambda: not dock.progress.is_running)
    dock.workbench.close()
    dock.open_folder(folder)
    dock.workbench.tools.choose(ToolKind.GUIDED)
    assert dock.workbench.tools.learned is not None


def test_without_corrections_the_annotator_is_told_what_to_do(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    told: list[str] = []
    dock.progress.failed.connect(told.append)
    dock.project_menu.learn()
    wait_for(lambda: not dock.progress.is_running)
    assert len(told) == 1
    assert "accept" in told[0]
