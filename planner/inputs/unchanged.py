"""Tables that were read for an earlier plan, and are the same today: only what differs is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ScenarioError, StoreError
from planner.inputs.data import PlanningData, Source
from planner.inputs.files import digest_file, find_file
from planner.inputs.identities import index_ids
from planner.inputs.parameters import InputsParameters, PeriodParameters, TableParameters
from planner.inputs.period import Period
from planner.inputs.tables import known_tables

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.loading import Reading

EVENTS = "events"
# A shapefile is several files; the digest is of one of them.
SINGLE_FILES = {".geojson", ".json", ".gpkg"}
# Rows that an earlier day left out are not in the earlier plan, and may count today.
LATE = {"history.after_as_of", "activities.after_as_of"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What an earlier plan read, and how.

    Parameters
    ----------
    data
        Its tables, as they were read: no account merged or left out since.
    inputs
        Its ``[inputs]`` as resolved: plain values.
    digests
        SHA-256 of today's files by table, as ``digest_tables`` gives them.
    """

    data: PlanningData
    inputs: Mapping[str, Any]
    digests: Mapping[str, str]


def digest_tables(
    inputs: InputsParameters, folder: Path, known: Mapping[str, str]
) -> dict[str, str]:
    """Return the SHA-256 of each table's file, the events' aside; tables without one are left out.

    Parameters
    ----------
    inputs, folder
        Which tables, and where they are.
    known
        What they were before, by table: after the first that differs no other is looked at.
    """
    digests: dict[str, str] = {}
    for name, parameters in sorted(_given(inputs).items(), reverse=True):
        try:
            if parameters.path is not None and not _has_parts(name, parameters.path):
                digests[name] = digest_file(find_file(name, parameters, folder))
        except (ScenarioError, StoreError, OSError):
            # Reading it says what is wrong.
            break
        if digests.get(name) != known.get(name):
            break
    return digests


def same_tables(
    inputs: InputsParameters,
    digests: Mapping[str, str],
    before: Mapping[str, Any],
    known: Mapping[str, str],
) -> bool:
    """Return whether every table but the events is read as it was before, from the same bytes.

    Parameters
    ----------
    inputs, digests
        Today's tables, and the SHA-256 of their files.
    before, known
        The same of the earlier plan.
    """
    try:
        earlier = _given(InputsParameters.model_validate(before))
    except ValueError:
        return False
    now = _given(inputs)
    found = {name: digest for name, digest in known.items() if name != EVENTS}
    # What a condition selects may depend on the day that history counts up to.
    dated = any("as_of" in (table.where or "").casefold() for table in now.values())
    return now == earlier and not dated and set(digests) == set(now) and digests == found


def read_changed(
    inputs: InputsParameters,
    period: PeriodParameters,
    plan_currency: str,
    rates: Mapping[str, float],
    folder: Path,
    earlier: Earlier,
) -> PlanningData | None:
    """Read people and events, and take over all other tables of an earlier plan.

    Parameters
    ----------
    inputs, period, plan_currency, rates, folder
        As :func:`planner.inputs.loading.load` takes them; the period says its ``as_of``.
    earlier
        The earlier plan's tables.

    Returns
    -------
    PlanningData
        What reading every table would give; None where that cannot be known without reading.
    """
    from planner.inputs.loading import read_frames
    from planner.inputs.money import currency

    data = earlier.data
    known = {source.table: source.sha256 for source in data.sources}
    if not same_tables(inputs, earlier.digests, earlier.inputs, known):
        return None
    plan, told = currency(plan_currency), {currency(c).code: float(r) for c, r in rates.items()}
    if (plan.code, told) != (data.currency.code, data.rates):
        return None
    try:
        people, today = read_frames(_only(inputs, "reps"), period, plan, told, folder)
        events, _ = read_frames(_only(inputs, EVENTS), period, plan, told, folder)
    except ScenarioError:
        # Reading all of them says at once what else is wrong.
        return None
    if not _counts_whole(data, today):
        return None
    return _join(data, people, events, today)


def _join(
    data: PlanningData, people: Reading, events: Reading, period: Period
) -> PlanningData | None:
    """Return the earlier tables with today's people and events; None where events need words."""
    from planner.inputs.assembly import read_events, read_people, spell_countries

    found = read_people(people, period)
    index = index_ids(data.accounts["account_id"].tolist())
    changes = read_events(events, index, found, period)
    if events.findings:
        return None
    sources: dict[str, Source] = {source.table: source for source in data.sources}
    sources.pop(EVENTS, None)
    sources |= {source.table: source for source in events.sources}
    return replace(
        data,
        period=period,
        reps=spell_countries(found.reps, data.accounts),
        reps_table=found.table,
        sources=tuple(sources[name] for name in known_tables() if name in sources),
        control=tuple(replace(total, ledger=None) for total in data.control),
        findings=tuple(one for one in data.findings if not one.code.startswith("control.")),
        events=changes,
    )


def _counts_whole(data: PlanningData, period: Period) -> bool:
    """Return whether the day that history counts up to leaves out no row, then or now."""
    if (data.period.starts, data.period.end) != (period.starts, period.end):
        return False
    if any(one.code in LATE or one.table == EVENTS for one in data.findings):
        return False
    return all(_ends_by(table, period.as_of) for table in (data.history, data.activities))


def _ends_by(table: pd.DataFrame | None, day: date) -> bool:
    return table is None or not len(table) or table["date"].max().date() <= day


def _given(inputs: InputsParameters) -> dict[str, TableParameters]:
    tables = {name: getattr(inputs, name) for name in known_tables() if name != EVENTS}
    return {name: parameters for name, parameters in tables.items() if parameters is not None}


def _only(inputs: InputsParameters, table: str) -> InputsParameters:
    """Return the parameters with one table alone."""
    others = {name: None for name in known_tables() if name != table}
    return inputs.model_copy(update=others)


def _has_parts(table: str, path: str) -> bool:
    return known_tables()[table].spatial and Path(path).suffix.lower() not in SINGLE_FILES
