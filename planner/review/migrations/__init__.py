"""Brings a database's tables up to date; each step stands in ``versions``."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

# Two servers that start at once on one PostgreSQL take turns.
_LOCK = 7_202_611


def upgrade(engine: sa.Engine) -> None:
    """Run every step that a database has not seen."""
    from alembic import command
    from alembic.config import Config

    configuration = Config()
    folder = str(Path(__file__).parent)
    configuration.set_main_option("script_location", folder.replace("%", "%%"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "head")
