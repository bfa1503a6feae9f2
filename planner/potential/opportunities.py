"""What the stage of an opportunity says: won, lost or open, today and on a past day."""

from __future__ import annotations

import re
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

WON = re.compile(r"\bwon\b|^(closed?|signed|booked|order(ed)?)$")
LOST = re.compile(
    r"\blost\b|\bdead\b|cancel|abandon|disqualif|reject|no decision|no sale|omitted|churned"
)


def outcomes(opportunities: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return ``won``, ``lost`` or ``open`` for each opportunity, from its stage's name.

    A stage that is only called closed is won, unless its probability is zero.
    """
    codes, distinct = pd.factorize(opportunities["stage"].astype("string").fillna(""))
    stages = [str(stage).strip().lower() for stage in distinct]
    outcome = np.array([_outcome(stage) for stage in stages], dtype=str)[codes]
    if "probability" not in opportunities.columns:
        return outcome
    chance = opportunities["probability"].to_numpy(dtype=float, na_value=np.nan)
    only_closed = np.array([stage in {"close", "closed"} for stage in stages], dtype=bool)[codes]
    return np.where((outcome == "won") & (chance == 0) & only_closed, "lost", outcome)


def _outcome(stage: str) -> str:
    if LOST.search(stage):
        return "lost"
    return "won" if WON.search(stage) else "open"


def open_amounts(
    accounts: pd.DataFrame, opportunities: pd.DataFrame | None, as_of: date, *, today: bool
) -> Floats:
    """Return the face amount of each account's pipeline as it stood on a day, (accounts,).

    Parameters
    ----------
    accounts
        Its order is the order of the result.
    opportunities
        None is no pipeline.
    as_of
        An opportunity counts when it had been created by then.
    today
        Whether ``as_of`` is the present: then those closed by now do not count; on a past day
        those count that closed later.
    """
    if opportunities is None or opportunities.empty:
        return np.zeros(len(accounts))
    open_now = outcomes(opportunities) == "open"
    created = opportunities["created"].to_numpy().astype("datetime64[D]")
    closes = opportunities["close_date"].to_numpy().astype("datetime64[D]")
    day = np.datetime64(as_of)
    existed = np.isnat(created) | (created <= day)
    counts = open_now & existed if today else existed & (open_now | (closes > day))
    if not today:
        counts &= ~np.isnat(created)
    amounts = opportunities["amount"].to_numpy(dtype=float, na_value=0.0)
    return sum_by_account(accounts, opportunities["account_id"], np.where(counts, amounts, 0.0))


def sum_by_account(accounts: pd.DataFrame, ids: pd.Series, amounts: Floats) -> Floats:
    """Return amounts summed by account, in the order of the accounts table."""
    position = pd.Index(accounts["account_id"]).get_indexer(ids)
    known = position >= 0
    return np.bincount(position[known], amounts[known], len(accounts)).astype(float)
