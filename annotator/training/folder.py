"""The folder of a run: what lies where, and what the run is, so that it can go on as it began."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from annotator.system.placing import placed
from annotator.system.regular import open_regular
from annotator.training.errors import TrainingError
from annotator.training.settings import Settings

MODEL, CARD, SPLITS, RUN = "model.onnx", "model.md", "splits.csv", "run.json"
LOG, VALIDATION, PREDICTIONS = "log.csv", "validation.csv", "predictions.csv"
CHECKPOINTS, EVENTS = "checkpoints", "events"


def check_folder(out: Path, *, resume: bool) -> None:
    """See whether a run may be made in a folder; nothing is written.

    Raises
    ------
    TrainingError
        If it holds something else, or a run that is not to be resumed; or none that is.
    """
    if out.exists() and not out.is_dir():
        raise TrainingError(f"{out} is a file: choose a folder")
    held = {path.name for path in out.iterdir()} if out.is_dir() else set()
    # A run that is stopped while it reads photographs has written no more than these.
    holds_run = RUN in held or (bool(held) and held <= {CHECKPOINTS, SPLITS})
    if resume and not holds_run:
        raise TrainingError(f"{out} holds no run to resume: leave --resume out to begin one")
    never_began = held == {CHECKPOINTS} and not _holds_something(out / CHECKPOINTS)
    if held and not (resume or never_began):
        what = "holds a run: give --resume to go on with it" if holds_run else "is not empty"
        raise TrainingError(f"{out} {what}, or choose a folder that does not exist yet")


def _holds_something(folder: Path) -> bool:
    return not folder.is_dir() or any(folder.iterdir())


@dataclass(frozen=True)
class RunFacts:
    """What decides all of a run's numbers.

    Attributes
    ----------
    releases
        Folder and content hash of each.
    parent, parent_sha256
        The net that it begins with.
    settings
    seed
    device
    groups_sha256, sparse_sha256
        Of the tables of groups and of sparse labels, if they were given.
    """

    releases: tuple[tuple[str, str], ...]
    parent: str
    parent_sha256: str
    settings: Settings
    seed: int
    device: str
    groups_sha256: str | None = None
    sparse_sha256: str | None = None

    def write(self, folder: Path) -> None:
        """Write them into a run's folder."""
        with placed(folder / RUN) as stream:
            stream.write((json.dumps(asdict(self), indent=2) + "\n").encode())

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return those of a run's folder, or None if there is none.

        Raises
        ------
        TrainingError
            If they cannot be read.
        """
        path = folder / RUN
        try:
            with open_regular(path) as stream:
                values: dict[str, Any] = json.load(stream)
            settings = Settings().with_values(values.pop("settings"))
            releases = tuple((str(name), str(sha256)) for name, sha256 in values.pop("releases"))
            return cls(releases=releases, settings=settings, **values)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise TrainingError(
                f"{path} does not say what run this is ({error}): train into a new folder"
            ) from error

    def differences(self, other: RunFacts) -> list[str]:
        """Return in words what another run would do otherwise; where releases lie is no matter."""
        found = []
        if [sha for _, sha in self.releases] != [sha for _, sha in other.releases]:
            found.append("the releases")
        found += [
            f"the {name.removesuffix('_sha256')}"
            for name in ("parent_sha256", "seed", "device", "groups_sha256", "sparse_sha256")
            if getattr(self, name) != getattr(other, name)
        ]
        mine, others = asdict(self.settings), asdict(other.settings)
        found += [
            f"{name} ({mine[name]}, not {others[name]})"
            for name in mine
            if mine[name] != others[name]
        ]
        return found
