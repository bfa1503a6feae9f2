"""Rules that moves would break or mend, each by its name and in a manager's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from planner.pipeline.assembly import rule_key, word_violation
from planner.pipeline.what_if.bench import Bench
from planner.territories.rules import Check, Violation

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One rule broken in one place.

    Parameters
    ----------
    rule
        The scenario's key of the rule.
    name
        What a person calls it.
    subject
        The account, the territory, or ``the plan``.
    words
        The whole in one sentence.
    territory_id
        Whose figures the words hold, None where they hold nobody's.
    brief
        The same without figures, for those who may not see them.
    """

    rule: str
    name: str
    subject: str
    words: str
    territory_id: str | None
    brief: str


def find_breaks(
    bench: Bench, before: Iterable[Check], after: Iterable[Check]
) -> tuple[tuple[Break, ...], tuple[Break, ...]]:
    """Return what would newly break or break worse, and what would hold again.

    Parameters
    ----------
    bench
        The plan.
    before, after
        Every rule held against the plan, and against the plan with the moves made.
    """
    old, new = _by_key(before), _by_key(after)
    worse = [
        found
        for key, found in new.items()
        if key not in old or _excess(found) > _excess(old[key]) * (1 + 1e-9)
    ]
    gone = [found for key, found in old.items() if key not in new]
    return (
        tuple(_word(bench, found) for found in worse),
        tuple(_word(bench, found) for found in gone),
    )


def _by_key(checks: Iterable[Check]) -> dict[Key, Violation]:
    return {
        (found.rule, found.subject, found.name): found
        for check in checks
        for found in check.violations
    }


def _excess(found: Violation) -> float:
    # For these the value is the unit's number: they are broken or not, never worse.
    if found.rule in {"eligibility", "holds"}:
        return 0.0
    return abs(found.value - found.limit)


def _word(bench: Bench, found: Violation) -> Break:
    name, say = WORDS.get(found.rule, (found.rule, _plainly))
    words, at = say(bench, found), bench.territory_at.get(found.subject)
    private = at is not None and found.rule not in {"eligibility", "holds"}
    subject = found.subject if at is None else bench.names[at]
    counted = f" ({found.name.replace('_', ' ')})" if found.name != found.rule else ""
    return Break(
        rule=rule_key(found),
        name=name,
        subject=subject,
        words=words,
        territory_id=found.subject if private else None,
        brief=f"{subject}: {name}{counted} would be broken." if private else words,
    )


def _plainly(bench: Bench, found: Violation) -> str:
    return word_violation(bench.company, found)


def _amount(bench: Bench, name: str, value: float) -> str:
    summary = bench.plan.alignment.measures.get(name)
    currency = bench.plan.data.currency
    kind = summary.kind if summary else "money"
    if kind == "money":
        return f"{value / currency.scale:,.0f} {currency.code}"
    return f"{value:,.0f} hours" if kind == "hours" else f"{value:,.6g}"


def _measure(bench: Bench, found: Violation) -> str:
    at = bench.territory_at[found.subject]
    summary = bench.plan.alignment.measures[found.name]
    target = float(summary.target[at])
    off = "" if target <= 0 else f", {found.value / target - 1:+.1%} of the target"
    side = "at least" if found.value < found.limit else "at most"
    return (
        f"{bench.names[at]} would have {_amount(bench, found.name, found.value)} of "
        f"{found.name.replace('_', ' ')}{off}; {side} {_amount(bench, found.name, found.limit)} "
        f"is allowed (tolerance {summary.tolerance or 0.0:.0%})."
    )


def _eligibility(bench: Bench, found: Violation) -> str:
    unit = int(bench.company.problem.kept[int(found.value)])
    eligibility, to = bench.company.eligibility, bench.territory_at.get(found.name, -1)
    if to < 0:
        return f"{found.subject} would have no territory."
    rule = int(eligibility.forbidden_by[eligibility.class_of_unit[unit], to])
    why = f": {eligibility.rule_names[rule]}" if rule >= 0 else ""
    return f"{bench.names[to]} may not serve {_unit_name(bench, unit)}{why}."


def _holds(bench: Bench, found: Violation) -> str:
    unit = int(bench.company.problem.kept[int(found.value)])
    today, holder = bench.company.today, bench.territory_at[found.name]
    hold = int(today.hold_of_unit[unit])
    why = f": {today.hold_names[hold]}" if hold >= 0 else ""
    return f"{_unit_name(bench, unit)} is held with {bench.names[holder]}{why}."


def _unit_name(bench: Bench, unit: int) -> str:
    units = bench.company.units
    members = units.members[units.member_indptr[unit] : units.member_indptr[unit + 1]]
    if len(members) == 0:
        return units.unit_ids[unit]
    at = int(members[0])
    first = f"{bench.account_name(at)} ({bench.account_id(at)})"
    return first if len(members) == 1 else f"{first} with {len(members) - 1} accounts kept with it"


def _accounts(bench: Bench, found: Violation) -> str:
    at = bench.territory_at[found.subject]
    return f"{bench.names[at]} would have {found.value:,.0f} accounts; at most {found.limit:,.0f} are allowed."


def _budget(bench: Bench, found: Violation) -> str:
    problem = bench.company.problem.problem
    total = next(budget.total for budget in problem.budgets if budget.name == found.name)
    share = f"{found.value / total:.1%}" if total else f"{found.value:,.0f}"
    limit = f"{found.limit / total:.1%}" if total else f"{found.limit:,.0f}"
    return f"{share} of {found.name} would change rep over the whole plan; at most {limit} may."


def _loss(bench: Bench, found: Violation) -> str:
    at = bench.territory_at[found.subject]
    problem = bench.company.problem.problem
    today = next(loss.today for loss in problem.loss_limits if loss.name == found.name)[at]
    share = found.value / today if today else 0.0
    return (
        f"{bench.names[at]} would lose {share:.0%} of today's {found.name}; "
        f"at most {found.limit / today if today else 0.0:.0%} may go."
    )


def _pieces(bench: Bench, found: Violation) -> str:
    at = bench.territory_at.get(found.subject, -1)
    who = bench.names[at] if at >= 0 else found.subject
    return (
        f"{who} would fall into {found.value:,.0f} pieces that do not touch; it must hang together."
    )


WORDS: dict[str, tuple[str, Callable[[Bench, Violation], str]]] = {
    "eligibility": ("who may serve it", _eligibility),
    "holds": ("hold", _holds),
    "measure limits": ("balance", _measure),
    "maximum accounts": ("most accounts", _accounts),
    "disruption budgets": ("how much may change rep", _budget),
    "loss limits": ("how much a rep may lose", _loss),
    "contiguity": ("one connected area", _pieces),
}
