"""Tables from a database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from planner.errors import ScenarioError, StoreError
from planner.inputs.databases import hide_password
from planner.inputs.parameters import TableParameters
from tests.inputs.conftest import Company

QUERY = "SELECT account_id, booked AS date, amount FROM orders WHERE amount <> 0"


@pytest.fixture(name="shop")
def make_shop(company: Company) -> Company:
    """Return the company with its history in SQLite."""
    connection = sqlite3.connect(company.folder / "shop.db")
    connection.execute("CREATE TABLE orders (account_id TEXT, booked TEXT, amount REAL)")
    rows = [("007", "2026-01-05", 100.1), ("008", "2026-02-05", 5), ("008", "2026-02-06", 0)]
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    connection.commit()
    connection.close()
    company.tables["history"] = TableParameters(url="sqlite:///shop.db", query=QUERY)
    return company


def test_a_query_is_a_table_like_any_other(shop: Company) -> None:
    """Rows come as from a file, aggregated where the database did it."""
    history = shop.load().history
    assert history is not None
    assert list(history["amount"]) == [10010, 500]
    shop.set("history", query="SELECT account_id, max(booked) AS date, sum(amount) AS amount "
             "FROM orders GROUP BY account_id ORDER BY account_id")  # fmt: skip
    assert shop.load().control[-1].read == 10510


@pytest.mark.parametrize(
    ("url", "query", "error", "reason"),
    [
        ("sqlite:///shop.db", "SELECT * FROM no_orders", ScenarioError, "no such table"),
        ("sqlite:///shop.db", "SELEC 1", ScenarioError, "syntax"),
        ("sqlite:///shop.db", "DELETE FROM orders", ScenarioError, "readonly"),
        ("sqlite:///none.db", QUERY, ScenarioError, "none.db"),
        ("sqlite:///../shop.db", QUERY, ScenarioError, "leads out of the data folder"),
        ("sqlite://", QUERY, ScenarioError, "SQLite file"),
        ("nonsense", QUERY, ScenarioError, "database URL"),
        ("made+up://u:geheim@h/d", QUERY, ScenarioError, "driver|plugin"),
        ("sqlite:///${NO_SUCH_VARIABLE}", QUERY, ScenarioError, "NO_SUCH_VARIABLE"),
    ],
)
def test_a_wrong_url_or_query_is_refused(
    shop: Company, url: str, query: str, error: type[Exception], reason: str
) -> None:
    """The message says what is wrong and shows no password."""
    shop.set("history", url=url, query=query)
    with pytest.raises(error, match=reason) as caught:
        shop.load()
    assert "geheim" not in str(caught.value)


def test_a_damaged_database_is_a_failure_of_the_store(shop: Company) -> None:
    """What the database itself reports is a store error, not the data's."""
    (shop.folder / "shop.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="history"):
        shop.load()


def test_nothing_is_written(shop: Company, tmp_path: Path) -> None:
    """The file is opened read-only."""
    before = (tmp_path / "shop.db").read_bytes()
    shop.load()
    assert (tmp_path / "shop.db").read_bytes() == before


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:geheim@host/base",
        "postgresql://host/base?user=ann&password=geheim",
        "mssql+pyodbc:///?odbc_connect=DRIVER=x;UID=ann;PWD=geheim",
    ],
)
def test_passwords_are_hidden_wherever_a_url_is_shown(url: str) -> None:
    """Neither the shown form nor the dumped parameters hold the password."""
    assert "geheim" not in hide_password(url)
    assert "geheim" not in TableParameters(url=url, query="SELECT 1").model_dump_json()
