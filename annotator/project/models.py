"""The models that predicted for a project."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import select

from annotator.project.engine.base import Engine
from annotator.project.tables import ModelRow


class ModelIdentity(Protocol):
    """What the store keeps of a model; `annotator.inference.ModelInfo` is one."""

    @property
    def name(self) -> str:
        """Name for people."""

    @property
    def sha256(self) -> str:
        """Hash of the weights, which tells one model from another."""


class Models:
    """The models that predicted for a project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, model: ModelIdentity) -> int:
        """Return the id of a model; the same weights always get the same one."""
        query = select(ModelRow.id).where(ModelRow.sha256 == model.sha256)
        with self._engine.reading() as session:
            known = session.scalar(query)
        if known is not None:
            return known
        with self._engine.writing(alone=True) as session:
            known = session.scalar(query)  # another program may have come between
            if known is not None:
                return known
            row = ModelRow(
                name=model.name,
                sha256=model.sha256,
                layout="face_468",
                registered_at=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            return row.id
