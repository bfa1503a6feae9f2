"""Names as a CRM takes them: legal, unique, and the same from one plan to the next."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from planner.outputs.svg import short_label

LONGEST_NAME, LONGEST_DEVELOPER_NAME = 40, 80
HASHED = 8


def clean_name(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a name on one line without signs that turn or hide text, cut to a length."""
    plain = "".join(
        " " if unicodedata.category(sign) in {"Cf", "Zl", "Zp", "Co", "Cn"} else sign
        for sign in text
    )
    return "".join(sign for sign in short_label(plain, longest) if sign.isprintable())


def developer_names(texts: Sequence[str]) -> list[str]:
    """Return a legal developer name for each text, unlike the others whatever their case.

    Letters, digits and single underscores, a letter first, no underscore last, at most 80. A
    name that is legal already stays; those that would be alike get a part of their digest, which
    does not depend on what else is in the plan's list or on its order.
    """
    plain = [_legal(text) for text in texts]
    count = Counter(name.casefold() for name in plain)
    exact = Counter(
        name.casefold() for name, text in zip(plain, texts, strict=True) if name == text
    )
    names = []
    for name, text in zip(plain, texts, strict=True):
        alone = count[name.casefold()] == 1
        first = name == text and exact[name.casefold()] == 1
        names.append(name if alone or first else _with_digest(name, text))
    return names


def _legal(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    joined = re.sub(r"[^A-Za-z0-9]+", "_", ascii_text).strip("_")
    lost = sum(sign.isalnum() for sign in text) and not joined
    if lost:
        return f"T_{_digest(text)}"
    started = joined if joined[:1].isalpha() else f"T_{joined}".rstrip("_")
    whole = len(started) <= LONGEST_DEVELOPER_NAME
    return started if whole else _with_digest(started, text)


def _with_digest(name: str, text: str) -> str:
    kept = name[: LONGEST_DEVELOPER_NAME - HASHED - 1].rstrip("_")
    return f"{kept}_{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:HASHED]


def unique_names(texts: Sequence[str], keys: Sequence[str]) -> list[str]:
    """Return clean names, those that are alike told apart by a part of their key's digest."""
    names = [clean_name(text) or clean_name(key) for text, key in zip(texts, keys, strict=True)]
    count = Counter(name.casefold() for name in names)
    return [
        name
        if count[name.casefold()] == 1
        else f"{name[: LONGEST_NAME - HASHED - 1].rstrip()} {_digest(key)}"
        for name, key in zip(names, keys, strict=True)
    ]
