"""Currencies and amounts: money inside the planner is an integer of minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from planner.errors import ScenarioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# ISO 4217 list one: every current code, and the digits of those whose minor unit is not 1/100.
# fmt: off
CODES = frozenset(
    {
        "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT",
        "BGN", "BHD", "BIF", "BMD", "BND", "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD",
        "CAD", "CDF", "CHE", "CHF", "CHW", "CLF", "CLP", "CNY", "COP", "COU", "CRC", "CUP", "CVE",
        "CZK", "DJF", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL",
        "GHS", "GIP", "GMD", "GNF", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR",
        "IQD", "IRR", "ISK", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD",
        "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK",
        "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO",
        "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PYG", "QAR", "RON",
        "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD",
        "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD",
        "TZS", "UAH", "UGX", "USD", "USN", "UYI", "UYU", "UYW", "UZS", "VED", "VES", "VND", "VUV",
        "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG", "HRK", "CUC", "SLL",
        "ZWL",
    }
)
# fmt: on
DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
    **dict.fromkeys(["CLF", "UYW"], 4),
}


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and how many decimal digits its minor unit has (ISO 4217).

    Parameters
    ----------
    code
        The three letters, such as ``USD``.
    digits
        Decimal digits of the minor unit: 2 for USD and IDR, 0 for JPY, 3 for KWD.
    """

    code: str
    digits: int

    @property
    def scale(self) -> int:
        """Return how many minor units make one unit: 100 for USD, 1 for JPY."""
        return int(10**self.digits)

    def to_minor(self, amount: Decimal | float | str) -> int:
        """Return an amount in units as integer minor units, half to even."""
        scaled = Decimal(str(amount)).scaleb(self.digits)
        return int(scaled.to_integral_value(rounding=ROUND_HALF_EVEN))

    def to_words(self, minor: int) -> str:
        """Return minor units as people read them, in whole units: ``1,234 USD``."""
        units = Decimal(int(minor)).scaleb(-self.digits)
        return f"{units.to_integral_value(rounding=ROUND_HALF_EVEN) + 0:,} {self.code}"

    def to_text(self, minor: int) -> str:
        """Return minor units as a plain decimal number such as ``1234.50``, exactly."""
        return f"{Decimal(int(minor)).scaleb(-self.digits):.{self.digits}f}"


def currency(code: str) -> Currency:
    """Return the currency of an ISO 4217 code.

    Raises
    ------
    ScenarioError
        When there is no such code.
    """
    known = code.strip().upper()
    if known not in CODES:
        raise ScenarioError(f"{code!r} is not a currency code of ISO 4217, such as USD or EUR.")
    return Currency(known, DIGITS.get(known, 2))


def convert_to_minor(
    amounts: NDArray[np.float64], rates: NDArray[np.float64], digits: int
) -> NDArray[np.int64]:
    """Convert amounts in units at plan rates to integer minor units, half to even, exactly.

    Products are taken in floating point; those that fall near a half, or that are too large for
    it, are done again in decimals, so that 1.015 is 102 cents as on paper.

    Parameters
    ----------
    amounts
        (rows,) in units of each row's currency, finite.
    rates
        (rows,) units of the plan currency for one unit of the row's.
    digits
        Digits of the plan currency's minor unit.

    Returns
    -------
    (rows,) minor units of the plan currency.
    """
    import numpy as np

    scaled = amounts * rates * 10.0**digits
    near_half = np.abs(np.abs(scaled - np.floor(scaled)) - 0.5) <= 1e-6 + np.abs(scaled) * 1e-14
    exact = np.flatnonzero(near_half | (np.abs(scaled) >= 2.0**50))
    minor = np.rint(np.where(np.abs(scaled) < 2.0**62, scaled, 0.0)).astype(np.int64)
    for index in exact:
        product = Decimal(repr(float(amounts[index]))) * Decimal(repr(float(rates[index])))
        minor[index] = int(product.scaleb(digits).to_integral_value(rounding=ROUND_HALF_EVEN))
    return minor


def find_rate(code: str, plan: Currency, rates: Mapping[str, float]) -> float | None:
    """Return the plan rate from a currency to the plan's, None where the scenario has none."""
    if code == plan.code:
        return 1.0
    return rates.get(code)
