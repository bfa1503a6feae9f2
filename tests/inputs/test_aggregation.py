"""History that the database adds up itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from planner.errors import ScenarioError
from planner.inputs.databases import read_query
from planner.inputs.parameters import InputsParameters, TableParameters
from planner.inputs.raw import RawTable

LINES = [
    ("007", "2026-01-05", "100.10", "new"),
    ("007", "2026-01-05", "0.20", "new"),
    ("007", "2026-01-05", "5", "renewal"),
    ("007", "2026-01-20", "7", "new"),
    ("008", "2026-02-05", "1", None),
    ("008", "2026-02-06", "-3", None),
]
QUERY = "SELECT account_id, booked, amount, kind, line FROM orders WHERE amount <> 0;"
COLUMNS = {"account_id": "account_id", "date": "booked", "type": "kind"}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return a database with order lines, of each kind in turn."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("empty_postgres_url")
        kind = "NUMERIC(12, 2)"
    else:
        address, kind = f"sqlite:///{tmp_path / 'orders.db'}", "REAL"
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                f"CREATE TABLE orders (account_id TEXT, booked DATE, amount {kind}, kind TEXT, line INTEGER)"
            )
        )
        for number, (account, day, amount, type_) in enumerate(LINES):
            connection.execute(
                sa.text(f"INSERT INTO orders VALUES (:a, CAST(:d AS {'DATE' if 'NUM' in kind else 'TEXT'}), CAST(:m AS {kind}), :k, :n)"),
                {"a": account, "d": day, "m": amount, "k": type_, "n": number},
            )  # fmt: skip
    engine.dispose()
    return "sqlite:///orders.db" if kind == "REAL" else address


def read(url: str, folder: Path, aggregate: str) -> RawTable:
    """Read the history with a way of adding up."""
    parameters = TableParameters(url=url, query=QUERY, columns=COLUMNS, aggregate=aggregate)  # type: ignore[arg-type]
    return read_query("history", parameters, folder)


def content(raw: RawTable) -> list[tuple[object, ...]]:
    """Return the rows, amounts in cents."""
    columns = [
        [str(v) if v is not None else None for v in column.to_pylist()] for column in raw.cells
    ]
    place = raw.headers.index("amount")
    cents = [round(float(value or 0) * 100) for value in columns[place]]
    others = [column for at, column in enumerate(columns) if at != place]
    return sorted(zip(*others, cents, strict=True), key=repr)


def test_a_day_has_one_row_for_each_account_and_type(url: str, tmp_path: Path) -> None:
    """Amounts of one day are one sum; columns that are no key are not sent."""
    raw = read(url, tmp_path, "day")
    assert set(raw.headers) == {"account_id", "booked", "kind", "amount"}
    assert content(raw) == sorted(
        [
            ("007", "new", "2026-01-05", 10030),
            ("007", "renewal", "2026-01-05", 500),
            ("007", "new", "2026-01-20", 700),
            ("008", None, "2026-02-05", 100),
            ("008", None, "2026-02-06", -300),
        ],
        key=repr,
    )


def test_a_month_stands_under_its_last_date(url: str, tmp_path: Path) -> None:
    """No booking is dated after it was made."""
    raw = read(url, tmp_path, "month")
    assert ("007", "new", "2026-01-20", 10730) in content(raw)
    assert ("008", None, "2026-02-06", -200) in content(raw)
    assert len(raw.rows) == 3


def test_the_sum_is_that_of_the_lines_and_the_digest_repeats(url: str, tmp_path: Path) -> None:
    """Adding up loses nothing, and reading twice is the same table."""
    whole = sum(round(float(amount) * 100) for _, _, amount, _ in LINES)
    for how in ("none", "day", "month"):
        raw = read(url, tmp_path, how)
        assert sum(row[-1] for row in content(raw)) == whole  # type: ignore[misc]
        assert read(url, tmp_path, how).sha256 == raw.sha256


def test_it_needs_the_three_columns(url: str, tmp_path: Path) -> None:
    """A query without an amount cannot be added up."""
    parameters = TableParameters(
        url=url, query="SELECT account_id, booked FROM orders", columns={}, aggregate="day"
    )
    with pytest.raises(ScenarioError, match="amount"):
        read_query("history", parameters, tmp_path)


def test_it_is_for_history_from_a_database_alone() -> None:
    """Elsewhere the key is refused, with the reason."""
    with pytest.raises(ValueError, match="from a database"):
        TableParameters(path="a.csv", aggregate="day")
    with pytest.raises(ValueError, match="history alone"):
        InputsParameters(
            accounts=TableParameters(url="sqlite:///a.db", query="SELECT 1", aggregate="day")
        )
