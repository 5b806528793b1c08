"""The secret of a project, for hashes that nobody outside it can make."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.project.audit import note
from annotator.project.engine.base import Engine
from annotator.project.people import who_does_it
from annotator.project.tables import SecretRow

_BYTES = 32


def secret_of(engine: Engine) -> bytes:
    """Return the 32 bytes that were drawn for a project when they were first asked for.

    They are in its backups, and go with a copy of it.

    Raises
    ------
    ReadOnlyProject
        If there are none yet, and none can be kept.
    """
    with engine.reading() as session:
        known = _known(session)
    if known is not None:
        return known
    with engine.writing(alone=True) as session:
        known = _known(session)  # another program may have come between
        if known is None:
            known = secrets.token_bytes(_BYTES)
            session.add(SecretRow(id=1, secret=known, made_at=datetime.now(UTC)))
            note(session, "secret", who_does_it(None))
        return known


def _known(session: Session) -> bytes | None:
    return session.scalar(select(SecretRow.secret))
