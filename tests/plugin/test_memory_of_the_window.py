"""However often the next sample is gone to, the window holds no more of them in memory."""

import sys
from typing import Any

import pytest
from qtpy.QtCore import Qt

from annotator.plugin.canvas.pointer import process_events
from tests.fuzzing import kills
from tests.memory import MIB, resident

# More by `FACEMESH_STEPS=300 make test`.
STEPS = kills(30, "FACEMESH_STEPS")
# What is decoded of the sample photographs is 0.8 MiB and more, what is drawn of them as much.
MOST = 20 * MIB


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's word on what is in memory")
def test_going_to_the_next_sample_again_and_again_holds_none_of_them(workplace: Any) -> None:
    dock, hand = workplace
    last = len(dock.workbench.samples) - 1
    key = Qt.Key.Key_D

    def step() -> None:
        nonlocal key
        row = dock.workbench.samples.row(dock.workbench.current.id)
        if row in (0, last):
            key = Qt.Key.Key_D if row == 0 else Qt.Key.Key_A
        hand.key(key, "d" if key == Qt.Key.Key_D else "a")
        process_events()
        assert dock.workbench.samples.row(dock.workbench.current.id) != row

    for _ in range(last):  # all of them were seen: what is kept is there
        step()
    warm = resident()
    for _ in range(STEPS):
        step()
    held = resident()
    print(f"\n{STEPS} steps: {warm / MIB:.0f} to {held / MIB:.0f} MiB")
    assert held - warm < MOST
