"""Opportunities by stage: those that closed, won and lost, and those that are open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.inputs.demo import words
from planner.inputs.demo.accounts import Nature
from planner.inputs.demo.design import HISTORY_START, Floats, Ints, Texts, day_numbers
from planner.inputs.demo.lifecycles import EXPANSION_MEAN, Truth
from planner.inputs.demo.ownership import DAYS
from planner.inputs.demo.world import World

OPEN_STAGES = np.array(["Prospecting", "Qualification", "Proposal", "Negotiation"], dtype=object)
WON, LOST = "Closed Won", "Closed Lost"
# What the CRM says of the share of deals in each open stage that is won.
CRM_PROBABILITY = np.array([0.10, 0.30, 0.60, 0.90])
STAGE_MIX = np.array([0.38, 0.30, 0.20, 0.12])
# Days from creation to the present stage, and from creation to close, by segment.
STAGE_AGE = np.array([12.0, 30.0, 55.0, 80.0])
CYCLE = np.array([140.0, 85.0, 45.0, 20.0])
CLOSED_SINCE_DAY = DAYS - 548
WIN_RATE = 0.27
STALE = 0.12


def draw_opportunities(world: World, history: pd.DataFrame) -> pd.DataFrame:
    """Return open opportunities, and those closed in the last eighteen months."""
    open_ones = _open(world)
    won = _won(world, history)
    lost = _lost(world, len(won))
    frame = pd.concat([won, lost, open_ones], ignore_index=True)
    frame = frame.sort_values(["created", "account_id", "amount"], kind="stable", ignore_index=True)
    frame.insert(0, "opportunity_id", [f"O{number + 1:07d}" for number in range(len(frame))])
    return frame


def _open(world: World) -> pd.DataFrame:
    nature, truth = world.nature, world.truth
    rng = world.design.stream(12)
    chance = np.clip(truth.any_booking * nature.appetite * 0.35, 0, 0.6)
    account = np.flatnonzero((rng.random(len(chance)) < chance) & (world.owners.seat >= 0))
    stage = rng.choice(4, len(account), p=STAGE_MIX)
    segment = nature.segment[account]
    age = STAGE_AGE[stage] * CYCLE[segment] / 85 * np.exp(0.5 * rng.standard_normal(len(account)))
    stale = rng.random(len(account)) < STALE
    created = DAYS - 1 - np.round(np.where(stale, age + 150, age) + 2).astype(int)
    created = np.maximum(created, DAYS - 600)
    quiet = np.where(stale, rng.integers(95, 150, len(account)), rng.integers(0, 28, len(account)))
    left = np.round(CYCLE[segment] * (1 - 0.22 * stage) * rng.uniform(0.4, 1.6, len(account)))
    # A stale deal's close date has often passed.
    close = DAYS - 1 + np.where(stale, left - 120, left + 3).astype(int)
    kind = np.where(nature.prospect[account], "new", "expansion")
    return _frame(
        account_id=world.account_ids[account],
        stage=OPEN_STAGES[stage],
        amount=_amounts(truth, nature, account, rng),
        kind=kind,
        created=created,
        close=np.maximum(close, created + 5),
        probability=CRM_PROBABILITY[stage],
        last=np.maximum(DAYS - 1 - quiet, created),
        rep_id=world.owners.owner_ids(world.seats)[account],
        reason=np.full(len(account), None, dtype=object),
    )


def _won(world: World, history: pd.DataFrame) -> pd.DataFrame:
    """Return a won opportunity for each new and expansion order, with its very amount."""
    rng = world.design.stream(13)
    days = (
        (history["date"].to_numpy() - np.datetime64(HISTORY_START, "D"))
        .astype("timedelta64[D]")
        .astype(np.int64)
    )
    kept = (days >= CLOSED_SINCE_DAY) & (history["amount"] > 0) & (history["type"] != "renewal")
    rows, close = history[kept], days[kept]
    account = np.searchsorted(
        world.account_ids.astype(str), rows["account_id"].to_numpy().astype(str)
    )
    cycle = CYCLE[world.nature.segment[account]] * np.exp(0.4 * rng.standard_normal(len(rows)))
    return _frame(
        account_id=rows["account_id"].to_numpy(dtype=object),
        stage=np.full(len(rows), WON, dtype=object),
        amount=rows["amount"].to_numpy(),
        kind=rows["type"].to_numpy(dtype=object),
        created=close - np.round(cycle).astype(int) - 3,
        close=close,
        probability=np.ones(len(rows)),
        last=close,
        rep_id=rows["rep_id"].to_numpy(dtype=object),
        reason=np.full(len(rows), None, dtype=object),
    )


def _lost(world: World, won: int) -> pd.DataFrame:
    """Return lost deals, fewer for reps of skill, so that win rates are the planted ones."""
    nature, seats, rng = world.nature, world.seats, world.design.stream(14)
    count = round(won * (1 - WIN_RATE) / WIN_RATE)
    weight = np.cumsum(nature.appetite * np.where(nature.prospect, 0.6, 1.0))
    account = np.searchsorted(weight, rng.random(count) * weight[-1])
    close = CLOSED_SINCE_DAY + rng.integers(0, DAYS - CLOSED_SINCE_DAY, count)
    seat = world.owners.at(account, close)
    skill = np.where(seat >= 0, seats.skill[seat], 1.0)
    kept = rng.random(count) < 1.2 - 0.9 * (skill - 1)
    account, close = account[kept], close[kept]
    cycle = CYCLE[nature.segment[account]] * np.exp(0.5 * rng.standard_normal(len(account)))
    return _frame(
        account_id=world.account_ids[account],
        stage=np.full(len(account), LOST, dtype=object),
        amount=_amounts(world.truth, nature, account, rng),
        kind=np.where(nature.prospect[account], "new", "expansion"),
        created=close - np.round(cycle).astype(int) - 3,
        close=close,
        probability=np.zeros(len(account)),
        last=close,
        rep_id=world.owners.rep_ids_at(seats, account, close),
        reason=rng.choice(np.array(words.LOSS_REASONS, dtype=object), len(account)),
    )


def _amounts(truth: Truth, nature: Nature, account: Ints, rng: np.random.Generator) -> Floats:
    share = np.where(nature.prospect[account], 1.0, EXPANSION_MEAN)
    size = truth.level[account] * share * np.exp(0.6 * rng.standard_normal(len(account)))
    return np.maximum(np.round(size, -2), 100.0)


def _frame(
    *,
    account_id: Texts,
    stage: Texts,
    amount: Floats,
    kind: Texts,
    created: Ints,
    close: Ints,
    probability: Floats,
    last: Ints,
    rep_id: Texts,
    reason: Texts,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": account_id,
            "stage": stage,
            "amount": amount,
            "type": kind,
            "created": day_numbers(HISTORY_START, created),
            "close_date": day_numbers(HISTORY_START, close),
            "probability": probability,
            "last_activity": day_numbers(HISTORY_START, last),
            "rep_id": rep_id,
            "loss_reason": reason,
        }
    )
