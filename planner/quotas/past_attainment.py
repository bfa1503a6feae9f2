"""One past period as it could have been planned, and attainment on it under a quota method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Blend = dict[str, float]
# What is known of a past period on its first day; its quotas stand for what was submitted.
REPLAYED = ("history", "potential", "run_rate", "equal", "submitted")


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisPart:
    """What one component of the quota is shared out by.

    Parameters
    ----------
    weight
        Of the component among all, such as its goal.
    roles
        Who carries it; empty: everybody.
    tables
        Weights by role; under an empty name for roles that are not named.
    """

    weight: float = 1.0
    roles: tuple[str, ...] = ()
    tables: Mapping[str, Blend] = field(default_factory=dict)


Basis = Blend | tuple[BasisPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPeriod:
    """One past period as it could have been planned on its first day; arrays are (reps,).

    Parameters
    ----------
    name
        Such as its first day.
    history, potential
        Revenue before, and expected bookings of the period as known on its first day, of the
        book that the rep had then, minor units.
    size
        Number of accounts in that book.
    tenure
        Months in the role on the first day, NaN where unknown.
    run_rate
        Revenue of the three months before, of the same book, minor units.
    productive
        Productive share of the period.
    actual
        What was booked, minor units.
    quota
        The quota that there was, 0 where none, minor units.
    surprises
        By rep, what each account booked with him less what was expected of it, minor units, in
        any order; None where bookings by account are not known.
    roles
        Of each rep; empty where no basis tells roles apart.
    """

    name: str
    history: Floats
    potential: Floats
    run_rate: Floats
    size: Floats
    tenure: Floats
    productive: Floats
    actual: Floats
    quota: Floats
    surprises: tuple[Floats, ...] | None = None
    roles: tuple[str, ...] = ()


def past_period(
    name: str,
    reps: int,
    rep_of_account: Ints,
    trailing: Ints,
    expected: Ints,
    latest: Ints,
    *,
    actual: Floats,
    quota: Floats,
    tenure: Floats,
    productive: Floats,
    surprises: tuple[Floats, ...] | None = None,
    roles: tuple[str, ...] = (),
) -> PastPeriod:
    """Add the accounts of a past period up by the rep who had them on its first day.

    Parameters
    ----------
    name
        What the period is called.
    reps
        Number of reps.
    rep_of_account
        Position of each account's rep, -1 none, (accounts,).
    trailing, expected, latest
        As known on the first day, minor units, (accounts,).
    actual, quota, tenure, productive, surprises, roles
        As in :class:`PastPeriod`, (reps,).
    """
    held = rep_of_account >= 0
    who = rep_of_account[held]
    history, potential, run_rate = (
        np.asarray(np.bincount(who, weights=values[held], minlength=reps), dtype=np.float64)
        for values in (trailing, expected, latest)
    )
    return PastPeriod(
        name=name,
        history=history,
        potential=potential,
        run_rate=run_rate,
        size=np.bincount(who, minlength=reps).astype(np.float64),
        tenure=tenure,
        productive=productive,
        actual=actual,
        quota=quota,
        surprises=surprises,
        roles=roles,
    )


def attain(period: PastPeriod, blend: Basis | None) -> Floats:
    """Return attainment under one method, NaN for who takes no part, (reps,).

    Parameters
    ----------
    period
        The period.
    blend
        The method's basis; None for the quotas that there were.
    """
    part = (period.history > 0) & (period.potential > 0) & (period.productive > 0)
    if (period.quota > 0).any():
        part &= period.quota > 0
    total = period.quota[part].sum() or period.actual[part].sum()
    share = quota_shares(period, blend) * part
    result = np.full(len(part), np.nan)
    if share.sum() <= 0 or total <= 0:
        return result
    quota = total * share / share.sum()
    owing = part & (quota > 0)
    result[owing] = period.actual[owing] / quota[owing]
    return result


def quota_shares(period: PastPeriod, blend: Basis | None) -> Floats:
    """Return what each rep's quota is in proportion to under one method, (reps,).

    Parameters
    ----------
    period
        The period.
    blend
        The method's basis, one table or a plan's own by component and role; None for the quotas
        that there were.
    """
    if blend is None:
        return period.quota
    if isinstance(blend, dict):
        return _blend(period, [blend] * len(period.history), np.ones(len(period.history)))
    roles = period.roles or ("",) * len(period.history)
    shares = np.zeros(len(period.history))
    for part in blend:
        tables = [part.tables.get(role, part.tables.get("", {})) for role in roles]
        carried = np.array([not part.roles or role in part.roles for role in roles], np.float64)
        share = _blend(period, tables, carried)
        if share.sum() > 0:
            shares += part.weight * share / share.sum()
    return shares


def _blend(period: PastPeriod, tables: Sequence[Blend], carried: Floats) -> Floats:
    """Return each carrier's share by the weights of his own table, productive share included."""
    measures = {
        "history": period.history,
        "potential": period.potential,
        "run_rate": period.run_rate,
        "equal": np.ones(len(period.history)),
        "submitted": period.quota / np.where(period.productive > 0, period.productive, 1.0),
    }
    blended = np.zeros(len(period.history))
    for name, whole in measures.items():
        measure = whole * carried
        weights = np.array([table.get(name, 0.0) for table in tables])
        if measure.sum() > 0:
            blended += weights * measure / measure.sum()
    return blended * period.productive


def relate_to_company(period: PastPeriod, attainment: Floats) -> Floats:
    """Return attainment over that of all who took part together, (participants,).

    Parameters
    ----------
    period
        The period.
    attainment
        From :func:`attain`, (reps,).
    """
    known = np.isfinite(attainment) & (attainment > 0)
    quotas = period.actual[known] / attainment[known]
    company = period.actual[known].sum() / quotas.sum() if known.any() else 0.0
    taken = attainment[np.isfinite(attainment)]
    return taken / company if company > 0 else np.empty(0)
