"""Which accounts belong together: one each, families, or families by country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.countries import find_codes
from planner.inputs.data import PlanningData
from planner.potential.result import Potential
from planner.units.holds import AccountHolds
from planner.units.parameters import Families
from planner.units.result import Floats, Ints
from planner.units.totals import total_by

Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Accounts by the unit they belong to.

    Parameters
    ----------
    unit_ids
        Ascending.
    unit_of_account
        (accounts,)
    """

    unit_ids: tuple[str, ...]
    unit_of_account: Ints
    findings: tuple[Finding, ...] = ()

    def total(self, values: Floats | Ints) -> Floats:
        """Return the sum of a per-account array by unit, (units,)."""
        return total_by(self.unit_of_account, values, len(self.unit_ids))


def group_families(
    data: PlanningData, potential: Potential, holds: AccountHolds, families: Families
) -> Grouping:
    """Group accounts by family, split along holds that lead to different territories.

    Parameters
    ----------
    data
        The accounts.
    potential
        Its trailing revenue decides between two territories of one hold.
    holds
        Members held to different territories split their family; those not held go with the
        first hold, of its territories with that of the largest revenue.
    families
        ``together``, ``country`` or ``ignore``.

    Returns
    -------
    Grouping
        A unit is named by its family, with the country or territory added where it is a part.
    """
    names, group = _families(data.accounts, families)
    territory, split = _parts(group, potential.trailing, holds)
    where = np.array(["", *(f"/{name}" for name in holds.territory_ids)], dtype=object)
    labels = names[group] + where[territory + 1]
    findings = _split_findings(names, group, territory, split, data=data, holds=holds)
    return name_groups(group * (len(where) + 1) + territory + 1, labels, findings)


def name_groups(codes: Ints, labels: Objects, findings: Sequence[Finding] = ()) -> Grouping:
    """Return the groups in the order of their names; equal names get a number to tell them apart.

    Parameters
    ----------
    codes
        Equal for accounts of one group, (accounts,).
    labels
        The group's name, (accounts,).
    findings
        What is to be said about the grouping.
    """
    _, first, of_account = np.unique(codes, return_index=True, return_inverse=True)
    names = _distinct([str(label) for label in labels[first]])
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return Grouping(
        unit_ids=tuple(names[i] for i in order),
        unit_of_account=rank[of_account],
        findings=tuple(findings),
    )


def _distinct(names: list[str]) -> list[str]:
    taken = set(names)
    if len(taken) == len(names):
        return names
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result if len(set(result)) == len(result) else _distinct(result)


def _families(accounts: pd.DataFrame, families: Families) -> tuple[Objects, Ints]:
    """Return the names of the groups and each account's group, before holds."""
    if families == "ignore":
        ids = accounts["account_id"].astype(str).to_numpy(object)
        return ids, np.arange(len(ids), dtype=np.int64)
    family, names = pd.factorize(accounts["family"].astype(str))
    if families == "together":
        return np.asarray(names, dtype=object), family.astype(np.int64)
    given = accounts["country"].astype("string")
    country, countries = pd.factorize(
        find_codes(given).astype("string").fillna(given).fillna("no country")
    )
    pairs = family.astype(np.int64) * len(countries) + country
    kept, group = np.unique(pairs, return_inverse=True)
    of_family = kept // len(countries)
    alone = np.bincount(of_family, minlength=len(names))[of_family] == 1
    suffix = np.array([f"/{name}" for name in countries], dtype=object)[kept % len(countries)]
    labels = np.asarray(names, dtype=object)[of_family] + np.where(alone, "", suffix)
    return labels, group.astype(np.int64)


def _parts(group: Ints, revenue: Ints, holds: AccountHolds) -> tuple[Ints, Ints]:
    """Return the territory that names each account's part, -1 where its group is whole.

    The groups that are split are returned too, ascending.
    """
    part = np.full(len(group), -1, dtype=np.int64)
    held = np.flatnonzero(holds.seat_of_account >= 0)
    seats = len(holds.territory_ids)
    pairs, of_held = np.unique(
        group[held] * max(seats, 1) + holds.seat_of_account[held], return_inverse=True
    )
    owners, counts = np.unique(pairs // max(seats, 1), return_counts=True)
    split = owners[counts > 1]
    if len(split) == 0:
        return part, split
    inside = np.isin(group, split)
    main = _main_parts(pairs, of_held, holds.hold_of_account[held], revenue[held], seats)
    part[inside] = main[np.searchsorted(owners, group[inside])]
    apart = inside & (holds.seat_of_account >= 0)
    part[apart] = holds.seat_of_account[apart]
    return part, split


def _main_parts(pairs: Ints, of_held: Ints, hold: Ints, revenue: Ints, seats: int) -> Ints:
    """Return the territory of each held group's first hold, then of its largest revenue."""
    first_hold = np.full(len(pairs), np.iinfo(np.int64).max)
    np.minimum.at(first_hold, of_held, hold)
    sold = np.bincount(of_held, weights=revenue, minlength=len(pairs))
    order = np.lexsort((pairs, -sold, first_hold, pairs // seats))
    _, first = np.unique(pairs[order] // seats, return_index=True)
    return np.asarray(pairs[order][first] % seats)


def _split_findings(
    names: Objects,
    group: Ints,
    territory: Ints,
    split: Ints,
    *,
    data: PlanningData,
    holds: AccountHolds,
) -> list[Finding]:
    ids = data.accounts["account_id"].to_numpy(object)
    findings = []
    for family in split[:EXAMPLES_SHOWN]:
        members = np.flatnonzero((group == family) & (holds.seat_of_account >= 0))
        told = "; ".join(
            f"{ids[i]} stays with {holds.territory_ids[territory[i]]} "
            f"('{holds.names[holds.hold_of_account[i]]}')"
            for i in members[:6]
        )
        findings.append(_split_finding(str(names[family]), told, len(members)))
    if len(split) > EXAMPLES_SHOWN:
        findings.append(_many_split(len(split)))
    return findings


def _split_finding(family: str, told: str, number: int) -> Finding:
    return Finding(
        severity="warning",
        code="units.family_split",
        message=f"Family {family} is split, because {number} members are held to different reps: "
        + told
        + (" …" if number > 6 else "."),
        advice="Hold the members to one rep if the family is to stay together.",
        table="accounts",
        column="parent_id",
        subject=family,
    )


def _many_split(number: int) -> Finding:
    return Finding(
        severity="warning",
        code="units.family_split",
        message=f"{number} families are split along holds in all.",
        advice="Hold the members of a family to one rep if it is to stay together.",
        table="accounts",
        column="parent_id",
        count=number,
    )
