"""build_company: all tables of the demo company, and its truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.inputs.demo.activities import draw_activities
from planner.inputs.demo.bookings import book, draw_orders
from planner.inputs.demo.design import ROLES, Design, Floats
from planner.inputs.demo.ledger import make_accounts, make_places
from planner.inputs.demo.opportunities import draw_opportunities
from planner.inputs.demo.past_quotas import set_past_quotas
from planner.inputs.demo.people import Seats
from planner.inputs.demo.roster import make_extra_seats, make_roster, sdr_ids
from planner.inputs.demo.world import World, make_world

GROWTH_WANTED = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCompany:
    """The tables of one company and its truth.

    Parameters
    ----------
    accounts, history, reps, quotas, opportunities, activities, places
        Tables of the contract; amounts in USD.
    reps_more_headcount
        The reps with four more open seats.
    truth
        By account: ``expected`` bookings of the plan's year with a typical rep,
        ``renewal_probability``, ``expected_deals``, ``yearly_level``, ``any_booking``
        (probability of booking at all) and ``actual``, one year drawn from it.
    truth_reps
        By rep of today: ``skill`` (a multiple of a typical rep), ``planted`` (best, lucky or
        empty), ``expected`` and ``actual`` of today's accounts with a typical rep,
        ``fair_quota`` in proportion to ``expected`` and ``unfair_quota`` alike for the role.
    goal
        What the company wants in the plan's year, USD.
    """

    accounts: pd.DataFrame
    history: pd.DataFrame
    reps: pd.DataFrame
    quotas: pd.DataFrame
    opportunities: pd.DataFrame
    activities: pd.DataFrame
    places: pd.DataFrame
    reps_more_headcount: pd.DataFrame
    truth: pd.DataFrame
    truth_reps: pd.DataFrame
    goal: int
    seed: int


def build_company(accounts: int = 5000, reps: int = 60, seed: int = 1) -> DemoCompany:
    """Return a company of that many accounts and seats, the same one for the same seed.

    Parameters
    ----------
    accounts
        Accounts, at least 50 and five a rep.
    reps
        Seats that receive accounts, at least 3; open headcount counts, managers do not.
    seed
        Not negative.

    Raises
    ------
    ScenarioError
        When no company can have those sizes.
    """
    world = make_world(Design(accounts=accounts, reps=reps, seed=seed))
    design, seats = world.design, world.seats
    history = book(world, draw_orders(world))
    roster = make_roster(design, seats, world.cities)
    goal = _goal(history)
    truth = _truth_table(world)
    return DemoCompany(
        accounts=make_accounts(world),
        history=history,
        reps=roster,
        quotas=set_past_quotas(design, seats, history),
        opportunities=draw_opportunities(world, history),
        activities=draw_activities(design, seats, np.array(sdr_ids(design), dtype=object)),
        places=make_places(world),
        reps_more_headcount=make_extra_seats(design, roster, world.cities),
        truth=truth,
        truth_reps=_truth_of_reps(world, truth, goal),
        goal=goal,
        seed=seed,
    )


def _goal(history: pd.DataFrame) -> int:
    """Return the revenue of the last twelve months and what is wanted on top, to three figures."""
    year = history["date"] > pd.Timestamp("2025-11-30")
    wanted = GROWTH_WANTED * float(history.loc[year, "amount"].sum())
    step = int(10 ** max(3, len(str(int(wanted))) - 3))
    return max(step, round(wanted / step) * step)


def _truth_table(world: World) -> pd.DataFrame:
    truth = world.truth
    return pd.DataFrame(
        {
            "account_id": world.account_ids,
            "expected": np.round(truth.expected, 2),
            "renewal_probability": np.round(truth.renewal, 6),
            "expected_deals": np.round(truth.deals, 6),
            "yearly_level": np.round(truth.level, 2),
            "any_booking": np.round(truth.any_booking, 6),
            "actual": np.round(truth.draw(world.design), 2),
        }
    )


def _truth_of_reps(world: World, truth: pd.DataFrame, goal: int) -> pd.DataFrame:
    seats, owners = world.seats, world.owners
    owned, count = owners.seat >= 0, len(seats.role)
    expected, actual = (
        np.asarray(
            np.bincount(owners.seat[owned], truth[column].to_numpy()[owned], minlength=count),
            dtype=np.float64,
        )
        for column in ("expected", "actual")
    )
    held = np.flatnonzero(seats.held)
    planted = np.where(seats.best, "best", np.where(seats.lucky, "lucky", ""))
    fair, unfair = _planted_quotas(seats, expected, goal)
    return pd.DataFrame(
        {
            "rep_id": np.array(seats.holder_ids, dtype=object)[held],
            "territory_id": np.array(seats.seat_ids, dtype=object)[held],
            "role": np.array(ROLES, dtype=object)[seats.role[held]],
            "skill": np.round(seats.skill[held], 4),
            "planted": planted[held],
            "expected": np.round(expected[held], 2),
            "actual": np.round((actual * seats.skill)[held], 2),
            "fair_quota": fair[held],
            "unfair_quota": unfair[held],
        }
    )


def _planted_quotas(seats: Seats, expected: Floats, goal: int) -> tuple[Floats, Floats]:
    """Return a fair plan (in proportion to potential) and an unfair one (alike for a role)."""
    fair = np.round(expected / expected.sum() * goal, 2)
    unfair = np.zeros(len(fair))
    for role in range(len(ROLES)):
        mine = (seats.role == role) & seats.held
        unfair[mine] = np.round(fair[mine].mean(), 2) if mine.any() else 0.0
    return fair, unfair
