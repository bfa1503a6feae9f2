"""Numbers as people write them: ``$1,234.50``, ``(500)``, ``1.234,50``, ``12 %``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

PLAIN = r"^[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})([eE][+-]?\d{1,2})?$"
MISSING = r"(?i)^(#?n/?a|null|none|[-–—]|#null!)$"
GROUPED = {
    ".": r"^(\d{1,3}([,' ]\d{3})+|\d{1,2}(,\d{2})+,\d{3}|\d+)(\.\d*)?$|^\.\d+$",
    ",": r"^(\d{1,3}([.' ]\d{3})+|\d+)(,\d*)?$|^,\d+$",
}
SIGNED = r"^\(.*\)$|^-|-$"
# One currency: before the number, or after it, with its own spaces and brackets left alone.
SIGN = r"((?i:(US|A|C|CA|AU|NZ|HK|S|R|NT|MX)?\p{Sc}|kr\.?|zł|Kč|Fr\.|Rs\.?)|[A-Z]{3})"
CURRENCIES = rf"^{SIGN}\s*|\s*{SIGN}$"
CODE = r"^(?P<before>[A-Z]{3})\s*[(\d.,+-].*$|^.*[\d.,)]\s*(?P<after>[A-Z]{3})$"
# Signs that belong to one currency only; a dollar or yen sign does not.
MARKS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "zł": "PLN", "Kč": "CZK", "R$": "BRL"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Texts read as numbers.

    Parameters
    ----------
    values
        (texts,) the numbers, NaN where missing or not a number.
    bad
        (texts,) whether a text is neither a number nor blank.
    codes
        (texts,) the currency that a text names, empty where none.
    """

    values: NDArray[np.float64]
    bad: NDArray[np.bool_]
    codes: NDArray[np.object_]


def parse_numbers(texts: pa.Array, decimal: str) -> Numbers:
    """Read texts as numbers; the many that are plain digits take a short way.

    Parameters
    ----------
    texts
        (texts,) trimmed, no nulls.
    decimal
        The decimal sign, ``.`` or ``,``.

    Returns
    -------
    The numbers, what could not be read, and the currencies named. A percent is a fraction.
    """
    import numpy as np
    import pyarrow.compute as pc

    values = np.full(len(texts), np.nan)
    codes = np.full(len(texts), "", dtype=object)
    plain = np.asarray(pc.match_substring_regex(texts, PLAIN), dtype=bool)
    if decimal == ",":
        plain &= ~np.asarray(pc.match_substring(texts, "."), dtype=bool)
    values[plain] = _to_float(texts.filter(plain))
    rest = np.flatnonzero(~plain)
    bad = np.zeros(len(texts), dtype=bool)
    if len(rest):
        written = texts.take(rest)
        values[rest], codes[rest] = _parse_written(written, decimal)
        blank = np.asarray(pc.match_substring_regex(written, MISSING), dtype=bool)
        blank |= np.asarray(pc.equal(written, ""), dtype=bool)
        bad[rest] = np.isnan(values[rest]) & ~blank
    return Numbers(values=values, bad=bad | np.isinf(values), codes=codes)


def _to_float(texts: pa.Array) -> NDArray[np.float64]:
    import numpy as np
    import pyarrow as pa

    return np.asarray(texts.cast(pa.float64()), dtype=np.float64)


def _parse_written(
    texts: pa.Array, decimal: str
) -> tuple[NDArray[np.float64], NDArray[np.object_]]:
    """Read texts with signs, currencies, groups or percents."""
    import numpy as np
    import pyarrow.compute as pc

    even = pc.replace_substring_regex(texts, r"[\s\x{00a0}\x{202f}\x{2009}]+", " ")
    even = pc.replace_substring_regex(even, r"[\x{2212}\x{2013}]", "-")
    even = pc.replace_substring_regex(even, r"\x{2019}", "'")
    codes = _named_currencies(even)
    bare, negative = _strip_signs(even)
    percent = np.asarray(pc.match_substring_regex(bare, r"\d ?%$"), dtype=bool)
    bare = pc.utf8_trim_whitespace(pc.replace_substring_regex(bare, r" ?%$", ""))
    good = np.asarray(pc.match_substring_regex(bare, GROUPED[decimal]), dtype=bool)
    values = np.full(len(texts), np.nan)
    values[good] = _to_float(_ungroup(bare.filter(good), decimal))
    values[percent] /= 100.0
    values[negative] *= -1.0
    return values, codes


def _named_currencies(texts: pa.Array) -> NDArray[np.object_]:
    """Return the currency that each text names by code or by an unmistakable sign."""
    import numpy as np
    import pyarrow.compute as pc

    codes = np.full(len(texts), "", dtype=object)
    for mark, code in MARKS.items():
        codes[np.asarray(pc.match_substring(texts, mark), dtype=bool)] = code
    named = np.flatnonzero(np.asarray(pc.match_substring_regex(texts, CODE), dtype=bool))
    found = pc.extract_regex(texts.take(named), CODE).to_pylist()
    for index, groups in zip(named, found, strict=True):
        codes[index] = groups["before"] or groups["after"]
    return codes


def _strip_signs(texts: pa.Array) -> tuple[pa.Array, NDArray[np.bool_]]:
    """Take off currencies, minus signs and brackets; return the rest and what is negative."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    negative = np.zeros(len(texts), dtype=bool)
    bare = pc.utf8_trim_whitespace(texts)
    # The sign may stand inside the currency ($-5) or outside it (-$5, ($5), -5 EUR), once.
    for last in (False, True):
        signed = np.asarray(pc.match_substring_regex(bare, SIGNED), dtype=bool)
        stripped = pc.replace_substring_regex(bare, r"^\((.*)\)$", r"\1")
        stripped = pc.replace_substring_regex(stripped, r"^[+-] ?| ?-$", "")
        bare = pc.if_else(pa.array(signed & negative), bare, stripped)
        negative |= signed
        if not last:
            bare = pc.replace_substring_regex(bare, CURRENCIES, "")
            bare = pc.utf8_trim_whitespace(bare)
    return bare, negative


def _ungroup(texts: pa.Array, decimal: str) -> pa.Array:
    """Return texts without thousands' separators and with a decimal point."""
    import pyarrow.compute as pc

    groups = "[,' ]" if decimal == "." else "[.' ]"
    return pc.replace_substring(pc.replace_substring_regex(texts, groups, ""), ",", ".")
