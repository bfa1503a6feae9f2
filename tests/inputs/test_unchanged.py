"""Tables that are the same as before: taken over as they were read, or read again."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pandas as pd
import pytest

from planner.inputs.data import PlanningData
from planner.inputs.parameters import InputsParameters, PeriodParameters, TableParameters
from planner.inputs.unchanged import Earlier, digest_tables, read_changed
from tests.inputs.conftest import Company

EVENTS = "kind,date,rep_id,why\nleave,2027-03-31,R1,a test\n"
LATER = PeriodParameters(start=date(2027, 1, 1), as_of=date(2027, 3, 31))
ACTIVITIES = "rep_id,date,kind\nR1,2026-02-01,call\n"


def given(company: Company) -> InputsParameters:
    """Return the company's tables as a scenario names them."""
    return InputsParameters(**company.tables)


def take_over(company: Company, data: PlanningData, before: dict[str, Any]) -> PlanningData | None:
    """Read what changed since data were read from the same folder."""
    inputs = given(company)
    known = {source.table: source.sha256 for source in data.sources}
    return read_changed(
        inputs,
        company.period,
        company.currency,
        company.rates,
        company.folder,
        Earlier(data=data, inputs=before, digests=digest_tables(inputs, company.folder, known)),
    )


@pytest.fixture(name="earlier")
def read_earlier(company: Company) -> tuple[PlanningData, dict[str, Any]]:
    """Return what an annual plan read, and how."""
    company.write("activities", ACTIVITIES)
    return company.load(), given(company).model_dump(mode="json")


def test_only_events_are_read(
    company: Company, earlier: tuple[PlanningData, dict[str, Any]]
) -> None:
    """What is taken over and what reading every table gives are the same in every value."""
    company.write("events", EVENTS)
    company.period = LATER
    found, full = take_over(company, *earlier), company.load()
    assert found is not None
    assert found.accounts is earlier[0].accounts
    assert len(found.events) == 1
    for field in fields(PlanningData):
        ours, theirs = getattr(found, field.name), getattr(full, field.name)
        if isinstance(theirs, pd.DataFrame):
            pd.testing.assert_frame_equal(ours, theirs)
            assert ours.attrs == theirs.attrs
        else:
            assert ours == theirs


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("history", "account_id,date,amount,rep_id\n007,2026-01-05,100.10,R1\n"),
        ("quotas", "rep_id,start,quota\nR1,2026-01-01,1001\n"),
        ("places", "postal_code,latitude,longitude\n77001,29.76,-95.37\n"),
        ("events", "kind,date,rep_id\nleave,2027-03-31,R1\n"),
        ("events", "kind,date,rep_id,why\nleave,2028-03-31,R1,a test\n"),
    ],
)
def test_other_bytes_are_read(
    company: Company, earlier: tuple[PlanningData, dict[str, Any]], table: str, text: str
) -> None:
    """A table that changed or came, and events that need words, have all tables read."""
    company.write("events", EVENTS)
    company.write(table, text)
    company.period = LATER
    assert take_over(company, *earlier) is None


def test_another_way_of_reading_is_read(
    company: Company, earlier: tuple[PlanningData, dict[str, Any]]
) -> None:
    """Other parameters of a table, another currency and rates are other data."""
    data, before = earlier
    company.period = LATER
    company.tables["history"] = TableParameters(path="history.csv", where="amount > 0")
    assert take_over(company, data, before) is None
    company.tables["history"] = TableParameters(path="history.csv")
    assert take_over(company, data, before) is not None
    company.rates = {"EUR": 1.1}
    assert take_over(company, data, before) is None
    company.rates, company.currency = {}, "EUR"
    assert take_over(company, data, before) is None
    company.currency = "USD"
    company.period = replace_start(LATER)
    assert take_over(company, data, before) is None


def replace_start(period: PeriodParameters) -> PeriodParameters:
    """Return the period a month later."""
    return period.model_copy(update={"start": date(2027, 2, 1)})


def test_conditions_on_the_day_are_read(company: Company) -> None:
    """A condition that names as_of may select other rows on another day."""
    company.tables["accounts"] = TableParameters(
        path="accounts.csv", where="renewal_date IS NULL OR renewal_date > AS_OF"
    )
    data, before = company.load(), given(company).model_dump(mode="json")
    company.period = LATER
    assert take_over(company, data, before) is None


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("history", "account_id,date,amount,rep_id\n007,2026-01-05,1,R1\n007,2027-02-05,1,R1\n"),
        ("activities", ACTIVITIES + "R1,2027-02-01,call\n"),
    ],
)
def test_rows_that_were_too_late_are_read(company: Company, table: str, text: str) -> None:
    """Rows after the earlier day count on a later one, and are not in the earlier data."""
    company.write(table, text)
    data, before = company.load(), given(company).model_dump(mode="json")
    company.period = LATER
    assert take_over(company, data, before) is None
    # On an earlier day than theirs they would have to be left out again.
    later = company.load()
    assert take_over(company, later, before) is not None
    company.period = LATER.model_copy(update={"as_of": date(2027, 1, 31)})
    assert take_over(company, later, before) is None


def test_a_ledger_of_the_annual_plan_is_not_held_against_the_year(company: Company) -> None:
    """Figures of a ledger and what was said of them are left behind."""
    company.control = company.control.model_copy(update={"history_rows": 5, "strict": False})
    data, before = company.load(), given(company).model_dump(mode="json")
    assert any(one.code.startswith("control.") for one in data.findings)
    company.period = LATER
    company.control = type(company.control)()
    found = take_over(company, data, before)
    assert found is not None
    assert (found.control, found.findings) == (company.load().control, company.load().findings)


def test_a_database_is_asked_again(company: Company) -> None:
    """Rows of a query have no file whose bytes could be compared."""
    data, before = company.load(), given(company).model_dump(mode="json")
    company.tables["quotas"] = TableParameters(url="sqlite:///quotas.db", query="SELECT 1")
    known = {source.table: source.sha256 for source in data.sources}
    assert "quotas" not in digest_tables(given(company), company.folder, known)
    assert take_over(company, replace(data), before) is None


def test_no_table_is_looked_at_after_one_that_differs(company: Company) -> None:
    """What is read anyway is read once."""
    data, inputs = company.load(), given(company)
    known = {source.table: source.sha256 for source in data.sources}
    assert digest_tables(inputs, company.folder, known) == known
    found = digest_tables(inputs, company.folder, {**known, "reps": "of another file"})
    assert set(found) == {"reps"}
