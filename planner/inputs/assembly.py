"""Joins the tables that were read into one frozen whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.inputs import association_checks, company_checks, control, place_checks
from planner.inputs.companies import gather_accounts
from planner.inputs.countries import find_codes
from planner.inputs.data import ControlTotal, PlanningData
from planner.inputs.events import (
    Events,
    gather_activities,
    gather_history,
    gather_opportunities,
    gather_quotas,
)
from planner.inputs.geography import build_boundary, build_units
from planner.inputs.identities import shorten_all
from planner.inputs.membership import are_among
from planner.inputs.money import Currency
from planner.inputs.parameters import ControlParameters
from planner.inputs.people import People, gather_people, nobody
from planner.inputs.period import Period
from planner.inputs.placement import place_accounts
from planner.inputs.reps import Rep
from planner.inputs.year_events import YearEvent, gather_year_events

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from planner.inputs.loading import Reading


def assemble(
    reading: Reading,
    period: Period,
    ledger: ControlParameters,
    plan: Currency,
    rates: Mapping[str, float],
) -> PlanningData | None:
    """Join the tables; findings go to ``reading.findings``.

    Returns
    -------
    The data, None where there are no accounts to plan.
    """
    people = read_people(reading, period)
    units = _gather_units(reading)
    if not _is_usable(reading, "accounts"):
        return None
    accounts = gather_accounts(reading.frames["accounts"], people.directory)
    table = _place(reading, accounts.table, units)
    events = _gather_events(reading, accounts.index, people, period)
    changes = read_events(reading, accounts.index, people, period)
    totals = _count_totals(reading, events, ledger, plan)
    reading.findings.extend([*accounts.findings, *control.check_ledger(totals, ledger, plan)])
    reading.findings.extend(company_checks.check_company(table, people, events, period, plan))
    return PlanningData(
        currency=plan,
        period=period,
        accounts=table,
        reps=spell_countries(people.reps, table),
        reps_table=people.table,
        history=_table_of(events, "history"),
        quotas=_table_of(events, "quotas"),
        opportunities=_table_of(events, "opportunities"),
        activities=_table_of(events, "activities"),
        units=units,
        associations=_associations(reading, table, people),
        boundary=_gather_boundary(reading),
        rates=dict(rates),
        sources=tuple(reading.sources),
        control=totals,
        events=changes,
    )


def read_events(
    reading: Reading, accounts: Mapping[str, str], people: People, period: Period
) -> tuple[YearEvent, ...]:
    """Read what changed within the year, in the order in which it applies."""
    if not _is_usable(reading, "events"):
        return ()
    frame = reading.frames["events"].frame
    events, findings = gather_year_events(frame, accounts, people.directory, period)
    reading.findings.extend(findings)
    return events


def _is_usable(reading: Reading, table: str) -> bool:
    return table in reading.frames and table not in reading.unusable


def read_people(reading: Reading, period: Period) -> People:
    """Read the reps; those that ``where`` leaves out are known as inactive."""
    if not _is_usable(reading, "reps"):
        return nobody()
    every = reading.every["reps"].frame[~reading.kept["reps"]]
    people = gather_people(reading.frames["reps"], period, every)
    reading.findings.extend(people.findings)
    return people


def _gather_units(reading: Reading) -> gpd.GeoDataFrame | None:
    if not _is_usable(reading, "units"):
        return None
    units, findings = build_units(reading.frames["units"])
    reading.findings.extend(findings)
    return units


def _place(
    reading: Reading, accounts: pd.DataFrame, units: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Check coordinates and place the accounts."""
    places = reading.frames["places"].frame if _is_usable(reading, "places") else None
    usable = place_checks.find_usable(accounts)
    placed, findings = place_accounts(accounts, usable, places, units)
    placed.attrs = dict(accounts.attrs)
    reading.findings.extend(
        [
            *place_checks.check_coordinates(accounts),
            *place_checks.check_countries(accounts, placed),
            *place_checks.check_shared_points(accounts),
            *place_checks.check_units(placed, units),
            *findings,
        ]
    )
    return placed


def _gather_events(
    reading: Reading, accounts: Mapping[str, str], people: People, period: Period
) -> dict[str, Events]:
    """Join history, quotas, opportunities and activities, whichever are given."""
    events: dict[str, Events] = {}
    who = people.directory
    if _is_usable(reading, "history"):
        data = reading.frames["history"].frame
        events["history"] = gather_history(data, accounts, who, period)
    if _is_usable(reading, "quotas"):
        frame = reading.frames["quotas"]
        events["quotas"] = gather_quotas(frame.frame, who, has_end=frame.has("end"))
    if _is_usable(reading, "opportunities"):
        data = reading.frames["opportunities"].frame
        events["opportunities"] = gather_opportunities(data, accounts, who)
    if _is_usable(reading, "activities"):
        data = reading.frames["activities"].frame
        events["activities"] = gather_activities(data, accounts, who, period)
    for found in events.values():
        reading.findings.extend(found.findings)
    return events


def _table_of(events: Mapping[str, Events], name: str) -> pd.DataFrame | None:
    return events[name].table if name in events else None


def _associations(reading: Reading, accounts: pd.DataFrame, people: People) -> pd.DataFrame | None:
    if not _is_usable(reading, "associations"):
        return None
    table, findings = association_checks.gather_associations(
        reading.frames["associations"].frame, accounts, people.reps
    )
    reading.findings.extend(findings)
    return table


def _gather_boundary(reading: Reading) -> gpd.GeoDataFrame | None:
    return build_boundary(reading.frames["boundary"]) if _is_usable(reading, "boundary") else None


def _count_totals(
    reading: Reading, events: Mapping[str, Events], ledger: ControlParameters, plan: Currency
) -> tuple[ControlTotal, ...]:
    """Follow rows and money from the files to the plan."""
    accounts = _left_out(reading, "accounts", {})
    data = reading.every["accounts"].frame
    totals = [
        control.total_rows("accounts", len(data), _count(accounts), ledger.accounts_rows),
        _total_money(reading, "accounts", "arr", accounts, ledger.arr_total, plan),
        _total_money(
            reading,
            "accounts",
            "addressable_market",
            accounts,
            ledger.addressable_market_total,
            plan,
        ),
    ]
    if "history" in events:
        reasons = _left_out(reading, "history", events["history"].excluded)
        data = reading.every["history"].frame
        totals += [
            control.total_rows("history", len(data), _count(reasons), ledger.history_rows),
            _total_money(reading, "history", "amount", reasons, ledger.history_total, plan),
        ]
    return tuple(totals)


def _total_money(
    reading: Reading,
    table: str,
    column: str,
    reasons: Mapping[str, NDArray[np.bool_]],
    ledger: float | None,
    plan: Currency,
) -> ControlTotal:
    frame = reading.every[table]
    exact = frame.totals.get(column, 0)
    amounts = frame.frame[column]
    return control.total_money(f"{table}.{column}", amounts, exact, reasons, ledger, plan)


def _left_out(
    reading: Reading, table: str, later: Mapping[str, NDArray[np.bool_]]
) -> dict[str, NDArray[np.bool_]]:
    """Return why rows of a whole table were left out: by ``where``, then by the joins."""
    import numpy as np

    kept = reading.kept[table]
    reasons = {"where": ~kept}
    for reason, mask in later.items():
        whole = np.zeros(len(kept), dtype=bool)
        whole[np.flatnonzero(kept)[mask]] = True
        reasons[reason] = whole
    if table == "history" and reasons.get("unknown account") is not None:
        reasons = _split_unknown(reading, reasons)
    return reasons


def _split_unknown(
    reading: Reading, reasons: dict[str, NDArray[np.bool_]]
) -> dict[str, NDArray[np.bool_]]:
    """Tell history of accounts that ``where`` leaves out from that of accounts nobody knows."""
    accounts = reading.every["accounts"].frame["account_id"][~reading.kept["accounts"]]
    if accounts.empty:
        return reasons
    given = reading.every["history"].frame["account_id"]
    of_left_out = are_among(shorten_all(given), shorten_all(accounts.dropna()))
    unknown = reasons["unknown account"]
    return {
        **reasons,
        "unknown account": unknown & ~of_left_out,
        "account left out by where": unknown & of_left_out,
    }


def _count(reasons: Mapping[str, NDArray[np.bool_]]) -> dict[str, int]:
    return {reason: int(mask.sum()) for reason, mask in reasons.items()}


def spell_countries(reps: tuple[Rep, ...], accounts: pd.DataFrame) -> tuple[Rep, ...]:
    """Return reps whose countries are spelled as the accounts spell them."""
    import pandas as pd

    spellings: dict[str, set[str]] = {}
    distinct = pd.Series(sorted(accounts["country"].dropna().unique()), dtype="str")
    for text, code in zip(distinct, find_codes(distinct), strict=True):
        spellings.setdefault(str(code), set()).add(str(text))
    return tuple(
        replace(rep, countries=_respell(rep.countries, spellings)) if rep.countries else rep
        for rep in reps
    )


def _respell(countries: frozenset[str], spellings: Mapping[str, set[str]]) -> frozenset[str]:
    from planner.inputs.countries import find_code

    found = {spelling for text in countries for spelling in spellings.get(str(find_code(text)), ())}
    return countries | found
