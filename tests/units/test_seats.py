"""Reps to seats."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from planner.inputs.reps import Rep
from planner.units.seats import build_seats
from tests.units.worlds import make_data

ONE = [{"account_id": "A1"}]


def codes(seats: object) -> list[str]:
    return [finding.code for finding in seats.findings]  # type: ignore[attr-defined]


def test_only_direct_and_pool_reps_have_seats(reps: list[Rep]) -> None:
    """Managers and overlays receive no accounts, a pool has no home and does not travel."""
    more = [
        Rep(rep_id="MIA", name="Mia", coverage="none"),
        Rep(rep_id="OLI", name="Oli", coverage="overlay"),
        Rep(rep_id="POOL", name="Pool", coverage="pool", latitude=1.0, longitude=2.0),
    ]
    seats = build_seats(make_data(ONE, reps + more))
    assert seats.territory_ids == ("ADA", "BEN", "CLEO", "POOL")
    assert seats.travels.tolist() == [True, True, True, False]
    assert seats.pool.tolist() == [False, False, False, True]
    assert np.isnan(seats.homes[3]).all()
    assert seats.findings == ()


def test_a_seat_passes_from_leaver_to_successor(reps: list[Rep]) -> None:
    """The successor holds the seat, and the leaver's accounts are still the seat's."""
    leaver = replace(reps[0], territory_id="NY", status="leaving", leave_date=date(2026, 12, 1))
    successor = Rep(rep_id="NEW", name="New", territory_id="NY", latitude=41.0, longitude=-74.0)
    seats = build_seats(make_data(ONE, [leaver, successor]))
    assert seats.territory_ids == ("NY",)
    assert seats.rep_ids == ("NEW",)
    assert seats.homes[0].tolist() == [41.0, -74.0]
    assert seats.seat_of_rep == {"ADA": 0, "NEW": 0}
    assert codes(seats) == []


def test_a_leaver_whose_coverage_was_closed_still_names_the_seat(reps: list[Rep]) -> None:
    """Inputs close the coverage of who left a filled seat; his accounts stay the seat's."""
    leaver = replace(
        reps[0], territory_id="NY", status="leaving", leave_date=date(2026, 12, 1), coverage="none"
    )
    successor = Rep(rep_id="NEW", name="New", territory_id="NY", latitude=41.0, longitude=-74.0)
    assert build_seats(make_data(ONE, [leaver, successor])).seat_of_rep["ADA"] == 0


def test_a_seat_without_successor_is_open_headcount(reps: list[Rep]) -> None:
    """A seat with a territory_id outlives its holder, keeps his home, and is said to be open."""
    leaver = replace(reps[0], territory_id="NY", status="leaving", leave_date=date(2026, 12, 1))
    seats = build_seats(make_data(ONE, [leaver]))
    assert seats.territory_ids == ("NY",)
    assert seats.rep_ids == ("",)
    assert seats.profile_ids == ("ADA",)
    assert seats.homes[0].tolist() == [40.71, -74.01]
    assert seats.period_capacity.tolist() == [0.0]
    assert codes(seats) == ["seats.open"]


def test_a_seat_that_only_its_leaver_names_closes(reps: list[Rep]) -> None:
    """Without a territory_id nothing outlives the leaver."""
    leaver = replace(reps[0], status="leaving", leave_date=date(2026, 12, 1))
    seats = build_seats(make_data(ONE, [leaver, reps[1]]))
    assert seats.territory_ids == ("BEN",)
    assert "ADA" not in seats.seat_of_rep
    assert codes(seats) == ["seats.closed"]


def test_leaver_and_successor_share_the_year(reps: list[Rep]) -> None:
    """A seat handed over in the plan is held by both, never by more than one full rep."""
    leaver = replace(reps[0], territory_id="NY", status="leaving", leave_date=date(2027, 6, 30))
    successor = replace(reps[1], territory_id="NY", hire_date=date(2027, 6, 1))
    seats = build_seats(make_data(ONE, [leaver, successor]), ramp=[0.5])
    assert seats.rep_ids == ("BEN",)
    # January to May one, June one (1 and 0.5), July to December one (after one month of ramp).
    assert seats.period_capacity.tolist() == [1.0]
    assert seats.capacity.tolist() == [1.0]


def test_who_leaves_in_the_plan_without_successor_is_said(reps: list[Rep]) -> None:
    """The seat counts for its months, and the finding asks who follows."""
    seats = build_seats(make_data(ONE, [replace(reps[0], leave_date=date(2027, 3, 31))]))
    assert seats.period_capacity.tolist() == [0.25]
    assert codes(seats) == ["seats.leaves_in_plan"]


def test_who_starts_after_the_plan_has_no_seat(reps: list[Rep]) -> None:
    """A hire of next year is named and left out."""
    seats = build_seats(make_data(ONE, [replace(reps[0], hire_date=date(2028, 1, 1)), reps[1]]))
    assert seats.territory_ids == ("BEN",)
    assert codes(seats) == ["seats.starts_after_plan"]


def test_open_headcount_without_home_is_to_be_placed(reps: list[Rep]) -> None:
    """Only open headcount is placed; a person without coordinates is not made to travel."""
    tbh = Rep(rep_id="TBH1", name="TBH", status="tbh", capacity=0.5)
    homeless = Rep(rep_id="ZOE", name="Zoe")
    seats = build_seats(make_data(ONE, [*reps, tbh, homeless]), ramp=[0.0] * 12)
    assert seats.open_site.tolist() == [False, False, False, True, False]
    assert seats.travels.tolist() == [True, True, True, True, False]
    assert seats.capacity[3] == 0.5
    assert seats.period_capacity[3] == 0.0
    assert codes(seats) == ["seats.no_home"]


def test_no_seat_at_all_is_an_error(reps: list[Rep]) -> None:
    """A company whose reps all receive nothing cannot be planned."""
    seats = build_seats(make_data(ONE, [replace(rep, coverage="none") for rep in reps]))
    assert seats.territory_ids == ()
    assert [(f.severity, f.code) for f in seats.findings] == [("error", "seats.none")]


def test_attributes_hold_the_reps_own_text_columns(reps: list[Rep]) -> None:
    """Peer groups may use any text column, and the country of a rep who serves one only."""
    team = [replace(reps[0], countries=frozenset({"US"})), *reps[1:]]
    data = make_data(ONE, team, Region=["East", "Midwest", "East"])
    seats = build_seats(data)
    assert seats.attributes["Region"] == ("East", "Midwest", "East")
    assert seats.attributes["role"] == ("AE", "AE", "Strategic AE")
    assert seats.attributes["country"] == ("US", "", "")
    assert "capacity" not in seats.attributes


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_order_of_reps_never_matters(reps: list[Rep], order: tuple[int, ...]) -> None:
    """Two holders of a seat are told apart by id, not by their row."""
    shared = [replace(reps[0], territory_id="NY"), replace(reps[1], territory_id="NY"), reps[2]]
    seats = build_seats(make_data(ONE, [shared[i] for i in order]))
    assert seats.territory_ids == ("CLEO", "NY")
    assert seats.rep_ids == ("CLEO", "ADA")
