"""Ids that mean the same thing: Salesforce's of 15 and 18 characters, and names that are unique."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
LONG = 18
LONG_ID = re.compile(r"[A-Za-z0-9]{15}[A-Za-z0-5]{3}")


def find_suffix(short: str) -> str:
    """Return the three signs that make a Salesforce id of 15 characters one of 18.

    Each sign encodes which of five characters are capitals (Salesforce, "ID Field Type").
    """
    groups = (short[0:5], short[5:10], short[10:15])
    return "".join(
        LETTERS[sum(1 << i for i, sign in enumerate(group) if "A" <= sign <= "Z")]
        for group in groups
    )


def shorten(text: str) -> str:
    """Return what an id is compared by: 15 characters of a Salesforce id of 18, else all."""
    if (
        len(text) == LONG
        and LONG_ID.fullmatch(text)
        and find_suffix(text[:15]) == text[15:].upper()
    ):
        return text[:15]
    return text


def shorten_all(texts: pd.Series) -> pd.Series:
    """Return what each id is compared by, missing where there is none."""
    import pandas as pd

    if pd.api.types.is_string_dtype(texts.dtype) and not texts.str.len().eq(LONG).any():
        return texts.reset_index(drop=True).astype("str")
    codes, distinct = pd.factorize(texts)
    return take_known(pd.Series(_shorten_each(distinct), dtype="str"), codes)


def _shorten_each(texts: pd.Index) -> list[str]:
    """Return what each of many ids is compared by."""
    plain = [str(text) for text in texts.tolist()]
    return [shorten(text) if len(text) == LONG else text for text in plain]


def match_ids(texts: pd.Series, known: Mapping[str, str]) -> pd.Series:
    """Return the known id that each text means, missing where there is none.

    Parameters
    ----------
    texts
        (rows,) ids as given.
    known
        What an id is compared by (see ``shorten``) to the id itself.
    """
    import pandas as pd

    codes, distinct = pd.factorize(texts)
    meant = pd.Series([known.get(text) for text in _shorten_each(distinct)], dtype="str")
    return take_known(meant, codes)


def take_known(values: pd.Series, codes: NDArray[np.int64]) -> pd.Series:
    """Return ``values`` by code, missing where the code is -1."""
    import pandas as pd
    import pyarrow as pa

    known = pa.array(values, type=pa.string(), from_pandas=True)
    indices = pa.array(codes, mask=codes < 0)
    return pd.Series(known.take(indices).to_pandas(), dtype="str")


def index_ids(ids: Iterable[str]) -> dict[str, str]:
    """Return what ids are compared by, to the ids; the first of equals wins."""
    index: dict[str, str] = {}
    for text in ids:
        index.setdefault(shorten(text), text)
    return index


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who the people of the reps table are, by id and by name.

    Parameters
    ----------
    ids
        What an id is compared by, to the rep's id.
    names
        A name in lower case to the rep's id, only where it is unique.
    ambiguous
        Names in lower case that several people have.
    inactive
        Ids and names of people of the table who are no longer active users.
    """

    ids: Mapping[str, str]
    names: Mapping[str, str]
    ambiguous: frozenset[str]
    inactive: frozenset[str]

    def find(self, text: str) -> str | None:
        """Return the rep that an id or a unique name means, None where it means nobody."""
        return self.ids.get(shorten(text)) or self.names.get(fold_name(text))

    def match(self, texts: pd.Series) -> pd.Series:
        """Return the rep that each text means, missing where it means nobody."""
        import pandas as pd

        codes, distinct = pd.factorize(texts)
        return take_known(pd.Series([self.find(str(t)) for t in distinct], dtype="str"), codes)

    def explain_miss(self, text: str) -> str:
        """Return why an id or a name means no rep: inactive, ambiguous, queue or unknown."""
        folded = fold_name(text)
        if shorten(text) in self.inactive or folded in self.inactive:
            return "inactive"
        if folded in self.ambiguous:
            return "ambiguous"
        if text.startswith("00G") or re.search(r"\b(queue|integration|api user|system)\b", folded):
            return "queue"
        return "unknown"


def fold_name(name: str) -> str:
    """Return a name without case and surplus spaces; ``Doe, Jane`` is ``jane doe``."""
    parts = name.casefold().split(",")
    turned = f"{parts[1]} {parts[0]}" if len(parts) == 2 else name.casefold()
    return " ".join(turned.split())


def build_directory(
    people: Iterable[tuple[str, str]], inactive: Iterable[tuple[str, str]]
) -> Directory:
    """Build the directory from (id, name) of the reps and of people no longer active."""
    reps, gone = list(people), list(inactive)
    counts = Counter(fold_name(name) for _, name in (*reps, *gone) if name)
    return Directory(
        ids=index_ids(rep_id for rep_id, _ in reps),
        names={fold_name(n): i for i, n in reps if n and counts[fold_name(n)] == 1},
        ambiguous=frozenset(name for name, count in counts.items() if count > 1),
        inactive=frozenset(key for i, n in gone for key in (shorten(i), fold_name(n)) if key),
    )


def split_list(value: object) -> list[str]:
    """Return the parts of a list in one cell: by semicolons, else bars, else commas."""
    text = value if isinstance(value, str) else ""
    sign = next((sign for sign in ";|" if sign in text), ",")
    return [part.strip() for part in text.split(sign) if part.strip()]


def translate_words(texts: pd.Series, words: Mapping[str, str]) -> pd.Series:
    """Return texts in the contract's words; texts that are not known stay as they are."""
    import pandas as pd

    codes, distinct = pd.factorize(texts)
    meant = [words.get(str(text).casefold(), str(text)) for text in distinct]
    return take_known(pd.Series(meant, dtype="str"), codes)
