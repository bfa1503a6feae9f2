"""A planner's edits in a plan: which reps may take what, and the scenario that says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import PlannerError
from planner.inputs.edit_checks import settle_edits
from planner.inputs.edits import Edit, EditBook, EditKind, Edits
from planner.pipeline.people import settle_people, with_ramp
from planner.pipeline.preparation import (
    Company,
    build_company,
    estimate_potential,
    read_tables,
    refuse_errors,
)
from planner.pipeline.progress import Stopwatch
from planner.units.parameters import HoldParameters

if TYPE_CHECKING:
    from planner.inputs.data import PlanningData
    from planner.scenario.model import Scenario

# What binds the alignment, and what binds the quotas after it.
BOUND: frozenset[EditKind] = frozenset({"owner", "hold"})
SET: frozenset[EditKind] = frozenset({"quota", "potential"})
LONGEST_REASON = 400


def prepare_edited(
    scenario: Scenario, folder: Path, book: EditBook, watch: Stopwatch
) -> tuple[Scenario, Company, Edits]:
    """Run every stage before the engine, with a workbook's edits on top of the scenario.

    Parameters
    ----------
    scenario
        The plan's settings.
    folder
        Where the tables are.
    book
        As read from the workbook.
    watch
        Times and announces the stages.

    Returns
    -------
    tuple
        The scenario with the accepted edits, the company, and the edits.

    Raises
    ------
    DataError, ScenarioError
        As :func:`planner.pipeline.preparation.prepare`.
    """
    with watch.stage("inputs"):
        data = read_tables(scenario, folder)
        refuse_errors(data.findings)
        edits = settle_edits(book, data, plan=scenario.name, quotas=scenario.quota is not None)
    with returned_where_unmade(edits, BOUND):
        return build_edited(scenario, data, edits, watch)


@contextmanager
def returned_where_unmade(edits: Edits | None, kinds: frozenset[EditKind]) -> Iterator[None]:
    """Give edits back with an error that keeps a plan from being made, so that each cell is told.

    Parameters
    ----------
    edits
        What was planned with; None without a workbook.
    kinds
        The accepted edits that the work inside rests on: they are refused with the error's words.
    """
    try:
        yield
    except PlannerError as error:
        if edits is not None and not error.edits:
            error.edits = _unmade(edits, kinds, str(error))
        raise


def _unmade(edits: Edits, kinds: frozenset[EditKind], message: str) -> tuple[Edit, ...]:
    """Return the refused edits, and those accepted that no plan could be made with."""
    short = " ".join(message.split()).rstrip(".")
    if len(short) > LONGEST_REASON:
        short = short[:LONGEST_REASON].rstrip() + "…"
    reason = f"no plan could be made with this workbook's edits together. {short}"
    bound = (
        replace(edit, reason=reason)
        for edit in edits.accepted
        if edit.kind in kinds and edit.value != "free"
    )
    return tuple(sorted((*edits.refused, *bound), key=lambda edit: (edit.sheet, edit.row)))


def build_edited(
    scenario: Scenario, data: PlanningData, edits: Edits, watch: Stopwatch
) -> tuple[Scenario, Company, Edits]:
    """Make the company of a scenario and a person's edits.

    Parameters
    ----------
    scenario
        The plan's settings, without the edits.
    data
        The company's tables.
    edits
        From a workbook, or from the review application; those of owners that no rule allows are
        refused here.
    watch
        Times and announces the stages.

    Raises
    ------
    DataError, ScenarioError
        As :func:`planner.pipeline.preparation.build_company`.
    """
    with watch.stage("units"):
        edits = _screen_quotas(scenario, data, edits)
    amounts = edit_scenario(scenario, data, pick_edits(edits, {"potential", "quota"}))
    with watch.stage("potential"):
        potential = estimate_potential(amounts, data)
        ramp, data = settle_people(scenario, data)
    with watch.stage("units"):
        company = build_company(with_ramp(amounts, ramp), data, potential)
        owners = pick_edits(edits, {"owner", "hold"})
        if owners:
            edits = refuse_edits(edits, screen_owners(company, owners))
            amounts = edit_scenario(scenario, data, edits.accepted)
            company = build_company(with_ramp(amounts, ramp), data, potential)
    return amounts, company, edits


def pick_edits(edits: Edits, kinds: AbstractSet[str]) -> tuple[Edit, ...]:
    """Return the accepted edits of some kinds."""
    return tuple(edit for edit in edits.accepted if edit.kind in kinds)


def refuse_edits(edits: Edits, reasons: Mapping[Edit, str]) -> Edits:
    """Return edits with some moved to the refused, each with its reason."""
    refused = tuple(replace(edit, reason=reason) for edit, reason in reasons.items())
    accepted = tuple(edit for edit in edits.accepted if edit not in reasons)
    everything = sorted((*edits.refused, *refused), key=lambda edit: (edit.sheet, edit.row))
    return replace(edits, accepted=accepted, refused=tuple(everything))


def _screen_quotas(scenario: Scenario, data: PlanningData, edits: Edits) -> Edits:
    """Refuse quotas of people who have no seat: the quota stage would refuse the whole plan."""
    if not pick_edits(edits, {"quota"}) or scenario.quota is None or not data.reps:
        return edits
    from planner.units.seats import build_seats

    holders = set(build_seats(data, scenario.quota.ramp).rep_ids)
    reason = "has no seat that receives accounts in the plan period"
    return refuse_edits(
        edits,
        {
            edit: reason
            for edit in edits.accepted
            if edit.kind == "quota" and edit.subject not in holders
        },
    )


def screen_owners(company: Company, edits: Iterable[Edit]) -> dict[Edit, str]:
    """Return which edits of owners no rule allows, with the reason of each.

    Parameters
    ----------
    company
        The company without these edits.
    edits
        Of the kinds ``owner`` and ``hold``.
    """
    account_ids = company.data.accounts["account_id"].astype(str).tolist()
    position = {account: place for place, account in enumerate(account_ids)}
    reasons = {}
    for edit in edits:
        reason = "" if edit.value == "free" else _why_not(company, position[edit.subject], edit)
        if reason:
            reasons[edit] = reason
    return reasons


def _why_not(company: Company, account: int, edit: Edit) -> str:
    seats, eligibility = company.seats, company.eligibility
    seat = find_seat(company, edit.value)
    if seat < 0:
        return f"{edit.value} has no seat that receives accounts in the plan period"
    unit = company.units.unit_of_account[account]
    kind = eligibility.class_of_unit[unit]
    if eligibility.allowed[kind, seat]:
        return ""
    by = int(eligibility.forbidden_by[kind, seat]) if eligibility.forbidden_by.size else -1
    rule = eligibility.rule_names[by] if by >= 0 else "eligibility"
    family = int(np.sum(company.units.unit_of_account == unit)) > 1
    whom = "it or another account of its family" if family else "it"
    return f"{seats.territory_ids[seat]} may not serve {whom} (rule: {rule})"


def find_seat(company: Company, name: str) -> int:
    """Return the position of a rep's or a territory's seat, -1 where there is none."""
    seats = company.seats
    if name in seats.seat_of_rep:
        return int(seats.seat_of_rep[name])
    return seats.territory_ids.index(name) if name in seats.territory_ids else -1


def edit_scenario(scenario: Scenario, data: PlanningData, edits: Iterable[Edit]) -> Scenario:
    """Return the scenario that says what the edits say: holds that come first, and overrides.

    Parameters
    ----------
    scenario
        Without the edits.
    data
        For overrides that stand in a column of accounts.
    edits
        Accepted ones.
    """
    accepted = tuple(edits)
    rules = scenario.alignment
    changes: dict[str, Any] = {
        "alignment": rules.model_copy(update={"holds": (*_holds(accepted), *rules.holds)})
    }
    potential = {edit.subject: Decimal(edit.value) for edit in accepted if edit.kind == "potential"}
    if potential:
        known = _known_overrides(scenario, data)
        changes["potential"] = scenario.potential.model_copy(
            update={"overrides": {**known, **potential}}
        )
    quotas = {edit.subject: Decimal(edit.value) for edit in accepted if edit.kind == "quota"}
    if quotas and scenario.quota is not None:
        merged = {**scenario.quota.overrides, **quotas}
        changes["quota"] = scenario.quota.model_copy(update={"overrides": merged})
    return scenario.model_copy(update=changes)


def _holds(edits: Iterable[Edit]) -> list[HoldParameters]:
    """Return one hold for all accounts that go to one place for one reason."""
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for edit in edits:
        if edit.kind in {"owner", "hold"}:
            groups[edit.value, edit.words()].append(edit.subject)
    return [
        HoldParameters(account_ids=tuple(accounts), to=to, name=words)
        for (to, words), accounts in groups.items()
    ]


def _known_overrides(scenario: Scenario, data: PlanningData) -> dict[str, Decimal]:
    """Return the scenario's own overrides of potential as a table."""
    known = scenario.potential.overrides
    if not isinstance(known, str):
        return known or {}
    from planner.potential.reconciliation import override_amounts

    minor = override_amounts(data.accounts, known, data.currency)
    ids = data.accounts["account_id"].astype(str).tolist()
    return {
        account: Decimal(data.currency.to_text(int(amount)))
        for account, amount in zip(ids, minor.tolist(), strict=True)
        if amount == amount  # noqa: PLR0124  NaN: no override
    }


def add_comments(reasons: tuple[str, ...], company: Company, edits: Edits) -> tuple[str, ...]:
    """Return reasons with what a person said of an account's potential, or only noted, (accounts,)."""
    ids = company.data.accounts["account_id"].astype(str).tolist()
    code = company.data.currency.code
    said: defaultdict[str, list[str]] = defaultdict(list)
    for edit in edits.accepted:
        if edit.kind == "potential":
            said[edit.subject].append(f"Potential {edit.value} {code}, {edit.words()}.")
        elif edit.kind == "comment":
            said[edit.subject].append(f"Planner's comment: {edit.comment}.")
    return tuple(
        " ".join((*((reason,) if reason else ()), *said[account])) if account in said else reason
        for account, reason in zip(ids, reasons, strict=True)
    )
