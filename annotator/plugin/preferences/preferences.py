"""What the plugin leaves in napari's preferences."""

import os
from pathlib import Path

from napari.settings import get_settings

PLUGIN = "facemesh-annotator"
DISPLAY_NAME = "FaceMesh Annotator"


def remember_reader(folder: Path) -> None:
    """Let ``napari FOLDER`` open this project without asking which reader to use.

    napari's own reader takes any folder too, so napari would ask. This is the entry that the
    question's "remember this choice" makes. Entries of projects that are gone are dropped.
    """
    settings = get_settings().plugins
    entry = f"{folder.resolve()}{os.sep}"
    readers = {
        pattern: reader
        for pattern, reader in settings.extension2reader.items()
        if reader != PLUGIN or not pattern.endswith(os.sep) or Path(pattern).is_dir()
    }
    if readers.get(entry) != PLUGIN:
        settings.extension2reader = readers | {entry: PLUGIN}
