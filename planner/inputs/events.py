"""History, quotas, opportunities and activities, joined to accounts and reps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs import event_checks
from planner.inputs.identities import Directory, match_ids, translate_words
from planner.inputs.period import Period

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

# Ends from this year on, such as 9999-12-31, mean that the quota has no end.
OPEN_END = 2200
TYPE_WORDS = {
    "new": "new", "new business": "new", "new logo": "new", "newbusiness": "new",
    "new customer": "new", "expansion": "expansion", "upsell": "expansion",
    "cross-sell": "expansion", "existing business": "expansion", "existingbusiness": "expansion",
    "existing customer - upgrade": "expansion", "add-on": "expansion", "renewal": "renewal",
    "renew": "renewal",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """One table of events that takes part in the plan.

    Parameters
    ----------
    table
        The rows planned on.
    findings
        What is wrong with all of them.
    excluded
        Why rows were left out, to which rows of the frame: (rows,) flags.
    last_rep
        The rep of each account's last row of history by account, as the row names him where he
        takes no part; None for other tables.
    """

    table: pd.DataFrame
    findings: tuple[Finding, ...] = ()
    excluded: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    last_rep: pd.Series | None = None


def gather_history(
    data: pd.DataFrame, accounts: Mapping[str, str], directory: Directory, period: Period
) -> Events:
    """Join history to accounts and reps; leave out what is unknown, undated or too late.

    Parameters
    ----------
    data
        History that takes part, money in minor units.
    accounts
        What an account id is compared by, to the account's id.
    directory
        The reps by id and name.
    period
        The plan's; rows after ``as_of`` are left out.
    """
    import pandas as pd

    matched = data.copy(deep=False)
    matched["account_given"], matched["rep_given"] = data["account_id"], data["rep_id"]
    matched["account_id"] = match_ids(data["account_id"], accounts)
    matched["rep_id"] = directory.match(data["rep_id"])
    matched["type"] = translate_words(data["type"], TYPE_WORDS)
    excluded = _exclude(
        {
            "no account": matched["account_given"].isna().to_numpy(),
            "unknown account": matched["account_id"].isna().to_numpy(),
            "no date": matched["date"].isna().to_numpy(),
            "after as_of": (matched["date"] > pd.Timestamp(period.as_of)).to_numpy(),
            "no amount": matched["amount"].isna().to_numpy(),
        }
    )
    findings = event_checks.check_history(matched, excluded, directory, period)
    kept = matched[~_any(excluded, len(matched))]
    table = kept.drop(columns=["account_given"])
    table["amount"] = table["amount"].astype("int64")
    table = sort_history(table)
    last_rep = _find_last_reps(table)
    return Events(
        table=table.drop(columns=["rep_given"]),
        findings=tuple(findings),
        excluded=excluded,
        last_rep=last_rep,
    )


def _find_last_reps(table: pd.DataFrame) -> pd.Series:
    """Return the rep of each account's last row that names one; rows by account and date."""
    import numpy as np

    credited = table[["account_id", "rep_id", "rep_given"]][table["rep_given"].notna()]
    account = credited["account_id"].array
    ends = np.append(np.asarray(account[1:] != account[:-1], dtype=bool), True)[: len(credited)]
    last = credited[ends].set_index("account_id")
    return last["rep_id"].fillna(last["rep_given"])


def sort_history(table: pd.DataFrame) -> pd.DataFrame:
    """Return history sorted by account and date, rows of one day in the file's order."""
    import numpy as np
    import pandas as pd

    codes, distinct = pd.factorize(table["account_id"])
    rank = np.empty(len(distinct), dtype=np.int64)
    rank[np.argsort(np.asarray(distinct, dtype=object), kind="stable")] = np.arange(len(distinct))
    days = table["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    # One whole number for account and day sorts many times faster than two columns.
    order = np.argsort(rank[codes] * 10_000_000 + days, kind="stable")
    return table.take(order).reset_index(drop=True)


def _exclude(masks: Mapping[str, NDArray[np.bool_]]) -> dict[str, NDArray[np.bool_]]:
    """Give each excluded row its first reason only."""
    import numpy as np

    taken = np.zeros(len(next(iter(masks.values()))), dtype=bool)
    reasons = {}
    for reason, mask in masks.items():
        reasons[reason] = mask & ~taken
        taken |= mask
    return reasons


def _any(masks: Mapping[str, NDArray[np.bool_]], count: int) -> NDArray[np.bool_]:
    import numpy as np

    taken = np.zeros(count, dtype=bool)
    for mask in masks.values():
        taken |= mask
    return taken


def gather_quotas(data: pd.DataFrame, directory: Directory, *, has_end: bool) -> Events:
    """Join quotas to reps; ``end`` becomes the first day after the quota's period."""
    matched = data.copy(deep=False)
    matched["rep_given"] = data["rep_id"]
    matched["rep_id"] = directory.match(data["rep_id"])
    findings = event_checks.check_quotas(matched, directory)
    good = matched["rep_id"].notna() & matched["start"].notna() & matched["quota"].notna()
    table = matched[good].drop(columns=["rep_given"])
    table = table.sort_values(["rep_id", "start"], kind="stable").reset_index(drop=True)
    table, about_ends = fill_ends(table, has_end=has_end)
    findings += [*about_ends, *event_checks.check_overlaps(table)]
    return Events(table=table, findings=tuple(findings))


def fill_ends(table: pd.DataFrame, *, has_end: bool) -> tuple[pd.DataFrame, list[Finding]]:
    """Return quotas whose ``end`` is the first day after their period.

    A last day (a month's end, or the day before the rep's next quota) becomes the day after; an
    end that is missing, or far off as systems write "open", is the rep's next start, else as far
    on as the usual period is long.
    """
    import pandas as pd

    filled = table.copy(deep=False)
    day = pd.Timedelta(days=1)
    following = _next_starts(filled)
    given = filled["end"].where(filled["end"].dt.year < OPEN_END)
    inclusive = given.dt.is_month_end | (given + day == following)
    exclusive = given.dt.is_month_start | (given == following)
    if has_end and int(inclusive.sum()) > int((exclusive & ~inclusive).sum()):
        given = given + day
    months = _count_months(filled["start"], following)
    usual = int(months.median()) if months.notna().any() else 12
    beyond = filled["start"] + pd.DateOffset(months=max(usual, 1))
    missing = given.isna()
    filled["end"] = given.fillna(following).fillna(beyond)
    return filled, event_checks.report_ends(filled, missing, usual)


def _next_starts(table: pd.DataFrame) -> pd.Series:
    """Return the same rep's next start that is later than the row's own, NaT where none is."""
    starts = table[["rep_id", "start"]].drop_duplicates()
    starts = starts.assign(following=starts.groupby("rep_id", sort=False)["start"].shift(-1))
    joined = table[["rep_id", "start"]].merge(starts, on=["rep_id", "start"], how="left")
    return joined["following"]


def _count_months(first: pd.Series, last: pd.Series) -> pd.Series:
    """Return the whole months between two dates, to the nearest."""
    return ((last - first).dt.days / 30.44).round()


def gather_opportunities(
    data: pd.DataFrame, accounts: Mapping[str, str], directory: Directory
) -> Events:
    """Join the pipeline to accounts and reps; rows of unknown accounts are left out."""
    matched = data.copy(deep=False)
    matched["account_given"] = data["account_id"]
    matched["account_id"] = match_ids(data["account_id"], accounts)
    matched["rep_id"] = directory.match(data["rep_id"])
    matched["type"] = translate_words(data["type"], TYPE_WORDS)
    findings = event_checks.check_opportunities(matched)
    excluded = _exclude({"unknown account": matched["account_id"].isna().to_numpy()})
    kept = matched[~_any(excluded, len(matched))].drop(columns=["account_given"])
    kept["amount"] = kept["amount"].fillna(0).astype("int64")
    kept = kept[kept["opportunity_id"].notna() & ~kept["opportunity_id"].duplicated()]
    table = kept.sort_values("opportunity_id", kind="stable").reset_index(drop=True)
    return Events(table=table, findings=tuple(findings), excluded=excluded)


def gather_activities(
    data: pd.DataFrame, accounts: Mapping[str, str], directory: Directory, period: Period
) -> Events:
    """Join activities to reps and accounts; those of nobody in reps are left out."""
    import pandas as pd

    matched = data.copy(deep=False)
    matched["rep_given"] = data["rep_id"]
    matched["rep_id"] = directory.match(data["rep_id"])
    matched["account_id"] = match_ids(data["account_id"], accounts)
    matched["count"] = data["count"].fillna(1.0)
    matched["kind"] = data["kind"].str.casefold()
    excluded = _exclude(
        {
            "unknown rep": matched["rep_id"].isna().to_numpy(),
            "no date": matched["date"].isna().to_numpy(),
            "after as_of": (matched["date"] > pd.Timestamp(period.as_of)).to_numpy(),
        }
    )
    findings = event_checks.check_activities(matched, excluded, directory, period)
    kept = matched[~_any(excluded, len(matched))].drop(columns=["rep_given"])
    table = kept.sort_values(["rep_id", "date"], kind="stable").reset_index(drop=True)
    return Events(table=table, findings=tuple(findings), excluded=excluded)
