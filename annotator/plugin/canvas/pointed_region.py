"""The region of the face that lies under the pointer."""

from annotator.mesh.regions import region_at
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.tool_mouse import ToolMouse
from annotator.workbench.bench import Bench


def region_under_pointer(bench: Bench, view: FaceView, mouse: ToolMouse) -> str | None:
    """Return its name; None between the regions: nobody means all of the face there."""
    session, pointer = bench.session, mouse.pointer
    if session is None or pointer is None:
        return None
    region = region_at(view.seen_landmarks, session.layout, pointer)
    return None if region is None or session.layout.regions[region].is_whole else region
