"""A change to a running plan: only what must move moves, and what is closed stays."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from planner.errors import DataError, ScenarioError
from planner.inputs import edits as sheets
from planner.inputs.edits import EditBook, EditRow
from planner.outputs.folder import load_plan, save_plan
from planner.outputs.moves import proposed_reps, proposed_territories
from planner.outputs.plan import Plan
from planner.pipeline.replanning import change_plan
from planner.scenario.reading import read_scenario

Row = dict[str, str]
Change = Callable[..., Plan]
EVENTS = ("kind", "date", "rep_id", "territory_id", "account_id", "into", "covered_by", "until",
          "amount", "seat", "why")  # fmt: skip
DAY = date(2027, 4, 10)


@pytest.fixture(scope="module")
def running(demo_plan: Path) -> Plan:
    """The plan that every change starts from."""
    return load_plan(demo_plan)


@pytest.fixture
def change(running: Plan, demo_tables: Path, tmp_path: Path) -> Change:
    """Change the running plan by events, tables put in place of the demo's, and settings."""

    def apply(
        *events: Row,
        plan: Plan | None = None,
        day: date | None = DAY,
        tables: dict[str, list[Row]] | None = None,
        settings: tuple[str, ...] = (),
        only_quotas: bool = False,
        edits: EditBook | None = None,
    ) -> Plan:
        for path in demo_tables.iterdir():
            if path.is_file():
                (tmp_path / path.name).write_bytes(path.read_bytes())
        for name, rows in (tables or {}).items():
            write(tmp_path / f"{name}.csv", rows)
        told: tuple[str, ...] = ("outcomes.draws=200",)
        if events:
            rows = [dict.fromkeys(EVENTS, "") | {"why": "a test"} | e for e in events]
            write(tmp_path / "events.csv", rows)
            told = (*told, "inputs.events.path=events.csv")
        scenario = read_scenario(tmp_path / "baseline.toml", (*told, *settings))
        return change_plan(
            scenario,
            tmp_path,
            plan or running,
            effective=day,
            only_quotas=only_quotas,
            edits=edits,
        )

    return apply


def write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def owners(plan: Plan) -> dict[str, tuple[str, str]]:
    ids = plan.data.accounts["account_id"].tolist()
    pairs = zip(proposed_territories(plan), proposed_reps(plan), strict=True)
    return dict(zip(ids, pairs, strict=True))


def check(plan: Plan, running: Plan, day: date = DAY) -> None:
    """Quotas add up at every level, and closed months are the running plan's."""
    assert plan.quotas is not None
    assert running.quotas is not None
    goal = plan.quotas.goal
    assert plan.quotas.totals["company"] == goal
    assert plan.quotas.totals["rep"] == Fraction(goal) * Fraction(11, 10)
    assert plan.quotas.totals["manager"] == Fraction(goal) * Fraction(105, 100)
    ends = dict(running.data.period.bounds)
    closed = [line for line in running.quotas.lines if ends[line.period_start] <= day]
    assert [line for line in plan.quotas.lines if ends[line.period_start] <= day] == closed
    assert plan.alignment.violations == ()


def seat_of(plan: Plan, place: int) -> tuple[str, str]:
    return plan.territory_ids[place], plan.seats.rep_ids[place]


def test_a_change_without_anything_is_the_running_plan(change: Change, running: Plan) -> None:
    """Same tables, no event: same owners, same quotas, and all approvals stand."""
    plan = change()
    assert owners(plan) == owners(running)
    assert plan.quotas is not None
    assert running.quotas is not None
    assert plan.quotas.lines == running.quotas.lines
    assert plan.year is not None
    assert plan.year.untouched == plan.territory_ids
    assert plan.year.moved == {}


def test_a_leavers_accounts_stay_in_the_open_seat(change: Change, running: Plan) -> None:
    """Nothing moves; the seat's accounts have no rep, and nobody else's quota changes."""
    seat, rep = seat_of(running, 0)
    plan = change({"kind": "leave", "date": "2027-04-09", "rep_id": rep})
    before, after = owners(running), owners(plan)
    assert {a for a in after if after[a] != before[a]} == {a for a in before if before[a][1] == rep}
    assert {after[a] for a in after if before[a][1] == rep} == {(seat, "")}
    assert plan.year is not None
    assert plan.year.touched == {rep, seat}
    assert set(plan.year.untouched) == set(plan.territory_ids) - {seat}
    check(plan, running)


def test_a_closed_seats_accounts_go_to_others_and_only_they_move(
    change: Change, running: Plan
) -> None:
    """Every account that has another seat was the leaver's."""
    seat, rep = seat_of(running, 1)
    plan = change({"kind": "leave", "date": "2027-04-09", "rep_id": rep, "seat": "closed"})
    before, after = owners(running), owners(plan)
    moved = {a for a in after if after[a][0] != before[a][0]}
    assert moved == {a for a in before if before[a][0] == seat}
    assert seat not in plan.territory_ids
    assert plan.alignment.moved.accounts == 0
    check(plan, running)


def test_new_accounts_are_placed_and_nothing_else_moves(
    change: Change, running: Plan, demo_tables: Path
) -> None:
    """An acquisition's accounts find their seats; what was there stays."""
    rows = read(demo_tables / "accounts.csv")
    added = [
        row | {"account_id": f"Z{row['account_id']}", "parent_id": "", "owner_id": ""}
        for row in rows[:25]
    ]
    plan = change(tables={"accounts": [*rows, *added]})
    before, after = owners(running), owners(plan)
    assert {a for a in after if after[a] != before.get(a)} == {r["account_id"] for r in added}
    assert all(after[r["account_id"]][0] for r in added)
    assert plan.year is not None
    twins = {(pair.account_id, pair.known_id) for pair in plan.year.duplicates}
    assert {(f"Z{k}", k) for k in before if f"Z{k}" in after} <= twins
    check(plan, running)


def test_undoing_an_event_gives_the_plan_without_it(
    change: Change, running: Plan, tmp_path: Path
) -> None:
    """Byte for byte: the folder with an event taken out again is the folder without it."""
    rep, other = seat_of(running, 0)[1], seat_of(running, 3)[1]
    kept = {"kind": "leave", "date": "2027-04-09", "rep_id": rep}
    undone = {"kind": "leave", "date": "2027-05-20", "rep_id": other, "covered_by": "M1001"}
    first = save_all(change(kept), tmp_path / "first")
    both = save_all(change(undone, kept), tmp_path / "both")
    again = save_all(change(kept), tmp_path / "again")
    swapped = save_all(change(kept, undone), tmp_path / "swapped")
    assert first == again
    assert both != first
    rows = {"state/objects.json", "state/manifest.json", "plan.json", "report.html"}
    # The order of rows decides the rows' numbers and the table's digest, and nothing else.
    assert {k for k in both if both[k] != swapped[k]} <= rows


def save_all(plan: Plan, folder: Path) -> dict[str, bytes]:
    """Return every file of a plan's folder that holds no time and is quick to write."""
    save_plan(plan, folder)
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in {".csv", ".json", ".html", ".geojson", ".npz"}
    }
    head = json.loads(files["plan.json"])
    for volatile in ("seconds", "peak_memory_mb"):
        head.pop(volatile)
    return files | {"plan.json": json.dumps(head).encode()}


def test_a_year_is_played_and_adds_up_at_its_end(
    change: Change, running: Plan, demo_tables: Path
) -> None:
    """Leavers, hires, a goal raised in month three, an acquisition: change upon change."""
    (seat, leaver), (closing, gone) = seat_of(running, 0), seat_of(running, 1)
    march = [
        {"kind": "leave", "date": "2027-02-26", "rep_id": leaver, "covered_by": "M1001"},
        {"kind": "goal", "date": "2027-03-01", "amount": "9500000"},
    ]
    one = change(*march, day=date(2027, 3, 1))
    check(one, running, date(2027, 3, 1))
    june = [
        *march,
        {"kind": "hire", "date": "2027-06-07", "rep_id": "N1", "territory_id": seat},
        {"kind": "leave", "date": "2027-05-31", "rep_id": gone, "seat": "closed"},
    ]
    two = change(*june, plan=one, day=date(2027, 6, 1))
    check(two, one, date(2027, 6, 1))
    rows = read(demo_tables / "accounts.csv")
    ids = [r["account_id"] for r in rows]
    added = [
        r
        | {
            "account_id": f"Z{r['account_id']}",
            "parent_id": "",
            "owner_id": "",
            "name": f"Acq {i} Zed",
        }
        for i, r in enumerate(rows[:30])
    ]
    merged = {"kind": "merged", "date": "2027-09-01", "account_id": ids[5], "into": ids[6]}
    three = change(
        *june, merged, plan=two, day=date(2027, 9, 15), tables={"accounts": [*rows, *added]}
    )
    check(three, two, date(2027, 9, 15))
    assert three.quotas is not None
    assert three.quotas.goal == 950_000_000
    before, after = owners(running), owners(three)
    had_to = {a for a in before if before[a][0] == closing} | {r["account_id"] for r in added}
    assert {a for a in after if after[a][0] != before.get(a, ("",))[0]} <= had_to
    assert ids[5] not in after
    assert {after[a][1] for a in after if after[a][0] == seat} == {"N1"}
    assert three.year is not None
    assert [e.kind for e in three.year.applied] == ["merged"]
    assert len(three.year.events) == 5
    assert load_back(three) == three.year


def load_back(plan: Plan) -> Any:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        save_plan(plan, Path(folder) / "plan")
        return load_plan(Path(folder) / "plan").year


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"kind": "leave", "date": "2027-05-01", "rep_id": "E9999"}, "E9999"),
        ({"kind": "lost", "date": "2027-05-01", "account_id": "A9"}, "A9"),
        ({"kind": "leave", "date": "2026-05-01", "rep_id": "E1001"}, "outside the plan"),
        ({"kind": "leave", "date": "2027-05-01", "rep_id": "M1001"}, "is the manager of"),
        (
            {"kind": "hire", "date": "2027-05-01", "rep_id": "N1", "territory_id": "T001"},
            "holds it",
        ),
        ({"kind": "wedding", "date": "2027-05-01"}, "no kind of event"),
    ],
)
def test_an_impossible_event_stops_the_change_with_a_finding(
    change: Change, event: Row, words: str
) -> None:
    """Nothing is half-applied: the change is refused, and the row is named."""
    with pytest.raises(DataError) as refused:
        change(event)
    assert any(words in f.message and f.table == "events" for f in refused.value.findings)


def test_all_impossible_events_are_told_at_once(change: Change, running: Plan) -> None:
    """A row that cannot be read hides no other; what only follows from such a row is not told."""
    seat, leaver = seat_of(running, 0)
    with pytest.raises(DataError) as refused:
        change(
            {"kind": "leave", "date": "2029-05-01", "rep_id": leaver},
            {"kind": "leave", "date": "2027-05-01", "rep_id": "E9999"},
            {"kind": "lost", "date": "2027-05-01", "account_id": "A9"},
            {"kind": "wedding", "date": "2027-05-01"},
            {"kind": "hire", "date": "2026-05-01", "rep_id": "N1", "territory_id": seat},
            {"kind": "leave", "date": "2027-06-01", "rep_id": "N1"},
        )
    errors = [f for f in refused.value.findings if f.severity == "error"]
    assert {f.row for f in errors} == {2, 3, 4, 5, 6}
    assert all(f.table == "events" for f in errors)


def test_another_period_or_a_day_outside_it_is_no_change(change: Change) -> None:
    """A change keeps the plan's months and is dated inside them."""
    with pytest.raises(ScenarioError, match="a change keeps the months"):
        change(settings=("period.start=2028-01-01", "period.as_of=2027-11-30"))
    with pytest.raises(ScenarioError, match="outside the plan"):
        change(day=date(2028, 2, 1))


def test_a_new_goal_alone_leaves_every_account(change: Change, running: Plan) -> None:
    """--only quotas with a higher goal: the same owners, closed months and overrides stand."""
    plan = change(settings=("quota.goal=9_000_000",), only_quotas=True)
    assert owners(plan) == owners(running)
    assert plan.quotas is not None
    assert plan.quotas.goal == 900_000_000
    check(plan, running)


def test_more_may_move_only_within_the_budget_of_the_change(change: Change, running: Plan) -> None:
    """With a budget, continuing owners lose at most that share of their accounts."""
    rep = seat_of(running, 1)[1]
    plan = change(
        {"kind": "leave", "date": "2027-04-09", "rep_id": rep, "seat": "closed"},
        settings=("change.max_account_share=0.02",),
    )
    assert plan.alignment.moved.account_share <= 0.02
    check(plan, running)


def test_a_workbook_edited_in_the_year_is_planned_with(change: Change, running: Plan) -> None:
    """An owner, a potential and a quota that a person wrote: held, set, and the rest as it was."""
    before = owners(running)
    rep, other = seat_of(running, 4)[1], seat_of(running, 5)[1]
    mine = [account for account, (_, owner) in before.items() if owner == rep]

    def row(sheet: str, subject: str, number: int, **cells: object) -> EditRow:
        named = {getattr(sheets, name): value for name, value in cells.items()}
        return EditRow(sheet=sheet, row=number, subject=subject, cells=named)

    accounts, quotas = sheets.ACCOUNTS_SHEET, sheets.QUOTAS_SHEET
    book = EditBook(
        workbook="workbook.xlsx",
        sha256="",
        rows=(
            row(accounts, mine[0], 2, PLANNED=rep, NEW_OWNER=other),
            row(accounts, mine[1], 3, PLANNED=other, NEW_OWNER=other),
            row(accounts, mine[2], 4, PLANNED=rep, POTENTIAL=54_321),
            row(quotas, rep, 2, QUOTA=1_000_000),
            row(quotas, "M1001", 3, QUOTA=1_000_000),
        ),
        columns={accounts: {sheets.PLANNED: "D"}, quotas: {}},
        origin={sheets.MADE_FROM: running.provenance.name},
    )
    plan = change(edits=book)
    after = owners(plan)
    assert {a for a in after if after[a] != before[a]} == {mine[0]}
    assert after[mine[0]][1] == other
    assert plan.quotas is not None
    assert plan.quotas.by_person("rep")[rep] == 100_000_000
    place = plan.data.accounts["account_id"].tolist().index(mine[2])
    assert plan.potential.expected[place] == 5_432_100
    check(plan, running)
    assert plan.edits is not None
    assert len(plan.edits.accepted) == 3
    reasons = {edit.subject: edit.reason for edit in plan.edits.refused}
    assert "out of date" in reasons[mine[1]]
    assert "serves no seat" in reasons["M1001"]
    again = change(plan=plan, day=date(2027, 6, 1))
    assert owners(again) == after
    assert again.quotas is not None
    assert again.quotas.by_person("rep")[rep] == 100_000_000


def test_a_changed_plan_is_assessed_like_any_other(change: Change, running: Plan) -> None:
    """Fairness, pay and the bridge from last year are of the changed quotas."""
    plan = change({"kind": "goal", "date": "2027-04-10", "amount": "9000000"})
    assert plan.assessment is not None
    assert plan.quotas is not None
    assert running.assessment is not None
    names = [test.name for test in running.assessment.fairness]
    assert [test.name for test in plan.assessment.fairness] == names
    quotas = {line.rep_id: line.quota for line in plan.assessment.bridge}
    assert quotas == plan.quotas.by_person("rep")


def test_components_may_get_other_goals_and_no_others(
    change: Change, running: Plan, tmp_path: Path
) -> None:
    """A change cannot bring components that closed months do not know, and says why."""
    with pytest.raises(ScenarioError, match="closed months owe the parts"):
        change(settings=("quota.components.new.share=0.4", "quota.components.renewal.share=0.6"))


def test_a_lost_account_leaves_quotas_unless_they_are_to_be_relieved(
    change: Change, running: Plan
) -> None:
    """By default nothing is settled again; relieved, its seat owes less and the others more."""
    before = owners(running)
    ids = running.data.accounts["account_id"].tolist()
    account = ids[int(running.potential.expected.argmax())]
    _, rep = before[account]
    event = {"kind": "lost", "date": "2027-05-03", "account_id": account}
    kept = change(event)
    assert kept.quotas is not None
    assert running.quotas is not None
    assert kept.quotas.by_person("rep") == running.quotas.by_person("rep")
    relieved = change(event, settings=("change.lost_accounts=relieve",))
    check(relieved, running)
    assert relieved.quotas is not None
    quotas, was = relieved.quotas.by_person("rep"), running.quotas.by_person("rep")
    assert quotas[rep] < was[rep]
    assert sum(quotas.values()) == sum(was.values())
    assert all(quotas[other] >= was[other] for other in was if other != rep)


def test_what_nobody_has_time_for_is_not_booked_after_a_change_either(change: Change) -> None:
    """The rest of the year knows how full each seat's days are, as the annual plan does."""
    plain = change(day=date(2027, 1, 1))
    full = change(day=date(2027, 1, 1), settings=("workload.hours_per_year=60",))
    expected = [
        next(one.expected for one in plan.outcomes.outcomes if one.level == "company")
        for plan in (plain, full)
        if plan.outcomes is not None
    ]
    assert expected[1] < 0.9 * expected[0]


def test_what_the_annual_plans_moves_lose_is_lost_after_a_change_too(change: Change) -> None:
    """On the plan's first day nothing has changed: the year brings what the plan said, each rep."""
    settings = ("outcomes.loss_on_move=0.9",)
    annual = change(day=date(2027, 1, 1), settings=settings)
    again = change(plan=annual, day=date(2027, 1, 1), settings=settings)
    kept = change(day=date(2027, 1, 1), settings=("outcomes.loss_on_move=0.0",))
    assert annual.year is not None
    assert annual.year.resettled
    assert again.year is not None
    assert again.year.resettled == annual.year.resettled
    assert again.outcomes == annual.outcomes
    assert annual.outcomes is not None
    assert kept.outcomes is not None
    found, without = (
        {one.rep_id: one.expected for one in plan.outcomes.outcomes if one.level == "company"}
        for plan in (annual, kept)
    )
    assert all(found[name] < without[name] for name in found)


def test_a_change_that_changes_nothing_expects_what_the_running_plan_did(
    change: Change, running: Plan
) -> None:
    """With no day passed, the simulated year is the annual plan's, losses on its moves included."""
    draws = running.provenance.scenario["outcomes"]["draws"]
    same = change(day=date(2027, 1, 1), settings=(f"outcomes.draws={draws}",))
    assert running.outcomes is not None
    assert same.outcomes is not None
    assert same.outcomes.outcomes == running.outcomes.outcomes
