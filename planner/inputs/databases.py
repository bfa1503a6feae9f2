"""Tables from a database: one read-only query each, through SQLAlchemy."""

from __future__ import annotations

import hashlib
import os
import re
import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError, StoreError
from planner.inputs.parameters import TableParameters
from planner.inputs.raw import RawTable

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import URL, Connection, Engine

BATCH = 50_000
SECRETS = re.compile(r"(?i)((?:password|passwd|pwd|token|secret|key)=)[^&;\s]+")


def hide_password(url: str) -> str:
    """Return a database URL without its password, whatever its form."""
    hidden = re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", url)
    return SECRETS.sub(r"\1***", hidden)


def read_query(table: str, parameters: TableParameters, folder: Path) -> RawTable:
    """Run a table's query and return its rows.

    Raises
    ------
    ScenarioError
        When the URL, the driver or the query is wrong.
    StoreError
        When the database cannot be reached or fails.
    """
    from sqlalchemy.exc import DBAPIError, SQLAlchemyError

    assert parameters.url is not None
    where = f"[inputs.{table}] url"
    url = expand_url(where, parameters.url)
    shown = hide_password(url)
    engine = _open_engine(table, url, shown, folder, outside=parameters.outside)
    try:
        with engine.connect() as connection:
            return _fetch(table, connection, parameters, shown)
    except DBAPIError as error:
        raise _database_error(table, shown, url, error) from None
    except SQLAlchemyError as error:
        raise ScenarioError(
            f"[inputs.{table}] query on {shown}: {clean_message(error, url)}"
        ) from None
    finally:
        engine.dispose()


def expand_url(where: str, url: str) -> str:
    """Put environment variables into a URL; ``where`` says in messages whose it is.

    Raises
    ------
    ScenarioError
        When a variable is not set.
    """
    try:
        return string.Template(url).substitute(os.environ)
    except KeyError as error:
        raise ScenarioError(
            f"{where} names the environment variable {error.args[0]}, which is not set."
        ) from None
    except ValueError:
        raise ScenarioError(
            f"{where} has a $ that names no variable; write $$ for a plain one."
        ) from None


def _open_engine(table: str, url: str, shown: str, folder: Path, *, outside: bool) -> Engine:
    where = f"[inputs.{table}] url"
    with refused_urls(where, url, shown):
        from sqlalchemy import create_engine, make_url

        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            parsed = _read_only_sqlite(table, parsed, folder, outside=outside)
        return create_engine(parsed)


@contextmanager
def refused_urls(where: str, url: str, shown: str) -> Iterator[None]:
    """Turn what is wrong with a URL into a ScenarioError that shows no password."""
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        yield
    except (NoSuchModuleError, ImportError) as error:
        raise ScenarioError(
            f"{where} {shown}: its driver is not installed ({clean_message(error, url)})."
        ) from None
    except (ArgumentError, ValueError) as error:
        raise ScenarioError(
            f"{where} {shown} is not a database URL ({clean_message(error, url)})."
        ) from None


def _read_only_sqlite(table: str, url: URL, folder: Path, *, outside: bool) -> URL:
    """Return the URL of an existing SQLite file, opened so that it cannot be written.

    A whole path states where the file is; a relative one stays in the data folder.
    """
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ScenarioError(f"[inputs.{table}] url must name a SQLite file.")
    path = folder / url.database
    stated = outside or Path(url.database).is_absolute()
    if not stated and not path.resolve().is_relative_to(folder.resolve()):
        raise ScenarioError(
            f"[inputs.{table}] url {url.database!r} leads out of the data folder; write its whole "
            f"path, or outside = true, if that is meant."
        )
    if not path.is_file():
        raise ScenarioError(f"[inputs.{table}] there is no database file {url.database}.")
    return url.set(database=f"file:{path}", query={"mode": "ro", "uri": "true"})


def _fetch(table: str, connection: Connection, parameters: TableParameters, shown: str) -> RawTable:
    import numpy as np
    from sqlalchemy import text

    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(postgresql_readonly=True)
    query = str(parameters.query)
    if parameters.aggregate != "none":
        from planner.inputs.aggregation import aggregate_query

        result = connection.execute(aggregate_query(connection, query, parameters))
    else:
        # A colon in the query belongs to SQL; nothing is bound.
        result = connection.execute(text(query.replace(":", r"\:")))
    if not result.returns_rows:
        raise ScenarioError(f"[inputs.{table}] query returns no rows; it must be a SELECT.")
    headers = tuple(map(str, result.keys()))
    digest = hashlib.sha256(repr(headers).encode())
    batches: list[list[pa.Array]] = []
    while rows := result.fetchmany(BATCH):
        digest.update(repr([tuple(row) for row in rows]).encode("utf-8", "replace"))
        batches.append([_as_array(column) for column in zip(*rows, strict=True)])
    cells = tuple(_join([batch[i] for batch in batches]) for i in range(len(headers)))
    count = len(cells[0]) if cells else 0
    return RawTable(
        table=table,
        headers=headers,
        cells=cells,
        rows=np.arange(2, count + 2, dtype=np.int64),
        location=shown,
        sha256=digest.hexdigest(),
    )


def _as_array(values: Sequence[Any]) -> pa.Array:
    """Return values in their own type where they share one, else as text."""
    import pyarrow as pa

    kinds = {type(value) for value in values if value is not None}
    if kinds <= {int, float} or (len(kinds) == 1 and not kinds & {bytes, Decimal, dict, list}):
        try:
            return pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
            pass
    return pa.array([None if v is None else _as_text(v) for v in values], pa.string())


def _as_text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def _join(arrays: list[pa.Array]) -> pa.ChunkedArray:
    """Join the batches of one column; batches of unlike type become text."""
    import pyarrow as pa

    kinds = {array.type for array in arrays if not pa.types.is_null(array.type)}
    target = kinds.pop() if len(kinds) == 1 else pa.string()
    return pa.chunked_array([array.cast(target) for array in arrays], type=target)


def _database_error(table: str, shown: str, url: str, error: Any) -> Exception:
    from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError

    reason = clean_message(error.orig or error, url)
    wrong_query = re.search(r"(?i)no such (table|column)|syntax error|readonly", reason)
    if isinstance(error, ProgrammingError) or wrong_query:
        return ScenarioError(f"[inputs.{table}] query on {shown} failed: {reason}")
    if isinstance(error, OperationalError | InterfaceError):
        return StoreError(f"The database {shown} for the table {table} failed: {reason}")
    return StoreError(f"Reading the table {table} from {shown} failed: {reason}")


def clean_message(error: BaseException, url: str) -> str:
    """Return the first line of a message, without the URL's password."""
    found = re.search(r"://[^:/@\s]*:([^@\s]*)@", url)
    lines = str(error).strip().splitlines() or [type(error).__name__]
    message = SECRETS.sub(r"\1***", lines[0])
    return message.replace(found.group(1), "***") if found and found.group(1) else message
