"""How a run goes, written down while it goes: tables for people, event files for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tensorboardX import SummaryWriter

from annotator.system.closing import Closing
from annotator.system.csv_text import csv_line
from annotator.system.placing import placed
from annotator.system.regular import open_regular
from annotator.training.folder import EVENTS, LOG, VALIDATION


class Diary(Closing):
    """The tables and event files of a run.

    Parameters
    ----------
    folder
        The run's.
    step
        Where the run goes on; what was written of later steps is taken out.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._folder = folder
        for name in (LOG, VALIDATION):
            _cut(folder / name, step)
        self._events = SummaryWriter(str(folder / EVENTS), purge_step=step or None)

    def close(self) -> None:
        """Close the event files; tables are never open for long."""
        self._events.close()

    def note_step(self, step: int, values: Mapping[str, float]) -> None:
        """Write what a step cost."""
        self._note(LOG, "train", step, values)

    def note_validation(self, step: int, values: Mapping[str, float]) -> None:
        """Write what validation says after a step."""
        self._note(VALIDATION, "validation", step, values)

    def _note(self, table: str, title: str, step: int, values: Mapping[str, float]) -> None:
        path = self._folder / table
        is_new = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as stream:
            if is_new:
                stream.write(csv_line(("step", *values)))
            stream.write(csv_line((step, *(f"{value:.6g}" for value in values.values()))))
        for name, value in values.items():
            self._events.add_scalar(f"{title}/{name}", value, step)


def _cut(path: Path, step: int) -> None:
    """Take rows of steps after this one out of a table, and a last line that is not whole."""
    if not path.exists():
        return
    with open_regular(path) as table:
        lines = table.read().decode("utf-8", "replace").splitlines(keepends=True)
    kept = lines[:1]
    for line in lines[1:]:
        number = line.partition(",")[0]
        if line.endswith("\n") and number.isdigit() and int(number) <= step:
            kept.append(line)
    with placed(path) as stream:  # a full disk leaves the older one
        stream.write("".join(kept).encode())
