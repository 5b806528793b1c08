"""What each key does."""

from collections.abc import Callable
from dataclasses import dataclass

from annotator.plugin.canvas.differences import Differences
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.pointed_region import region_under_pointer
from annotator.plugin.canvas.tool_mouse import ToolMouse
from annotator.workbench.brush_gauge import Gauge
from annotator.workbench.clips.going import Going
from annotator.workbench.faces import Faces
from annotator.workbench.region_marks import RegionMarks
from annotator.workbench.reviewing import Reviewing
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.workbench import Workbench

Action = Callable[..., object]

# How far the arrow keys move, in pixels of the screen; with Shift the second.
_STEP, _LONG_STEP = 1, 10
_ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


@dataclass(frozen=True)
class Hands:
    """All that keys and buttons reach for."""

    bench: Workbench
    view: FaceView
    mouse: ToolMouse
    faces: Faces
    regions: RegionMarks
    reviewing: Reviewing
    differences: Differences
    ask_send_back: Action
    exclude: Action
    exclude_for_reasons: Action
    show_tools: Action


def key_actions(hands: Hands) -> dict[str, Action]:
    """Return the callback of each action in `annotator.workbench.keys.SHORTCUTS`.

    Those of windows over the photograph are left to whoever makes them. Those of shortcuts that
    hold take whether the key is down, the others nothing.
    """
    return (
        _sample_actions(hands)
        | _tool_actions(hands)
        | _face_actions(hands)
        | _region_actions(hands)
        | _view_actions(hands)
        | _clip_actions(hands.bench)
        | _nudges(hands.mouse)
    )


def _sample_actions(hands: Hands) -> dict[str, Action]:
    bench = hands.bench
    return {
        "next": lambda: bench.step(1),
        "previous": lambda: bench.step(-1),
        "next_to_do": bench.go_to_next_to_do,
        "accept": lambda: _first_that_acts(hands.mouse.finish, hands.reviewing.accept),
        "send_back": hands.ask_send_back,
        "exclude": hands.exclude,
        "exclude_why": hands.exclude_for_reasons,
        "reopen": bench.verdicts.reopen,
        "review": hands.reviewing.toggle,
        "differences": hands.differences.toggle,
        "saved": bench.edits.tell_whether_saved,
    }


def _tool_actions(hands: Hands) -> dict[str, Action]:
    tools, mouse = hands.bench.tools, hands.mouse

    def resize_brush(steps: int) -> None:
        tools.brush = tools.brush.resized(steps)

    def choose(kind: ToolKind) -> Action:
        def take_in_hand() -> None:
            if hands.bench.may_change():
                tools.choose(kind)
                hands.show_tools()

        return take_in_hand

    return {
        **{kind.value: choose(kind) for kind in ToolKind},
        "guard": lambda: tools.set(guards=not tools.settings.guards),
        "mirror": lambda: tools.set(mirrors=not tools.settings.mirrors),
        "smaller": lambda: resize_brush(-1),
        "larger": lambda: resize_brush(1),
        "radius": lambda: mouse.start_gauge(Gauge.RADIUS),
        "strength": lambda: mouse.start_gauge(Gauge.STRENGTH),
        "cancel": mouse.cancel,
    }


def _face_actions(hands: Hands) -> dict[str, Action]:
    bench, faces = hands.bench, hands.faces
    return {
        "undo": lambda: _first_that_acts(bench.tools.take_back_click, bench.undoing.undo),
        "redo": bench.undoing.redo,
        "repredict": faces.repredict,
        "repredict_in_box": lambda: faces.draw_box(adds_face=False),
        "add_face": lambda: faces.draw_box(adds_face=True),
        "delete_face": faces.delete,
    }


def _first_that_acts(*actions: Callable[[], bool | None]) -> None:
    """Call actions until one says that it had something to do."""
    any(action() for action in actions)


def _region_actions(hands: Hands) -> dict[str, Action]:
    regions, view = hands.regions, hands.view

    def with_region(act: Callable[[str], object]) -> Action:
        """Let an action have the region under the pointer."""

        def on_region() -> None:
            session = hands.bench.session
            if session is None or hands.mouse.pointer is None or session.is_dragging:
                return
            region = region_under_pointer(hands.bench, view, hands.mouse)
            if region is None:
                hands.bench.told.emit("Hold the pointer over a region of the face first.")
            else:
                act(region)

        return on_region

    return {
        "pin_region": with_region(regions.toggle_pinned),
        "mark_region": with_region(regions.cycle_visibility),
        "hide_region": with_region(regions.toggle_hidden),
        "frame_region": with_region(lambda region: view.frame_region(regions.vertices(region))),
    }


def _view_actions(hands: Hands) -> dict[str, Action]:
    view = hands.view

    def turn() -> None:
        if hands.bench.session is not None:
            view.toggle_turned()

    def toggle_mesh() -> None:
        # What a stroke moves stays in sight until it ends.
        if hands.bench.editor is not None and hands.bench.editor.is_dragging:
            return
        if not view.layers.reveal_photograph():
            view.toggle_mesh()

    return {
        "frame": view.frame,
        "toggle_mesh": toggle_mesh,
        "mesh_style": view.cycle_style,
        "ghost": view.toggle_ghost,
        "flicker": view.flicker,
        "colours": view.cycle_colours,
        "turn": turn,
        "texture": view.cycle_texture,
        "reset_light": view.reset_light,
    }


def _clip_actions(bench: Workbench) -> dict[str, Action]:
    clips, going = bench.clips, Going(bench, bench.clips)

    def propagate() -> None:
        clips.interpolates = not clips.interpolates

    return {
        "next_frame": lambda: going.step(1),
        "previous_frame": lambda: going.step(-1),
        "play": bench.playing.toggle,
        "next_doubtful": going.to_doubtful,
        "next_key": lambda: going.to_key(1),
        "previous_key": lambda: going.to_key(-1),
        "middle_frame": going.to_middle,
        "next_track": going.to_next_face,
        "propagate": propagate,
    }


def _nudges(mouse: ToolMouse) -> dict[str, Action]:
    def nudge(right: int, down: int) -> Action:
        return lambda: mouse.nudge(right, down)

    return {
        f"nudge_{name}{suffix}": nudge(right * step, down * step)
        for name, (right, down) in _ARROWS.items()
        for suffix, step in (("", _STEP), ("_far", _LONG_STEP))
    }
