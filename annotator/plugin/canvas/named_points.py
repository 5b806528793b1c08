"""napari's Points layer, of which the status bar tells what the pointer is over."""

from collections.abc import Callable
from typing import Any

import napari.layers

from annotator.workbench.look.coordinates import position_from_napari


class Points(napari.layers.Points):  # type: ignore[misc]
    """A points layer that names what lies under the pointer, where napari counts.

    It has the name of what it is: napari goes by that when it saves a layer and paints its icon.

    Attributes
    ----------
    text_at : callable or None
        Returns what (x, y) in px of the image is over; called on a thread of napari's.
    """

    text_at: Callable[[tuple[float, float]], str] | None = None

    def get_status(
        self, position: Any = None, *, world: bool = False, **others: Any
    ) -> dict[str, str]:
        """Return what napari shows for a position; without one, what it says by itself."""
        if self.text_at is None or position is None:
            return dict(super().get_status(position, world=world, **others))
        status = dict(super().get_status())
        data = self.world_to_data(position) if world else position
        text = self.text_at(position_from_napari(data))
        return status | {"layer_base": text, "coordinates": "", "coords": "", "value": text}
