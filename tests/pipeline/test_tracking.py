"""The year against a plan: nothing lost between rows and lines, and the drift it is asked about."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from planner.errors import DataError, ScenarioError
from planner.outputs.folder import load_plan
from planner.outputs.plain_page import render_page
from planner.outputs.plan import Plan
from planner.outputs.tracking_document import tracking_document
from planner.outputs.tracking_page import tracking_page
from planner.pipeline.tracking import track_plan
from tests.conftest import Run

Row = dict[str, str]
LAST = date(2027, 6, 30)


@pytest.fixture(scope="module")
def plan(demo_plan: Path) -> Plan:
    """The plan that the year is held against."""
    return load_plan(demo_plan)


@pytest.fixture(scope="module")
def bookings(demo_tables: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's bookings of the first half of 2026, a year on."""
    path = tmp_path_factory.mktemp("year") / "bookings.csv"
    with (demo_tables / "history.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    moved = [
        row | {"date": (date.fromisoformat(row["date"]) + timedelta(days=365)).isoformat()}
        for row in rows
        if "2026-01-01" <= row["date"] <= "2026-06-30"
    ]
    write(path, moved)
    return path


def write(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def cents(path: Path, last: date = LAST) -> int:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [r for r in csv.DictReader(stream) if date.fromisoformat(r["date"]) <= last]
    return sum(round(float(row["amount"]) * 100) for row in rows)


def test_what_is_booked_is_credited_once_and_whole(plan: Plan, bookings: Path) -> None:
    """The company's line is the table's sum, and the reps' lines add up to it."""
    tracking, came, _ = track_plan(plan, bookings)
    company = tracking.line("company")
    assert company is not None
    assert company.booked == cents(bookings)
    assert sum(line.booked for line in tracking.lines if line.level == "rep") == company.booked
    assert company.low <= company.landing <= company.high
    assert came.as_of == max(day.date() for day in came.history["date"])


def test_an_earlier_day_sees_less(plan: Plan, bookings: Path) -> None:
    """Only what was booked up to the day counts, and less quota is due."""
    tracking, _, _ = track_plan(plan, bookings, as_of=date(2027, 3, 31))
    later, _, _ = track_plan(plan, bookings)
    march, june = tracking.line("company"), later.line("company")
    assert march is not None
    assert june is not None
    assert march.booked == cents(bookings, date(2027, 3, 31))
    assert march.to_date < june.to_date <= june.quota == march.quota
    assert march.high - march.low > june.high - june.low


def test_a_territory_that_books_nothing_is_an_alarm(
    plan: Plan, bookings: Path, tmp_path: Path
) -> None:
    """Bookings ten times as large in one territory, and none elsewhere, break the plan."""
    seat = plan.territory_ids[0]
    ids = plan.data.accounts["account_id"].tolist()
    mine = [a for a, at in zip(ids, plan.territory_of_account.tolist(), strict=True) if at == 0]
    rows = [
        {"account_id": a, "date": f"2027-0{month}-15", "amount": "60000"}
        for a in mine[:20]
        for month in range(1, 7)
    ]
    write(tmp_path / "odd.csv", rows)
    tracking, _, _ = track_plan(plan, tmp_path / "odd.csv")
    alarms = {(s.check, s.subject) for s in tracking.signals if s.alarm}
    assert ("balance", seat) in alarms
    assert tracking.remedy.kind == "alignment"
    assert tracking.remedy.accounts >= 1
    assert "max_account_share" in tracking.remedy.words


def test_the_page_and_the_figures_say_the_same(plan: Plan, bookings: Path) -> None:
    """The page opens with no network and shows every person; the JSON has no NaN."""
    tracking, came, standing = track_plan(plan, bookings)
    page = render_page(tracking_page(plan, tracking, standing))
    text = json.dumps(tracking_document(plan, tracking, standing, came.findings), allow_nan=False)
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "<script" not in page
    assert all(line.rep_id in page and line.rep_id in text for line in tracking.lines)


def test_the_command_prints_one_object_and_writes_a_page(
    run: Run, demo_plan: Path, bookings: Path, tmp_path: Path
) -> None:
    """--json is one object; --out holds the page; a folder that exists is refused."""
    out = tmp_path / "june"
    done = run("track", demo_plan, "--history", bookings, "--out", out, "--json")
    assert json.loads(done.stdout)["lines"][0]["level"] == "company"
    assert {path.name for path in out.iterdir()} == {"track.html", "track.json"}
    run("track", demo_plan, "--history", bookings, "--out", out, code=2)


def test_wrong_tables_and_days_end_in_words(plan: Plan, bookings: Path, tmp_path: Path) -> None:
    """A missing file, a day outside the plan and a table without amounts are refused."""
    with pytest.raises(ScenarioError, match="no table"):
        track_plan(plan, tmp_path / "none.csv")
    with pytest.raises(ScenarioError, match="outside the plan"):
        track_plan(plan, bookings, as_of=date(2029, 1, 1))
    write(tmp_path / "odd.csv", [{"account_id": "A1", "date": "2027-01-01", "colour": "red"}])
    with pytest.raises(DataError):
        track_plan(plan, tmp_path / "odd.csv")
