"""Deals that were open when their account or their rep went: who may close them, and who works on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from planner.inputs.account_events import last_name
from planner.inputs.membership import are_among
from planner.inputs.roster import DAY
from planner.tracking.ownership import Ownership

if TYPE_CHECKING:
    import pandas as pd

    from planner.inputs.data import PlanningData


def find_held_over(
    data: PlanningData, own: Ownership, into: Mapping[str, str]
) -> frozenset[tuple[str, date]]:
    """Return the accounts with a deal that was open on a day they changed hands, with that day.

    Parameters
    ----------
    data
        With the deals, those of merged accounts under the account that they are part of.
    own
        Who owned what.
    into
        What each merged account became part of; of its deals only those count that its former
        owner, or nobody in particular, worked on.
    """
    deals = data.opportunities
    if deals is None or deals.empty or not own.moved:
        return frozenset()
    ended = [tenure for tenure in own.moved if tenure.end is not None]
    named = {t.account_id: last_name(t.account_id, into) for t in ended}
    deals = deals[are_among(deals["account_id"], set(named.values()))]
    columns = (deals[name] for name in ("account_id", "created", "close_date", "rep_id"))
    known: dict[str, list[tuple[Any, Any, str]]] = {}
    for account, created, closes, rep_id in zip(*columns, strict=True):
        known.setdefault(str(account), []).append((created, closes, _text(rep_id)))
    found = set()
    for tenure in ended:
        assert tenure.end is not None
        mine = known.get(named[tenure.account_id], [])
        if tenure.account_id in into:
            former = own.serving(tenure.end - DAY).get(tenure.territory_id, "")
            mine = [deal for deal in mine if deal[2] in {"", former}]
        if any(_was_open(created, closes, tenure.end) for created, closes, _ in mine):
            found.add((tenure.account_id, tenure.end))
    return frozenset(found)


def _was_open(created: Any, closes: Any, day: date) -> bool:
    """Return whether a deal was open on a day; without a day it always was, or still is."""
    begun = created != created or created.date() < day  # noqa: PLR0124  NaT differs from itself
    unfinished = closes != closes or closes.date() >= day  # noqa: PLR0124  likewise
    return bool(begun and unfinished)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def hand_on_deals(deals: pd.DataFrame | None, own: Ownership, day: date) -> pd.DataFrame | None:
    """Return the pipeline with open deals of who serves no seat any more given to who serves theirs.

    Parameters
    ----------
    deals
        With those that are closed, which stay whose they were.
    own
        Who owned what.
    day
        Today.
    """
    if deals is None or deals.empty:
        return deals
    import pandas as pd

    from planner.potential.opportunities import outcomes

    owned, here = own.on(day), set(own.serving(day).values())
    served = {tenure.rep_id for tenure in own.seats} - {""}
    rows = zip(deals["account_id"], deals["rep_id"], outcomes(deals) == "open", strict=True)
    reps = [
        owned.get(account, ("", ""))[1] or rep
        if is_open and rep in served and rep not in here
        else rep
        for account, rep, is_open in rows
    ]
    return deals.assign(rep_id=pd.Series(reps, index=deals.index, dtype=deals["rep_id"].dtype))
