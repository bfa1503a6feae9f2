"""Performance by role: what reps did, told apart from what their territories gave them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.potential.attributes import read_attributes
from planner.potential.opportunities import outcomes
from planner.potential.people.pooling import WIDTH, pool_means, pool_rates, pool_ratios, rate_errors
from planner.potential.people.score_cards import Metric, Performance, ScoreCard
from planner.potential.people.tallies import Tally, find_doers, rate_of, tally_everything
from planner.potential.rep_effects import RepEffects, estimate_rep_effects

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.inputs.reps import Rep
    from planner.potential.result import Potential

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PRODUCTIVITY = "productivity"
AGAINST_POTENTIAL = "bookings against potential"
MISSING = {
    "quotas": "attainment by period",
    "opportunities": "close rate, sales cycle, average deal and rejection reasons",
    "activities": "leads, calls, meetings, travel and follow-up",
    "history": "retention, upsell and productivity",
}


def measure_performance(data: PlanningData, potential: Potential) -> Performance:
    """Measure what each rep, team and the company did, from whichever tables are present.

    A rep's productivity is the multiple of a typical rep that the same accounts would have
    booked with: what the territory gave is taken out. Bookings against potential say how much
    of what today's accounts should give came in. Both stand beside attainment, which rewards
    luck with the territory as much as work.

    Parameters
    ----------
    data
        The company's tables.
    potential
        Of the same accounts.

    Returns
    -------
    Score cards of the company, the teams and the reps.
    """
    reps = data.reps
    rep_ids = [rep.rep_id for rep in reps]
    tallies = [*tally_everything(data, rep_ids), *_against_potential(data, potential, rep_ids)]
    effects = estimate_rep_effects(data, read_attributes(data.accounts, None, None))
    metrics = [_rep_metrics(tally, reps) for tally in tallies]
    cards = [
        ScoreCard(level="company", subject="company", role="", metrics=_summed(tallies, None)),
        *_teams(tallies, reps),
        *(
            ScoreCard(
                level="rep",
                subject=rep.rep_id,
                role=rep.role,
                metrics=(*_productivity(effects, rep.rep_id), *_of(metrics, place)),
            )
            for place, rep in enumerate(reps)
        ),
    ]
    return Performance(
        cards=tuple(card for card in cards if card.metrics),
        ranking=_ranking(effects, rep_ids),
        rejection_reasons=_rejections(data),
        findings=(*_missing(data), *(effects.findings if effects else ())),
    )


def _of(metrics: Sequence[list[Metric | None]], place: int) -> Iterator[Metric]:
    return (found[place] for found in metrics if found[place] is not None)  # type: ignore[misc]


def _against_potential(
    data: PlanningData, potential: Potential, rep_ids: Sequence[str]
) -> list[Tally]:
    """Return trailing bookings over potential of the accounts that each rep owns."""
    if not potential.trailing.any():
        return []
    owners = find_doers(data.accounts["owner_id"], rep_ids)
    return [rate_of(AGAINST_POTENTIAL, owners, potential.trailing, potential.expected)]


def _rep_metrics(tally: Tally, reps: Sequence[Rep]) -> list[Metric | None]:
    """Return one metric for each rep, pooled within the role; None where a rep has none."""
    found: list[Metric | None] = [None] * len(reps)
    for role in sorted({rep.role for rep in reps}):
        mine = np.array([*(rep.role == role for rep in reps), False]) & (tally.base > 0)
        if mine.any():
            _pool_role(tally, mine, found)
    return found


def _pool_role(tally: Tally, mine: Bools, found: list[Metric | None]) -> None:
    total, base = tally.total[mine], tally.base[mine]
    value, spread = _pooled(tally, mine)
    benchmark = float(total.sum() / base.sum())
    for place, own, doubt in zip(np.flatnonzero(mine), value, spread, strict=True):
        low = own - WIDTH * doubt
        high = own + WIDTH * doubt
        found[place] = Metric(
            name=tally.name,
            unit=tally.unit,
            value=float(own),
            raw=float(tally.total[place] / tally.base[place]),
            low=float(max(low, 0.0)),
            high=float(min(high, 1.0) if tally.kind == "ratio" else high),
            count=int(tally.count[place]),
            benchmark=benchmark,
            goal=tally.goal,
        )


def _pooled(tally: Tally, mine: Bools) -> tuple[Floats, Floats]:
    total, base, count = tally.total[mine], tally.base[mine], tally.count[mine]
    if tally.kind == "ratio":
        return pool_ratios(total, base)
    if tally.kind == "mean":
        return pool_means(total, base, tally.squares[mine])
    if not tally.weights.any() or count.sum() < 2:
        return pool_rates(total, base, count)
    error = rate_errors(tally.squares[mine], tally.weights[mine], base)
    return pool_rates(total, base, count, error)


def _summed(tallies: Sequence[Tally], mine: Bools | None) -> tuple[Metric, ...]:
    """Return the figures of a group of reps together, beside the company's."""
    metrics = []
    for tally in tallies:
        chosen = np.ones(len(tally.base), dtype=bool) if mine is None else mine
        total, base = float(tally.total[chosen].sum()), float(tally.base[chosen].sum())
        if base <= 0:
            continue
        value, count = total / base, int(tally.count[chosen].sum())
        doubt = WIDTH * _group_error(tally, chosen, value)
        whole = float(tally.total.sum() / tally.base.sum())
        metrics.append(
            Metric(
                name=tally.name,
                unit=tally.unit,
                value=value,
                raw=value,
                low=max(value - doubt, 0.0),
                high=value + doubt,
                count=count,
                benchmark=None if mine is None else whole,
                goal=tally.goal,
            )
        )
    return tuple(metrics)


def _group_error(tally: Tally, chosen: Bools, value: float) -> float:
    """Return the standard error of a group's figure, from what its observations scatter."""
    base, count = float(tally.base[chosen].sum()), float(tally.count[chosen].sum())
    if tally.weights.any() and count >= 2:
        return float(np.sqrt(tally.squares[chosen].sum() * count / (count - 1)) / base)
    if tally.kind == "mean":
        noise = max(float(tally.squares[chosen].sum()) / count - value**2, 0.0)
    else:
        noise = value * (1 - value) if tally.kind == "ratio" else value**2
    return float(np.sqrt(max(noise, 0.0) / max(count, 1.0)))


def _teams(tallies: Sequence[Tally], reps: Sequence[Rep]) -> Iterator[ScoreCard]:
    for manager in sorted({rep.manager_id for rep in reps if rep.manager_id}):
        mine = np.array([*(rep.manager_id == manager for rep in reps), False])
        yield ScoreCard(level="team", subject=manager, role="", metrics=_summed(tallies, mine))


def _productivity(effects: RepEffects | None, rep_id: str) -> tuple[Metric, ...]:
    if effects is None or rep_id not in effects.rep_ids:
        return ()
    place = effects.rep_ids.index(rep_id)
    own, doubt = float(effects.effect[place]), float(effects.doubt[place])
    return (
        Metric(
            name=PRODUCTIVITY,
            unit="multiple",
            value=float(np.exp(own)),
            raw=float(np.exp(effects.raw[place])),
            low=float(np.exp(own - WIDTH * doubt)),
            high=float(np.exp(own + WIDTH * doubt)),
            count=int(effects.orders[place]),
            benchmark=1.0,
        ),
    )


def _ranking(effects: RepEffects | None, rep_ids: Sequence[str]) -> tuple[str, ...]:
    """Return reps by productivity, those without orders left out."""
    if effects is None:
        return ()
    known = set(rep_ids) & set(effects.rep_ids)
    return tuple(sorted(known, key=lambda rep: (-effects.of(rep), rep)))


def _rejections(data: PlanningData) -> dict[str, int]:
    deals = data.opportunities
    if deals is None or deals.empty:
        return {}
    column = next((c for c in ("loss_reason", "rejection_reason", "reason") if c in deals), None)
    if column is None:
        return {}
    counts = deals.loc[outcomes(deals) == "lost", column].dropna().astype(str).value_counts()
    ordered = sorted(counts.items(), key=lambda item: (-int(item[1]), str(item[0])))
    return {str(reason): int(count) for reason, count in ordered}


def _missing(data: PlanningData) -> Iterator[Finding]:
    for table, adds in MISSING.items():
        if getattr(data, table) is None:
            yield Finding(
                severity="info",
                code=f"performance.no_{table}",
                message=f"The score cards lack {adds}, since there is no table of {table}.",
                advice=f"Give the {table} table.",
                table=table,
            )
