"""A year in which people, teams and accounts change: who owes and who is credited on which day."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from planner.errors import DataError, ScenarioError
from planner.outcomes.result import Outcome
from planner.outputs.change_tables import changed_accounts
from planner.outputs.moves import previous_reps, proposed_reps, proposed_territories
from planner.outputs.plan import Plan
from planner.pipeline.explaining_days import describe_day
from planner.pipeline.planning import make_plan
from planner.pipeline.replanning import change_plan
from planner.pipeline.tracking import track_plan
from planner.quotas.parts import owed_until, parts_of_sheet
from planner.scenario.reading import read_scenario

Row = dict[str, str]
Change = Callable[..., Plan]
DAY = date(2027, 4, 1)
COLUMNS = ("kind", "date", "rep_id", "territory_id", "account_id", "into", "covered_by", "until",
           "amount", "seat", "manager_id", "why")  # fmt: skip


def write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def folder(tiny_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of fifty accounts under two managers, with bookings in the plan's first months."""
    target = tmp_path_factory.mktemp("people")
    for path in tiny_tables.iterdir():
        if path.is_file():
            (target / path.name).write_bytes(path.read_bytes())
    reps = read(target / "reps.csv")
    manager = next(r for r in reps if r["coverage"] == "none")
    reps.append({**manager, "rep_id": "M9", "name": "Mara Nine"})
    write(target / "reps.csv", reps)
    history = read(target / "history.csv")
    rows = {r["account_id"]: r for r in history}.values()
    booked = [r | {"date": f"2027-0{1 + n % 3}-15", "amount": "1000"} for n, r in enumerate(rows)]
    write(target / "history.csv", [*history, *booked])
    return target


@pytest.fixture(scope="module")
def running(folder: Path) -> Plan:
    """The annual plan."""
    return make_plan(read_scenario(folder / "baseline.toml", ("outcomes.draws=100",)), folder)


@pytest.fixture
def change(folder: Path, running: Plan) -> Change:
    """Change the running plan by events."""

    def apply(*events: Row, plan: Plan | None = None, day: date | None = DAY) -> Plan:
        rows = [dict.fromkeys(COLUMNS, "") | {"why": "a test"} | event for event in events]
        write(folder / "events.csv", rows)
        told = ("outcomes.draws=100", "inputs.events.path=events.csv")
        scenario = read_scenario(folder / "baseline.toml", told)
        return change_plan(scenario, folder, plan or running, effective=day)

    return apply


def seat_of(plan: Plan, place: int) -> tuple[str, str]:
    return plan.territory_ids[place], plan.seats.rep_ids[place]


def manager_of(plan: Plan, rep_id: str) -> str:
    return next(rep.manager_id or "" for rep in plan.data.reps if rep.rep_id == rep_id)


def books(plan: Plan) -> dict[str, str]:
    names = ("", *plan.territory_ids)
    ids = plan.data.accounts["account_id"].tolist()
    return {a: names[at + 1] for a, at in zip(ids, plan.territory_of_account.tolist(), strict=True)}


def owed(plan: Plan, day: date, level: str) -> dict[str, float]:
    debts = describe_day(plan, day).debts
    return {debt.rep_id: debt.on_day for debt in debts if debt.level == level}


def test_a_managers_quota_ends_with_his_last_day(change: Change, running: Plan) -> None:
    """His successor owes for the team from the next day on, in every later change too."""
    boss = manager_of(running, seat_of(running, 0)[1])
    event = {"kind": "leave", "date": "2027-06-30", "rep_id": boss, "manager_id": "M9"}
    plan = change(event)
    before, after = (owed(plan, day, "manager") for day in (date(2027, 6, 30), date(2027, 7, 1)))
    assert before[boss] > 0
    assert not before.get("M9")
    assert after["M9"] > 0
    assert not after.get(boss)
    again = change(event, plan=plan, day=date(2027, 5, 1))
    assert again.quotas is not None
    assert plan.quotas is not None
    assert again.quotas.by_person("manager") == plan.quotas.by_person("manager")
    assert {manager_of(again, rep) for rep in again.seats.rep_ids if rep} == {
        manager_of(plan, rep) for rep in plan.seats.rep_ids if rep
    }


def test_bookings_are_credited_to_the_team_whose_they_were(
    change: Change, running: Plan, folder: Path
) -> None:
    """A rep who goes to another manager takes along what comes, not what came."""
    rep = seat_of(running, 0)[1]
    boss = manager_of(running, rep)
    plan = change({"kind": "transfer", "date": "2027-04-01", "rep_id": rep, "manager_id": "M9"})
    tracking, _, _ = track_plan(plan, folder / "history.csv", as_of=date(2027, 4, 30))
    was, _, _ = track_plan(running, folder / "history.csv", as_of=date(2027, 4, 30))
    line, old = tracking.line("manager", boss), was.line("manager", boss)
    assert line is not None
    assert old is not None
    assert line.booked == old.booked
    new = tracking.line("manager", "M9")
    assert new is not None
    assert new.booked == 0 < new.potential_to_date
    both = line.potential_to_date + new.potential_to_date
    assert both == pytest.approx(old.potential_to_date, abs=2)
    assert plan.outcomes is not None
    expected = {o.rep_id: o.expected for o in plan.outcomes.outcomes if o.level == "manager"}
    assert expected[boss] >= line.booked
    assert expected["M9"] > 0


def test_a_seat_outlives_who_goes_to_another_one(change: Change, running: Plan) -> None:
    """It is open headcount: no account moves, and only the two seats' people owe anything else."""
    (mine, rep), (theirs, other) = seat_of(running, 0), seat_of(running, 1)
    plan = change(
        {"kind": "leave", "date": "2027-04-30", "rep_id": other},
        {"kind": "transfer", "date": "2027-05-01", "rep_id": rep, "territory_id": theirs},
    )
    assert books(plan) == books(running)
    holders = dict(zip(plan.territory_ids, plan.seats.rep_ids, strict=True))
    assert (holders[mine], holders[theirs]) == ("", rep)
    assert plan.year is not None
    assert plan.year.touched == {rep, other, mine}


def test_a_hire_may_take_a_new_seat(change: Change, running: Plan) -> None:
    """It has no accounts, and whoever mistyped a seat reads so."""
    plan = change({"kind": "hire", "date": "2027-05-03", "rep_id": "N1", "territory_id": "T999"})
    assert "T999" in plan.territory_ids
    assert books(plan) == books(running)
    assert any(f.code == "events.new_seat" and "T999" in f.message for f in plan.findings)


def test_a_merged_account_was_its_own_seats_until_then(
    change: Change, running: Plan, folder: Path
) -> None:
    """What was booked on it stays with who had it; its quota goes along, through two mergers too."""
    seats = books(running)
    first, second, third = (
        next(a for a, seat in seats.items() if seat == name) for name in running.territory_ids[:3]
    )
    plain = change({"kind": "goal", "date": "2027-04-01", "amount": str(goal_of(running))})
    merges = [
        {"kind": "merged", "date": "2027-04-10", "account_id": first, "into": second},
        {"kind": "merged", "date": "2027-06-10", "account_id": second, "into": third},
    ]
    plan = change(*merges)
    assert plan.year is not None
    assert plain.year is not None
    assert plan.year.booked == plain.year.booked
    lines = [track_plan(p, folder / "history.csv", as_of=date(2027, 3, 31))[0].lines
             for p in (plain, plan)]  # fmt: skip
    assert [x.booked for x in lines[0]] == [x.booked for x in lines[1]]
    assert plan.quotas is not None
    assert running.quotas is not None
    now, was = plan.quotas.by_person("rep"), running.quotas.by_person("rep")
    reps = [running.seats.rep_ids[place] for place in range(3)]
    assert now[reps[0]] < was[reps[0]]
    assert now[reps[1]] < was[reps[1]]
    assert now[reps[2]] - was[reps[2]] == sum(was[rep] - now[rep] for rep in reps[:2])


def test_the_difference_says_what_left_and_only_once(change: Change, running: Plan) -> None:
    """An account that is lost: whose it was and why; the next change is silent about it."""
    account, seat = next(iter(books(running).items()))
    event = {"kind": "lost", "date": "2027-05-03", "account_id": account, "why": "insolvent"}
    first = change(event)
    assert first.year is not None
    table = changed_accounts(first, first.year)
    columns = {column.name: column.values for column in table.columns}
    row = list(columns["account_id"]).index(account)
    rep = dict(zip(running.territory_ids, running.seats.rep_ids, strict=True))[seat]
    told = [columns[name][row] for name in ("change", "from_territory_id", "from", "to", "why")]
    assert told == ["lost", seat, rep, "", "insolvent"]
    second = change(event, plan=first, day=date(2027, 6, 1))
    assert second.year is not None
    ids = changed_accounts(second, second.year).columns[0].values
    assert account not in ids


def goal_of(plan: Plan) -> int:
    assert plan.quotas is not None
    return plan.quotas.goal // 100


def test_one_goal_may_follow_another(change: Change, running: Plan) -> None:
    """Each holds from its day: between the two the first is on its way."""
    goal = goal_of(running)
    plan = change(
        {"kind": "goal", "date": "2027-07-01", "amount": str(goal + goal // 5)},
        {"kind": "goal", "date": "2027-10-01", "amount": str(goal)},
    )
    assert plan.year is not None
    assert running.quotas is not None
    parts = parts_of_sheet(running.quotas, running.data.period)
    company = ("company", "company", "total")
    for day, more in ((date(2027, 7, 1), False), (date(2027, 10, 1), True)):
        now, was = (owed_until(p, day)[company] for p in (plan.year.parts, parts))
        assert (now > was) is more
    assert plan.quotas is not None
    assert plan.quotas.goal == running.quotas.goal


def test_what_came_for_open_seats_is_counted_once(change: Change, running: Plan) -> None:
    """Two seats without anybody: each has its own bookings, and the levels add up."""
    events = [
        {"kind": "leave", "date": "2027-01-10", "rep_id": seat_of(running, place)[1]}
        for place in (0, 1)
    ]
    plan = change(*events)
    assert plan.year is not None
    assert plan.year.booked[running.territory_ids[0]] > 0
    assert sum(plan.year.booked.values()) == sum(month.booked for month in plan.year.closed)
    assert plan.outcomes is not None
    people = [o.expected for o in plan.outcomes.outcomes if o.level == "rep"]
    company = next(o.expected for o in plan.outcomes.outcomes if o.level == "company")
    gone = sum(plan.year.booked.get(event["rep_id"], 0) for event in events)
    assert company == pytest.approx(sum(people) + gone, abs=len(people))


def test_rows_that_cannot_be_read_and_impossible_events_are_told_at_once(
    change: Change, running: Plan
) -> None:
    """One run names them all, and each once."""
    rep = seat_of(running, 0)[1]
    with pytest.raises(DataError) as refused:
        change(
            {"kind": "leave", "date": "30.02.2027", "rep_id": rep},
            {"kind": "leave", "date": "2027-05-01", "rep_id": "NOBODY"},
            {"kind": "merged", "date": "2027-05-01", "account_id": "A1", "into": "A1"},
        )
    codes = [found.code for found in refused.value.findings if found.severity == "error"]
    assert codes.count("events.not_a_date") == 1
    assert {"events.unknown_rep", "events.merged_into_itself"} <= set(codes)
    assert "events.incomplete" not in codes


def test_a_seat_that_changes_hands_is_each_holders_for_his_days(
    change: Change, running: Plan
) -> None:
    """A leaver, and who comes after him, are simulated for the days that each is in the seat."""
    seat, rep = seat_of(running, 0)
    leaves = {"kind": "leave", "date": "2027-08-31", "rep_id": rep}
    hire = {"kind": "hire", "date": "2027-09-01", "rep_id": "N1", "territory_id": seat}
    plain = change({"kind": "goal", "date": "2027-04-01", "amount": str(goal_of(running))})
    plan = change(leaves, hire)
    rest = {o.rep_id: o.expected for o in foreseen(plan)}
    before = {o.rep_id: o.expected for o in foreseen(plain)}
    assert plan.year is not None
    booked = plan.year.booked[rep]
    # Five of nine months are his; the newcomer's four are on ramp.
    share = (rest[rep] - booked) / (before[rep] - booked)
    assert 0.35 < share < 0.75
    assert 0.1 < rest["N1"] / (before[rep] - booked) < 0.5
    assert all(rest[o] == before[o] for o in before if o not in {rep, "company", *managers(plan)})
    total = sum(o.expected for o in foreseen(plan) if o.level == "rep")
    assert total == pytest.approx(rest["company"], abs=len(rest))


def test_whoever_covers_is_credited_with_what_he_covers(change: Change, running: Plan) -> None:
    """Who serves a seat that is open, or whose holder is away, has a share of what it brings."""
    (seat, rep), (_, other) = seat_of(running, 0), seat_of(running, 1)
    leaves = {"kind": "leave", "date": "2027-08-31", "rep_id": rep}
    alone = {o.rep_id: o.expected for o in foreseen(change(leaves))}
    helped = {o.rep_id: o.expected for o in foreseen(change(leaves | {"covered_by": other}))}
    assert seat in alone
    assert seat not in helped
    assert helped[other] - alone[other] == pytest.approx(alone[seat], abs=2)
    assert helped["company"] == pytest.approx(alone["company"], abs=2)


def foreseen(plan: Plan) -> tuple[Outcome, ...]:
    assert plan.outcomes is not None
    return plan.outcomes.outcomes


def managers(plan: Plan) -> set[str]:
    return {o.rep_id for o in foreseen(plan) if o.level == "manager"}


def test_the_same_row_twice_counts_once_and_a_contradiction_is_told_once(
    change: Change, running: Plan
) -> None:
    """A row that stands twice is a warning; two ends of one tenure on a day are one error."""
    rep = seat_of(running, 0)[1]
    event = {"kind": "leave", "date": "2027-05-31", "rep_id": rep}
    plan = change(event, event | {"why": "told again"})
    assert plan.year is not None
    assert len(plan.year.applied) == 1
    warned = [found for found in plan.findings if found.code == "events.told_twice"]
    assert [(found.row, found.severity) for found in warned] == [(3, "warning")]
    with pytest.raises(DataError) as refused:
        change(event, event | {"covered_by": seat_of(running, 1)[1]})
    codes = [found.code for found in refused.value.findings if found.severity == "error"]
    assert codes == ["events.twice"]


def test_days_that_an_earlier_change_closed_stay_closed(change: Change, running: Plan) -> None:
    """A change dated before the running plan's own would open them again: it is refused."""
    event = {"kind": "leave", "date": "2027-06-30", "rep_id": seat_of(running, 0)[1]}
    plan = change(event, day=date(2027, 6, 1))
    with pytest.raises(ScenarioError, match="2027-06-01"):
        change(event, plan=plan, day=date(2027, 5, 1))
    again = change(event, plan=plan, day=None)
    assert again.year is not None
    assert again.year.effective == date(2027, 6, 1), "not the day after the last booking"


def test_who_covers_an_open_seat_has_its_accounts(change: Change, running: Plan) -> None:
    """Tables and CRM files name whoever serves the seat, and from his day on who is hired for it."""
    (seat, rep), (_, other) = seat_of(running, 0), seat_of(running, 1)
    leaves = {"kind": "leave", "date": "2027-05-31", "rep_id": rep, "covered_by": other}
    covered = change(leaves)
    mine = [at for at, name in enumerate(proposed_territories(covered)) if name == seat]
    assert mine
    assert {proposed_reps(covered)[at] for at in mine} == {other}
    hire = {"kind": "hire", "date": "2027-09-01", "rep_id": "N1", "territory_id": seat}
    hired = change(leaves, hire, plan=covered, day=date(2027, 8, 1))
    assert {previous_reps(hired)[at] for at in mine} == {other}
    assert {proposed_reps(hired)[at] for at in mine} == {"N1"}
    assert set(proposed_reps(change(leaves | {"covered_by": ""}))) >= {""}
