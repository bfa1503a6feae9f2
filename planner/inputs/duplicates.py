"""New accounts that may be known ones under another id: offered to a person, never merged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from planner.inputs.likeness import LikelyDuplicate

if TYPE_CHECKING:
    import pandas as pd

# Legal forms and words that companies add or drop from one system to another.
# fmt: off
FORMS = frozenset((
    "ab", "ag", "and", "as", "bv", "co", "company", "corp", "corporation", "et", "gmbh", "group",
    "holding", "holdings", "inc", "incorporated", "kg", "kgaa", "limited", "llc", "ltd", "nv", "oy",
    "plc", "pte", "pty", "sa", "sarl", "sas", "spa", "srl", "the", "und",
))
# fmt: on
SIGNS = re.compile(r"[^\w]+")
ALIKE = 0.9
ALIKE_NEARBY = 0.75
# Names that share a word with more accounts than this say nothing.
COMMON_WORD = 200


def find_duplicates(accounts: pd.DataFrame, added: Iterable[str]) -> tuple[LikelyDuplicate, ...]:
    """Return pairs of a new account and another one with nearly its name.

    Names are compared without case, punctuation and legal forms. A pair in one postal code or
    city needs less likeness than one that only shares its country; one in two countries is none.

    Parameters
    ----------
    accounts
        All accounts of the plan.
    added
        Ids of those that are new.
    """
    new = set(added)
    if not new:
        return ()
    records = _records(accounts)
    by_word = _index(records)
    pairs = {}
    for account in sorted(new & set(records)):
        for other in sorted(_candidates(account, records, by_word)):
            key = tuple(sorted((account, other)))
            found = _compare(account, other, records)
            if found is not None and key not in pairs:
                pairs[key] = found
    return tuple(pairs.values())


def _records(accounts: pd.DataFrame) -> dict[str, Mapping[str, Any]]:
    columns = ["account_id", "name", "postal_code", "city", "country"]
    texts = accounts[columns].astype(object).where(accounts[columns].notna(), "")
    return {
        str(row["account_id"]): {
            **{str(key): value for key, value in row.items()},
            "words": split_words(str(row["name"])),
        }
        for row in texts.to_dict("records")
    }


def split_words(name: str) -> tuple[str, ...]:
    """Return the words of a company's name that tell it from others."""
    words = [word for word in SIGNS.split(name.casefold()) if word]
    return tuple(word for word in words if word not in FORMS) or tuple(words)


def _index(records: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = {}
    for account, record in records.items():
        for word in set(record["words"]):
            index.setdefault(word, []).append(account)
    return index


def _candidates(
    account: str, records: Mapping[str, Mapping[str, Any]], by_word: Mapping[str, list[str]]
) -> set[str]:
    found: set[str] = set()
    for word in records[account]["words"]:
        others = by_word[word]
        found |= set(others) if len(others) <= COMMON_WORD else set()
    return found - {account}


def _compare(
    account: str, other: str, records: Mapping[str, Mapping[str, Any]]
) -> LikelyDuplicate | None:
    from difflib import SequenceMatcher

    one, two = records[account], records[other]
    if one["country"] and two["country"] and one["country"] != two["country"]:
        return None
    names = " ".join(one["words"]), " ".join(two["words"])
    likeness = SequenceMatcher(None, *names, autojunk=False).ratio()
    near = next((c for c in ("postal_code", "city") if one[c] and one[c] == two[c]), "")
    if likeness < (ALIKE_NEARBY if near else ALIKE):
        return None
    place = {"postal_code": "in the same postal code", "city": "in the same city"}.get(near, "")
    alike = "the same name" if likeness == 1 else f"names {likeness:.0%} alike"
    return LikelyDuplicate(
        account_id=account,
        known_id=other,
        name=str(one["name"]),
        known_name=str(two["name"]),
        likeness=round(likeness, 4),
        why=f"{alike}{' ' + place if place else ''}",
    )
