"""The sentences of a refusal: rules by their key, people and accounts by name, amounts in currency."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import ceil, inf
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.pipeline.assembly import measure_kind
from planner.pipeline.preparation import Company
from planner.pipeline.reasons import seat_names
from planner.territories.diagnosis.terms import Conflict, Obstacle, Relief, RuleGroup

if TYPE_CHECKING:
    from planner.scenario.model import Scenario

Ints = npt.NDArray[np.int64]
NAMED = 3
MOST_TOLERANCE = 1.0
"""A wider tolerance is no balance at all: it is not advised beside anything better."""
MONEY = {"revenue", "pipeline"}


class Phrases:
    """Words what a diagnosis found for one company.

    Parameters
    ----------
    scenario
        The rules.
    company
        Who and what they were applied to.
    """

    def __init__(self, scenario: Scenario, company: Company) -> None:
        self.rules_of = scenario.alignment
        self.company = company
        self.names = seat_names(company)

    def count(self, number: float, noun: str) -> str:
        """Return a number with its noun."""
        return f"{number:,.0f} {noun}" if number == 1 else f"{number:,.0f} {noun}s"

    def amount(self, name: str, value: float) -> str:
        """Return an amount of a measure or budget with its unit."""
        if name == "accounts":
            return self.count(value, "account")
        if name in MONEY or (
            name in self.company.targets and measure_kind(self.company, name) == "money"
        ):
            currency = self.company.data.currency
            return f"{value / currency.scale:,.0f} {currency.code} of {name}"
        if name in self.company.targets and measure_kind(self.company, name) == "hours":
            return f"{value:,.0f} hours of {name}"
        return f"{value:,.6g} of {name}"

    def people(self, territories: Ints) -> str:
        """Return who serves some territories, by name."""
        ids, seats = self.company.seats.territory_ids, territories.tolist()
        if len(seats) == len(ids) and len(ids) > 1:
            return f"all {len(ids)} territories together"
        named = [
            self.names[t] if self.names[t] == ids[t] else f"{self.names[t]} ({ids[t]})"
            for t in seats
        ]
        return _enumerate(named, "territories")

    def accounts(self, units: Ints) -> str:
        """Return the first of some units by name, an account or a family."""
        kept = self.company.problem.kept[units[:NAMED]]
        named = [self.unit(int(unit)) for unit in kept]
        return ", ".join(named) + (", …" if len(units) > NAMED else "")

    def unit(self, unit: int) -> str:
        """Return a control unit by name."""
        units, table = self.company.units, self.company.data.accounts
        members = units.members[units.member_indptr[unit] : units.member_indptr[unit + 1]]
        unit_id = units.unit_ids[unit]
        ids = table["account_id"].astype(str)
        rows = members if len(members) == 1 else np.flatnonzero((ids == unit_id).to_numpy())
        if not len(rows):
            return unit_id
        name = table["name"].iloc[int(rows[0])]
        named = f"{name} ({ids.iloc[int(rows[0])]})" if isinstance(name, str) and name else unit_id
        return named if len(members) == 1 else f"the family of {named}"

    def account_count(self, units: Ints) -> str:
        """Return how many accounts some units have."""
        return self.count(float(self.company.problem.problem.unit_accounts[units].sum()), "account")

    def rules(self, groups: Sequence[RuleGroup]) -> str:
        """Return rules by their keys with what they are set to."""
        return _join([self.rule(group) for group in groups])

    def rule(self, group: RuleGroup) -> str:
        """Return one rule by its key with what it is set to."""
        if group.kind == "holds":
            return f"{group.key} (“{group.name}”)" if group.name else group.key
        if group.kind == "families" and self.company.units.neighbours is None:
            return f'{group.key} = "{self.rules_of.families}"'
        if group.kind in ("eligibility", "contiguity", "territories", "families"):
            return group.key if group.kind != "families" else "geographic units that are whole"
        return f"{group.key} = {self.now(group)}"

    def now(self, group: RuleGroup) -> str:
        """Return what a rule is set to."""
        if group.kind == "measure":
            return f"{self.rules_of.measures[group.name].tolerance:g}"
        if group.kind == "accounts":
            limit = self.rules_of.max_accounts
            return f"{limit}" if isinstance(limit, int) else "by role"
        return f"{self._share(group):g}"

    def _share(self, group: RuleGroup) -> float:
        share = getattr(self.rules_of.disruption, group.key.rsplit(".", 1)[1])
        return float(share)

    def sensible(self, reliefs: Sequence[Relief]) -> list[Relief]:
        """Return the reliefs that a planner would consider: no tolerance of more than a target."""
        return [
            relief
            for relief in reliefs
            if relief.group.kind != "measure"
            or self.rules_of.measures[relief.group.name].tolerance + relief.by <= MOST_TOLERANCE
        ]

    def setting(self, relief: Relief) -> str:
        """Return what to set instead, rounded up to what a person would write."""
        group = relief.group
        if group.kind == "holds":
            which = f"the hold “{group.name}”" if group.name else "the holds"
            return f"{which} lifted for at least {_percent(relief.by)} of its accounts"
        if group.kind == "eligibility":
            return f"{group.key} widened for at least {_percent(relief.by)} of all accounts"
        if group.kind == "accounts":
            return self._accounts_setting(relief)
        now = (
            self.rules_of.measures[group.name].tolerance
            if group.kind == "measure"
            else self._share(group)
        )
        value = ceil((now + relief.by) * 1000 - 1e-6) / 1000
        if group.kind != "measure" and value >= 1:
            return f"{group.key} left out (instead of {now:g})"
        return f"{group.key} = {value:g} (instead of {now:g})"

    def _accounts_setting(self, relief: Relief) -> str:
        limit, more = self.rules_of.max_accounts, ceil(relief.by - 1e-6)
        if isinstance(limit, int):
            return f"{relief.group.key} = {limit + more} (instead of {limit})"
        return f"each number of {relief.group.key} raised by {more}"

    def settings(self, reliefs: Sequence[Relief]) -> str:
        """Return several settings that are needed together."""
        return _join([self.setting(relief) for relief in reliefs if relief.by < inf])

    def reliefs(self, conflict: Conflict) -> str:
        """Return what would make the scenario feasible."""
        more = "" if conflict.exact else ", or slightly more because accounts are whole"
        if conflict.reliefs:
            sensible = self.sensible(conflict.reliefs) or conflict.reliefs
            options = ", or with ".join(self.setting(relief) for relief in sensible)
            return f"It would be feasible with {options}{more}."
        if conflict.joint:
            joint = self.settings(conflict.joint)
            return (
                "No change of one rule alone is enough; it would be feasible with "
                f"{joint} together{more}."
            )
        return ""

    def obstacle(self, found: Obstacle) -> str:
        """Return an obstacle in one sentence."""
        kinds = {group.kind for group in found.groups}
        if "contiguity" in kinds and not found.joined:
            return self._apart(found)
        if "budget" in kinds or "loss" in kinds:
            return self._forced(found)
        if found.counted == "accounts" and len(found.units) == 1:
            return self._large(found)
        return self._scarce(found) if found.side == "lower" else self._crowded(found)

    def _scarce(self, found: Obstacle) -> str:
        """Say that some territories cannot reach what they must have."""
        kinds = {group.kind for group in found.groups}
        why = _because(kinds, "they may serve", "are not held elsewhere")
        why += " in one connected piece" * found.joined
        return _sentence(
            f"{self.people(found.territories)} can have {self.amount(found.counted, found.amount)} "
            f"at the very most, with every account{why} ({self.account_count(found.units)}), and "
            f"must have {self.amount(found.counted, found.limit)} at least."
        )

    def _crowded(self, found: Obstacle) -> str:
        """Say that more must be with some territories than they may have."""
        kinds = {group.kind for group in found.groups}
        why = _because(kinds, "nobody else may serve", f"are held there{self._holds(found)}")
        who, largest = self.people(found.territories), self.accounts(found.units)
        limit = self.amount(found.counted, found.limit)
        amount = self.amount(found.counted, found.amount)
        named = f" (the largest: {largest})" if why else ""
        if found.counted != "accounts":
            amount = f"{amount} in {self.account_count(found.units)}"
        return _sentence(f"{who} must take {amount}{why}{named}, and may have {limit} at most.")

    def _holds(self, found: Obstacle) -> str:
        """Return by which holds some units are held, in brackets."""
        kept = self.company.problem.kept[found.units]
        today = self.company.today
        used = np.unique(today.hold_of_unit[kept])
        names = [f"“{today.hold_names[number]}”" for number in used.tolist() if number >= 0]
        return f" ({', '.join(names[:NAMED])})" if names else ""

    def _large(self, found: Obstacle) -> str:
        unit = self.accounts(found.units)
        return (
            f"{unit} has {found.amount:,.0f} accounts that stay together, and nobody who may "
            f"serve it may have more than {found.limit:,.0f}."
        )

    def _forced(self, found: Obstacle) -> str:
        kinds = {group.kind for group in found.groups}
        why = _because(
            kinds,
            "today's owner may not serve",
            f"are held to someone else{self._holds(found)}",
            "are in families with more than one owner today",
        )
        amount = self.amount(found.counted, found.amount)
        what = f"in {self.account_count(found.units)}{why} ({self.accounts(found.units)})"
        if "loss" in kinds:
            limit = self.amount(found.counted, max(found.limit, 0.0))
            return (
                f"{self.people(found.territories)} loses {amount} in any case, {what}, "
                f"and may lose {limit} at most."
            )
        limit = self.amount(found.counted, max(found.limit, 0.0))
        return f"{amount} must change owner in any case, {what}; {limit} may."

    def _apart(self, found: Obstacle) -> str:
        if found.groups[0].kind == "measure":
            return self._misfit(found)
        if found.groups[-1].kind == "territories":
            return (
                f"The geographic units are in {found.amount:,.0f} parts that do not touch, more "
                f"than the {found.limit:,.0f} territories that could each take one."
            )
        return (
            f"{self.people(found.territories)} is held units in {found.amount:,.0f} parts that "
            f"no chain of units joins ({self.accounts(found.units)})."
        )

    def _misfit(self, found: Obstacle) -> str:
        """Say that no whole number of territories fits a part of the map."""
        most = found.side == "upper"
        if found.groups[-1].kind == "territories":
            return (
                f"The map's separate parts need at {'least' if most else 'most'} {found.amount:,.0f} "
                f"territories by {found.counted}, and there are {found.limit:,.0f}."
            )
        names = self.company.problem.problem.unit_ids
        who = _join([names[unit] for unit in found.units[:NAMED].tolist()])
        has, limit = (self.amount(found.counted, x) for x in (found.amount, found.limit))
        bound = f"may have {limit} at most" if most else f"must have {limit} at least"
        return (
            f"No other unit touches {who} ({self.count(len(found.units), 'unit')} in all): shared "
            f"by {len(found.territories):,}, each territory there has {has}, and {bound}."
        )

    def finding(self, found: Obstacle) -> Finding:
        """Return an obstacle as a finding."""
        one = len(found.territories) == 1
        return Finding(
            severity="error",
            code=_code(found),
            message=self.obstacle(found),
            advice=self._advice(found),
            column=found.counted,
            value=f"{found.amount:.6g}",
            subject=self.company.seats.territory_ids[int(found.territories[0])]
            if one
            else found.groups[0].key,
        )

    def _advice(self, found: Obstacle) -> str:
        options = [f"set {self.setting(relief)}" for relief in self.sensible(found.reliefs)]
        if any(group.kind == "contiguity" for group in found.groups):
            options.append("add the neighbours that cut-off units are served from")
        if any(group.kind == "holds" for group in found.groups):
            options.append("lift the hold of some of these accounts")
        if any(group.kind == "eligibility" for group in found.groups):
            options.append("let more reps serve them")
            options += self._peers_option(found.groups[0])
        text = ", or ".join(options)
        return f"{text[:1].upper()}{text[1:]}." if text else ""

    def _peers_option(self, group: RuleGroup) -> list[str]:
        """Return the advice to compare like with like, where a measure compares others."""
        if group.kind != "measure" or self.rules_of.measures[group.name].within == "eligibility":
            return []
        return [f'set alignment.measures.{group.name}.within = "eligibility"']

    def summary(self, more: Sequence[Obstacle]) -> Finding:
        """Return one finding for many obstacles alike."""
        places = sorted({int(t) for found in more for t in found.territories})
        return Finding(
            severity="error",
            code=_code(more[0]),
            message=f"The same of {more[0].counted} holds for "
            f"{self.people(np.array(places, dtype=np.int64))}.",
            column=more[0].counted,
            count=len(more),
        )


def _code(found: Obstacle) -> str:
    """Return the finding's code: what stands in the way, the structural rule first."""
    kinds = [group.kind for group in found.groups]
    order = ("contiguity", "holds", "eligibility", "families")
    return f"alignment.infeasible.{next((k for k in order if k in kinds), kinds[0])}"


def _because(kinds: Collection[str], barred: str, held: str, merged: str = "") -> str:
    parts = [barred] * ("eligibility" in kinds) + [held] * ("holds" in kinds)
    parts += [merged] * ("families" in kinds and bool(merged))
    return f" that {' or '.join(parts)}" if parts else ""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _enumerate(names: Sequence[str], noun: str) -> str:
    if len(names) <= NAMED + 1:
        return _join(list(names))
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more {noun}"


def _join(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _percent(share: float) -> str:
    return f"{ceil(share * 100 - 1e-6):d}%"
