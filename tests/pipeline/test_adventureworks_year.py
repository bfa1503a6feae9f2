"""A company nobody here made: its last year, followed from quarter to quarter against its quotas."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from planner.outputs.plan import Plan
from planner.pipeline.planning import make_plan
from planner.pipeline.tracking import track_plan
from planner.scenario.reading import read_scenario

START, END = "2013-05-30", date(2014, 5, 29)
QUARTERS = ("2013-05-30", "2013-08-30", "2013-11-30", "2014-03-01")
CUTS = (date(2013, 8, 29), date(2013, 11, 29), date(2014, 2, 28))
SCENARIO = """
name = "The last year"
currency = "USD"
[period]
starts = [2013-05-30, 2013-08-30, 2013-11-30, 2014-03-01]
end = 2014-05-30
as_of = 2013-05-29
[inputs.accounts]
path = "accounts.csv"
columns = {{ account_id = "Account ID", owner_id = "Account Owner ID", segment = "Business Type" }}
[inputs.history]
path = "history.csv"
columns = {{ account_id = "Account ID", rep_id = "Rep ID", date = "Order Date", amount = "Amount" }}
[inputs.reps]
path = "reps.csv"
where = "role NOT LIKE '%Manager'"
columns = {{ rep_id = "Rep ID", role = "Title", hire_date = "Hire Date" }}
[alignment]
measures.potential = {{ tolerance = 0.5, hard = false, penalty = [0, 0] }}
travel = {{ from = "none" }}
unassigned = "allow"
[[alignment.holds]]
where = "account_id IS NOT NULL"
to = "owner"
[quota]
goal = {goal}
over_assignment = {{ manager = 0.0, rep = 0.0 }}
seasonality = {season}
[quota.overrides]
{overrides}
[outcomes]
draws = 100
"""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def year(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    """Each store with who sold it most the year before, and the table's own quotas."""
    source, folder = shared / "data" / "adventureworks", tmp_path_factory.mktemp("year")
    for name in ("history.csv", "reps.csv"):
        (folder / name).write_bytes((source / name).read_bytes())
    sold: dict[str, Counter[str]] = {}
    for row in rows_of(source / "history.csv"):
        if "2012-05-30" <= row["Order Date"] < START:
            seller = sold.setdefault(row["Account ID"], Counter())
            seller[row["Rep ID"]] += float(row["Amount"])  # type: ignore[assignment]
    accounts = rows_of(source / "accounts.csv")
    for row in accounts:
        if row["Account ID"] in sold:
            row["Account Owner ID"] = sold[row["Account ID"]].most_common(1)[0][0]
    with (folder / "accounts.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(accounts[0]))
        writer.writeheader()
        writer.writerows(accounts)
    reps = {r["Rep ID"] for r in rows_of(source / "reps.csv") if "Manager" not in r["Title"]}
    quotas = [
        (r["Rep ID"], r["Quarter Start"], int(float(r["Quota"])))
        for r in rows_of(source / "quotas.csv")
        if r["Quarter Start"] >= START and r["Rep ID"] in reps
    ]
    totals = {rep: sum(q for r, _, q in quotas if r == rep) for rep in sorted(reps)}
    season = [sum(q for _, start, q in quotas if start == quarter) for quarter in QUARTERS]
    text = SCENARIO.format(
        goal=sum(totals.values()),
        season=season,
        overrides="\n".join(f'"{rep}" = {total}' for rep, total in totals.items()),
    )
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return make_plan(read_scenario(folder / "scenario.toml"), folder), folder / "history.csv"


def test_the_landing_at_each_quarter_covers_what_came(year: tuple[Plan, Path]) -> None:
    """Of the company's and the reps' intervals, at least the stated 80% hold what came in the end."""
    plan, history = year
    final, _, _ = track_plan(plan, history, as_of=END)
    came = {(line.level, line.rep_id): line.booked for line in final.lines}
    held: dict[str, list[bool]] = {"company": [], "rep": []}
    for day in CUTS:
        tracking, _, _ = track_plan(plan, history, as_of=day)
        for line in tracking.lines:
            if line.level in held:
                held[line.level].append(line.low <= came[line.level, line.rep_id] <= line.high)
    assert all(held["company"])
    assert len(held["company"]) == 3
    assert 0.8 <= sum(held["rep"]) / len(held["rep"]) <= 0.97


def test_the_quotas_are_the_tables_and_the_bookings_whole(year: tuple[Plan, Path]) -> None:
    """Every order of the year is in the company's line, to the cent, and every quota in a rep's."""
    plan, history = year
    tracking, _, _ = track_plan(plan, history, as_of=END)
    company = tracking.line("company")
    assert company is not None
    orders = [r for r in rows_of(history) if START <= r["Order Date"] <= END.isoformat()]
    total = sum(float(row["Amount"]) for row in orders)
    assert company.booked == pytest.approx(total * 100, abs=len(orders))
    reps = [line for line in tracking.lines if line.level == "rep"]
    assert sum(line.quota for line in reps) == company.quota == 41_760_000_00
