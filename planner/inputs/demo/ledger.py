"""The accounts table as the CRM would export it, gaps and contracts included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.inputs.demo.accounts import Nature
from planner.inputs.demo.design import (
    HISTORY_MONTHS,
    HISTORY_START,
    ROLES,
    SEGMENTS,
    Bools,
    Floats,
    Ints,
    day_numbers,
)
from planner.inputs.demo.names import INDUSTRIES
from planner.inputs.demo.ownership import DAYS
from planner.inputs.demo.world import World

HELD_SHARE = 0.20
# Renewals are held up to 90 days into the plan, owners who are newer than 90 days stay.
LAST_HELD_DAY = 1127 + 90
RECENT_DAY = DAYS - 1 - 90
NO_COORDINATES = 0.012
NO_MARKET = 0.015
NO_VISITS = 0.10
# Billing's run rate is of list prices and of what was true when the contract was signed.
BILLING_NOISE = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """Dates that rules look at, each array (accounts,), days of the history.

    Parameters
    ----------
    renewal
        Next renewal, -1 for who is no customer.
    since
        When today's owner took over.
    """

    renewal: Ints
    since: Ints


def draw_contracts(world: World) -> Contracts:
    """Return renewal and takeover days, so spread that holds never fill a territory."""
    nature, life, owners = world.nature, world.life, world.owners
    rng, count = world.design.stream(21), world.design.accounts
    month = HISTORY_MONTHS + life.anniversary + 12 * rng.integers(0, life.term)
    first = np.datetime64(HISTORY_START, "M") + month
    day = (first.astype("datetime64[D]") - np.datetime64(HISTORY_START, "D")).astype(np.int64)
    renewal = np.where(life.active, day + rng.integers(0, 28, count), -1)
    held = (owners.seat >= 0) & (
        ((renewal >= DAYS - 1) & (renewal <= LAST_HELD_DAY)) | (owners.since >= RECENT_DAY)
    )
    # Every member of a family counts with the whole of it: a held member holds all.
    weight = [_of_family(nature, amount) for amount in (nature.market, world.truth.expected)]
    over = held & _beyond(world, held, weight)
    return Contracts(
        renewal=np.where(over & (renewal >= 0), renewal + 365, renewal),
        since=np.where(over & (owners.since >= RECENT_DAY), owners.since - 120, owners.since),
    )


def _of_family(nature: Nature, amount: Floats) -> Floats:
    return np.asarray(np.bincount(nature.family, amount)[nature.family], dtype=np.float64)


def _beyond(world: World, held: Bools, weights: list[Floats]) -> Bools:
    """Return which held accounts lie beyond ``HELD_SHARE`` of their seat's fair share."""
    seat = world.owners.seat
    rows = np.flatnonzero(held)
    rows = rows[np.argsort(seat[rows], kind="stable")]
    starts = np.searchsorted(seat[rows], seat[rows])
    over = np.zeros(len(rows), dtype=bool)
    role_of = world.seats.role[np.maximum(seat, 0)]
    for weight in weights:
        totals = np.bincount(role_of, weight, minlength=len(ROLES))
        fair = totals / np.maximum(world.design.seats, 1)
        running = np.concatenate([[0.0], np.cumsum(weight[rows])])
        over |= running[1:] - running[starts] > HELD_SHARE * fair[role_of[rows]]
    result = np.zeros(len(held), dtype=bool)
    result[rows] = over
    return result


def make_accounts(world: World) -> pd.DataFrame:
    """Return the accounts table."""
    design, cities, nature = world.design, world.cities, world.nature
    contracts, rng = draw_contracts(world), design.stream(22)
    unplaced = rng.random(design.accounts) < NO_COORDINATES
    unplaced &= nature.parent < 0
    no_postal_code = unplaced & (rng.random(design.accounts) < 0.2)
    contract = _contract_columns(world, contracts)
    parents = pd.Series(world.account_ids[nature.parent]).where(pd.Series(nature.parent >= 0))
    postal_code = pd.Series(cities.postal_code[nature.city])
    market = pd.Series(nature.market.astype(np.int64), dtype="Int64")
    visits = pd.Series(nature.visits.astype(np.int64), dtype="Int64")
    return pd.DataFrame(
        {
            "account_id": world.account_ids,
            "name": nature.name,
            "parent_id": parents,
            "segment": np.array(SEGMENTS, dtype=object)[nature.segment],
            "industry": np.array(INDUSTRIES, dtype=object)[nature.industry],
            "employees": nature.employees,
            "city": cities.name[nature.city],
            "state": cities.state[nature.city],
            "postal_code": postal_code.mask(pd.Series(no_postal_code)),
            "country": cities.country[nature.city],
            "region": cities.region[nature.city],
            "latitude": np.where(unplaced, np.nan, nature.latitude),
            "longitude": np.where(unplaced, np.nan, nature.longitude),
            "owner_id": world.owners.owner_ids(world.seats),
            "owner_since": day_numbers(HISTORY_START, contracts.since),
            "status": np.where(world.life.active, "customer", "prospect"),
            "addressable_market": market.mask(rng.random(design.accounts) < NO_MARKET),
            **contract,
            "visits_per_year": visits.mask(rng.random(design.accounts) < NO_VISITS),
            "hours_per_visit": nature.visit_hours,
        }
    )


def _contract_columns(world: World, contracts: Contracts) -> dict[str, pd.Series]:
    """Return what billing knows: the present run rate, with the owner's effect and noise."""
    nature, life, owners, seats = world.nature, world.life, world.owners, world.seats
    rng, count = world.design.stream(23), world.design.accounts
    now = nature.level * life.level_factor(np.full(count, HISTORY_MONTHS - 1))
    skill = np.where(owners.seat >= 0, seats.skill[owners.seat], 1.0)
    arr = np.round(now * skill * np.exp(BILLING_NOISE * rng.standard_normal(count)), -1)
    due = np.round(now * np.exp(BILLING_NOISE * rng.standard_normal(count)), -1)
    customer = pd.Series(life.active)
    dates = pd.Series(day_numbers(HISTORY_START, np.maximum(contracts.renewal, 0)))
    return {
        "arr": pd.Series(np.where(life.active, arr, 0).astype(np.int64)),
        "renewal_date": dates.where(customer),
        "renewal_amount": pd.Series(due.astype(np.int64), dtype="Int64").where(customer),
    }


def make_places(world: World) -> pd.DataFrame:
    """Return where the postal codes of the accounts are."""
    cities, nature = world.cities, world.nature
    used = np.unique(nature.city)
    frame = pd.DataFrame(
        {
            "postal_code": cities.postal_code[used],
            "latitude": cities.latitude[used],
            "longitude": cities.longitude[used],
            "country": cities.country[used],
        }
    )
    return frame.sort_values(["country", "postal_code"], kind="stable", ignore_index=True)
