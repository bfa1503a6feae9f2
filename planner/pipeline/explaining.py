"""Why one account is where it is, from a plan's folder alone."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.errors import ScenarioError
from planner.outputs.plan import Plan
from planner.pipeline.company_of_plan import prices_of, rebuild_company
from planner.pipeline.preparation import Company
from planner.pipeline.reasons import seat_names
from planner.territories.explanation import Alternatives, list_alternatives

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One territory that might serve an account.

    Parameters
    ----------
    cost
        Of the whole unit there, units of the plan currency a year.
    cost_by_term
        The same by term.
    with_balance
        The cost, with what the unit uses of the limits that bind.
    limits
        That use, by limit.
    """

    territory_id: str
    rep: str
    cost: float
    cost_by_term: dict[str, float]
    with_balance: float
    limits: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Return the option as plain values, for JSON."""
        return {
            "territory_id": self.territory_id,
            "rep": self.rep,
            "cost": round(self.cost, 2),
            "cost_by_term": {name: round(value, 2) for name, value in self.cost_by_term.items()},
            "cost_with_balance": round(self.with_balance, 2),
            "limits": {name: round(value, 2) for name, value in self.limits.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountExplanation:
    """Why an account is with its territory.

    Parameters
    ----------
    facts
        What is known of the account, by name.
    together
        Accounts that are kept with it.
    options
        Every territory that may serve it, cheapest first with the limits counted.
    forbidden
        Every other territory, with the rule that forbids it.
    kept_by
        What would have kept it with its owner of today; empty where it stays.
    currency
        The plan currency.
    """

    facts: dict[str, Any]
    together: tuple[str, ...]
    options: tuple[Option, ...]
    forbidden: tuple[tuple[str, str], ...]
    kept_by: str
    currency: str

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as plain values, for JSON."""
        return {
            **self.facts,
            "kept_together_with": list(self.together),
            "alternatives": [option.as_dict() for option in self.options],
            "forbidden": [{"territory_id": name, "rule": rule} for name, rule in self.forbidden],
            "would_have_kept": self.kept_by,
            "currency": self.currency,
        }


def explain_account(
    plan: Plan, account_id: str, company: Company | None = None
) -> AccountExplanation:
    """Explain one account of a plan.

    Parameters
    ----------
    plan
        As read from its folder.
    account_id
        Which account.
    company
        As rebuilt from the plan, where that was done before.

    Raises
    ------
    ScenarioError
        When the plan has no such account; names the nearest.
    """
    at = find_name(account_id, plan.data.accounts["account_id"].astype(str).tolist(), "account")
    company = company or rebuild_company(plan)
    unit = int(company.units.unit_of_account[at])
    options = _options(plan, company, unit)
    return AccountExplanation(
        facts=_facts(plan, company, at),
        together=_together(plan, unit, at),
        options=options,
        forbidden=_forbidden(company, unit),
        kept_by=_kept_by(plan, company, at, options),
        currency=plan.data.currency.code,
    )


def find_name(wanted: str, known: list[str], kind: str) -> int:
    """Return the position of a name.

    Raises
    ------
    ScenarioError
        When it is not known; names the nearest.
    """
    if wanted in known:
        return known.index(wanted)
    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.6)
    hint = f" Did you mean {', '.join(close)}?" if close else ""
    raise ScenarioError(f"The plan has no {kind} {wanted!r}.{hint}")


def _facts(plan: Plan, company: Company, at: int) -> dict[str, Any]:
    names = seat_names(company)
    proposed = int(plan.territory_of_account[at])
    before = int(plan.today.seat_of_account[at])
    hold = int(plan.today.hold_of_unit[plan.units.unit_of_account[at]])
    row = plan.data.accounts.iloc[at]
    return {
        "account_id": str(row["account_id"]),
        "name": str(row["name"]),
        "territory_id": plan.territory_ids[proposed] if proposed >= 0 else None,
        "rep": names[proposed] if proposed >= 0 else None,
        "previous_territory_id": plan.territory_ids[before] if before >= 0 else None,
        "previous_rep": names[before] if before >= 0 else None,
        "moved": proposed != before,
        "held": bool(plan.held[at]),
        "hold": plan.today.hold_names[hold] if hold >= 0 else None,
        "reason": plan.reasons[at],
        "measures": _account_measures(plan, at),
        "potential": _potential(plan, at),
    }


def _account_measures(plan: Plan, at: int) -> dict[str, float]:
    figures = {}
    for name, values in plan.account_measures.items():
        scale = plan.data.currency.scale if plan.alignment.measures[name].kind == "money" else 1
        figures[name] = round(float(values[at]) / scale, 2)
    return figures


def _potential(plan: Plan, at: int) -> dict[str, Any]:
    from planner.potential.explanation import explain_potential

    ids = plan.data.accounts["account_id"].astype(str).tolist()
    why, scale = (
        explain_potential(plan.potential, at, ids, plan.data.currency),
        plan.data.currency.scale,
    )
    return {
        **{
            name: getattr(why, name) / scale
            for name in ("expected", "low", "high", "whitespace", "trailing")
        },
        "method": plan.potential.method,
        "overridden": why.overridden,
        "parts": {name: amount / scale for name, amount in why.parts},
        "lookalikes": [like.account_id for like in why.lookalikes],
        "why": list(why.sentences),
    }


def _together(plan: Plan, unit: int, at: int) -> tuple[str, ...]:
    members = np.flatnonzero(plan.units.unit_of_account == unit)
    ids = plan.data.accounts["account_id"].astype(str)
    return tuple(ids.iloc[int(member)] for member in members if member != at)


def _options(plan: Plan, company: Company, unit: int) -> tuple[Option, ...]:
    place = np.flatnonzero(company.problem.kept == unit)
    if not len(place):
        return ()
    listed = list_alternatives(company.problem.problem, prices_of(plan), int(place[0]))
    names = seat_names(company)
    return tuple(_option(company, names, listed, row) for row in range(len(listed.territories)))


def _option(company: Company, names: list[str], listed: Alternatives, row: int) -> Option:
    territory = int(listed.territories[row])
    terms: dict[str, float] = {}
    for name, values in listed.costs.by_term.items():
        key = "travel" if name == "tours" else name
        terms[key] = terms.get(key, 0.0) + float(values[row])
    return Option(
        territory_id=company.seats.territory_ids[territory],
        rep=names[territory],
        cost=sum(terms.values()),
        cost_by_term=terms,
        with_balance=float(listed.costs.at_prices[row]),
        limits={
            name: float(values[row])
            for name, values in listed.costs.by_rule.items()
            if abs(values[row]) >= 0.005
        },
    )


def _forbidden(company: Company, unit: int) -> tuple[tuple[str, str], ...]:
    eligibility = company.eligibility
    rules = eligibility.forbidden_by[eligibility.class_of_unit[unit]]
    return tuple(
        (company.seats.territory_ids[territory], eligibility.rule_names[rule])
        for territory, rule in enumerate(rules.tolist())
        if rule >= 0
    )


def _kept_by(plan: Plan, company: Company, at: int, options: tuple[Option, ...]) -> str:
    """Say what would have had to be otherwise for the account to stay."""
    before, proposed = int(plan.today.seat_of_account[at]), int(plan.territory_of_account[at])
    if before < 0 or proposed < 0 or before == proposed:
        return ""
    unit = int(company.units.unit_of_account[at])
    rule = int(company.eligibility.forbidden_by[company.eligibility.class_of_unit[unit], before])
    if rule >= 0:
        return f"The rule '{company.eligibility.rule_names[rule]}' would have to let its owner serve it."
    by_id = {option.territory_id: option for option in options}
    old, new = by_id[plan.territory_ids[before]], by_id[plan.territory_ids[proposed]]
    return _word_keeping(plan, old, new)


def _word_keeping(plan: Plan, old: Option, new: Option) -> str:
    code = plan.data.currency.code
    hold = f"a hold would keep it with {old.rep}"
    if old.cost > new.cost:
        more = old.cost - new.cost
        return (
            f"It would stay if staying cost {more:,.0f} {code} a year less than it does; or {hold}."
        )
    relief = {
        name: old.limits.get(name, 0.0) - new.limits.get(name, 0.0)
        for name in {*old.limits, *new.limits}
    }
    binding = sorted(
        (name for name, value in relief.items() if value > 0),
        key=lambda name: (-relief[name], name),
    )
    limits = " and ".join(name.partition(": ")[2].replace("_", " ") for name in binding[:2])
    if not limits:
        return f"The limits left no other way for all accounts together; {hold}."
    return f"More room in {limits} for {old.rep}, or less need of it at {new.rep}, would have kept it; {hold}."
