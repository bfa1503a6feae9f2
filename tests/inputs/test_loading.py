"""Anything at all in place of a table: it is read, or told, and never fails."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.errors import PlannerError
from tests.inputs.conftest import ACCOUNTS, HISTORY, Company

CELLS = st.sampled_from(
    ["007", "008", "", " ", "2026-01-05", "100", "-1", "1e308", "nan", '"', '"a', "é", "\0", "=1+1",
     "'=1", "\u202e", "9" * 40, "0x1", "2026-13-45", "USD", "R1", "{}", "%s", "\ufeff", "1/0"]
)  # fmt: skip
ROWS = st.lists(st.lists(CELLS, max_size=5), max_size=6)


def read(table: str, content: bytes) -> None:
    """Load a company in which one table is replaced."""
    with tempfile.TemporaryDirectory() as folder:
        company = Company(Path(folder))
        company.write(table, content)
        try:
            ids = company.load().accounts["account_id"]
        except PlannerError as refusal:
            ids = None
            message = str(refusal)
        assert message if ids is None else ids.is_unique


@given(ROWS, st.sampled_from(["accounts", "history", "reps", "quotas"]), st.sampled_from(",;\t"))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cells_under_a_good_header_end_in_data_or_findings(
    rows: list[list[str]], table: str, delimiter: str
) -> None:
    """No cell makes the reader fail."""
    header = {
        "accounts": "account_id,arr,renewal_date,parent_id,country",
        "history": "account_id,date,amount,rep_id,currency",
        "reps": "rep_id,manager_id,hire_date,ote,territory_id",
        "quotas": "rep_id,start,quota,end,attained",
    }[table]
    lines = [header.replace(",", delimiter), *(delimiter.join(row) for row in rows)]
    read(table, "\n".join(lines).encode())


@given(st.sampled_from([ACCOUNTS, HISTORY]), st.integers(0, 600), st.binary(max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_within_a_file_end_in_data_or_findings(
    text: str, position: int, damage: bytes
) -> None:
    """No bytes make the reader fail, wherever they stand."""
    content = text.encode()
    place = min(position, len(content))
    table = "accounts" if text == ACCOUNTS else "history"
    read(table, content[:place] + damage + content[place + len(damage) :])
