"""The commands `open` and `demo`, which open a window: the only ones that need napari."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Annotated

import typer

from annotator.cli.options import Annotator, ProjectAddress
from annotator.cli.terminal import FailedError, say

commands = typer.Typer()

# What a window needs that servers do without, each with the modules of which one must be there.
_WINDOW_SYSTEM = {"napari": ("napari",), "Qt": ("PyQt6", "PySide6")}


@commands.command(name="open")
def open_(project: ProjectAddress, annotator: Annotator = None) -> None:
    """Open a project in napari."""
    from annotator.project import Project

    # Says what is wrong before napari takes its time.
    Project.open(project, read_only=None).close()
    require_window_system()
    from annotator.plugin.launch import open_project

    open_project(project, annotator)


@commands.command()
def demo(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Made, or opened if it is there.")
    ] = "facemesh-demo",
    headless: Annotated[
        bool, typer.Option("--headless", help="Edit by itself and save screenshots.")
    ] = False,
) -> None:
    """Make a project of the shipped sample images and open it in napari."""
    require_window_system()
    from annotator.workflow.sample_project import add_sample_clip, create_sample_project

    with create_sample_project(folder) as project:
        add_sample_clip(project)
        home = project.home
    say(f"demo project: {home}")
    if headless:
        from annotator.plugin.demo import DemoError, run_headless

        try:
            pictures = run_headless(home, home / "screenshots", say)
        except DemoError as error:
            raise FailedError(str(error)) from error
        for picture in pictures:
            say(f"screenshot: {picture}")
    else:
        from annotator.plugin.launch import open_project

        open_project(home)


def require_window_system(needed: Mapping[str, Sequence[str]] = _WINDOW_SYSTEM) -> None:
    """Refuse to open a window where napari or Qt is missing, or where Qt would abort the process.

    Parameters
    ----------
    needed
        What is needed, by names for people: modules of which one must be there.

    Raises
    ------
    FailedError
        With what to install or to run.
    """
    for name, modules in needed.items():
        if not any(map(find_spec, modules)):
            raise FailedError(f"{name} is missing: pip install 'facemesh-annotator[all]'")
    has_display = any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    if sys.platform == "linux" and not has_display:
        raise FailedError("there is no display: put 'xvfb-run -a' in front of the command")
