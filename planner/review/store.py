"""Where a review is kept: SQLite beside the plan, or PostgreSQL for a team."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from planner.errors import ScenarioError, StoreError

DEFAULT_NAME = "review.sqlite"
BUSY_SECONDS = 30


def default_database(plan: Path) -> str:
    """Return the address of the database beside a plan's folder."""
    return f"sqlite:///{plan.resolve().parent / DEFAULT_NAME}"


def now() -> datetime:
    """Return the moment that goes into the record, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """The database of a review.

    Parameters
    ----------
    reading, writing
        The same database; what begins on the second takes SQLite's write lock at once, so that
        nobody reads what another is about to change.
    turn
        Who writes next in this process: SQLite lets waiting connections sleep and try again, which
        is slow and unfair; a database that locks by row needs no turns.
    """

    reading: sa.Engine
    writing: sa.Engine
    turn: AbstractContextManager[Any] = field(default_factory=nullcontext)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that only reads.

        Raises
        ------
        StoreError
            When the database fails.
        """
        with _database_errors(), Session(self.reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a session whose changes are kept together when the block ends, or not at all.

        Raises
        ------
        StoreError
            When the database fails.
        """
        with (
            self.turn,
            _database_errors(),
            Session(self.writing, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.reading.dispose()


def open_store(url: str) -> Store:
    """Open a database and bring its tables up to date.

    Parameters
    ----------
    url
        As SQLAlchemy has it; a path without ``://`` is a SQLite file.

    Raises
    ------
    ScenarioError
        When the address is no database's.
    StoreError
        When the database cannot be opened or brought up to date.
    """
    address = parse_address(url)
    with _database_errors():
        engine = _make_engine(address)
        from planner.review.migrations import upgrade

        upgrade(engine)
    return Store(
        reading=engine,
        writing=engine.execution_options(planner_writes=True),
        turn=Lock() if engine.dialect.name == "sqlite" else nullcontext(),
    )


def parse_address(url: str) -> sa.URL:
    """Return a database's address, with the driver that this product brings.

    Raises
    ------
    ScenarioError
        When it is none, or of a kind that is not kept here.
    """
    try:
        address = sa.make_url(url if "://" in url else f"sqlite:///{url}")
    except ArgumentError:
        message = "--database takes an address such as sqlite:///review.sqlite or postgresql://user@host/name."
        raise ScenarioError(message) from None
    kind = address.get_backend_name()
    if kind in {"postgresql", "postgres"}:
        return address.set(drivername="postgresql+psycopg")
    if kind == "sqlite" and address.database not in {None, "", ":memory:"}:
        return address.set(drivername="sqlite")
    message = (
        f"A review is kept in a SQLite file or in PostgreSQL, not in {address.render_as_string()}."
    )
    raise ScenarioError(message)


def insert_missing(session: Session, table: type[DeclarativeBase], values: dict[str, Any]) -> bool:
    """Add a row unless one with the same unique key is there, however many try at once.

    Returns
    -------
    bool
        Whether it was added.
    """
    from sqlalchemy.dialects import postgresql, sqlite

    on_postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if on_postgres else sqlite.insert
    key = sa.inspect(table).primary_key[0]
    adding = insert(table).values(**values).on_conflict_do_nothing().returning(key)
    return session.execute(adding).first() is not None


def _make_engine(address: sa.URL) -> sa.Engine:
    if address.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            address, connect_args={"timeout": BUSY_SECONDS}, pool_size=10, max_overflow=30
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(address, pool_size=10, max_overflow=30, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions begin too late: ours begin when we say so.
    connection.isolation_level = None
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("planner_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _database_errors() -> Iterator[None]:
    """Turn what a database refuses into a StoreError that keeps its password to itself."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()
        message = f"The database failed: {reason[0] if reason else type(error).__name__}"
        raise StoreError(message) from error
