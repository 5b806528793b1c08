"""Run by Alembic, on the connection and inside the transaction that `migrate` opened."""

from alembic import context

from annotator.project.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
