"""The command `train`: a net from releases."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.options import AsJson
from annotator.cli.terminal import FailedError, progress_bar, report, say
from annotator.system.ending import Ended
from annotator.system.foreign_text import plain

if TYPE_CHECKING:
    from annotator.training.fitted import Progress
    from annotator.training.order import Order
    from annotator.training.settings import Settings
    from annotator.training.training import Outcome

commands = typer.Typer()

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", re.IGNORECASE)
_TOLD = 0.1  # of all steps, from one line to the next


def seconds_of(text: str) -> float:
    """Return the seconds of ``1h30m``, ``10m``, ``90s`` or ``90``.

    Raises
    ------
    BadParameter
        If it is no such time.
    """
    found = _DURATION.fullmatch(text.strip())
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0)
    whole = 3600 * hours + 60 * minutes + seconds
    if not whole:
        raise typer.BadParameter(f"expected a time as 10m, 1h30m or 90s, but got {text!r}")
    return float(whole)


_Releases = Annotated[
    list[Path], typer.Argument(metavar="RELEASE...", help="Folders that `export` made.")
]
_Out = Annotated[Path, typer.Option(help="The folder for the net and all that is known of it.")]
_Config = Annotated[Path | None, typer.Option(help="Settings as a TOML file.")]
_Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One setting; again for more."),
]
_Parent = Annotated[str, typer.Option("--from", metavar="MODEL", help="The net to begin with.")]
_Freeze = Annotated[int | None, typer.Option(help="Blocks that stay as they are, of 14.")]
_Steps = Annotated[int | None, typer.Option(help="How many steps; 0 copies the parent.")]
_Time = Annotated[
    str | None,
    typer.Option(help="How long all of it may take, as 10m; with --steps, whichever ends first."),
]
_Seed = Annotated[int, typer.Option(min=0, help="Decides all that is drawn.")]
_Device = Annotated[str, typer.Option(help="cpu, cuda, mps or auto.")]
_Groups = Annotated[
    Path | None, typer.Option(help="CSV of whose face is whose: image, group and perhaps face.")
]
_Splits = Annotated[
    Path | None, typer.Option(help="splits.csv of an earlier run: who was kept apart stays so.")
]
_Sparse = Annotated[
    Path | None, typer.Option(help="CSV of 68 points: image, face, point, x, y; for 2-D.")
]
_Withdrawn = Annotated[
    bool, typer.Option("--withdrawn", help="Also learn from releases that were withdrawn.")
]
_Resume = Annotated[bool, typer.Option("--resume", help="Go on where the folder's run stopped.")]


@commands.command()
def train(  # noqa: PLR0917 - typer hands them on by name
    releases: _Releases,
    out: _Out,
    config: _Config = None,
    assignments: _Assignments = None,
    parent: _Parent = "face_landmark",
    freeze: _Freeze = None,
    steps: _Steps = None,
    time: _Time = None,
    seed: _Seed = 1,
    device: _Device = "auto",
    groups: _Groups = None,
    splits: _Splits = None,
    sparse: _Sparse = None,
    resume: _Resume = False,
    withdrawn: _Withdrawn = False,
    as_json: AsJson = False,
) -> None:
    """Train a net on releases, beginning with the shipped one."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # other programs want the cores, too
    _check_extra()
    from annotator.training.order import Order

    options = {"freeze": freeze, "steps": steps}
    settings, named = _settings(config, assignments or (), options)
    seconds = None if time is None else seconds_of(time)
    order = Order(
        tuple(releases), out, settings, parent, seed, seconds, resume, device, groups, splits,
        sparse, steps_asked="steps" in named, takes_withdrawn=withdrawn,
    )  # fmt: skip
    values, lines = _answer(outcome := _trained(order, as_json=as_json))
    report(values, *lines, *outcome.remarks, as_json=as_json)


def _settings(
    config: Path | None, assignments: Sequence[str], options: Mapping[str, int | None]
) -> "tuple[Settings, set[str]]":
    """Return the settings, and which of them were named: in a file, by ``--set`` or an option."""
    from annotator.training.settings import Settings, read_assignments, read_settings

    given = {
        **(read_settings(config) if config else {}),
        **read_assignments(assignments),
        **{name: one for name, one in options.items() if one is not None},
    }
    return Settings().with_values(given), set(given)


def _trained(order: "Order", *, as_json: bool) -> "Outcome":
    from annotator.training.training import train

    told: Callable[[str], None] = (lambda text: None) if as_json else say
    with progress_bar("training") as show:
        try:
            return train(order, _follower(show, told), told)
        except (KeyboardInterrupt, Ended):
            if order.out.is_dir():
                say(f"stopped: the same command with --resume goes on with {order.out}")
            raise


def _answer(outcome: "Outcome") -> tuple[dict[str, Any], list[str]]:
    """Return what a run came to, as JSON has it and in lines."""
    fitted = outcome.fitted
    values: dict[str, Any] = {
        "model": str(outcome.model),
        "sha256": outcome.sha256,
        "share": fitted.share.share if fitted.share else None,
        "steps": fitted.best_step,
        "validation": {},
    }
    lines = [f"trained {outcome.model}"]
    if fitted.share:
        for name, clean in (("clean", True), ("spoiled", False)):
            before, after = fitted.before.nme(clean=clean), fitted.after.nme(clean=clean)
            values["validation"][name] = {"parent": before, "net": after}
            lines.append(
                f"{name} crops of validation: {100 * before:.3f} -> {100 * after:.3f} % of the"
                f" outer IOD ({100 * (after / before - 1):+.1f} %)"
            )
    return values, lines


def _check_extra() -> None:
    needed: dict[str, None] = {}
    ways: dict[str, None] = {}
    for name in ("torch", "onnx", "tensorboardX"):
        try:
            import_module(name)
        except ModuleNotFoundError as error:
            needed[error.name or name] = None
            ways["pip install 'facemesh-annotator[train]'"] = None
        except (ImportError, OSError) as error:  # OSError: a library that it loads is not there
            needed[f"{name}, which is there but cannot be loaded ({plain(str(error))})"] = None
            ways[f"reinstall {name}"] = None
    if needed:
        raise FailedError(f"training needs {', '.join(needed)}: {', '.join(ways)}")


def _follower(
    show: Callable[[int, int], None], told: Callable[[str], None]
) -> "Callable[[Progress], None]":
    """Return what draws the bar, and says a line a tenth of the way."""

    def follow(progress: "Progress") -> None:
        show(progress.step, progress.steps)
        if progress.step % max(1, round(_TOLD * progress.steps)) == 0:
            costs = f"error {100 * progress.costs['landmarks']:.2f} %"
            judged = "".join(
                f", {name} {100 * value:.3f} %" for name, value in progress.validation.items()
            )
            minutes, seconds = divmod(round(progress.seconds_left), 60)
            told(
                f"step {progress.step} of {progress.steps}: {costs}{judged},"
                f" {minutes}:{seconds:02d} left"
            )

    return follow
