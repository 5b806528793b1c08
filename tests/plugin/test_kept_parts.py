"""Whatever the dock makes for good is kept by somebody: connections hold on to nobody."""

import dataclasses
import gc
import inspect
import sys
import weakref
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from psygnal import SignalInstance

from annotator.plugin.dock import AnnotatorDock

OpenDock = Callable[[Path | None], tuple[Any, AnnotatorDock]]
OURS = ("annotator.plugin", "annotator.workbench")


def classes() -> Iterator[type]:
    """Ours that do something: not values, which come and go."""
    for name, module in list(sys.modules.items()):
        if not name.startswith(OURS):
            continue
        for kind in vars(module).values():
            is_here = inspect.isclass(kind) and kind.__module__ == name
            if is_here and "__init__" in vars(kind) and not dataclasses.is_dataclass(kind):
                yield kind


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, weakref.ref[Any]]]:
    """Every object of ours that is made during the test, by its class."""
    objects: list[tuple[str, weakref.ref[Any]]] = []

    def watched(kind: type) -> Callable[..., None]:
        plain = vars(kind)["__init__"]

        @wraps(plain)
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            if type(self) is kind:
                objects.append((kind.__name__, weakref.ref(self)))
            plain(self, *args, **kwargs)

        return init

    for kind in set(classes()):
        if not hasattr(kind, "__slots__"):
            monkeypatch.setattr(kind, "__init__", watched(kind))
    return objects


@pytest.fixture
def followers(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, weakref.ref[Any]]]:
    """Whoever follows a signal of the bench or of another part without a window, and how."""
    found: list[tuple[str, weakref.ref[Any]]] = []
    plain = SignalInstance.connect

    def connect(self: SignalInstance, slot: Any = None, **options: Any) -> Any:
        owner = getattr(slot, "__self__", None)
        if type(owner).__module__.startswith(OURS):
            found.append((f"{slot.__qualname__} follows {self.name}", weakref.ref(owner)))
        return plain(self, slot, **options)

    monkeypatch.setattr(SignalInstance, "connect", connect)
    return found


def gone(watched: list[tuple[str, weakref.ref[Any]]]) -> list[str]:
    gc.collect()
    return [name for name, object_ in watched if object_() is None]


def test_every_part_that_the_dock_makes_is_kept(
    made: list[tuple[str, weakref.ref[Any]]], open_dock: OpenDock
) -> None:
    _, dock = open_dock(None)
    names = [name for name, _ in made]
    assert {"OtherWindows", "SampleDisplay", "VisitRecorder", "Undoing"} <= set(names)
    assert gone(made) == []
    assert dock.workbench.project is None


def test_everybody_who_follows_the_workbench_stays(
    followers: list[tuple[str, weakref.ref[Any]]], open_dock: OpenDock, project_folder: Path
) -> None:
    _, dock = open_dock(project_folder)
    assert any("OtherWindows" in name for name, _ in followers)
    assert gone(followers) == []
    assert dock.workbench.session is not None
