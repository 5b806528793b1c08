"""The commands `open` and `demo`, which open a window: the only ones that need napari."""

from pathlib import Path
from typing import Annotated

import typer

from annotator.cli.options import Person, ProjectFolder
from annotator.cli.terminal import FailedError, require_window_system, say
from annotator.system.people import login_name

commands = typer.Typer()


@commands.command(name="open")
def open_(project: ProjectFolder, annotator: Person = None) -> None:
    """Open a project in napari."""
    from annotator.project import Project

    Project.open(project).close()  # says what is wrong before napari takes its time
    require_window_system()
    from annotator.plugin.launch import open_project

    open_project(project, annotator or login_name())


@commands.command()
def demo(
    folder: Annotated[Path, typer.Argument()] = Path("facemesh-demo"),
    headless: Annotated[
        bool, typer.Option("--headless", help="Edit by itself and save screenshots.")
    ] = False,
) -> None:
    """Make a project of the shipped sample images and open it in napari."""
    from annotator.workflow import create_sample_project

    require_window_system()
    create_sample_project(folder).close()
    say(f"demo project: {folder.resolve()}")
    if headless:
        from annotator.plugin.demo import DemoError, run_headless

        try:
            pictures = run_headless(folder, folder / "screenshots")
        except DemoError as error:
            raise FailedError(str(error)) from error
        for picture in pictures:
            say(f"screenshot: {picture.resolve()}")
    else:
        from annotator.plugin.launch import open_project

        open_project(folder, login_name())
