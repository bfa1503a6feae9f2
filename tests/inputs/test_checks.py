"""What is wrong with people, accounts and events, one check at a time."""

from __future__ import annotations

from datetime import date

import pytest

from planner.errors import DataError
from planner.findings import Finding
from planner.inputs.parameters import ControlParameters, PeriodParameters
from tests.inputs.conftest import ACCOUNTS, HISTORY, REPS, Company

SEATS = """rep_id,territory_id,hire_date,leave_date,status
A,T1,2020-01-01,{leave},
B,T1,2026-12-01,,
C,T2,2020-01-01,,
"""


def findings_of(company: Company) -> tuple[Finding, ...]:
    """Return all findings, whether they stop the plan or not."""
    try:
        return company.load().findings
    except DataError as error:
        return error.findings


def codes_of(company: Company) -> set[str]:
    """Return the codes of all findings."""
    return {finding.code for finding in findings_of(company)}


def test_owners_match_by_id_and_by_unique_name(company: Company) -> None:
    """An owner given by name becomes the rep's id; what the file had is kept."""
    accounts = company.load().accounts
    assert list(accounts["owner_id"]) == ["R1", "R2", "R1", "R2"]
    assert list(accounts["owner_given"]) == ["R1", "R2", "Ann Lee", "R2"]


def test_inactive_owners_free_their_accounts(company: Company) -> None:
    """A user who is inactive is no rep, and the accounts have no owner."""
    company.write("reps", REPS.replace("segments", "status").replace("SMB;Mid", "Inactive"))
    data = company.load()
    assert [rep.rep_id for rep in data.reps] == ["M1", "R1"]
    assert int(data.accounts["owner_id"].isna().sum()) == 2
    assert {"reps.inactive", "accounts.inactive_owner"} <= {f.code for f in data.findings}


def test_salesforce_ids_join_in_either_form(company: Company) -> None:
    """History with ids of 18 characters finds accounts with 15."""
    company.write("accounts", "Id\n0010000000aBcDe\n")
    from planner.inputs.identities import find_suffix

    long = "0010000000aBcDe" + find_suffix("0010000000aBcDe")
    company.write("history", HISTORY.replace("007,", f"{long},"))
    history = company.load().history
    assert history is not None
    assert set(history["account_id"]) == {"0010000000aBcDe"}


def test_families_go_through_unknown_and_excluded_parents(company: Company) -> None:
    """Children of one parent are a family even where the parent takes no part."""
    company.replace("accounts", "SMB,,Ann Lee", "SMB,999,Ann Lee")
    assert list(company.load().accounts["family"]) == ["007", "007", "999", "999"]
    company.set("accounts", where="account_id <> '007'")
    assert list(company.load().accounts["family"]) == ["007", "999", "999"]


def test_a_loop_names_its_accounts(company: Company) -> None:
    """The finding on a circle of parents says who is in it."""
    company.replace("accounts", "Enterprise,,", "Enterprise,008,")
    loops = [f for f in findings_of(company) if f.code == "accounts.parent_loop"]
    assert len(loops) == 1
    assert "007 > 008 > 007" in loops[0].message


@pytest.mark.parametrize(
    ("leave", "twice"), [("2026-11-30", False), ("2027-03-31", True), ("", True)]
)
def test_a_seat_has_one_holder_at_a_time(company: Company, leave: str, twice: bool) -> None:
    """A successor may begin after the holder has left, and not before."""
    company.write("reps", SEATS.format(leave=leave))
    assert ("reps.seat_held_twice" in codes_of(company)) is twice


def test_a_seat_outlives_its_holder(company: Company) -> None:
    """A departed rep keeps coverage only where nobody else holds the seat."""
    company.write(
        "reps",
        SEATS.format(leave="2026-11-30").replace(
            "C,T2,2020-01-01,,", "C,T2,2020-01-01,2026-11-30,"
        ),
    )
    coverage = {rep.rep_id: rep.coverage for rep in company.load().reps}
    assert coverage == {"A": "none", "B": "direct", "C": "direct"}


def test_departed_owners_are_named(company: Company) -> None:
    """A rep who has left and owns accounts is a warning with their number."""
    company.write("reps", REPS.replace("segments", "leave_date").replace("SMB;Mid", "2026-06-30"))
    found = [f for f in findings_of(company) if f.code == "accounts.departed_owner"]
    assert [(f.subject, f.count, f.severity) for f in found] == [("R2", 2, "warning")]


def test_managers_without_coverage_receive_no_accounts(company: Company) -> None:
    """Who others report to is a manager; stated coverage wins."""
    company.write("reps", REPS.replace("none", ""))
    assert {r.rep_id: r.coverage for r in company.load().reps}["M1"] == "none"
    company.write("reps", REPS.replace("none", "direct"))
    assert {r.rep_id: r.coverage for r in company.load().reps}["M1"] == "direct"


def test_absurd_amounts_are_told(company: Company) -> None:
    """An amount beyond a thousand times the usual is a warning, one below is not."""
    company.replace("accounts", ",700,", ",700000,")
    assert "accounts.absurd_amount" not in codes_of(company)
    company.replace("accounts", ",700,", ",7000000000,")
    assert "accounts.absurd_amount" in codes_of(company)


def test_mixed_currencies_need_a_rate(company: Company) -> None:
    """Rows in another currency are converted at the plan rate, or refused by name."""
    company.write(
        "history", "account_id,date,amount,currency\n007,2026-01-05,100,EUR\n008,2026-01-05,100,\n"
    )
    found = [f for f in findings_of(company) if f.code == "history.no_rate"]
    assert len(found) == 1
    assert "EUR" in found[0].message
    company.rates = {"EUR": 1.08}
    history = company.load().history
    assert history is not None
    assert list(history["amount"]) == [10800, 10000]


def test_amounts_follow_the_minor_unit(company: Company) -> None:
    """A plan in yen has no cents."""
    company.currency = "JPY"
    history = company.load().history
    assert history is not None
    assert list(history["amount"]) == [100, 50, -20]


def test_the_ledger_is_compared(company: Company) -> None:
    """A difference is a warning with both figures, and an error when strict."""
    company.control = ControlParameters(history_total=137.10, history_rows=4)
    assert not {c for c in codes_of(company) if c.startswith("control")}
    company.control = ControlParameters(history_total=137.11)
    found = [f for f in findings_of(company) if f.code == "control.history_amount"]
    assert [f.severity for f in found] == ["warning"]
    assert "137.10" in found[0].message
    assert "137.11" in found[0].message
    company.control = ControlParameters(history_total=137.11, strict=True)
    with pytest.raises(DataError):
        company.load()


def test_control_totals_follow_every_row(company: Company) -> None:
    """Read is planned plus excluded, and the reasons add up to what is excluded."""
    company.set("accounts", where="account_id <> '008'")
    for total in company.load().control:
        assert total.read == total.excluded + total.planned
        assert total.excluded == sum(total.reasons.values())
    reasons = {t.name: t.reasons for t in company.load().control}["history.rows"]
    assert reasons == {"unknown account": 1, "account left out by where": 1}


def test_history_after_as_of_is_left_out(company: Company) -> None:
    """The day itself counts, the day after does not."""
    company.period = PeriodParameters(start=date(2027, 1, 1), as_of=date(2026, 3, 1))
    data = company.load()
    assert data.history is not None
    assert data.history["date"].max().date() == date(2026, 3, 1)
    assert "history.after_as_of" in {f.code for f in data.findings}


def test_a_stated_date_format_is_used(company: Company) -> None:
    """Days and months are never guessed; a format tells them apart."""
    company.write("history", "account_id,date,amount\n007,05/01/2026,1\n", date_format="%d/%m/%Y")
    history = company.load().history
    assert history is not None
    assert history["date"][0].date() == date(2026, 1, 5)


def test_last_days_of_quotas_become_first_days_after(company: Company) -> None:
    """An end that is the last day of its period is read as such."""
    company.write(
        "quotas", "rep_id,start,end,quota\nR1,2026-01-01,2026-06-30,5\nR1,2026-07-01,2026-12-31,5\n"
    )
    quotas = company.load().quotas
    assert quotas is not None
    assert [day.date() for day in quotas["end"]] == [date(2026, 7, 1), date(2027, 1, 1)]


def test_further_columns_keep_their_name_and_kind(company: Company) -> None:
    """Columns of the file's own are numbers where all cells are."""
    accounts = company.load().accounts
    assert list(accounts["Employees"].dropna()) == [50.0, 60.0, 70.0]


def test_a_match_by_alias_is_kept_and_doubt_is_told(company: Company) -> None:
    """The source says which header was taken; two that would do are a finding."""
    text = ACCOUNTS.replace("account_id", "Account ID (18)").replace("Employees", "Record ID")
    company.write("accounts", text)
    data = company.load()
    assert data.sources[0].columns["account_id"] == "Account ID (18)"
    assert "accounts.ambiguous_column" in {f.code for f in data.findings}


def test_many_faults_of_one_kind_are_summed(company: Company) -> None:
    """Twenty are named one by one, then one finding speaks for all."""
    rows = "".join(f"007,2026-01-05,bad{i}\n" for i in range(50))
    company.write("history", "account_id,date,amount\n" + rows)
    found = [f for f in findings_of(company) if f.code == "history.not_a_number"]
    assert len(found) == 21
    assert found[-1].count == 50
    assert (found[0].row, found[0].column, found[0].value) == (2, "amount", "bad0")


@pytest.mark.parametrize(
    ("cells", "shares"),
    [
        (("0.5", "0.4"), [0.5, 0.4]),
        (("50", "40"), [0.5, 0.4]),
        (("50%", "0.4"), [0.5, 0.4]),
        (("1", "0.4"), [1.0, 0.4]),
        (("100", "0"), [1.0, 0.0]),
    ],
)
def test_shares_are_fractions_or_percents(
    company: Company, cells: tuple[str, str], shares: list[float]
) -> None:
    """A column of shares is read as fractions or, where a number is above 1, as percents."""
    company.write("reps", "rep_id,variable_share\nR1,{}\nR2,{}\n".format(*cells))
    assert [rep.variable_share for rep in company.load().reps] == pytest.approx(shares)


def test_fractions_beside_percents_are_refused(company: Company) -> None:
    """One share of 150% does not turn everybody's 50% into half a percent; its row is named."""
    company.write("reps", "rep_id,variable_share\nR1,0.5\nR2,1.5\n")
    (found,) = [one for one in findings_of(company) if one.code == "reps.out_of_range"]
    assert (found.row, found.value) == (3, "1.5")
    assert "fractions" in found.advice
