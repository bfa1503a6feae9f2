"""The health of the pipeline: stages, conversion, age, what is to be expected, what is stale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.potential.opportunities import outcomes
from planner.potential.people.pooling import WIDTH, pool_ratios
from planner.potential.pipeline_result import PipelineHealth, RepPipeline, Stage

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# Twice the usual silence of the stage, and never less than a month, makes an opportunity stale.
STALE_RATIO, STALE_LEAST = 2.0, 30.0
CLOSING_SHARE, EARLY_SHARE = 0.5, 0.2
AGE_BINS = 8
FEWEST_STAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDeals:
    """The open opportunities as arrays, (open,) each."""

    ids: npt.NDArray[np.str_]
    account: npt.NDArray[np.int64]
    rep: pd.Series
    stage: npt.NDArray[np.str_]
    amount: Floats
    age: Floats
    silence: Floats
    closes: npt.NDArray[np.datetime64]
    chance: Floats
    stale: Bools


def assess_pipeline(data: PlanningData) -> PipelineHealth | None:
    """Assess the open pipeline; None where there is no table of opportunities.

    An opportunity's chance to win is the one given, else what closed opportunities of at least
    its age came to. It is expected in the month of its close date, and one whose date has
    passed at the pace of those that closed late.
    """
    table = data.opportunities
    if table is None or table.empty:
        return None
    outcome = outcomes(table)
    deals = _open_deals(data, table[outcome == "open"], _chance_by_age(table, outcome))
    closed = outcome != "open"
    rate = float((outcome == "won").sum() / closed.sum()) if closed.any() else float("nan")
    months, before = _by_month(deals, data)
    stages = _stages(deals)
    return PipelineHealth(
        stages=stages,
        reps=_reps(data, deals, table["rep_id"], outcome),
        expected_by_account=_summed(deals.account, deals.amount * deals.chance, len(data.accounts)),
        expected_by_month=months,
        before=before,
        win_rate=rate,
        stale=tuple(deals.ids[_largest_first(deals)].tolist()),
        findings=(*_shape_findings(stages), *_stale_findings(deals, data)),
    )


def _summed(place: npt.NDArray[np.int64], amount: Floats, count: int) -> npt.NDArray[np.int64]:
    known = place >= 0
    sums = np.bincount(place[known], amount[known], count)
    return np.asarray(np.rint(sums), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeCurve:
    """Share of closed opportunities at least so old that were won.

    Parameters
    ----------
    ages
        Days, ascending.
    won
        Share won among those that closed at that age or later.
    """

    ages: Floats
    won: Floats

    def at(self, age: Floats) -> Floats:
        """Return the chance to win at an age; everyone's where the age is unknown."""
        known = np.where(np.isnan(age), 0.0, age)
        return np.asarray(np.interp(known, self.ages, self.won))


def _chance_by_age(table: pd.DataFrame, outcome: npt.NDArray[np.str_]) -> AgeCurve:
    closed = outcome != "open"
    if not closed.any():
        return AgeCurve(ages=np.array([0.0]), won=np.array([0.5]))
    created = _days(table["created"])
    age = np.where(closed, _span(created, _days(table["close_date"])), np.nan)
    won = outcome == "won"
    everyone = float(won.sum() / closed.sum())
    known = closed & np.isfinite(age) & (age >= 0)
    if known.sum() < AGE_BINS:
        return AgeCurve(ages=np.array([0.0]), won=np.array([everyone]))
    ages = np.unique(np.quantile(age[known], np.linspace(0, 0.9, AGE_BINS)))
    share = [float(won[known & (age >= least)].mean()) for least in ages]
    return AgeCurve(ages=ages, won=np.array(share))


def _span(first: npt.NDArray[np.datetime64], last: npt.ArrayLike) -> Floats:
    """Return days from the first to the last, NaN where either is missing."""
    days = np.asarray(last, dtype="datetime64[D]") - first
    return np.where(np.isnat(days), np.nan, days.astype(float))


def _days(column: pd.Series) -> npt.NDArray[np.datetime64]:
    return column.to_numpy().astype("datetime64[D]")


def _open_deals(data: PlanningData, table: pd.DataFrame, curve: AgeCurve) -> OpenDeals:
    today = np.datetime64(data.period.as_of)
    created, last = _days(table["created"]), _days(table["last_activity"])
    age = _span(created, today)
    silence = _span(np.where(np.isnat(last), created, last), today)
    given = table["probability"].to_numpy(dtype=float, na_value=np.nan)
    chance = np.where(np.isfinite(given), np.clip(given, 0, 1), curve.at(age))
    stage = table["stage"].astype("string").fillna("").to_numpy(dtype=str)
    return OpenDeals(
        ids=table["opportunity_id"].to_numpy(dtype=str),
        account=pd.Index(data.accounts["account_id"]).get_indexer(pd.Index(table["account_id"])),
        rep=table["rep_id"],
        stage=stage,
        amount=np.clip(table["amount"].to_numpy(dtype=float, na_value=0.0), 0, None),
        age=age,
        silence=silence,
        closes=_days(table["close_date"]),
        chance=chance,
        stale=_is_stale(stage, silence),
    )


def _is_stale(stage: npt.NDArray[np.str_], silence: Floats) -> Bools:
    """Return whether a deal has been silent for longer than is usual in its stage."""
    stale = np.zeros(len(stage), dtype=bool)
    for name in np.unique(stage):
        mine = (stage == name) & np.isfinite(silence)
        if mine.any():
            limit = max(STALE_LEAST, STALE_RATIO * float(np.median(silence[mine])))
            stale |= mine & (silence > limit)
    return stale


def _largest_first(deals: OpenDeals) -> npt.NDArray[np.int64]:
    order = np.argsort(-deals.amount, kind="stable")
    return order[deals.stale[order]]


def _stages(deals: OpenDeals) -> tuple[Stage, ...]:
    stages = [_stage(deals, name) for name in np.unique(deals.stage)]
    return tuple(sorted(stages, key=lambda stage: (stage.probability, stage.name)))


def _stage(deals: OpenDeals, name: str) -> Stage:
    mine = deals.stage == name
    return Stage(
        name=str(name),
        opportunities=int(mine.sum()),
        amount=round(float(deals.amount[mine].sum())),
        probability=float(deals.chance[mine].mean()),
        age=_median(deals.age[mine]),
        silence=_median(deals.silence[mine]),
        stale=int(deals.stale[mine].sum()),
    )


def _median(days: Floats) -> float:
    known = days[np.isfinite(days)]
    return float(np.median(known)) if len(known) else float("nan")


def _by_month(deals: OpenDeals, data: PlanningData) -> tuple[npt.NDArray[np.int64], int]:
    """Return what should close in each month of the plan, and before it."""
    today = np.datetime64(data.period.as_of)
    late = np.isnat(deals.closes) | (deals.closes <= today)
    wait = (deals.closes[~late] - today).astype("timedelta64[D]").astype(float)
    # One that should have closed already takes as long again as others have to go.
    usual = np.median(wait) if len(wait) else 30.0
    closes = np.where(late, today + np.timedelta64(int(usual), "D"), deals.closes)
    edges = np.array([*data.period.starts, data.period.end], dtype="datetime64[D]")
    month = np.searchsorted(edges, closes, side="right") - 1
    weighted = deals.amount * deals.chance
    inside = month < len(data.period.starts)
    before = round(float(weighted[month < 0].sum()))
    return _summed(np.where(inside, month, -1), weighted, len(data.period.starts)), before


def _reps(
    data: PlanningData, deals: OpenDeals, owners: pd.Series, outcome: npt.NDArray[np.str_]
) -> tuple[RepPipeline, ...]:
    rep_ids = [rep.rep_id for rep in data.reps]
    index = pd.Index(rep_ids)
    owner, mine = index.get_indexer(pd.Index(owners)), index.get_indexer(pd.Index(deals.rep))
    count = len(rep_ids)
    won, closed = (
        np.bincount(owner[chosen], minlength=count).astype(float)
        for chosen in ((owner >= 0) & (outcome == "won"), (owner >= 0) & (outcome != "open"))
    )
    amount = _summed(mine, deals.amount, count)
    expected = _summed(mine, deals.amount * deals.chance, count)
    rate, doubt = pool_ratios(won, closed)
    quota = _quota_left(data, rep_ids)
    return tuple(
        RepPipeline(
            rep_id=rep,
            amount=int(amount[place]),
            expected=int(expected[place]),
            win_rate=float(rate[place]),
            low=float(np.clip(rate[place] - WIDTH * doubt[place], 0, 1)),
            high=float(np.clip(rate[place] + WIDTH * doubt[place], 0, 1)),
            closed=int(closed[place]),
            need=float(1 / rate[place]) if rate[place] > 0 else float("inf"),
            quota=quota.get(rep),
            coverage=float(amount[place]) / quota[rep] if quota.get(rep) else None,
        )
        for place, rep in enumerate(rep_ids)
        if amount[place] > 0 or closed[place] > 0
    )


def _quota_left(data: PlanningData, rep_ids: Sequence[str]) -> dict[str, int]:
    """Return what each rep has still to close of the quota that runs at as_of."""
    quotas = data.quotas
    if quotas is None or quotas.empty:
        return {}
    today = pd.Timestamp(data.period.as_of)
    runs = quotas[(quotas["start"] <= today) & (quotas["end"] >= today)]
    left = runs["quota"].fillna(0).astype("int64") - runs["attained"].fillna(0).astype("int64")
    sums = left.clip(lower=0).groupby(runs["rep_id"]).sum()
    return {rep: int(sums[rep]) for rep in rep_ids if rep in sums.index}


def _shape_findings(stages: tuple[Stage, ...]) -> Iterator[Finding]:
    total = sum(stage.amount for stage in stages)
    if len(stages) < FEWEST_STAGES or total <= 0:
        return
    early, late = stages[0], stages[-1]
    if late.amount / total > CLOSING_SHARE:
        yield _shape("closing_heavy", late, total, "too much waits in the closing stage at once")
    if early.amount / total < EARLY_SHARE:
        yield _shape("early_light", early, total, "too little is young enough for later months")


def _shape(code: str, stage: Stage, total: int, meaning: str) -> Finding:
    return Finding(
        severity="info",
        code=f"pipeline.{code}",
        message=f"Stage {stage.name} holds {stage.amount / total:.0%} of the open pipeline: "
        f"{meaning}.",
        advice="Look at the pipeline by rep before quotas lean on it.",
        table="opportunities",
        column="stage",
        subject=stage.name,
    )


def _stale_findings(deals: OpenDeals, data: PlanningData) -> Iterator[Finding]:
    order = _largest_first(deals)
    for place in order[:EXAMPLES_SHOWN]:
        amount = data.currency.to_text(round(float(deals.amount[place])))
        yield _stale(
            f"Opportunity {deals.ids[place]} ({amount}) in {deals.stage[place]} has been silent "
            f"for {deals.silence[place]:.0f} days, longer than is usual there.",
            str(deals.ids[place]),
            1,
        )
    if len(order) > EXAMPLES_SHOWN:
        total = data.currency.to_text(round(float(deals.amount[order].sum())))
        yield _stale(f"{len(order)} opportunities, {total} in all, are stale.", None, len(order))


def _stale(message: str, subject: str | None, count: int) -> Finding:
    return Finding(
        severity="info",
        code="pipeline.stale",
        message=message,
        advice="Close it or move it, so that coverage tells the truth.",
        table="opportunities",
        column="last_activity",
        subject=subject,
        count=count,
    )
