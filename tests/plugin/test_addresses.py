"""What the window is given to open: an address, which need not be a folder."""

from collections.abc import Callable
from typing import Any

OpenDock = Callable[..., tuple[Any, Any]]


def test_an_address_that_is_not_served_is_refused_without_its_password(open_dock: OpenDock) -> None:
    _, dock = open_dock(None)
    told: list[str] = []
    dock.project_menu._tell = told.append
    assert not dock.open_folder("postgresql://u:secret@h/db")
    assert told == ["this version opens no postgresql:// addresses: choose a folder"]
