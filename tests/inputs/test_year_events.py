"""Events as their table gives them: what a row lacks is said of that row."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from planner.findings import EXAMPLES_SHOWN
from planner.inputs.identities import build_directory
from planner.inputs.period import Period
from planner.inputs.year_events import gather_year_events

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 12, 31),
)
COLUMNS = ("rep_id", "territory_id", "account_id", "into", "covered_by", "until", "amount", "seat",
           "manager_id", "name", "why", "by", "event_id")  # fmt: skip


def gather(*rows: dict[str, object]) -> tuple[int, list[tuple[str, str]]]:
    """Return how many events could be read, and the codes and words of what is wrong."""
    plain = [
        dict.fromkeys(COLUMNS) | {"row": at, "why": "told", "date": pd.Timestamp(2027, 5, 1)} | row
        for at, row in enumerate(rows, start=2)
    ]
    people = build_directory([("R1", "Rhea")], ())
    events, findings = gather_year_events(pd.DataFrame(plain), {}, people, YEAR)
    return len(events), [(found.code, found.message) for found in findings]


@pytest.mark.parametrize("amount", [0, -5])
def test_a_goal_of_nothing_is_refused(amount: int) -> None:
    """A new goal has to be one."""
    read, found = gather({"kind": "goal", "amount": amount})
    assert read == 0
    assert [code for code, _ in found] == ["events.no_goal"]


def test_an_event_outside_the_plan_is_told_the_plans_last_day() -> None:
    """The last day is named, not the first day after."""
    day = pd.Timestamp(2028, 1, 1)
    read, found = gather({"kind": "leave", "rep_id": "Rhea", "date": day})
    assert read == 0
    assert found[0][1].endswith("is outside the plan, 2027-01-01 to 2027-12-31.")


def test_many_events_without_a_reason_are_summed_up() -> None:
    """A few are named, and one finding counts them all."""
    rows = [
        {"kind": "lost", "account_id": f"A{at}", "why": None} for at in range(EXAMPLES_SHOWN + 4)
    ]
    read, found = gather(*rows)
    assert read == EXAMPLES_SHOWN + 4
    assert len(found) == EXAMPLES_SHOWN + 1
    assert found[-1][1] == f"{EXAMPLES_SHOWN + 4} events give no reason."
