"""A plan's tables in a database: all of them in one transaction, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError, StoreError
from planner.inputs.databases import clean_message, expand_url, hide_password, refused_urls
from planner.inputs.money import Currency
from planner.interruptions import Undisturbed
from planner.outputs.columns import Column, Table, figures, text
from planner.outputs.plan import Plan
from planner.outputs.summary import FORMAT_VERSION
from planner.outputs.swap import Placing, nothing_more
from planner.outputs.tables import plan_tables

if TYPE_CHECKING:
    import sqlalchemy as sa

BATCH = 5_000
# What PostgreSQL allows in a name, in bytes; others allow more.
LONGEST_NAME = 63
LARGEST_DIGITS = 20


def write_database(
    plan: Plan,
    url: str,
    *,
    schema: str | None = None,
    force: bool = False,
    placing: Placing = nothing_more,
) -> tuple[str, ...]:
    """Write a plan's tables into a database, whole or not at all.

    Parameters
    ----------
    url
        Any SQLAlchemy URL whose driver is installed; ``${NAME}`` is read from the environment.
    schema
        Where the tables go; made where it is missing. None is the database's own default.
    force
        Whether tables of these names may be replaced.
    placing
        Called when all is sent, just before it is committed.

    Returns
    -------
    tuple
        Each table with its number of rows, in words.

    Raises
    ------
    ScenarioError
        When the URL or the schema is wrong, or a table stands there and ``force`` is not given.
    StoreError
        When the database cannot be reached, or goes away; nothing is kept then.
    """
    from sqlalchemy.exc import SQLAlchemyError

    full = expand_url("--url", url)
    shown = hide_password(full)
    tables = [plan_row(plan), *plan_tables(plan).values()]
    engine = _open_engine(full, shown, schema)
    try:
        with _without_empty_file(engine), engine.begin() as connection:
            said = _write_tables(connection, tables, plan.data.currency, schema, force, shown)
            placing()
            return said
    except SQLAlchemyError as error:
        reason = clean_message(getattr(error, "orig", None) or error, full)
        message = f"The database {shown} failed: {reason}. Nothing of the plan was kept there."
        raise StoreError(message) from None
    finally:
        engine.dispose()


def plan_row(plan: Plan) -> Table:
    """Return the one row that says what the other tables are of."""
    alignment, period = plan.alignment, plan.data.period
    return Table(
        name="plan",
        columns=(
            text("name", [plan.provenance.name]),
            text("currency", [plan.data.currency.code]),
            figures("period_start", "date", [period.start]),
            figures("period_end", "date", [period.end]),
            figures("as_of", "date", [period.as_of]),
            text("status", [alignment.status]),
            figures("cost", "number", [alignment.cost]),
            figures("bound", "number", [alignment.bound]),
            figures("gap", "share", [alignment.gap]),
            figures("accounts", "integer", [len(plan.territory_of_account)]),
            figures("territories", "integer", [len(plan.territory_ids)]),
            text("seed", [str(plan.provenance.seed)]),
            text("planner_version", [plan.provenance.versions.get("territory-planner", "")]),
            figures("format_version", "integer", [FORMAT_VERSION]),
        ),
    )


def _open_engine(url: str, shown: str, schema: str | None) -> sa.Engine:
    with refused_urls("--url", url, shown):
        from sqlalchemy import create_engine, make_url

        parsed = make_url(url)
        lite = parsed.get_backend_name() == "sqlite"
        if lite and (not parsed.database or parsed.database == ":memory:"):
            raise ScenarioError("--url must name a SQLite file.")
        if lite and schema:
            raise ScenarioError("SQLite has no schemas: leave --schema out, or name another file.")
        engine = create_engine(parsed)
    if lite:
        _make_transactional(engine)
    return engine


def _make_transactional(engine: sa.Engine) -> None:
    """Let SQLite hold the making of tables inside the transaction, which its driver does not."""
    from sqlalchemy import event

    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))


@contextmanager
def _without_empty_file(engine: sa.Engine) -> Iterator[None]:
    """Remove a SQLite file that was made for a plan that then was not kept."""
    name = engine.url.database if engine.dialect.name == "sqlite" else None
    path = Path(name) if name and not name.startswith("file:") else None
    new = path is not None and not path.exists()
    try:
        yield
    except BaseException:
        with Undisturbed():
            engine.dispose()
            if new and path is not None:
                path.unlink(missing_ok=True)
        raise


def _write_tables(
    connection: sa.Connection,
    tables: list[Table],
    currency: Currency,
    schema: str | None,
    force: bool,
    shown: str,
) -> tuple[str, ...]:
    from sqlalchemy import MetaData, inspect
    from sqlalchemy.schema import CreateSchema

    inspector = inspect(connection)
    if schema and schema not in inspector.get_schema_names():
        connection.execute(CreateSchema(schema))
    metadata = MetaData(schema=schema)
    made = [(table, _make_table(table, metadata, currency)) for table in tables]
    existing = [t.name for _, t in made if inspector.has_table(t.name, schema=schema)]
    if existing and not force:
        names = ", ".join(existing)
        message = f"{shown} has tables called {names}: choose another --schema, or give --force to replace them"
        raise ScenarioError(message)
    for _, target in made:
        if target.name in existing:
            target.drop(connection)
    for table, target in made:
        target.create(connection)
        for rows in _batches(table, target, currency):
            connection.execute(target.insert(), rows)
    return tuple(f"{target.fullname} ({table.rows:,} rows)" for table, target in made)


def _make_table(table: Table, metadata: sa.MetaData, currency: Currency) -> sa.Table:
    import sqlalchemy as sa

    names = _column_names(table)
    kinds = _column_types(currency)
    columns = [
        sa.Column(name, kinds[column.kind]())
        for name, column in zip(names, table.columns, strict=True)
    ]
    return sa.Table(table.name, metadata, *columns)


def _column_names(table: Table) -> list[str]:
    """Return names that differ without case too, and are no longer than databases take."""
    names: list[str] = []
    for column in table.columns:
        stem = _plain(column.name).encode()[: LONGEST_NAME - 4].decode(errors="ignore") or "column"
        name, number = stem, 1
        while name.casefold() in {taken.casefold() for taken in names}:
            number += 1
            name = f"{stem}_{number}"
        names.append(name)
    return names


def _column_types(currency: Currency) -> dict[str, Callable[[], Any]]:
    import sqlalchemy as sa

    return {
        "text": sa.Text,
        "money": lambda: sa.Numeric(LARGEST_DIGITS + currency.digits, currency.digits),
        # In currencies of their own: up to four digits of a minor unit.
        "decimal": lambda: sa.Numeric(LARGEST_DIGITS + 4, 4),
        "number": sa.Double,
        "share": sa.Double,
        "hours": sa.Double,
        "integer": sa.BigInteger,
        "date": sa.Date,
        "flag": sa.Boolean,
    }


def _batches(table: Table, target: sa.Table, currency: Currency) -> Iterator[list[dict[str, Any]]]:
    names = [column.name for column in target.columns]
    forms = [_form(column, currency) for column in table.columns]
    values = [column.values for column in table.columns]
    for start in range(0, table.rows, BATCH):
        yield [
            {
                name: None if cells[row] is None else form(cells[row])
                for name, form, cells in zip(names, forms, values, strict=True)
            }
            for row in range(start, min(start + BATCH, table.rows))
        ]


def _form(column: Column, currency: Currency) -> Callable[[Any], Any]:
    forms: dict[str, Callable[[Any], Any]] = {
        "text": lambda value: _plain(str(value)),
        "money": lambda value: Decimal(int(value)).scaleb(-currency.digits),
        "decimal": Decimal,
        "integer": int,
        "flag": bool,
        "date": lambda value: value,
    }
    return forms.get(column.kind, float)


def _plain(words: str) -> str:
    """Return text that every database keeps: no zero byte, no half of a letter."""
    return words.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
