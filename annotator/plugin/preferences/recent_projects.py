"""The projects opened last, kept beside napari's own preferences."""

from pathlib import Path
from typing import NamedTuple

from napari.settings import get_settings
from qtpy.QtCore import QSettings

from annotator.project import Project
from annotator.workbench.foreign_text import one_line

_KEY = "recent_projects"
_MOST = 8
_FILE = "facemesh-annotator.ini"


class Recent(NamedTuple):
    """A project that was opened before.

    Attributes
    ----------
    title
        Its folder's name, fit for display.
    missing
        Why it cannot be opened; empty if it can.
    """

    address: str
    title: str
    missing: str


def settings_file() -> Path | None:
    """Return where the list is kept; None where napari keeps nothing either."""
    path = get_settings().config_path
    return None if path is None else Path(path).with_name(_FILE)


class RecentProjects:
    """Lists the projects opened last, the last first.

    Parameters
    ----------
    file : Path or None
        Where they are kept; None keeps them as long as this object.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._addresses: list[str] = []

    def add(self, address: str) -> None:
        """Note that a project was opened just now."""
        others = [known for known in self._read() if known != address]
        self._addresses = [address, *others][:_MOST]
        if self._file is not None:
            settings = self._settings(self._file)
            settings.setValue(_KEY, self._addresses)
            settings.sync()

    def entries(self) -> list[Recent]:
        """Return them as they are now: some may be gone."""
        addresses = self._read()
        names = [Path(address).name for address in addresses]
        return [
            Recent(address, _title(address, names.count(Path(address).name) > 1), _missing(address))
            for address in addresses
        ]

    def last(self) -> Recent | None:
        """Return the one opened last of those that are there."""
        return next((recent for recent in self.entries() if not recent.missing), None)

    def _read(self) -> list[str]:
        if self._file is None:
            return self._addresses
        # Another window may have added to it; a list of one comes back as a text.
        kept = self._settings(self._file).value(_KEY, [])
        listed = [kept] if isinstance(kept, str) else kept
        if not isinstance(listed, list):
            return []
        return [known for known in listed if isinstance(known, str) and known][:_MOST]

    @staticmethod
    def _settings(file: Path) -> QSettings:
        return QSettings(str(file), QSettings.Format.IniFormat)


def _title(address: str, is_ambiguous: bool) -> str:
    path = Path(address)
    shown = one_line(path.name or address, 40)
    return f"{shown} ({one_line(path.parent.name, 30)})" if is_ambiguous else shown


def _missing(address: str) -> str:
    if Project.is_project(address):
        return ""
    return "no project there" if Path(address).exists() else "folder is gone"
