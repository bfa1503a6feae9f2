"""A plan's tables in real databases: exact, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from planner.errors import ScenarioError, StoreError
from planner.outputs import database
from planner.outputs.columns import text
from planner.outputs.database import write_database
from planner.outputs.plan import Plan
from planner.outputs.tables import plan_tables
from tests.postgres import PASSWORD

TABLES = ("plan", "assignments", "territories", "quotas", "outcomes", "transitions")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database, of each kind in turn."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("empty_postgres_url")
        return address
    return f"sqlite:///{tmp_path / 'plans.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """Return a way into the same database for the test itself."""
    made = sa.create_engine(url)
    yield made
    made.dispose()


def rows(engine: sa.Engine, statement: str) -> list[tuple[Any, ...]]:
    """Return what a statement finds."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(statement))]


def names(engine: sa.Engine, schema: str | None = None) -> set[str]:
    """Return the tables that are there."""
    return set(sa.inspect(engine).get_table_names(schema=schema))


def test_every_table_arrives_whole_and_exact(company: Plan, url: str, engine: sa.Engine) -> None:
    """Rows, ids with zeros, money to the cent, dates and flags are those of the plan."""
    words = write_database(company, url)
    assert names(engine) == set(TABLES) == {word.split()[0] for word in words}
    tables = plan_tables(company)
    for name in TABLES[1:]:
        assert rows(engine, f"SELECT count(*) FROM {name}") == [(tables[name].rows,)]
    ids = [row[0] for row in rows(engine, "SELECT account_id FROM assignments ORDER BY account_id")]
    assert ids == company.data.accounts["account_id"].tolist()
    with engine.connect() as connection:
        quotas = sa.Table("quotas", sa.MetaData(), autoload_with=connection)
        total = connection.execute(
            sa.select(sa.func.sum(quotas.c.quota)).where(quotas.c.level == "rep")
        ).scalar_one()
        first = connection.execute(sa.select(quotas.c.period_start).limit(1)).scalar_one()
    assert company.quotas is not None
    assert Decimal(total) * 100 == company.quotas.totals["rep"]
    assert first == company.data.period.start
    assert rows(engine, "SELECT name, accounts FROM plan") == [("Baseline 2027", 12)]


def test_hostile_names_are_only_text(hostile_company: Plan, url: str, engine: sa.Engine) -> None:
    """Quotes, scripts and formulas are kept letter by letter, and bound, never pasted."""
    names_ = ["a'; DROP TABLE plan; --", "zero\0byte", *["%s"] * 10]
    hostile_company.data.accounts["name"] = names_
    write_database(hostile_company, url)
    kept = [row[0] for row in rows(engine, "SELECT name FROM assignments ORDER BY account_id")]
    assert kept == [name.replace("\0", "\ufffd") for name in names_]
    assert names(engine) == set(TABLES)


def test_tables_that_stand_there_are_kept_unless_forced(
    company: Plan, url: str, engine: sa.Engine
) -> None:
    """Another table is never touched; ours are replaced by --force alone."""
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE theirs (a INTEGER)"))
    write_database(company, url)
    with pytest.raises(ScenarioError, match="--force"):
        write_database(company, url)
    renamed = replace(company, provenance=replace(company.provenance, name="Second"))
    write_database(renamed, url, force=True)
    assert rows(engine, "SELECT name FROM plan") == [("Second",)]
    assert "theirs" in names(engine)


def test_a_failure_in_the_middle_keeps_what_was_there(
    company: Plan, url: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old plan stands whole when a later table cannot be written."""
    write_database(company, url)
    second = replace(company, provenance=replace(company.provenance, name="Second"))
    real = database.plan_tables

    def broken(plan: Plan) -> dict[str, Any]:
        tables = real(plan)
        bad = replace(
            tables["transitions"].columns[0], values=[object()] * tables["transitions"].rows
        )
        columns = (replace(bad, kind="date"), *tables["transitions"].columns[1:])
        return {**tables, "transitions": replace(tables["transitions"], columns=columns)}

    monkeypatch.setattr(database, "plan_tables", broken)
    with pytest.raises(StoreError, match="Nothing of the plan was kept"):
        write_database(second, url, force=True)
    assert rows(engine, "SELECT name FROM plan") == [("Baseline 2027",)]
    assert names(engine) == set(TABLES)


def test_a_file_made_for_nothing_is_removed(
    company: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first write that fails leaves no empty database behind."""

    def fail(*_: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, OSError("disk full"))

    monkeypatch.setattr(database, "_batches", fail)
    with pytest.raises(StoreError):
        write_database(company, f"sqlite:///{tmp_path / 'new.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_schema_is_made_and_rolled_back(company: Plan, empty_postgres_url: str) -> None:
    """The tables go to the schema that is named, and to no other."""
    write_database(company, empty_postgres_url, schema="Plan 2027")
    engine = sa.create_engine(empty_postgres_url)
    assert names(engine, "Plan 2027") == set(TABLES)
    assert names(engine) == set()
    engine.dispose()


def test_columns_that_a_database_takes_for_one_are_told_apart(
    company: Plan, url: str, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names that differ in case, or beyond the 63rd byte, become different names."""
    long = "x" * 80
    real = database.plan_tables

    def widened(plan: Plan) -> dict[str, Any]:
        tables = real(plan)
        count = tables["outcomes"].rows
        more = (text("LEVEL", ["a"] * count), text(f"{long}1", ["b"] * count), text(f"{long}2", ["c"] * count))  # fmt: skip
        outcomes = replace(tables["outcomes"], columns=(*tables["outcomes"].columns, *more))
        return {**tables, "outcomes": outcomes}

    monkeypatch.setattr(database, "plan_tables", widened)
    write_database(company, url)
    columns = [column["name"] for column in sa.inspect(engine).get_columns("outcomes")]
    assert {"level", "LEVEL_2", "x" * 59, "x" * 59 + "_2"} <= set(columns)


@pytest.mark.parametrize(
    ("url", "error", "reason"),
    [
        ("nonsense", ScenarioError, "database URL"),
        ("made+up://u:geheim@h/d", ScenarioError, "driver"),
        ("sqlite://", ScenarioError, "SQLite file"),
        ("sqlite:///${NO_SUCH_VARIABLE}", ScenarioError, "NO_SUCH_VARIABLE"),
        ("sqlite:////no/such/folder/plan.db", StoreError, "unable to open"),
        ("postgresql+psycopg://u:geheim@127.0.0.1:9/d", StoreError, "refused"),
    ],
)
def test_a_wrong_address_is_said_without_its_password(
    company: Plan, url: str, error: type[Exception], reason: str
) -> None:
    """The message names the database and what is wrong."""
    with pytest.raises(error, match=reason) as caught:
        write_database(company, url)
    assert "geheim" not in str(caught.value)


def test_a_wrong_password_is_not_shown(company: Plan, postgres_url: str) -> None:
    """Neither the right one nor the wrong one stands in the message."""
    wrong = postgres_url.replace(PASSWORD, "falsch-7")
    with pytest.raises(StoreError, match="authentication") as caught:
        write_database(company, wrong)
    assert "falsch-7" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
