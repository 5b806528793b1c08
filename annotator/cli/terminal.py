"""How the command line talks: reports, progress bars, errors in one line, exit codes.

Results go to stdout, everything about the way there to stderr; with ``--json`` stdout holds
one JSON object and nothing else.

All that commands print goes through here, for names in it are anybody's: a line stays one line, and
holds nothing that a terminal would obey (`annotator.system.foreign_text`).
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from traceback import format_exception
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import typer

from annotator.cli.exit_codes import failure_code
from annotator.cli.verbosity import is_quiet
from annotator.system.foreign_text import escaped, path_text, plain
from annotator.system.words import count

__all__ = ["FailedError", "count", "counted", "is_yes", "progress_bar", "report", "run", "say"]

if TYPE_CHECKING:
    from annotator.project import FailedImage

_FORCED = {"FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}  # what rich takes for a terminal
NO_ANSWER = "there was no answer, so nothing was done"
_USAGE = 2
_INTERRUPTED = 130  # what typer makes of Ctrl+C

_EXPECTED = {
    "imaging.errors": ("ImageError",),
    "inference.runtime": ("ModelError", "ProviderError"),
    "project.errors": ("ProjectError",),
    "release.errors": ("DamagedRelease", "ExportError", "KeyFileError"),
    "release.incoming": ("AnnotationsError",),
    "training.errors": ("TrainingError",),
}

_Item = TypeVar("_Item")


class FailedError(Exception):
    """A command failed; the message is for whoever gave it."""


def report(
    values: Mapping[str, object],
    *lines: str,
    failed: Iterable["FailedImage"] | None = None,
    as_json: bool,
    is_answer: bool = False,
) -> None:
    """Print what a command did; when it is quiet, only what failed.

    Parameters
    ----------
    values
        What ``--json`` prints.
    *lines
        What is printed otherwise, each a line whatever is in it.
    failed
        Files that could not be used; with ``--json`` the key ``failed``.
    as_json
        Which of the two.
    is_answer
        Whether it is what the command is for, or all that says why it failed: printed also when it
        is quiet.
    """
    if as_json:
        files = [{"path": printable(one.path), "reason": one.reason} for one in failed or ()]
        listed = {} if failed is None else {"failed": files}
        typer.echo(json.dumps(_unicode({**values, **listed}), indent=2))
        return
    if is_answer or not is_quiet():
        for line in lines:
            _print(line)
    for one in failed or ():
        _print(f"failed: {one.path}: {one.reason}")


def say(line: str) -> None:
    """Print a line unless the command is quiet."""
    if not is_quiet():
        _print(line)


def is_yes(question: str) -> bool:
    """Ask on the terminal, and return whether the answer is yes.

    Raises
    ------
    FailedError
        If the terminal has no answer: after Ctrl+D.
    """
    try:
        return typer.confirm(escaped(question), err=True)
    except typer.Abort as aborted:
        typer.echo(err=True)  # the question's line has no end yet
        if isinstance(aborted.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from aborted
        raise FailedError(NO_ANSWER) from aborted


def print_table(text: str) -> None:
    """Print values for a program, in UTF-8 whatever the locale, as they are; say nothing else."""
    typer.echo(text.encode(), nl=False)


def _print(line: str) -> None:
    """Print a line; what the terminal would obey, or its encoding cannot show, is escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    typer.echo(escaped(line).encode(encoding, "backslashreplace").decode(encoding))


def _unicode(value: object) -> object:
    """Return what JSON can hold with all texts in it such as any reader takes."""
    if isinstance(value, str):
        return path_text(value)
    if isinstance(value, Mapping):
        return {_unicode(key): _unicode(part) for key, part in value.items()}
    return [_unicode(part) for part in value] if isinstance(value, list | tuple) else value


def run(commands: Callable[..., Any], arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code: 0, 2 for usage, `failure_code` for failed.

    Errors that a user can do something about become one line on stderr. Others are
    mistakes in this program and keep their traceback.
    """
    try:
        code = commands(arguments, prog_name="facemesh-annotator", standalone_mode=False)
    except typer.TyperException as error:
        return _fail(_explained(error), error.exit_code)
    except SystemExit:  # what a shell asked to have completed is printed
        raise
    except OSError as error:
        told = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return _fail(told, failure_code(arguments))
    except _expected_errors() as error:
        return _fail(str(error), failure_code(arguments))
    if code == _INTERRUPTED:
        return _fail("interrupted; what was finished is kept", code)
    return code if isinstance(code, int) else 0


@contextmanager
def progress_bar(description: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on a terminal, nothing elsewhere.

    Yields
    ------
    callable
        To be called with the number of things done and their total.
    """
    if is_quiet() or not (sys.stderr.isatty() or _FORCED & os.environ.keys()):
        yield lambda done, total: None  # without loading what draws a bar
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda done, total: None
        return
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(description, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def counted(
    items: Iterable[_Item], total: int, show: Callable[[int, int], None]
) -> Iterator[_Item]:
    """Pass items on while showing how many of them went by."""
    for done, item in enumerate(items, start=1):
        show(done, total)
        yield item


def printable(path: Path) -> str:
    """Return a path that any JSON reader takes, odd bytes escaped."""
    return path_text(path)


class _Filed(Protocol):
    @property
    def path(self) -> Path: ...


def printable_paths(records: Iterable[_Filed]) -> list[str]:
    """Return where photographs, or clips, lie, as `printable` has it."""
    return [printable(record.path) for record in records]


def _explained(error: typer.TyperException) -> str:
    """Return what was wrong with a command, in plain words, and where to look it up."""
    message = error.format_message().replace("Value error, ", "")
    message = message.replace("Input should be", "it must be")
    message = re.sub(r", unable to parse \w+ as an? \w+", "", message)
    message = re.sub(r"^Got unexpected extra argument\S* \((.*)\)$", r"Nothing takes '\1'", message)
    context = getattr(error, "ctx", None)
    if error.exit_code != _USAGE or context is None:
        return message
    return f"{message.rstrip('.')}. See '{context.command_path} --help'"


def show_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print what Python does of a mistake in this program; it may name files, too."""
    for line in "".join(format_exception(kind, error, trace)).splitlines():
        typer.echo(escaped(line), err=True)


def _fail(message: str, code: int) -> int:
    typer.echo(f"error: {plain(message)}", err=True)
    return code


def _expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors whose messages are meant for users.

    Those of modules that are not loaded cannot have occurred, and loading one may fail for the
    very reason that is to be told: too little memory.
    """
    loaded = ((sys.modules.get(f"annotator.{name}"), kinds) for name, kinds in _EXPECTED.items())
    found = (getattr(module, kind, None) for module, kinds in loaded for kind in kinds)
    return (FailedError, *(kind for kind in found if kind is not None))
