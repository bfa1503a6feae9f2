"""What the CRM has today, from the associations table that the plan keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from planner.inputs.identities import shorten
from planner.outputs.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row of the associations table; what it lacks is empty."""

    id: str
    name: str
    developer_name: str
    territory_id: str
    territory2_id: str
    account_id: str
    rep_id: str
    role: str
    cause: str
    parent_id: str
    model_id: str


COLUMNS = tuple(Record.__dataclass_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The CRM's rows by object.

    Parameters
    ----------
    given
        Columns that the table has.
    by_object
        Rows by the object's name in lower case without spaces and underscores.
    """

    given: frozenset[str]
    by_object: dict[str, tuple[Record, ...]]

    def of(self, *objects: str) -> tuple[Record, ...]:
        """Return the rows of these objects."""
        return tuple(row for name in objects for row in self.by_object.get(name.casefold(), ()))


def plan_records(plan: Plan) -> Records:
    """Return what the plan knows of the CRM; without the table that is nothing."""
    frame = plan.data.associations
    if frame is None or frame.empty:
        return Records(given=frozenset(), by_object={})
    present = [name for name in ("object", *COLUMNS) if name in frame]
    texts = frame[present].astype(object).where(frame[present].notna(), "").to_dict("records")
    found: dict[str, list[Record]] = {}
    for row in texts:
        name = re.sub(r"[\s_]", "", str(row["object"])).casefold()
        record = Record(**{column: str(row.get(column, "")) for column in COLUMNS})
        found.setdefault(name, []).append(record)
    given = frozenset(name for name in present if any(row[name] for row in texts))
    return Records(given=given, by_object={name: tuple(rows) for name, rows in found.items()})


class Identities:
    """The CRM's id of each of our people or accounts.

    Parameters
    ----------
    rows
        (ours, the CRM's) as the table has them; ours that have two are nobody's.
    legal
        What an id of this CRM looks like: ours that look so are taken for the CRM's own.
    """

    def __init__(self, rows: Iterable[tuple[str, str]], legal: re.Pattern[str]) -> None:
        self._legal = legal
        self._ids: dict[str, str] = {}
        self.twice: set[str] = set()
        for ours, theirs in rows:
            key = shorten(ours)
            if not ours or not legal.fullmatch(theirs):
                continue
            if shorten(self._ids.setdefault(key, theirs)) != shorten(theirs):
                self.twice.add(key)

    def find(self, ours: str) -> str | None:
        """Return the CRM's id, None where it is not known or not clear."""
        key = shorten(ours)
        if key in self.twice:
            return None
        return self._ids.get(key) or (ours if ours and self._legal.fullmatch(ours) else None)
