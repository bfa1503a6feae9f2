"""What a quota may be: limits against last period, pay, floors, caps and manual overrides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from planner.findings import EXAMPLES_SHOWN, Finding
from planner.inputs.money import Currency, find_rate
from planner.inputs.money import currency as find_currency
from planner.inputs.reps import Rep
from planner.quotas.parameters import QuotaParameters

Floats = npt.NDArray[np.float64]
UNLIMITED = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One kind of limit, with its amount for each carrier.

    Parameters
    ----------
    name
        The scenario's key: ``change_limits.max``.
    upper
        Whether it is an upper limit.
    amounts
        Minor units, None where it does not apply, (carriers,).
    per_unit
        What one unit of the key's own value is worth (last year's run rate, pay, …), minor
        units, (carriers,): relaxing the key by t moves each amount by t × this.
    value
        The key's value, None where it differs by person.
    """

    name: str
    upper: bool
    amounts: tuple[int | None, ...]
    per_unit: Floats
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLimits:
    """All limits of all carriers.

    Parameters
    ----------
    lower, upper
        The tightest limits, minor units, (carriers,).
    overrides
        Quotas set by hand by position.
    kinds
        Each kind of limit.
    """

    lower: tuple[int, ...]
    upper: tuple[int, ...]
    overrides: dict[int, int]
    kinds: tuple[Limit, ...]
    findings: tuple[Finding, ...] = ()

    def binding(self, index: int, quota: int, slack: int) -> tuple[str, ...]:
        """Return the names of the limits that a quota touches within a slack, minor units."""
        if index in self.overrides:
            return ()
        names = []
        for kind in self.kinds:
            amount = kind.amounts[index]
            if amount is not None and abs(quota - amount) <= slack:
                names.append(kind.name)
        return tuple(names)


def build_limits(
    carriers: Sequence[Rep],
    parameters: QuotaParameters,
    currency: Currency,
    rates: Mapping[str, float],
    *,
    scale: Floats,
    last: Sequence[int | None],
) -> QuotaLimits:
    """Bring every limit to minor units of the plan's quota.

    Limits are on the quota of a full, ramped year; ``scale`` brings them to the plan.

    Parameters
    ----------
    carriers
        Who has a seat.
    parameters
        The scenario's ``[quota]``.
    currency, rates
        The plan currency, and plan rates to it, for on-target earnings.
    scale
        Years of the plan times the productive share, 0 where nothing may be asked, (carriers,).
    last
        Annual run rate of the same accounts, minor units, None where not comparable, (carriers,).
    """
    ote, findings = _earnings(carriers, parameters, currency, rates)
    change, pay = parameters.change_limits, parameters.ote_ratio
    kinds: list[Limit] = []
    if change is not None:
        kinds += _pair("change_limits", change.min, change.max, last, scale, offset=1.0)
    if pay is not None:
        kinds += _pair("ote_ratio", pay.min, pay.max, ote, scale, offset=0.0)
    kinds += _amounts("floors", parameters.floors, carriers, currency, scale)
    kinds += _amounts("caps", parameters.caps, carriers, currency, scale)
    overrides = {
        i: currency.to_minor(parameters.overrides[rep.rep_id])
        for i, rep in enumerate(carriers)
        if rep.rep_id in parameters.overrides
    }
    findings += _beyond(carriers, overrides, kinds, currency)
    return _tighten(len(carriers), kinds, overrides, findings)


def _pair(
    key: str,
    low: float | None,
    high: float | None,
    bases: Sequence[int | None],
    scale: Floats,
    offset: float,
) -> list[Limit]:
    sides = [("min", low, False), ("max", high, True)]
    return [
        _limit(f"{key}.{side}", upper, bases, scale, value, offset)
        for side, value, upper in sides
        if value is not None
    ]


def _limit(
    name: str,
    upper: bool,  # positional among siblings, always named by its caller's pair
    bases: Sequence[int | None],
    scale: Floats,
    value: float,
    offset: float,
) -> Limit:
    toward: Callable[[float], int] = floor if upper else ceil
    amounts = [
        None if base is None or not share > 0 else toward(round(base * (offset + value) * share, 3))
        for base, share in zip(bases, scale, strict=True)
    ]
    per_unit = [
        (base or 0) * share if amount is not None else 0.0
        for base, share, amount in zip(bases, scale, amounts, strict=True)
    ]
    return Limit(
        name=name, upper=upper, amounts=tuple(amounts), per_unit=np.array(per_unit), value=value
    )


def _amounts(
    key: str,
    table: Mapping[str, object],
    carriers: Sequence[Rep],
    currency: Currency,
    scale: Floats,
) -> list[Limit]:
    """Return floors or caps: by rep, else by role, else the default."""
    if not table:
        return []
    found = [table.get(rep.rep_id, table.get(rep.role, table.get("default"))) for rep in carriers]
    bases = [None if amount is None else currency.to_minor(str(amount)) for amount in found]
    limit = _limit(key, key == "caps", bases, scale, 1.0, 0.0)
    return [
        Limit(
            name=key, upper=limit.upper, amounts=limit.amounts, per_unit=limit.per_unit, value=None
        )
    ]


def _earnings(
    carriers: Sequence[Rep],
    parameters: QuotaParameters,
    currency: Currency,
    rates: Mapping[str, float],
) -> tuple[list[int | None], list[Finding]]:
    """Return on-target earnings in minor units of the plan currency."""
    earnings = [_to_plan(rep, currency, rates) for rep in carriers]
    if parameters.ote_ratio is None:
        return earnings, []
    missing = [rep for rep, pay in zip(carriers, earnings, strict=True) if pay is None]
    return earnings, [_no_earnings(rep, len(missing)) for rep in missing[:EXAMPLES_SHOWN]]


def _to_plan(rep: Rep, currency: Currency, rates: Mapping[str, float]) -> int | None:
    if not rep.ote or rep.ote < 0:
        return None
    code = rep.currency or currency.code
    rate = find_rate(code, currency, rates)
    if rate is None:
        return None
    digits = find_currency(code).digits
    return round(rep.ote * rate * 10.0 ** (currency.digits - digits))


def _no_earnings(rep: Rep, count: int) -> Finding:
    return Finding(
        severity="warning",
        code="reps.ote_missing",
        message=f"{rep.rep_id} has no ote (or no plan rate for its currency): quota.ote_ratio "
        f"cannot be kept for this rep ({count} in all).",
        advice="Fill ote in the reps table, or leave ote_ratio out.",
        table="reps",
        row=rep.row or None,
        column="ote",
        subject=rep.rep_id,
    )


def _beyond(
    carriers: Sequence[Rep],
    overrides: Mapping[int, int],
    kinds: Sequence[Limit],
    currency: Currency,
) -> list[Finding]:
    """Say which overrides are outside a limit; they stand, since a person set them."""
    findings = []
    for i, quota in overrides.items():
        for kind in kinds:
            amount = kind.amounts[i]
            if amount is None or (quota <= amount if kind.upper else quota >= amount):
                continue
            findings.append(
                Finding(
                    severity="warning",
                    code="quota.override_beyond_limit",
                    message=f"The override of {carriers[i].rep_id}, {currency.to_text(quota)}, is "
                    f"{'above' if kind.upper else 'below'} {kind.name} "
                    f"({currency.to_text(amount)}).",
                    advice="It stands as it was set; change it or the limit if that is not meant.",
                    subject=carriers[i].rep_id,
                )
            )
    return findings


def _tighten(
    count: int, kinds: Sequence[Limit], overrides: dict[int, int], findings: list[Finding]
) -> QuotaLimits:
    lower, upper = [0] * count, [UNLIMITED] * count
    for kind in kinds:
        for i, amount in enumerate(kind.amounts):
            if amount is not None and kind.upper:
                upper[i] = min(upper[i], max(amount, 0))
            elif amount is not None:
                lower[i] = max(lower[i], amount)
    for i, quota in overrides.items():
        lower[i] = upper[i] = quota
    return QuotaLimits(
        lower=tuple(lower),
        upper=tuple(upper),
        overrides=overrides,
        kinds=tuple(kinds),
        findings=tuple(findings),
    )
