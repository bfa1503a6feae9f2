"""Who may serve whom: the scenario's rules and what reps' own columns say, as classes of units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.data import PlanningData
from planner.potential.result import Potential
from planner.units.account_rows import condition_rows, select_accounts
from planner.units.names import join_names
from planner.units.parameters import EligibilityParameters
from planner.units.result import Bools, ControlUnits, Eligibility, Ints, Seats

SKILL_COLUMNS = ("skill", "skills", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restriction:
    """One rule as columns: which kind each account is of, and who may serve each kind.

    Parameters
    ----------
    kind
        (accounts,)
    allowed
        (kinds, territories)
    """

    name: str
    kind: Ints
    allowed: Bools


def build_eligibility(
    data: PlanningData,
    potential: Potential,
    units: ControlUnits,
    seats: Seats,
    *,
    rules: Sequence[EligibilityParameters] = (),
    unassigned: Literal["refuse", "allow"] = "refuse",
) -> Eligibility:
    """Build who may serve each unit: every rule of the scenario, and reps' own restrictions.

    A rep with segments serves only accounts of those; likewise countries. An account that asks
    for skills (a column skill, skills or language; several parted by a semicolon or comma) is
    served by reps who have them all, or who state none. Upper and lower case do not matter. A
    unit may be served only by who may serve each of its accounts.

    Parameters
    ----------
    data, potential
        What the conditions see.
    units, seats
        What is to be served, and by whom.
    rules
        Those that match an account intersect.
    unassigned
        ``allow`` makes a unit that nobody may serve a warning instead of an error.

    Returns
    -------
    Eligibility
        Units with the same restrictions share a class.

    Raises
    ------
    ScenarioError
        When a condition cannot be read.
    """
    restrictions = [*_rules(data, potential, seats, rules), *_own_restrictions(data, seats)]
    class_of_account, signatures = _account_classes(restrictions, len(data.accounts))
    allowed = [r.allowed[signatures[:, i]] for i, r in enumerate(restrictions)]
    members, class_of_unit = _unit_classes(units, class_of_account, len(signatures))
    forbidden = _first_forbidding(members, allowed, len(seats.territory_ids))
    names = tuple(restriction.name for restriction in restrictions)
    eligibility = Eligibility(
        class_of_unit=class_of_unit,
        allowed=forbidden < 0,
        rules=tuple(_binding(mine, allowed, names) for mine in members),
        rule_names=names,
        forbidden_by=forbidden,
        accounts=np.bincount(class_of_unit, weights=units.accounts).astype(np.int64),
        findings=tuple(_rule_findings(restrictions, rules, seats)),
    )
    lost = _unserved_findings(data, units, eligibility, unassigned)
    return replace(eligibility, findings=(*eligibility.findings, *lost))


def _rules(
    data: PlanningData, potential: Potential, seats: Seats, rules: Sequence[EligibilityParameters]
) -> list[_Restriction]:
    if not rules or not any(seats.profile_ids):
        return []
    accounts = condition_rows(data, potential)
    reps = data.reps_table.set_index("rep_id", drop=False).loc[list(seats.profile_ids)]
    reps = reps.reset_index(drop=True)
    return [_rule(rule, accounts, reps, data) for rule in rules]


def _rule(
    rule: EligibilityParameters, accounts: pd.DataFrame, reps: pd.DataFrame, data: PlanningData
) -> _Restriction:
    matched = select_accounts(rule.accounts, accounts, data.period)
    serving = select_accounts(rule.reps, reps, data.period)
    allowed = np.vstack((np.ones_like(serving), serving))
    return _Restriction(name=rule.words(), kind=matched.astype(np.int64), allowed=allowed)


def _own_restrictions(data: PlanningData, seats: Seats) -> list[_Restriction]:
    by_id = {rep.rep_id: rep for rep in data.reps}
    reps = [by_id[name] for name in seats.profile_ids if name in by_id]
    if len(reps) < len(seats.profile_ids):
        return []
    accounts = data.accounts
    skills = [accounts[name] for name in SKILL_COLUMNS if name in accounts]
    found = [
        _restriction("segments of the rep", [accounts["segment"]], [r.segments for r in reps], _in),
        _restriction(
            "countries of the rep", [accounts["country"]], [r.countries for r in reps], _in
        ),
        _restriction("skills of the rep", skills, [rep.skills for rep in reps], _has_all),
    ]
    return [restriction for restriction in found if restriction is not None]


def _in(asked: str, offered: frozenset[str]) -> bool:
    return asked in offered


def _has_all(asked: str, offered: frozenset[str]) -> bool:
    wanted = (part.strip() for part in asked.replace(",", ";").split(";"))
    return all(part in offered for part in wanted if part)


def _restriction(
    name: str,
    columns: list[pd.Series],
    offers: list[frozenset[str]],
    serves: Callable[[str, frozenset[str]], bool],
) -> _Restriction | None:
    """Build a restriction from what accounts ask for and reps state; None where no rep does."""
    if not columns or not any(offers):
        return None
    kind, values = _asked(columns)
    folded = [frozenset(word.strip().casefold() for word in offer) for offer in offers]
    allowed = np.array([[not offer or serves(v, offer) for offer in folded] for v in values])
    rows, merged = np.unique(allowed, axis=0, return_inverse=True)
    return _Restriction(name=name, kind=merged.reshape(-1)[kind], allowed=rows)


def _asked(columns: list[pd.Series]) -> tuple[Ints, list[str]]:
    """Return which text each account has in the columns together, and the texts."""
    texts = [column.astype("string").fillna("").str.strip().str.casefold() for column in columns]
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + ";" + text
    kind, values = pd.factorize(joined)
    return kind.astype(np.int64), [str(value) for value in values]


def _account_classes(restrictions: Sequence[_Restriction], number: int) -> tuple[Ints, Ints]:
    """Return the class of each account, and for each class its kind under every restriction."""
    code = np.zeros(number, dtype=np.int64)
    for restriction in restrictions:
        combined = code * len(restriction.allowed) + restriction.kind
        code = np.unique(combined, return_inverse=True)[1].reshape(-1)
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    signatures = np.zeros((len(first), len(restrictions)), dtype=np.int64)
    for i, restriction in enumerate(restrictions):
        signatures[:, i] = restriction.kind[first]
    return code.reshape(-1), signatures


def _unit_classes(
    units: ControlUnits, class_of_account: Ints, classes: int
) -> tuple[list[Ints], Ints]:
    """Return the account classes that make each unit class, and the class of each unit."""
    pairs = np.unique(units.unit_of_account * classes + class_of_account)
    unit, kind = pairs // max(classes, 1), pairs % max(classes, 1)
    counts = np.bincount(unit, minlength=len(units.unit_ids))
    starts = np.concatenate(([0], np.cumsum(counts)))
    keys = np.full(len(counts), -1, dtype=np.int64)
    single = np.flatnonzero(counts == 1)
    keys[single] = kind[starts[single]]
    mixed: dict[bytes, int] = {}
    for i in np.flatnonzero(counts != 1):
        mine = kind[starts[i] : starts[i + 1]].tobytes()
        keys[i] = classes + mixed.setdefault(mine, len(mixed))
    texts = list(mixed)
    used, class_of_unit = np.unique(keys, return_inverse=True)
    members = [
        np.array([key]) if key < classes else np.frombuffer(texts[key - classes], dtype=np.int64)
        for key in used
    ]
    return members, class_of_unit.reshape(-1)


def _first_forbidding(members: list[Ints], allowed: list[Bools], territories: int) -> Ints:
    """Return the first restriction that forbids each unit class to each territory, else -1."""
    first = np.full((len(members), territories), -1, dtype=np.int64)
    for i in range(len(allowed) - 1, -1, -1):
        open_to = np.array([allowed[i][mine].all(axis=0) for mine in members])
        first[~open_to.reshape(first.shape)] = i
    return first


def _binding(mine: Ints, allowed: list[Bools], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(n for n, by in zip(names, allowed, strict=True) if not by[mine].all())


def _rule_findings(
    restrictions: Sequence[_Restriction], rules: Sequence[EligibilityParameters], seats: Seats
) -> list[Finding]:
    if rules and not any(seats.profile_ids):
        return [_no_rep_finding(len(rules))]
    idle = [rule.name for rule in restrictions[: len(rules)] if not rule.kind.any()]
    return [
        Finding(
            severity="warning",
            code="eligibility.no_account",
            message=f"Eligibility rule '{name}' matches no account.",
            advice="Check the condition in accounts.",
            subject=name,
        )
        for name in idle
    ]


def _no_rep_finding(number: int) -> Finding:
    return Finding(
        severity="warning",
        code="eligibility.no_rep",
        message=f"{number} eligibility rules do not count, because territories are chosen without "
        "reps.",
        advice='Plan with alignment.territories = "reps" for rules about reps.',
    )


def _unserved_findings(
    data: PlanningData,
    units: ControlUnits,
    eligibility: Eligibility,
    unassigned: Literal["refuse", "allow"],
) -> list[Finding]:
    lost = np.asarray(~eligibility.allowed.any(axis=1))
    where = np.flatnonzero(lost[eligibility.class_of_unit])
    shown = [
        _unserved_finding(data, units, eligibility, int(unit), unassigned)
        for unit in where[:EXAMPLES_SHOWN]
    ]
    if len(where) > EXAMPLES_SHOWN:
        shown.append(_many_unserved(len(where), unassigned))
    return shown


def _unserved_finding(
    data: PlanningData,
    units: ControlUnits,
    eligibility: Eligibility,
    unit: int,
    unassigned: Literal["refuse", "allow"],
) -> Finding:
    members = units.members[units.member_indptr[unit] : units.member_indptr[unit + 1]]
    named = join_names(data.accounts["account_id"].iloc[members[:6]], len(members))
    rules = ", ".join(f"'{r}'" for r in eligibility.rules[eligibility.class_of_unit[unit]])
    who = (
        f"account {named}"
        if len(members) == 1
        else f"unit {units.unit_ids[unit]} (accounts {named})"
    )
    return Finding(
        severity="error" if unassigned == "refuse" else "warning",
        code="eligibility.nobody",
        message=f"No rep may serve {who}: {rules or 'there is no rep'}.",
        advice="Change the rule or a rep's segments, skills or countries, plan families by "
        'country, or set alignment.unassigned = "allow".',
        table="accounts",
        row=int(data.accounts["row"].iloc[members[0]]) if len(members) else None,
        subject=units.unit_ids[unit],
        count=len(members),
    )


def _many_unserved(number: int, unassigned: Literal["refuse", "allow"]) -> Finding:
    return Finding(
        severity="error" if unassigned == "refuse" else "warning",
        code="eligibility.nobody",
        message=f"No rep may serve {number} units in all.",
        advice='Change the rules, or set alignment.unassigned = "allow".',
        table="accounts",
        count=number,
    )
