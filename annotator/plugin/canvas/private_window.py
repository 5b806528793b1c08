"""What is heard before napari's window acts on it: keys, files to open, and closing.

napari offers nothing public for either. Like `annotator.plugin.canvas.private`, written for and
tested with napari 0.9. Each function returns what leaves it to napari again.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from qtpy.QtGui import QKeyEvent

Stop = Callable[[], None]
# Takes paths, and what opens them as napari would; returns whether it took them.
TakeFiles = Callable[[list[str], Callable[[], object]], bool]


def hear_keys(
    viewer: Any, on_press: Callable[[QKeyEvent], bool], on_release: Callable[[QKeyEvent], bool]
) -> Stop:
    """Hear keys before napari looks them up, wherever in its window they were pressed.

    napari asks the layer that is selected first, and drops keys that are not ASCII. A key for
    which a callback returns True goes no further.
    """
    events = _window(viewer)._qt_viewer.canvas._scene_canvas.events

    def press(event: Any) -> None:
        event.blocked = event.handled = event.native is not None and on_press(event.native)

    def release(event: Any) -> None:
        event.blocked = event.handled = event.native is not None and on_release(event.native)

    events.key_press.connect(press, position="first")
    events.key_release.connect(release, position="first")

    def stop() -> None:
        events.key_press.disconnect(press)
        events.key_release.disconnect(release)

    return stop


def hear_of_files(viewer: Any, take: TakeFiles) -> Stop:
    """Hear of files before napari opens them: of its menus and dialogs, or dropped on it."""
    qt_viewer = _window(viewer)._qt_viewer
    opens = qt_viewer._qt_open

    def open_files(filenames: Sequence[object], *args: Any, **kwargs: Any) -> None:
        as_napari_does = partial(opens, filenames, *args, **kwargs)
        if not take([str(name) for name in filenames], as_napari_does):
            as_napari_does()

    qt_viewer._qt_open = open_files

    def stop() -> None:
        if vars(qt_viewer).get("_qt_open") is open_files:
            del qt_viewer._qt_open

    return stop


def question_closing(viewer: Any, is_needed: Callable[[], bool], after: Callable[[], None]) -> Stop:
    """Let napari ask whether its window may close only where this says so.

    The last argument is called after it was closed, or was not.
    """
    window = _window(viewer)._qt_window
    closes = window.close

    def close(quit_app: bool = False, confirm_need: bool = False) -> Any:
        is_closed = closes(quit_app=quit_app, confirm_need=confirm_need and is_needed())
        after()
        return is_closed

    window.close = close

    def stop() -> None:
        if vars(window).get("close") is close:
            del window.close

    return stop


def is_at_work(viewer: Any) -> bool:
    """Return whether something runs for which napari would ask before closing."""
    return bool(_window(viewer)._task_status_manager.is_busy())


def _window(viewer: Any) -> Any:
    return getattr(viewer, "__wrapped__", viewer).window
