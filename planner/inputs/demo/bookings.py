"""Three years of orders: renewals, new business, expansion, large one-offs and returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.inputs.demo.accounts import Nature
from planner.inputs.demo.design import HISTORY_MONTHS, HISTORY_START, Floats, Ints, day_numbers
from planner.inputs.demo.lifecycles import (
    EXPANSION_SHARE,
    EXPANSION_SPREAD,
    MATURITY,
    NEVER,
    Lifecycle,
)
from planner.inputs.demo.world import World

# Weights of the months of a year, January first: quarters end with a rush.
SEASON = np.array([0.65, 0.75, 1.40, 0.75, 0.85, 1.45, 0.65, 0.70, 1.35, 0.85, 0.95, 1.65])
KINDS = np.array(["new", "expansion", "renewal"], dtype=object)
NEW, EXPANSION, RENEWAL = range(3)
PRODUCTS = np.array(["Platform", "Analytics", "Services"], dtype=object)
ONE_OFFS = 0.008
RETURNS = 0.012


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """Orders before they are given to reps, each array (orders,).

    Parameters
    ----------
    account, month, kind, product
        Positions; month 0 is the first of the history.
    amount
        What a typical rep would have booked, currency units.
    """

    account: Ints
    month: Ints
    kind: Ints
    product: Ints
    amount: Floats


def draw_orders(world: World) -> Orders:
    """Return every order of the history, returns not yet among them."""
    nature, life, rng = world.nature, world.life, world.design.stream(9)
    parts = [
        _first_orders(nature, life, rng),
        *(_renewals(nature, life, year, rng) for year in range(3)),
        _expansions(nature, life, rng),
        _one_offs(nature, life, rng),
    ]
    names = ("account", "month", "kind", "product", "amount")
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Orders(**dict(zip(names, columns, strict=True)))


Part = tuple[Ints, Ints, Ints, Ints, Floats]


def _part(account: Ints, month: Ints, kind: int, product: Ints, amount: Floats) -> Part:
    return account, month, np.full(len(account), kind), product, amount


def _levels(nature: Nature, life: Lifecycle, account: Ints, month: Ints) -> Floats:
    every = np.zeros(len(life.start), dtype=np.int64)
    every[account] = month
    return np.asarray(nature.level[account] * life.level_factor(every)[account])


def _blur(spread: float, count: int, rng: np.random.Generator) -> Floats:
    return np.exp(spread * rng.standard_normal(count))


def _first_orders(nature: Nature, life: Lifecycle, rng: np.random.Generator) -> Part:
    account = np.flatnonzero((life.start >= 0) & (life.start < HISTORY_MONTHS))
    month = life.start[account]
    amount = _levels(nature, life, account, month) * _blur(0.3, len(account), rng)
    return _part(account, month, NEW, rng.choice(3, len(account), p=[0.8, 0.15, 0.05]), amount)


def _renewals(nature: Nature, life: Lifecycle, year: int, rng: np.random.Generator) -> Part:
    due = life.anniversary + 12 * year
    account = np.flatnonzero((due > life.start) & (due < life.churned))
    month = due[account]
    amount = _levels(nature, life, account, month) * _blur(0.22, len(account), rng)
    return _part(account, month, RENEWAL, np.zeros(len(account), dtype=np.int64), amount)


def _expansions(nature: Nature, life: Lifecycle, rng: np.random.Generator) -> Part:
    """Return expansion deals, drawn over all months and kept while a customer."""
    deals = rng.poisson(np.where(life.start < NEVER, nature.appetite * HISTORY_MONTHS / 12, 0))
    account = np.repeat(np.arange(len(deals)), deals)
    season = SEASON[(np.arange(HISTORY_MONTHS) + 11) % 12]
    month = rng.choice(HISTORY_MONTHS, len(account), p=season / season.sum())
    size = np.minimum(EXPANSION_SHARE * _blur(EXPANSION_SPREAD, len(account), rng), 1.5)
    product = rng.choice(3, len(account), p=[0.35, 0.5, 0.15])
    kept = (month > life.start[account]) & (month < life.churned[account])
    account, month = account[kept], month[kept]
    years = np.clip((month - life.start[account]) // 12, 0, 2)
    factor = MATURITY[years]
    growth = (1 + life.growth[account]) ** ((month - HISTORY_MONTHS) / 12)
    amount = nature.level[account] * factor * growth * size[kept]
    return _part(account, month, EXPANSION, product[kept], amount)


def _one_offs(nature: Nature, life: Lifecycle, rng: np.random.Generator) -> Part:
    """Return large single deals; they stay below the largest accounts of the segment."""
    customers = np.flatnonzero(life.active)
    account = np.sort(rng.permutation(customers)[: round(ONE_OFFS * len(customers))])
    month = rng.integers(0, HISTORY_MONTHS, len(account))
    amount = nature.level[account] * rng.uniform(2.0, 4.0, len(account))
    for role in np.unique(nature.role):
        ceiling = np.quantile(nature.level[nature.role == role], 0.97)
        mine = nature.role[account] == role
        amount = np.where(mine, np.minimum(amount, 1.2 * ceiling), amount)
    kept = month > life.start[account]
    services = np.full(int(kept.sum()), 2)
    return _part(account[kept], month[kept], EXPANSION, services, amount[kept])


def book(world: World, orders: Orders) -> pd.DataFrame:
    """Return the history table: who booked what, with the rep's own effect and returns."""
    owners, seats, rng = world.owners, world.seats, world.design.stream(10)
    # Orders crowd at the end of the month, and 28 days are in every month.
    day = 27 - np.floor(27 * rng.random(len(orders.month)) ** 1.6).astype(np.int64)
    when = _first_days()[orders.month] + day
    seat = owners.at(orders.account, when)
    skill = np.where(seat >= 0, seats.skill[seat], 1.0)
    amount = np.maximum(np.round(orders.amount * skill, 2), 50.0)
    back = np.flatnonzero((rng.random(len(when)) < RETURNS) & (when < 1040))
    late = when[back] + rng.integers(10, 50, len(back))
    returned = -np.round(amount[back] * rng.uniform(0.1, 0.6, len(back)), 2)
    rows = np.concatenate([np.arange(len(when)), back])
    frame = pd.DataFrame(
        {
            "account_id": world.account_ids[orders.account[rows]],
            "date": day_numbers(HISTORY_START, np.concatenate([when, late])),
            "amount": np.concatenate([amount, returned]),
            "rep_id": owners.rep_ids_at(seats, orders.account, when)[rows],
            "product": PRODUCTS[orders.product[rows]],
            "type": KINDS[orders.kind[rows]],
        }
    )
    return frame.sort_values(["date", "account_id", "amount"], kind="stable", ignore_index=True)


def _first_days() -> Ints:
    months = np.datetime64(HISTORY_START, "M") + np.arange(HISTORY_MONTHS)
    return (months.astype("datetime64[D]") - np.datetime64(HISTORY_START, "D")).astype(np.int64)
