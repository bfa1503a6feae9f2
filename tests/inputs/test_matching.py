"""Headers of the field, matched to the contract."""

from __future__ import annotations

import pytest

from planner.inputs.matching import match_headers, simplify
from planner.inputs.tables import known_tables

TABLES = known_tables()


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Account ID (18)", "account_id"),
        ("Account Owner: Full Name", "owner_id"),
        ("Financial Ultimate Parent: Account ID (18)", "parent_id"),
        ("Billing State/Province", "state"),
        ("Account Potential (AP)", "addressable_market"),
        ("ARR", "arr"),
        ("ATR", "renewal_amount"),
        ("ACCOUNT_OWNER_ID", "owner_id"),
        ("hubspot_owner_id", "owner_id"),
        ("Business Type", "segment"),
    ],
)
def test_headers_in_the_wild_are_known(header: str, column: str) -> None:
    """Case, spaces and punctuation do not matter."""
    match = match_headers(TABLES["accounts"], ["Account Number", header], {})
    assert column in match.columns


@pytest.mark.parametrize("table", TABLES)
def test_no_alias_means_two_columns_by_name(table: str) -> None:
    """A table's own names match themselves, whatever the aliases of others."""
    names = list(TABLES[table].names())
    match = match_headers(TABLES[table], names, {})
    assert match.columns == {name: index for index, name in enumerate(names)}
    assert not match.findings


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described(table: str) -> None:
    """Each column of the contract has a sentence for the documentation."""
    for column in TABLES[table].columns:
        assert column.description.endswith(".")
        assert len({simplify(alias) for alias in column.aliases}) <= len(column.aliases)


def test_what_the_scenario_says_wins() -> None:
    """A header that is chosen is not taken by an alias, and a misspelt name is told."""
    headers = ["Id", "ARR", "Revenue"]
    match = match_headers(TABLES["accounts"], headers, {"arr": "Revenue"})
    assert match.columns["arr"] == 2
    misspelt = match_headers(TABLES["accounts"], headers, {"adressable_market": "Revenue"})
    assert [finding.code for finding in misspelt.findings] == ["accounts.unknown_column"]


def test_a_missing_column_is_named_with_what_is_there() -> None:
    """The advice shows how to map it."""
    match = match_headers(TABLES["history"], ["account_id", "when", "amount"], {})
    (finding,) = match.findings
    assert finding.code == "history.missing_column"
    assert "date = " in finding.advice
    assert "when" in finding.advice
