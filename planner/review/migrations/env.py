"""How Alembic reaches the database: by the connection that it is given."""

from __future__ import annotations

from alembic import context

from planner.review import decision_models

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=decision_models.Record.metadata,
    render_as_batch=True,
)
context.run_migrations()
