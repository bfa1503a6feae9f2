"""Conditions: what they may say, and what they may not."""

from __future__ import annotations

from datetime import date

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.errors import ScenarioError
from planner.inputs.conditions import open_database, select

DAYS = {
    "as_of": date(2026, 11, 30),
    "period_start": date(2027, 1, 1),
    "period_end": date(2028, 1, 1),
}


@pytest.fixture(name="table")
def make_table() -> pd.DataFrame:
    """Return three accounts with money in cents, dates and a column of the file's own."""
    table = pd.DataFrame(
        {
            "segment": ["Enterprise", "SMB", None],
            "arr": pd.array([100010, None, 5], dtype="Int64"),
            "renewal_date": pd.to_datetime(["2026-12-01", "2027-03-20", None]),
            "Annual Sales": [1.0, float("nan"), 3.0],
        }
    )
    table.attrs["minor_digits"] = {"arr": 2}
    return table


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("segment = 'SMB'", [1]),
        ("segment <> 'SMB'", [0]),
        ("segment IN ('Enterprise', 'SMB') AND arr IS NOT NULL", [0]),
        ("arr >= 1000.10", [0]),
        ("arr < 0.06", [2]),
        ("renewal_date BETWEEN as_of AND period_start + INTERVAL 90 DAY", [0, 1]),
        ("renewal_date < DATE '2027-01-01'", [0]),
        ("date_diff('day', as_of, renewal_date) <= 90", [0]),
        ("year(renewal_date) = 2027", [1]),
        ('"annual sales" > 2', [2]),
        ('"Annual Sales" > 2 -- the file\'s own column', [2]),
        ("lower(segment) LIKE 'ent%'", [0]),
        ("NULL", []),
        ("true", [0, 1, 2]),
    ],
)
def test_conditions_hold_where_they_should(
    condition: str, rows: list[int], table: pd.DataFrame
) -> None:
    """Money is in units, dates are dates, and what is missing does not hold."""
    assert select(condition, table, DAYS).nonzero()[0].tolist() == rows


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("segmnt = 'SMB'", "did you mean segment"),
        ("segment = 'SMB'; DROP TABLE x", "syntax error"),
        ("true) , (false", "one condition"),
        ("true) FROM rows_given WHERE (true", "one condition"),
        ("(SELECT 1) = 1", "subquery"),
        ("EXISTS (FROM read_csv('/etc/passwd'))", "subquery"),
        ("read_text('/etc/passwd') = ''", "read_text"),
        ("getenv('HOME') = ''", "getenv"),
        ("current_setting('threads') = 1", "current_setting"),
        ("random() > 0.5", "changes from run to run"),
        ("current_date > renewal_date", "changes from run to run"),
        ("count(*) > 1", "count_star"),
        ("row_number() OVER () = 1", "window"),
        ("COLUMNS('arr') > 3", "star"),
        ("$1 = 2", "parameter"),
        ("repeat('a', 1000000000) = ''", "repeat"),
        ("arr", "not true or false"),
        ("segment > 5", "VARCHAR|convert"),
        ("", "characters"),
        ("1=1 OR " * 3000 + "true", "characters"),
        ("(" * 3000 + "true" + ")" * 3000, "cannot be used"),
        ("a.b = 1", "not a column"),
    ],
)
def test_what_is_not_a_condition_is_refused(
    condition: str, reason: str, table: pd.DataFrame
) -> None:
    """The refusal names the reason, and nothing outside the table is touched."""
    with pytest.raises(ScenarioError, match=reason):
        select(condition, table, DAYS)


def test_an_empty_table_is_checked_too(table: pd.DataFrame) -> None:
    """A condition on a table without rows must still name its columns."""
    assert len(select("segment = 'SMB'", table.head(0), DAYS)) == 0
    with pytest.raises(ScenarioError, match="segment"):
        select("segmnt = 'SMB'", table.head(0), DAYS)


WORDS = st.lists(
    st.sampled_from(
        ["segment", "arr", "=", "'SMB'", "(", ")", "AND", "NOT", "NULL", "SELECT", ";", "--", "/*",
         "FROM", "as_of", "+", "INTERVAL 1 DAY", '"', "'", "CASE", "::INT", ",", "1", "\x00"]
    ),
    max_size=8,
).map(" ".join)  # fmt: skip


@given(WORDS)
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_condition_or_refused(condition: str) -> None:
    """No text ends in anything but rows or a refusal."""
    table = pd.DataFrame({"segment": ["SMB"], "arr": [1.0]})
    try:
        rows = len(select(condition, table, DAYS))
    except ScenarioError:
        rows = 1
    assert rows == 1


def test_long_queries_draw_nothing_on_standard_output() -> None:
    """Two settings say whether a query of more than two seconds shows its progress there."""
    with open_database() as database:
        names = ("enable_progress_bar", "enable_progress_bar_print")
        assert [
            database.execute("SELECT current_setting(?)", [name]).fetchone() for name in names
        ] == [(False,), (False,)]
        with pytest.raises(duckdb.Error, match="locked"):
            database.execute("SET enable_progress_bar_print = true")
