"""Who may see what of a plan: every query, feed, page and exported file passes through here.

| role | accounts and territories | quota, attainment | pay |
| --- | --- | --- | --- |
| owner, operations, finance | all | all | all |
| read-only | all | quota of all, attainment of nobody | nobody's |
| manager | of his subtree | of his subtree | his own |
| rep | his own, once released to him | his own, once released to him | his own, once released |

An account belongs to who serves it today and to who would serve it: both see it. Names of
territories and of their reps are no secret among those who may propose a move.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.inputs.reps import Rep
from planner.outputs.plan import Plan
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.roles import WIDE_ROLES

Bools = npt.NDArray[np.bool_]
COMPANY = "company"
_PAY_ROLES = frozenset({"owner", "operations", "finance"})


def sees_whole_plan(person: Person) -> bool:
    """Return whether no account or territory is hidden from a person."""
    return person.role in WIDE_ROLES


def visible_reps(opened: OpenPlan, person: Person) -> frozenset[str]:
    """Return the people whose quota and territory may be seen; ``company`` is the company's line."""
    plan = opened.plan
    if sees_whole_plan(person):
        return frozenset({COMPANY, *(rep.rep_id for rep in plan.data.reps)})
    if person.rep_id is None:
        return frozenset()
    if person.role == "manager":
        return subtree(plan.data.reps, person.rep_id)
    return frozenset({person.rep_id}) if person.released.get(opened.key) else frozenset()


def subtree(reps: Iterable[Rep], manager_id: str) -> frozenset[str]:
    """Return a manager and everybody below, at any depth."""
    below: dict[str | None, list[str]] = {}
    for rep in reps:
        below.setdefault(rep.manager_id, []).append(rep.rep_id)
    found, waiting = {manager_id}, [manager_id]
    while waiting:
        fresh = [rep for rep in below.get(waiting.pop(), []) if rep not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return frozenset(found)


def territory_mask(opened: OpenPlan, person: Person) -> Bools:
    """Return whether each territory may be seen, (territories,)."""
    plan = opened.plan
    if sees_whole_plan(person):
        return np.ones(len(plan.territory_ids), dtype=np.bool_)
    seen = visible_reps(opened, person)
    if person.role == "manager":
        return np.array(
            [bool(seen & _people_of(plan, at)) for at in _positions(plan)], dtype=np.bool_
        )
    released = person.released.get(opened.key, frozenset())
    return np.array(
        [
            plan.territory_ids[at] in released and plan.seats.rep_ids[at] in seen
            for at in _positions(plan)
        ],
        dtype=np.bool_,
    )


def _positions(plan: Plan) -> range:
    return range(len(plan.territory_ids))


def _people_of(plan: Plan, at: int) -> frozenset[str]:
    """Return who holds a seat, and who manages it where it is open."""
    seats = plan.seats
    managers = seats.attributes.get("manager_id")
    profile = seats.profile_ids[at] if seats.profile_ids else ""
    names = {seats.rep_ids[at], profile, managers[at] if managers else ""}
    return frozenset(names - {""})


def visible_territories(opened: OpenPlan, person: Person) -> frozenset[str]:
    """Return the ids of the territories that may be seen."""
    mask = territory_mask(opened, person)
    return frozenset(
        name for name, seen in zip(opened.plan.territory_ids, mask, strict=True) if seen
    )


def visible_accounts(opened: OpenPlan, person: Person) -> Bools:
    """Return whether each account may be seen, (accounts,)."""
    plan, mask = opened.plan, territory_mask(opened, person)
    if sees_whole_plan(person):
        return np.ones(len(plan.territory_of_account), dtype=np.bool_)
    # Position -1 (nobody serves it) reads the last entry, which is nobody's.
    padded = np.append(mask, np.False_)
    proposed, today = padded[plan.territory_of_account], padded[plan.today.seat_of_account]
    return np.asarray(proposed | today, dtype=np.bool_)


def may_see_pay(opened: OpenPlan, person: Person, rep_id: str) -> bool:
    """Return whether a person may see somebody's OTE and pay (``company``: the total)."""
    if person.role in _PAY_ROLES:
        return True
    return rep_id == person.rep_id and rep_id in visible_reps(opened, person)


def may_see_attainment(opened: OpenPlan, person: Person, rep_id: str) -> bool:
    """Return whether a person may see what somebody is expected to attain, or attained."""
    if person.role == "read-only":
        return rep_id == COMPANY
    return rep_id in visible_reps(opened, person)


def may_see_account(opened: OpenPlan, person: Person, account_id: str) -> bool:
    """Return whether a person may see one account; an unknown one he may not."""
    return sight_of(opened, person).sees_account(account_id)


def may_see_territory(opened: OpenPlan, person: Person, territory_id: str) -> bool:
    """Return whether a person may see one territory; an unknown one he may not."""
    return territory_id in visible_territories(opened, person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a person may see of a plan, worked out once for many questions.

    Parameters
    ----------
    territories, reps
        The ids that he may see.
    """

    opened: OpenPlan
    whole: bool
    territories: frozenset[str]
    reps: frozenset[str]

    def sees_account(self, account_id: str) -> bool:
        """Return whether he may see an account; an unknown one he may not."""
        if account_id not in self.opened.position_of_account:
            return False
        return self.whole or not self.territories.isdisjoint(concerned(self.opened, account_id))


def sight_of(opened: OpenPlan, person: Person) -> Sight:
    """Return what a person may see of a plan."""
    return Sight(
        opened=opened,
        whole=sees_whole_plan(person),
        territories=visible_territories(opened, person),
        reps=visible_reps(opened, person),
    )


def concerned(opened: OpenPlan, account_id: str) -> tuple[str, ...]:
    """Return the territories that an account concerns: who would serve it, and who does today."""
    plan, at = opened.plan, opened.position_of_account[account_id]
    seats = {int(plan.territory_of_account[at]), int(plan.today.seat_of_account[at])} - {-1}
    return tuple(sorted(plan.territory_ids[seat] for seat in seats))
