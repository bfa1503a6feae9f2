"""The year so far in a review: measured once for each state of its tables, narrowed by role."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from planner.outputs.plain_page import Page
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.refusals import RefusedError
from planner.review.roles import Role
from planner.review.views.year_view import describe_year, page_year
from planner.review.views.years import Year, Years, YearTables, measure_year
from planner.review.visibility import territory_mask
from tests.reviews import FIRST, SECOND, write_bookings


@pytest.fixture(scope="module")
def bookings(demo_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What came in."""
    return write_bookings(demo_tables, tmp_path_factory.mktemp("year") / "bookings.csv")


@pytest.fixture(scope="module")
def year(managed_plan: OpenPlan, bookings: Path) -> Year:
    """The year against the plan under two managers."""
    found = measure_year(managed_plan.folder, YearTables(history=bookings))
    assert isinstance(found, Year), found
    return found


def person(role: Role, rep_id: str | None = None) -> Person:
    return Person(user_id=0, name="", role=role, rep_id=rep_id)


def words(page: Page) -> str:
    cells = [c.words for s in page.sections if s.table for row in s.table.rows for c in row]
    return "\n".join([*(c.value for c in page.cards), *page.sentences, *page.alarms, *cells])


def test_operations_sees_the_whole_year(managed_plan: OpenPlan, year: Year) -> None:
    """Every rep's line, the company's cards, and what drift asks for."""
    seen = describe_year(managed_plan, person("operations"), year)
    assert len(seen["lines"]) == len(year.tracking.lines)
    page = page_year(managed_plan, person("operations"), year)
    assert [card.label for card in page.cards] == ["Booked", "Lands at", "Goal", "Plan"]
    assert page.sentences[-1] == year.tracking.remedy.words


@pytest.mark.parametrize(
    ("role", "rep_id"), [("manager", SECOND), ("rep", None), ("read-only", None)]
)
def test_nobody_reads_anothers_attainment(
    managed_plan: OpenPlan, year: Year, role: Role, rep_id: str | None
) -> None:
    """Neither page nor values name a rep, a territory or a deal that is not one's own."""
    plan = managed_plan.plan
    who = person(role, rep_id or (plan.seats.rep_ids[0] if role == "rep" else None))
    if role == "rep":
        who = replace(who, released={managed_plan.key: frozenset({plan.territory_ids[0]})})
    mask = territory_mask(managed_plan, who) & (role != "read-only")
    own = {who.rep_id, *(plan.seats.rep_ids[at] for at in mask.nonzero()[0])}
    text = json.dumps(describe_year(managed_plan, who, year))
    shown = words(page_year(managed_plan, who, year))
    peers = {rep for rep in plan.seats.rep_ids if rep not in own} | ({FIRST} - own)
    assert peers
    for rep in peers:
        assert f'"{rep}"' not in text
        assert rep not in shown.split("\n")
    hidden = [name for name, seen in zip(plan.territory_ids, mask, strict=True) if not seen]
    assert [name for name in hidden if f'"{name}"' in text or f" {name}" in shown] == []
    assert (year.tracking.remedy.words in shown) == (year.tracking.remedy.words == "")


def test_a_manager_has_cards_of_his_own(managed_plan: OpenPlan, year: Year) -> None:
    """His team's line stands where the company's would."""
    page = page_year(managed_plan, person("manager", FIRST), year)
    assert [card.label for card in page.cards] == ["Booked", "Lands at", "Quota"]


def test_a_year_is_measured_anew_when_its_table_changes(
    managed_plan: OpenPlan, bookings: Path, tmp_path: Path
) -> None:
    """The same file gives the same object; one more booking gives another year."""
    path = tmp_path / "bookings.csv"
    path.write_bytes(bookings.read_bytes())
    years = Years(tables=YearTables(history=path))
    first = years.get(managed_plan)
    assert first is not None
    assert years.get(managed_plan) is first
    account = managed_plan.plan.data.accounts["account_id"].iloc[0]
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{account},2027-06-30,5000.00,,,\n")
    second = years.get(managed_plan)
    assert second is not None
    before, after = first.tracking.line("company"), second.tracking.line("company")
    assert before is not None
    assert after is not None
    assert after.booked - before.booked == 500_000


def test_a_table_that_cannot_be_used_is_told(managed_plan: OpenPlan, tmp_path: Path) -> None:
    """Without its columns the year is refused in words, and without a table there is none."""
    path = tmp_path / "bookings.csv"
    path.write_text("nothing\n1\n", encoding="utf-8")
    with pytest.raises(RefusedError, match="history"):
        Years(tables=YearTables(history=path)).get(managed_plan)
    assert Years().get(managed_plan) is None
