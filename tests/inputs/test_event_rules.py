"""Events of the year: applied in the order of their days, all of them or none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.event_rules import apply_events
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.inputs.roster import Roster, Surroundings
from planner.inputs.roster_start import derive_events, start_roster
from planner.inputs.year_events import YearEvent

YEAR = Period(
    starts=tuple(date(2027, month, 1) for month in range(1, 13)),
    end=date(2028, 1, 1),
    as_of=date(2026, 12, 31),
)
AROUND = Surroundings(account_ids=frozenset({"A1", "A2", "A3"}))


def make_roster() -> Roster:
    """Six reps in seats T1 to T6, the first three under M1, the others under M2."""
    people = [Rep(rep_id=m, name=m, coverage="none") for m in ("M1", "M2")]
    people += [
        Rep(
            rep_id=f"R{i}",
            name=f"R{i}",
            manager_id="M1" if i < 4 else "M2",
            territory_id=f"T{i}",
            row=i + 3,
        )
        for i in range(1, 7)
    ]
    seats = [f"T{i}" for i in range(1, 7)]
    return start_roster(people, seats, [f"R{i}" for i in range(1, 7)], YEAR)


def on(day: int, month: int = 4) -> date:
    return date(2027, month, day)


def leave(rep_id: str, day: date, **rest: object) -> YearEvent:
    return YearEvent(kind="leave", rep_id=rep_id, day=day, **rest)  # type: ignore[arg-type]


def apply(*events: YearEvent) -> Roster:
    after, findings = apply_events(make_roster(), events, AROUND)
    assert findings == ()
    return after


def refuse(*events: YearEvent) -> list[str]:
    before = make_roster()
    after, findings = apply_events(before, events, AROUND)
    assert after == before, "something was half-applied"
    return [finding.code for finding in findings]


def test_a_leavers_seat_is_open_from_the_day_after_his_last() -> None:
    """The seat outlives its holder, and nobody serves it."""
    after = apply(leave("R1", on(9)))
    assert [after.serves("T1", day) for day in (on(9), on(10))] == ["R1", ""]
    assert after.reps["R1"].territory_id == "T1"


def test_whoever_covers_serves_until_somebody_is_hired() -> None:
    """A covered seat is served by its cover, then by the hire."""
    hire = YearEvent(kind="hire", rep_id="N1", territory_id="T1", day=on(1, 6), name="Nora")
    after = apply(leave("R1", on(9), covered_by="R2"), hire)
    assert [after.serves("T1", d) for d in (on(9), on(10), on(31, 5), on(1, 6))] == [
        *("R1", "R2", "R2", "N1")
    ]
    assert (after.reps["N1"].manager_id, after.reps["N1"].role_start) == ("M1", on(1, 6))
    covered = apply(leave("R1", on(9), covered_by="M2"), hire)
    assert covered.reps["N1"].manager_id == "M1", "like the seat's last holder, not its cover"


def test_two_may_swap_their_seats_on_one_day() -> None:
    """People leave seats before others take them, whatever the order of the rows."""
    there = YearEvent(kind="transfer", rep_id="R1", territory_id="T2", day=on(5))
    back = YearEvent(kind="transfer", rep_id="R2", territory_id="T1", day=on(5))
    for events in ((there, back), (back, there)):
        after = apply(*events)
        assert (after.holder_of("T1", on(5)), after.holder_of("T2", on(5))) == ("R2", "R1")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (leave("R9", on(1)), "events.unknown_rep"),
        (leave("M1", on(1)), "events.manager_leaves"),
        (leave("R1", on(1), covered_by="R9"), "events.unknown_rep"),
        (YearEvent(kind="hire", rep_id="N1", territory_id="T2", day=on(1)), "events.two_holders"),
        (YearEvent(kind="hire", rep_id="R1", territory_id="T1", day=on(1)), "events.already_here"),
        (YearEvent(kind="hire", rep_id="N1", day=on(1)), "events.no_seat"),
        (
            YearEvent(kind="transfer", rep_id="R1", territory_id="T2", day=on(1)),
            "events.two_holders",
        ),
        (YearEvent(kind="lost", account_id="A9", day=on(1)), "events.unknown_account"),
        (
            YearEvent(kind="merged", account_id="A1", into="A1", day=on(1)),
            "events.merged_into_itself",
        ),
    ],
)
def test_an_impossible_event_is_found_and_nothing_applied(event: YearEvent, code: str) -> None:
    """A sound event beside an impossible one is not applied either."""
    assert code in refuse(event)
    assert code in refuse(leave("R6", on(1)), event)


def test_a_manager_may_leave_when_somebody_takes_his_team() -> None:
    """The team reports to the manager whom the event names."""
    after = apply(leave("M1", on(1), manager_id="M2"))
    assert {after.reps[f"R{i}"].manager_id for i in (1, 2, 3)} == {"M2"}


def test_an_account_that_is_gone_cannot_be_named_again() -> None:
    """Merged or lost accounts are gone for all later events."""
    merged = YearEvent(kind="merged", account_id="A1", into="A2", day=on(1))
    assert "events.account_gone" in refuse(
        merged, YearEvent(kind="lost", account_id="A1", day=on(2))
    )


KINDS = st.sampled_from(["leave", "cover", "hire", "absence", "transfer", "merge", "goal"])


@st.composite
def independent_events(draw: st.DrawFn) -> list[YearEvent]:
    """Events about different people, seats and accounts on any days."""
    events: list[YearEvent] = []
    for i in draw(st.sets(st.integers(1, 6), max_size=6)):
        day = YEAR.start + timedelta(days=draw(st.integers(0, 300)))
        kind = draw(KINDS)
        if kind in {"leave", "cover"}:
            events.append(leave(f"R{i}", day, covered_by="M2" if kind == "cover" else ""))
        elif kind == "hire":
            after = day + timedelta(days=draw(st.integers(1, 60)))
            events.append(leave(f"R{i}", day))
            events.append(YearEvent(kind="hire", rep_id=f"N{i}", territory_id=f"T{i}", day=after))
        elif kind == "absence":
            events.append(
                YearEvent(kind="absence", rep_id=f"R{i}", day=day, until=day + timedelta(days=20))
            )
        elif kind == "transfer":
            events.append(
                YearEvent(kind="transfer", rep_id=f"R{i}", territory_id=f"T1{i}", day=day)
            )
        elif i < 3:
            events.append(YearEvent(kind="lost", account_id=f"A{i}", day=day))
        else:
            events.append(YearEvent(kind="goal", amount=1000 + i, day=day + timedelta(days=i)))
    return events


@settings(max_examples=60, deadline=None)
@given(events=independent_events(), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(events: list[YearEvent], seed: object) -> None:
    """Whatever order independent events come in, the roster after them is the same."""
    shuffled = list(events)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert apply_events(make_roster(), events, AROUND) == apply_events(
        make_roster(), shuffled, AROUND
    )


@settings(max_examples=60, deadline=None)
@given(events=independent_events(), data=st.data())
def test_a_seat_has_one_holder_on_every_day(events: list[YearEvent], data: st.DataObject) -> None:
    """Tenures of holders never overlap and leave no day of the plan out."""
    after, findings = apply_events(make_roster(), events, AROUND)
    day = YEAR.start + timedelta(days=data.draw(st.integers(0, 364)))
    if not findings:
        for seat in (f"T{i}" for i in range(1, 7)):
            holders = [t for t in after.tenures if t.territory_id == seat and t.role == "holder"]
            assert sum(t.includes(day) for t in holders) == 1


def test_the_reps_table_alone_tells_leavers_hires_and_transfers() -> None:
    """What today's table says without an event becomes one."""
    roster = apply(
        leave("R6", on(1, 2)),
        YearEvent(kind="hire", rep_id="N6", territory_id="T6", day=on(1, 3)),
    )
    table = [rep for rep in roster.reps.values() if rep.rep_id not in {"R1", "R2", "N6"}]
    table = [
        *table,
        Rep(rep_id="R2", name="R2", territory_id="T2", leave_date=on(30)),
        Rep(rep_id="N2", name="N2", territory_id="T2", hire_date=on(1, 5)),
    ]
    derived = derive_events(roster, table, (), on(10), YEAR)
    assert {(e.kind, e.rep_id, e.day) for e in derived} == {
        ("leave", "R1", on(9)),
        ("leave", "R2", on(30)),
        ("hire", "N2", on(1, 5)),
    }
    told = (leave("R1", on(1)),)
    assert "R1" not in {e.rep_id for e in derive_events(roster, table, told, on(10), YEAR)}
