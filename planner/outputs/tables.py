"""The plan's tables: who serves what, what each territory has, owes and may expect."""

from __future__ import annotations

from datetime import date

import numpy as np

from planner.inputs.money import currency
from planner.outputs.columns import Column, Table, figures, money, text
from planner.outputs.moves import (
    gained_and_lost,
    hold_over_until,
    plan_moves,
    previous_reps,
    proposed_reps,
    proposed_territories,
    quota_effects,
    revenue_at_risk,
    serving_reps,
)
from planner.outputs.plan import Floats, MeasureKind, Plan
from planner.quotas.result import QuotaDerivation, QuotaLine


def plan_tables(plan: Plan) -> dict[str, Table]:
    """Return every table of a plan by its file's stem, in the contract's order."""
    tables = (
        assignments_table(plan),
        territories_table(plan),
        quotas_table(plan),
        outcomes_table(plan),
        transitions_table(plan),
    )
    return {table.name: table for table in tables}


def assignments_table(plan: Plan) -> Table:
    """Return one row for each account, by account id."""
    accounts = plan.data.accounts
    columns = (
        text("account_id", accounts["account_id"].tolist()),
        text("name", _words(plan, "name")),
        text("territory_id", proposed_territories(plan)),
        text("rep_id", proposed_reps(plan)),
        text("previous_rep_id", previous_reps(plan)),
        figures("moved", "flag", plan_moves(plan)),
        figures("held", "flag", plan.held),
        text("reason", plan.reasons),
        figures("cluster", "integer", _clusters(plan)),
    )
    measures = tuple(
        measure_column(_free_name(name, columns), measure_kind(plan, name), values)
        for name, values in plan.account_measures.items()
    )
    return Table(name="assignments", columns=columns + measures)


def _clusters(plan: Plan) -> list[int | None]:
    """Return the group of near accounts that each account lies in, none where it is unplaced."""
    if len(plan.clusters) != len(plan.territory_of_account):
        return [None] * len(plan.territory_of_account)
    return [cluster if cluster >= 0 else None for cluster in plan.clusters.tolist()]


def _free_name(name: str, taken: tuple[Column, ...]) -> str:
    return f"measure_{name}" if any(column.name == name for column in taken) else name


def measure_kind(plan: Plan, name: str) -> MeasureKind:
    """Return what a measure's figures are; one that is not balanced counts as numbers."""
    summary = plan.alignment.measures.get(name)
    return summary.kind if summary else "number"


def measure_column(name: str, kind: MeasureKind, values: Floats, title: str = "") -> Column:
    """Return a measure's figures as a column: money in minor units, others as they are."""
    if kind == "money":
        return money(name, values, title)
    return figures(name, kind, values, title)


def _words(plan: Plan, column: str) -> list[str]:
    if column not in plan.data.accounts:
        return [""] * len(plan.data.accounts)
    values = plan.data.accounts[column]
    return values.astype(object).where(values.notna(), "").astype(str).tolist()


def territories_table(plan: Plan) -> Table:
    """Return one row for each territory, by its id."""
    reps = {rep.rep_id: rep for rep in plan.data.reps}
    serving = serving_reps(plan)
    holders = [reps.get(rep_id) for rep_id in serving]
    gained, lost = gained_and_lost(plan)
    size = len(plan.territory_ids)
    counts = np.bincount(plan.territory_of_account[plan.territory_of_account >= 0], minlength=size)
    columns = (
        text("territory_id", plan.territory_ids),
        text("rep_id", serving),
        text("manager_id", [rep.manager_id or "" if rep else "" for rep in holders]),
        figures("accounts", "integer", counts),
        *(column for name in plan.alignment.measures for column in _measure_columns(plan, name)),
        figures("travel", "hours", plan.travel, "Travel, hours a year"),
        figures("gained", "integer", gained),
        figures("lost", "integer", lost),
        money("revenue_at_risk", revenue_at_risk(plan)),
        figures("accounts_today", "integer", counts - gained + lost),
        figures("travel_today", "hours", plan.travel_today, "Travel today, hours a year"),
        figures("trips", "number", _by_territory(plan, plan.trips), "Trips a year"),
        figures("visit_hours", "hours", _by_territory(plan, plan.visit_hours), "Hours at accounts"),
        figures("idle_hours", "hours", _by_territory(plan, plan.idle_hours), "Hours left a year"),
        figures("capacity", "number", plan.seats.capacity),
        text("rep_name", [rep.name if rep else "" for rep in holders]),
        text("role", [rep.role if rep else "" for rep in holders]),
        text("peer_group", plan.peer_groups),
    )
    return Table(name="territories", columns=columns)


def _by_territory(plan: Plan, values: Floats) -> Floats:
    """Return figures of each territory, NaN where the plan keeps none, (territories,)."""
    known = len(values) == len(plan.territory_ids)
    return values if known else np.full(len(plan.territory_ids), np.nan)


def _measure_columns(plan: Plan, name: str) -> tuple[Column, ...]:
    measure = plan.alignment.measures[name]
    return (
        measure_column(name, measure.kind, measure.proposed),
        measure_column(f"{name}_target", measure.kind, measure.target),
        figures(f"{name}_deviation", "share", deviations(measure.proposed, measure.target)),
        measure_column(f"{name}_today", measure.kind, measure.today),
    )


def deviations(amount: Floats, target: Floats) -> Floats:
    """Return measure ÷ target − 1, NaN where a territory has no target, (territories,)."""
    empty = np.full(len(target), np.nan)
    return np.asarray(np.divide(amount, target, out=empty, where=target > 0) - 1.0)


def quotas_table(plan: Plan) -> Table:
    """Return one row for each person, component and month; the derivation stands on each."""
    sheet = plan.quotas
    lines = sheet.lines if sheet else ()
    made = {(one.rep_id, one.component): one for one in (sheet.derivations if sheet else ())}
    how = [made.get((line.rep_id, line.component)) for line in lines]
    counted = [line.counted for line in lines]
    columns = (*_line_columns(lines, plan), *_derivation_columns(how, counted, plan))
    return Table(name="quotas", columns=columns)


def _line_columns(lines: tuple[QuotaLine, ...], plan: Plan) -> tuple[Column, ...]:
    return (
        text("rep_id", [line.rep_id for line in lines]),
        text("territory_id", [line.territory_id or "" for line in lines]),
        text("level", [line.level for line in lines]),
        figures("depth", "integer", [line.depth for line in lines]),
        text("parent_id", [line.parent_id or "" for line in lines]),
        text("component", [line.component for line in lines]),
        figures("period_start", "date", [line.period_start for line in lines]),
        text("currency", [line.currency for line in lines]),
        money(
            "quota",
            [_scaled(line.quota, line.counted, plan) for line in lines],
            f"Quota, {plan.data.currency.code}",
        ),
        Column(
            name="quota_local",
            kind="decimal",
            values=[_local_text(line, plan) for line in lines],
            title="Quota, local currency",
        ),
    )


def _scaled(amount: int, counted: bool, plan: Plan) -> int:
    """Return an amount in minor units; a count stands in the column as if each were a unit."""
    return amount * plan.data.currency.scale if counted else amount


def _derivation_columns(
    how: list[QuotaDerivation | None], counted: list[bool], plan: Plan
) -> tuple[Column, ...]:
    def take(name: str) -> list[int | None]:
        return [getattr(one, name) if one else None for one in how]

    def take_own(name: str) -> list[int | None]:
        """Take what is in the unit of the quota itself."""
        pairs = zip(take(name), counted, strict=True)
        return [None if one is None else _scaled(one, flag, plan) for one, flag in pairs]

    return (
        money("basis", take("basis")),
        figures("ramp", "share", [one.ramp if one else None for one in how]),
        text("limits_hit", ["; ".join(one.limits) if one else "" for one in how]),
        figures("override", "flag", [one.override if one else None for one in how]),
        money("last_year", take("last_year")),
        money("basis_history", take("basis_history")),
        money("basis_potential", take("basis_potential")),
        figures("capacity", "number", [one.capacity if one else None for one in how]),
        money("fair_share", take_own("fair_share")),
        money("rounding", take_own("rounding")),
    )


def _local_text(line: QuotaLine, plan: Plan) -> str:
    own = plan.data.currency
    if line.counted:
        return str(line.quota_local)
    return (own if line.currency == own.code else currency(line.currency)).to_text(line.quota_local)


def outcomes_table(plan: Plan) -> Table:
    """Return one row for the company, each manager and each rep."""
    outcomes = plan.outcomes.outcomes if plan.outcomes else ()
    columns = (
        text("level", [one.level for one in outcomes]),
        text("rep_id", [one.rep_id for one in outcomes]),
        money("expected", [one.expected for one in outcomes]),
        money("p10", [one.p10 for one in outcomes], "P10"),
        money("p50", [one.p50 for one in outcomes], "P50"),
        money("p90", [one.p90 for one in outcomes], "P90"),
        figures("probability_of_quota", "share", [one.probability_of_quota for one in outcomes]),
        money("quota", [one.quota for one in outcomes]),
    )
    return Table(name="outcomes", columns=columns)


def transitions_table(plan: Plan) -> Table:
    """Return one row for each account that leaves its owner, by account id."""
    moved = np.flatnonzero(plan_moves(plan)).tolist()
    until: date = hold_over_until(plan)
    old, new = previous_reps(plan), proposed_reps(plan)
    seats, places = ("", *plan.territory_ids), plan.today.seat_of_account.tolist()
    territories, names = proposed_territories(plan), _words(plan, "name")
    ids = plan.data.accounts["account_id"].tolist()
    columns = (
        text("account_id", [ids[row] for row in moved]),
        text("from", [old[row] for row in moved]),
        text("to", [new[row] for row in moved]),
        money("trailing_revenue", plan.potential.trailing[moved]),
        money("open_pipeline", plan.potential.pipeline[moved]),
        figures("hold_over_until", "date", [until] * len(moved)),
        money("quota_effect", quota_effects(plan)[moved]),
        text("reason", [plan.reasons[row] for row in moved]),
        text("name", [names[row] for row in moved]),
        text("from_territory_id", [seats[places[row] + 1] for row in moved]),
        text("to_territory_id", [territories[row] for row in moved]),
    )
    return Table(name="transitions", columns=columns)
