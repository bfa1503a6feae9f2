"""The running plan's potential for the accounts it had; only new ones are estimated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from planner.inputs.account_events import last_name
from planner.pipeline.running import Succession

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.outputs.plan import Plan
    from planner.potential.result import Potential
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
Values = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carrier:
    """Where each account stood before, and which accounts became part of which.

    Parameters
    ----------
    source
        Position of each account in the running plan, -1 for new ones, (accounts,).
    merged
        Position in the running plan of accounts that are part of another now, and that one's.
    """

    source: Ints
    merged: tuple[tuple[int, int], ...]

    def carry(self, values: Values, new: Values | None, *, adds: bool = True) -> Values:
        """Return values of the running plan by today's accounts, new ones from elsewhere."""
        carried = np.zeros(len(self.source), dtype=values.dtype)
        known = self.source >= 0
        carried[known] = values[self.source[known]]
        if new is not None:
            carried[~known] = new[~known]
        for before, after in self.merged if adds else ():
            carried[after] += values[before]
        return carried


def carry_potential(
    running: Plan, data: PlanningData, succession: Succession, scenario: Scenario
) -> Potential:
    """Return the running plan's potential for the accounts it had; new ones are estimated.

    What the plan rests on does not change under it: balance and quotas stay comparable. A merged
    account brings its figures along.

    Parameters
    ----------
    running, succession
        The plan before, and what became of its accounts.
    data
        Tables with the accounts after the change.
    scenario
        For the estimate of new accounts.
    """
    from planner.potential.opportunities import open_amounts

    scenario = _without_gone(scenario, succession)
    old, carrier = running.potential, _make_carrier(running, data, succession)
    fresh = _estimate_new(data, scenario) if (carrier.source < 0).any() else None
    pipeline = open_amounts(data.accounts, data.opportunities, data.period.as_of, today=True)

    def money(values: Ints, new: Ints | None) -> Ints:
        return carrier.carry(values, new)

    carried = replace(
        old,
        expected=money(old.expected, fresh.expected if fresh else None),
        low=money(old.low, fresh.low if fresh else None),
        high=money(old.high, fresh.high if fresh else None),
        whitespace=money(old.whitespace, fresh.whitespace if fresh else None),
        trailing=money(old.trailing, fresh.trailing if fresh else None),
        pipeline=np.asarray(np.rint(pipeline), dtype=np.int64),
        overridden=_same(carrier, old.overridden, fresh.overridden if fresh else None),
        drivers={
            name: _same(carrier, values, fresh.drivers.get(name) if fresh else None)
            for name, values in old.drivers.items()
        },
        years={name: money(values, None) for name, values in old.years.items()},
        reasons={
            name: _same(carrier, values, fresh.reasons.get(name) if fresh else None)
            for name, values in old.reasons.items()
        },
        rep_multiple=_multiple(carrier, old),
        lookalikes=_lookalikes(carrier, old),
        findings=(),
    )
    return _override(carried, running, data, carrier, scenario)


def _override(
    carried: Potential, running: Plan, data: PlanningData, carrier: _Carrier, scenario: Scenario
) -> Potential:
    """Return the potential with the amounts that a person has newly set."""
    from planner.potential.parameters import PotentialParameters
    from planner.potential.reconciliation import override_amounts

    rules = PotentialParameters.model_validate(running.provenance.scenario["potential"])
    given = override_amounts(data.accounts, scenario.potential.overrides, data.currency)
    old = override_amounts(running.data.accounts, rules.overrides, data.currency)
    before = np.where(carrier.source >= 0, old[np.maximum(carrier.source, 0)], np.nan)
    fresh = ~np.isnan(given) & (given != before) & (carrier.source >= 0)
    if not fresh.any():
        return carried
    amounts = np.rint(np.nan_to_num(given)).astype(np.int64)
    marked = carried.overridden if len(carried.overridden) else np.zeros(len(fresh), dtype=np.bool_)
    return replace(
        carried,
        expected=np.where(fresh, amounts, carried.expected),
        low=np.where(fresh, amounts, carried.low),
        high=np.where(fresh, amounts, carried.high),
        overridden=marked | fresh,
    )


def _make_carrier(running: Plan, data: PlanningData, succession: Succession) -> _Carrier:
    names = running.data.accounts["account_id"].tolist()
    place = {name: at for at, name in enumerate(names)}
    ids = data.accounts["account_id"].tolist()
    row_of = {name: at for at, name in enumerate(ids)}
    into = {c.account_id: c.into for c in succession.gone.values() if c.kind == "merged"}
    targets = [(name, last_name(name, into)) for name in sorted(into) if name in place]
    return _Carrier(
        source=np.array([place.get(name, -1) for name in ids], dtype=np.int64),
        merged=tuple((place[a], row_of[b]) for a, b in targets if b in row_of),
    )


def _same(carrier: _Carrier, values: Values, new: Values | None) -> Values:
    """Return values that do not add up when accounts merge; none stay none."""
    if not len(values):
        return values
    return carrier.carry(values, new, adds=False)


def _multiple(carrier: _Carrier, old: Potential) -> npt.NDArray[np.float64]:
    if len(old.rep_multiple) != len(old.expected):
        return np.ones(len(carrier.source))
    known = old.rep_multiple[np.maximum(carrier.source, 0)]
    return np.where(carrier.source >= 0, known, 1.0)


def _lookalikes(carrier: _Carrier, old: Potential) -> Ints:
    """Return the similar accounts of each account where they stand now."""
    count = len(old.expected)
    if len(old.lookalikes) != count:
        return old.lookalikes
    target = np.full(count + 1, -1, dtype=np.int64)
    known = np.flatnonzero(carrier.source >= 0)
    target[carrier.source[known]] = known
    carried = np.full((len(carrier.source), old.lookalikes.shape[1]), -1, dtype=np.int64)
    carried[known] = target[old.lookalikes[carrier.source[known]]]
    return carried


def _without_gone(scenario: Scenario, succession: Succession) -> Scenario:
    """Return the scenario without amounts set for accounts that have left the plan."""
    given = scenario.potential.overrides
    if not isinstance(given, dict) or not given.keys() & succession.gone.keys():
        return scenario
    kept = {name: amount for name, amount in given.items() if name not in succession.gone}
    rules = scenario.potential.model_copy(update={"overrides": kept})
    return scenario.model_copy(update={"potential": rules})


def _estimate_new(data: PlanningData, scenario: Scenario) -> Potential:
    from planner.potential.estimation import estimate

    return estimate(data, scenario.potential, scenario.seed)
