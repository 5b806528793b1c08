"""The models that predicted for a project."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout, layout_named
from annotator.project.engine.base import Engine
from annotator.project.errors import ProjectError
from annotator.project.layouts import stored_layout
from annotator.project.round_records import KnownModel
from annotator.project.tables import ModelRow


class ModelIdentity(Protocol):
    """What the store keeps of a model; `annotator.inference.ModelInfo` is one."""

    @property
    def name(self) -> str:
        """Name for people."""

    @property
    def sha256(self) -> str:
        """Hash of the weights, which tells one model from another."""

    @property
    def layout(self) -> MeshLayout:
        """Of the meshes that it predicts."""


class Models:
    """The models that predicted for a project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, model: ModelIdentity) -> int:
        """Return the id of a model; the same weights always get the same one.

        Raises
        ------
        UnknownLayout
            If its layout is none of `annotator.mesh.layout.LAYOUTS`: no program could show what
            it predicts.
        """
        layout = layout_named(model.layout.name)
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
                layout=layout.name,
                registered_at=datetime.now(UTC),
            )
            session.add(row)
            session.flush()
            return row.id

    def all(self) -> list[KnownModel]:
        """Return the models, in the order in which the project came to know them."""
        with self._engine.reading() as session:
            rows = session.scalars(select(ModelRow).order_by(ModelRow.id))
            return [_known(row) for row in rows]


def known_model(session: Session, model_id: int) -> KnownModel:
    """Return a model by its id, or raise ProjectError."""
    row = session.get(ModelRow, model_id)
    if row is None:
        raise ProjectError(f"there is no model {model_id} in this project: register it")
    return _known(row)


def _known(row: ModelRow) -> KnownModel:
    return KnownModel(row.id, row.name, row.sha256, row.layout)


def layout_of_model(session: Session, model_id: int) -> MeshLayout:
    """Return the layout of a model's meshes.

    Raises
    ------
    ProjectError
        If there is no such model.
    NewerProject
        If this program does not know its layout.
    """
    name = session.scalar(select(ModelRow.layout).where(ModelRow.id == model_id))
    if name is None:
        raise ProjectError(f"there is no model {model_id} in this project: register it")
    return stored_layout(name)
