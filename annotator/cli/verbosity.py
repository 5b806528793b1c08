"""How much a command says: ``-v`` and ``-q``, which every command takes.

What the program does is logged by ``annotator.*``; how much of that is shown, and whether results
and progress are, follows from that logger's level. Exit codes stay what they are.
"""

import inspect
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from time import perf_counter
from typing import Annotated, Any

import typer

from annotator.system.foreign_text import escaped

LOG = logging.getLogger("annotator")
_Command = Callable[..., None]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say also what is passed over, and times.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what failed.")]
_VerboseAlone = Annotated[
    bool, typer.Option("--verbose", help="Say also what is passed over, and times.")
]
_OPTIONS: dict[str, Any] = {"verbose": Verbose, "quiet": Quiet}


class _Lines(logging.Handler):
    """Prints on stderr, above a progress bar if there is one; file names are anybody's."""

    def emit(self, record: logging.LogRecord) -> None:
        print(escaped(self.format(record)), file=sys.stderr)  # which the bar has replaced


def is_quiet() -> bool:
    """Whether nothing is to be said but what failed."""
    return not LOG.isEnabledFor(logging.WARNING)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Log how long a part of a command took, however it ended."""
    start = perf_counter()
    try:
        yield
    finally:
        LOG.info("%s: %.2f s", what, perf_counter() - start)


@contextmanager
def talking(*, verbose: bool, quiet: bool) -> Iterator[None]:
    """Say more or less for as long as the block lasts; as before if neither is asked for.

    Raises
    ------
    typer.BadParameter
        If both are.
    """
    if verbose and quiet:
        raise typer.BadParameter("give either --verbose or --quiet")
    if not (verbose or quiet):
        yield
        return
    before, handler = LOG.level, _Lines()
    LOG.setLevel(logging.INFO if verbose else logging.ERROR)
    if verbose:
        LOG.addHandler(handler)
    try:
        yield
    finally:
        LOG.removeHandler(handler)
        LOG.setLevel(before)


def with_verbosity(command: _Command) -> _Command:
    """Return a command that takes ``-v`` and ``-q`` besides its own parameters.

    One whose ``-v`` is something else takes ``--verbose``.
    """

    @wraps(command)
    def talkative(*arguments: Any, verbose: bool, quiet: bool, **options: Any) -> None:
        with talking(verbose=verbose, quiet=quiet), timed(f"all of {command.__name__.strip('_')}"):
            command(*arguments, **options)

    signature = inspect.signature(command)
    options = {**_OPTIONS, "verbose": _VerboseAlone} if _takes_v(signature) else _OPTIONS
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=kind)
        for name, kind in options.items()
    ]
    own = list(signature.parameters.values())
    talkative.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    talkative.__annotations__ = {**command.__annotations__, **options}
    return talkative


def _takes_v(signature: inspect.Signature) -> bool:
    """Return whether a command has an option of its own that is called ``-v``."""
    told = (
        fact
        for parameter in signature.parameters.values()
        for fact in getattr(parameter.annotation, "__metadata__", ())
    )
    return any("-v" in (getattr(fact, "param_decls", None) or ()) for fact in told)
