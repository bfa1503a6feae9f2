"""Names of companies and people, composed from word lists by seed."""

from __future__ import annotations

import numpy as np

from planner.inputs.demo import words
from planner.inputs.demo.design import Ints, Texts

INDUSTRIES = tuple(words.TRADES)


def company_names(industry: Ints, family: Ints, rng: np.random.Generator) -> Texts:
    """Return a name for each account; members of a family share its stem.

    Parameters
    ----------
    industry
        Position in ``INDUSTRIES``, (accounts,).
    family
        A number for each ultimate parent, below the number of accounts, (accounts,).
    """
    heads, tails = _draw(words.STEM_HEADS, family, rng), _draw(words.STEM_TAILS, family, rng)
    everyone = np.arange(len(industry))
    forms = _draw(words.FORMS, everyone, rng)
    trades = np.array(list(words.TRADES.values()), dtype=object)
    pick = rng.integers(0, trades.shape[1], len(industry))
    names: Texts = heads + tails + " " + trades[industry, pick] + forms
    hostile = min(len(words.HOSTILE_NAMES), len(names) // 10)
    where = np.linspace(0, len(names) - 1, hostile + 2).astype(int)[1:-1]
    names[where] = words.HOSTILE_NAMES[:hostile]
    return names


def _draw(pool: tuple[str, ...], group: Ints, rng: np.random.Generator) -> Texts:
    return np.array(pool, dtype=object)[rng.integers(0, len(pool), len(group))[group]]


def people_names(first_one: int, count: int, rng: np.random.Generator) -> list[str]:
    """Return names of the people from that number on, all different while the lists last."""
    pairs = len(words.FIRST_NAMES) * len(words.LAST_NAMES)
    order = np.resize(rng.permutation(pairs), first_one + count)[first_one:]
    first, last = np.divmod(order, len(words.LAST_NAMES))
    return [
        f"{words.FIRST_NAMES[one]} {words.LAST_NAMES[two]}"
        for one, two in zip(first, last, strict=True)
    ]
