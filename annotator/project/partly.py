"""What is told of work in portions that ends before all of it is done."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from contextlib import contextmanager

from annotator.project.errors import ProjectError


@contextmanager
def telling_what_is_done(done: Sized, total: int) -> Iterator[None]:
    """Let an error that ends the work say how much of it is done, and stays so.

    Parameters
    ----------
    done
        Grows with each portion that is written.
    total
        Its length once all is done.
    """
    try:
        yield
    except ProjectError as error:
        if len(done):
            error.args = (f"{error} ({len(done):,} of {total:,} were done before, and stay so)",)
        raise
