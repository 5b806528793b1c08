"""What each key does."""

from collections.abc import Callable

from annotator.plugin.brush_gauge import Gauge
from annotator.plugin.face_view import FaceView
from annotator.plugin.key_help import KeyHelp
from annotator.plugin.tool_mouse import BrushTool
from annotator.plugin.workbench import Workbench

Action = Callable[..., object]


def key_actions(
    bench: Workbench, view: FaceView, tool: BrushTool, ask_reject: Action, key_help: KeyHelp
) -> dict[str, Action]:
    """Return the callback of each action in `annotator.plugin.keys.SHORTCUTS`.

    Those of shortcuts that hold take whether the key is down, the others nothing.
    """

    def resize_brush(steps: int) -> None:
        bench.brush = bench.brush.resized(steps)

    actions: dict[str, Action] = {
        "next": lambda: bench.step(1),
        "previous": lambda: bench.step(-1),
        "next_to_do": bench.go_to_next_to_do,
        "frame": view.frame,
        "toggle_mesh": view.toggle_mesh,
        "accept": bench.accept,
        "reject": ask_reject,
        "exclude": bench.exclude,
        "reopen": bench.reopen,
        "smaller": lambda: resize_brush(-1),
        "larger": lambda: resize_brush(1),
        "radius": lambda: tool.start_gauge(Gauge.RADIUS),
        "strength": lambda: tool.start_gauge(Gauge.STRENGTH),
        "cancel": tool.cancel,
        "undo": bench.undo,
        "redo": bench.redo,
    }
    guarded = {name: _unless_shown(key_help, action) for name, action in actions.items()}
    return guarded | {"help": key_help.toggle}


def _unless_shown(key_help: KeyHelp, action: Action) -> Action:
    """Let a key only put the list of keys away while that hides the face."""

    def act(*is_down: bool) -> None:
        if key_help.isVisible():
            key_help.hide()
        else:
            action(*is_down)

    return act
