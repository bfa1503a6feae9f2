"""One sentence for each account that moves or stays by a rule: the why, in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.pipeline.preparation import Company
from planner.territories.alignment import Prices
from planner.territories.explanation import PairCosts, price_pairs
from planner.units.result import Seats

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """One account's change of hands, ready to be worded."""

    old: str
    new: str
    code: str
    saved: float
    terms: Mapping[str, tuple[float, float]]
    pressure: Mapping[str, tuple[float, float]]


def word_reasons(company: Company, territory_of: Ints, prices: Prices | None) -> tuple[str, ...]:
    """Return a sentence for each account that moves, is held or is unassigned, else nothing.

    Parameters
    ----------
    company
        The company.
    territory_of
        Territory of each unit, -1 none, (units,).
    prices
        Of the engine.

    Returns
    -------
    tuple of str
        (accounts,)
    """
    proposed = territory_of[company.units.unit_of_account]
    today = company.today.seat_of_account
    names = seat_names(company)
    reasons = [""] * len(proposed)
    for account in np.flatnonzero(proposed < 0).tolist():
        reasons[account] = _unassigned(company, account)
    held = company.today.hold_of_unit[company.units.unit_of_account]
    for account in np.flatnonzero((held >= 0) & (proposed >= 0)).tolist():
        reasons[account] = (
            f"Held with {names[proposed[account]]}: {company.today.hold_names[held[account]]}."
        )
    moved = np.flatnonzero((proposed != today) & (proposed >= 0) & (held < 0))
    for account, reason in zip(
        moved.tolist(), _word_moves(company, territory_of, prices, moved), strict=True
    ):
        reasons[account] = reason
    return tuple(reasons)


def seat_names(company: Company) -> list[str]:
    """Return how each territory is spoken of: its rep's name, else its own."""
    return name_seats(company.seats, {rep.rep_id: rep.name for rep in company.data.reps})


def name_seats(seats: Seats, people: Mapping[str, str]) -> list[str]:
    """Return how each territory is spoken of, given people's names by rep_id."""
    pairs = zip(seats.territory_ids, seats.rep_ids, strict=True)
    return [people.get(rep) or rep or territory for territory, rep in pairs]


def _unassigned(company: Company, account: int) -> str:
    unit = company.units.unit_of_account[account]
    rules = company.eligibility.rules[company.eligibility.class_of_unit[unit]]
    return f"No rep may serve it: {'; '.join(rules) or 'no rep is left'}."


def _word_moves(
    company: Company, territory_of: Ints, prices: Prices | None, moved: Ints
) -> list[str]:
    units = company.units.unit_of_account[moved]
    before, after = company.today.seat_of_account[moved], territory_of[units]
    names, eligibility = seat_names(company), company.eligibility
    classes = eligibility.class_of_unit[units]
    barred = np.where(before >= 0, eligibility.forbidden_by[classes, np.maximum(before, 0)], -1)
    had = before >= 0
    old, new = _price_both(company, prices, units[had], before[had], after[had])
    row_of = np.cumsum(had) - 1
    ledger = PairLedger(old=old, new=new, code=company.data.currency.code)
    worded = []
    for at in range(len(moved)):
        taker = names[after[at]]
        if before[at] < 0:
            worded.append(_word_ownerless(company, int(moved[at]), taker))
        elif barred[at] >= 0:
            rule = eligibility.rule_names[barred[at]]
            worded.append(f"{names[before[at]]} may not serve it ({rule}); {taker} may.")
        elif after[at] == company.today.current[units[at]]:
            worded.append(f"Joins the rest of its family with {taker}.")
        else:
            worded.append(_word_choice(ledger.at(int(row_of[at]), names[before[at]], taker)))
    return worded


def _word_ownerless(company: Company, account: int, taker: str) -> str:
    given = company.data.accounts["owner_given"].iloc[account]
    missing = not isinstance(given, str) or not given
    why = "Had no owner" if missing else f"Its owner {given} has no seat in the plan"
    return f"{why}; with {taker} it costs least while all territories stay balanced."


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairLedger:
    """What pairs cost before and after, by term and by limit.

    Parameters
    ----------
    old, new
        Of the same units with their old and their new territory.
    code
        The plan currency.
    """

    old: PairCosts
    new: PairCosts
    code: str

    def at(self, row: int, old: str, new: str) -> _Move:
        """Return one move's figures."""
        terms = {
            name: (float(self.old.by_term[name][row]), float(self.new.by_term[name][row]))
            for name in self.old.by_term
        }
        pressure = {
            name: (float(self.old.by_rule[name][row]), float(self.new.by_rule[name][row]))
            for name in self.old.by_rule
        }
        saved = sum(a - b for a, b in terms.values())
        return _Move(old=old, new=new, code=self.code, saved=saved, terms=terms, pressure=pressure)


def _price_both(
    company: Company, prices: Prices | None, units: Ints, before: Ints, after: Ints
) -> tuple[PairCosts, PairCosts]:
    problem, kept = company.problem.problem, company.problem.kept
    rows = np.searchsorted(kept, units)
    return price_pairs(problem, prices, rows, before), price_pairs(problem, prices, rows, after)


def _word_choice(move: _Move) -> str:
    changes = _word_terms(move)
    if move.saved > 0:
        return f"Costs {move.saved:,.0f} {move.code} a year less with {move.new}: {changes}."
    relief = {name: old - new for name, (old, new) in move.pressure.items()}
    rule = max(relief, key=lambda name: relief[name], default=None)
    if rule is None or relief[rule] <= 0:
        return f"Makes room so that all limits hold together; costs {-move.saved:,.0f} {move.code} a year: {changes}."
    old, new = move.pressure[rule]
    measure = rule.partition(": ")[2].replace("_", " ")
    too_much = f"{move.old} has more {measure} than the limits allow"
    why = too_much if old >= -new else f"{move.new} has too little {measure}"
    return f"{why}; moving it to {move.new} is among the cheapest ways to balance, {-move.saved:,.0f} {move.code} a year: {changes}."


def _word_terms(move: _Move) -> str:
    merged: dict[str, float] = {}
    for name, (old, new) in move.terms.items():
        key = "travel" if name == "tours" else name
        merged[key] = merged.get(key, 0.0) + new - old
    parts = [f"{name} {amount:+,.0f}" for name, amount in merged.items() if round(amount) != 0]
    return ", ".join(parts) or "no other difference"
