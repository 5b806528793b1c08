"""The images and folders that a command is given."""

import os
from pathlib import Path

import typer


def some_there(paths: list[Path]) -> list[Path]:
    """Refuse, as a usage error, paths of which there is none; a single bad one ends no run.

    What is wrong with a path - a link that leads nowhere, say - is listed with the others that
    cannot be used.
    """
    if not any(map(os.path.lexists, paths)):
        raise typer.BadParameter(f"there is no {paths[0]}")
    return paths
