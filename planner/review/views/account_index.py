"""The accounts of a plan as columns: searched by name, sorted and paged without reading them all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from planner.outputs.moves import plan_moves
from planner.outputs.plan import Plan
from planner.review.plans import OpenPlan

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Kind = Literal["text", "money", "number", "hours", "flag", "date"]
# In the order in which they are offered; those of the scenario's measures follow.
TEXTS = {
    "city": "City",
    "state": "State",
    "country": "Country",
    "segment": "Segment",
    "industry": "Industry",
    "status": "Status",
    "renewal_date": "Renewal",
}
SEARCHES_KEPT = 64
# No text holds it, so it parts one account from the next.
PART = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of the accounts.

    Parameters
    ----------
    name, title
        As addresses have it, and as people read it.
    kind
        Money is minor units.
    values
        (accounts,)
    meaning
        What it says, empty where its title says it all.
    """

    name: str
    title: str
    kind: Kind
    values: Any
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountQuery:
    """Which accounts are asked for, and in which order.

    Parameters
    ----------
    search
        Part of an id, a name or a city.
    territory, previous
        Territory that serves it in the plan, and today; empty is any, ``-`` is none.
    state
        ``moved``, ``held``, ``unassigned``, or empty.
    segment
        Of the column of that name; empty is any.
    positions
        Only these, None is all: what a line was drawn around.
    sort, descending
        A column, and its direction.
    """

    search: str = ""
    territory: str = ""
    previous: str = ""
    state: str = ""
    segment: str = ""
    positions: tuple[int, ...] | None = None
    sort: str = "account_id"
    descending: bool = False


@dataclass(slots=True, eq=False)
class AccountIndex:
    """Every column of the accounts, with a text to search in and orders that are found once.

    Parameters
    ----------
    fields
        By name.
    text, ends
        Ids, names and cities of all accounts as one text in small letters, and where each
        account's part ends, (accounts,).
    """

    fields: dict[str, Field]
    proposed: Ints
    today: Ints
    moved: Bools
    held: Bools
    text: str
    ends: Ints
    _orders: dict[str, Ints] = field(default_factory=dict)
    _searches: dict[str, Bools] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def size(self) -> int:
        """Return how many accounts there are."""
        return len(self.proposed)

    def order(self, name: str) -> Ints:
        """Return the positions of all accounts in the order of a column."""
        with self._lock:
            if name not in self._orders:
                self._orders[name] = _sort(self.fields[name])
            return self._orders[name]

    def search(self, words: str) -> Bools:
        """Return whether each account's id, name or city has the words in it."""
        wanted = words.casefold().replace(PART, " ").strip()
        if not wanted:
            return np.ones(self.size, dtype=np.bool_)
        with self._lock:
            mask = self._searches.pop(wanted, None)
        mask = _search(self, wanted) if mask is None else mask
        with self._lock:
            self._searches[wanted] = mask
            while len(self._searches) > SEARCHES_KEPT:
                self._searches.pop(next(iter(self._searches)))
        return mask


def _search(index: AccountIndex, wanted: str) -> Bools:
    # One scan over one text: some milliseconds for 200,000 accounts, whatever is asked.
    starts = [found.start() for found in re.finditer(re.escape(wanted), index.text)]
    mask = np.zeros(index.size, dtype=np.bool_)
    mask[np.searchsorted(index.ends, np.array(starts, dtype=np.int64), side="right")] = True
    return mask


def _sort(column: Field) -> Ints:
    if column.kind in {"text", "date"}:
        words = [read_word(value).casefold()[:64] for value in column.values]
        keys: npt.NDArray[Any] = np.array(words)
    else:
        keys = np.asarray(column.values, dtype=np.float64)
    return np.argsort(keys, kind="stable").astype(np.int64)


def index_accounts(opened: OpenPlan) -> AccountIndex:
    """Gather the accounts of a plan.

    Parameters
    ----------
    opened
        The plan.
    """
    plan = opened.plan
    fields = {one.name: one for one in _fields(plan)}
    parts = [
        f"{account}{PART}{name}{PART}{city}{PART}".casefold()
        for account, name, city in zip(
            _texts(plan, "account_id"), _texts(plan, "name"), _texts(plan, "city"), strict=True
        )
    ]
    return AccountIndex(
        fields=fields,
        proposed=plan.territory_of_account,
        today=plan.today.seat_of_account,
        moved=plan_moves(plan),
        held=plan.held,
        text="".join(parts),
        ends=np.cumsum([len(part) for part in parts], dtype=np.int64),
    )


def _fields(plan: Plan) -> list[Field]:
    names = np.array([*plan.territory_ids, ""], dtype=object)
    found = [
        Field(name="account_id", title="Account", kind="text", values=_words(plan, "account_id")),
        Field(name="name", title="Name", kind="text", values=_words(plan, "name")),
        Field(
            name="territory",
            title="Proposed",
            kind="text",
            values=names[plan.territory_of_account],
            meaning="Who serves it in the plan",
        ),
        Field(
            name="previous",
            title="Today",
            kind="text",
            values=names[plan.today.seat_of_account],
            meaning="Who serves it today",
        ),
        Field(
            name="moved",
            title="Moves",
            kind="flag",
            values=plan_moves(plan),
            meaning="Whether another rep would serve it than today",
        ),
        Field(
            name="held",
            title="Held",
            kind="flag",
            values=plan.held,
            meaning="Whether it stays with its rep whatever the plan would gain by moving it",
        ),
    ]
    found += _figures(plan)
    found += [
        Field(
            name=name,
            title=title,
            kind="date" if name == "renewal_date" else "text",
            values=_words(plan, name),
        )
        for name, title in TEXTS.items()
        if name in plan.data.accounts and plan.data.accounts[name].notna().any()
    ]
    found.append(Field(name="reason", title="Why", kind="text", values=plan.reasons))
    return found


def _figures(plan: Plan) -> list[Field]:
    found = []
    for name, values in plan.account_measures.items():
        kind = plan.alignment.measures[name].kind if name in plan.alignment.measures else "number"
        title = name.replace("_", " ").capitalize()
        meaning = "What it counts for where territories are balanced"
        found.append(
            Field(name=f"measure_{name}", title=title, kind=kind, values=values, meaning=meaning)
        )
    potential = plan.potential
    figures = (
        ("trailing", "Last 12 months", potential.trailing, "What it booked before the plan"),
        ("expected", "Expected", potential.expected, "What it is expected to book in the plan"),
        ("pipeline", "Open pipeline", potential.pipeline, "Open deals, all together"),
    )
    found += [
        Field(name=name, title=title, kind="money", values=values, meaning=meaning)
        for name, title, values, meaning in figures
    ]
    return found


def _words(plan: Plan, column: str) -> Sequence[Any]:
    """Return a column as the plan keeps it: a list of 100,000 words would take its room again."""
    words: Sequence[Any] = plan.data.accounts[column].array
    return words


def _texts(plan: Plan, column: str) -> list[str]:
    if column not in plan.data.accounts:
        return [""] * len(plan.data.accounts)
    return [read_word(value) for value in _words(plan, column)]


def read_word(value: Any) -> str:
    """Return a cell as text: empty where nothing is known, a day without its time."""
    if value is None or value != value:  # noqa: PLR0124 - NaN and NaT alone differ from themselves
        return ""
    text = str(value)
    return "" if text in {"<NA>", "NaT"} else text.removesuffix(" 00:00:00")


def find_accounts(index: AccountIndex, query: AccountQuery, opened: OpenPlan, seen: Bools) -> Ints:
    """Return the positions of the accounts that a query asks for, in its order.

    Parameters
    ----------
    index
        The accounts.
    query
        What is asked.
    opened
        The plan, for the names of territories.
    seen
        Which accounts may be seen by who asks, (accounts,).
    """
    mask = seen & index.search(query.search) & _state(index, query.state)
    mask &= _served(index.proposed, query.territory, opened)
    mask &= _served(index.today, query.previous, opened)
    if query.segment and "segment" in index.fields:
        mask &= np.asarray(index.fields["segment"].values == query.segment, dtype=np.bool_)
    if query.positions is not None:
        chosen = np.zeros(index.size, dtype=np.bool_)
        chosen[[at for at in query.positions if 0 <= at < index.size]] = True
        mask &= chosen
    order = index.order(query.sort if query.sort in index.fields else "account_id")
    found = order[mask[order]]
    return found[::-1] if query.descending else found


def _state(index: AccountIndex, state: str) -> Bools:
    masks = {"moved": index.moved, "held": index.held, "unassigned": index.proposed < 0}
    return masks.get(state, np.ones(index.size, dtype=np.bool_))


def _served(places: Ints, territory: str, opened: OpenPlan) -> Bools:
    if not territory:
        return np.ones(len(places), dtype=np.bool_)
    return np.asarray(places == opened.position_of_territory.get(territory, -1))
