"""What one account's figure rests on: its history, the parts of the estimate, its lookalikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from planner.inputs.money import Currency
from planner.potential.result import Potential

NAMES = {
    "customer life": "its pace since it became a customer, and whether that still lasts",
    "customer life, last year": "its pace of the last year, and whether that still lasts",
    "recurring, customer life": "its renewals and first orders, and whether they still last",
    "recurring, customer life, last year": "its renewals and first orders of the last year",
    "expansion, customer life": "its pace of expansion deals",
    "expansion, customer life, last year": "its expansion deals of the last year",
    "recurring, last 12 months": "renewals and first orders of the last 12 months",
    "expansion, last 12 months": "expansion of the last 12 months",
    "last 3 months": "its rate over the last 3 months",
    "last 6 months": "its rate over the last 6 months",
    "last 12 months": "its last 12 months",
    "last 24 months": "its last 24 months",
    "whole history": "its whole history",
    "since first purchase": "its rate since the first purchase",
    "peers": "what accounts with the same attributes book",
    "peers, new": "what accounts with the same attributes book, were it to start",
    "open pipeline": "its open pipeline",
}
SMALLEST_PART = 0.03
OTHERS = "smaller parts"
METHODS = {
    "market": "Without history, the figure follows addressable market or recurring revenue.",
    "last_year": "The figure is the last twelve months, at the company's growth.",
    "mean": "The figure is the mean of the whole history, at the company's growth.",
    "smoothing": "The figure is the smoothed history, at the company's growth.",
    "linear": "The figure is a linear model of history and attributes.",
    "shrinkage": "The figure is the account's own history, pulled toward similar accounts.",
    "trees": "The figure is from boosted trees: the chance to buy times the amount.",
    "blend": "The figure is a mean of the other methods, each trusted as its past forecasts deserve.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A similar account that buys.

    Parameters
    ----------
    account_id
        Which.
    expected, trailing
        Its own potential and trailing revenue, minor units.
    """

    account_id: str
    expected: int
    trailing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentialExplanation:
    """What one figure rests on.

    Parameters
    ----------
    account_id
        Whose.
    expected, low, high, whitespace, trailing, pipeline
        As in ``Potential``, minor units.
    method
        In words.
    years
        Bookings of each twelve months by their last day, minor units.
    parts
        What each part of the estimate adds, largest first, minor units.
    lookalikes
        Nearest first.
    rep_multiple
        The multiple of a typical rep that was taken out.
    overridden
        Whether a person set the figure.
    sentences
        The same in words.
    """

    account_id: str
    expected: int
    low: int
    high: int
    whitespace: int
    trailing: int
    pipeline: int
    method: str
    years: dict[str, int]
    parts: tuple[tuple[str, int], ...]
    lookalikes: tuple[Lookalike, ...]
    rep_multiple: float
    overridden: bool
    sentences: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """Return plain values, for JSON."""
        return asdict(self)


def explain_potential(
    potential: Potential, position: int, account_ids: Sequence[str], currency: Currency
) -> PotentialExplanation:
    """Say what one account's potential rests on.

    Parameters
    ----------
    potential
        As estimated, or as read from a plan's folder.
    position
        The account's place in the accounts table.
    account_ids
        All accounts, in order.
    currency
        Of the plan.
    """
    parts = _parts(potential, position)
    lookalikes = _lookalikes(potential, position, account_ids)
    years = {day: int(values[position]) for day, values in potential.years.items()}
    multiple = potential.rep_multiple
    overridden = bool(potential.overridden[position]) if len(potential.overridden) else False
    taken_out = float(multiple[position]) if len(multiple) else 1.0
    return PotentialExplanation(
        account_id=account_ids[position],
        expected=int(potential.expected[position]),
        low=int(potential.low[position]),
        high=int(potential.high[position]),
        whitespace=int(potential.whitespace[position]),
        trailing=int(potential.trailing[position]),
        pipeline=int(potential.pipeline[position]),
        method=METHODS.get(potential.method, potential.method),
        years=years,
        parts=parts,
        lookalikes=lookalikes,
        rep_multiple=taken_out,
        overridden=overridden,
        sentences=(
            *_figure_sentences(potential, position, overridden, currency),
            *_history_sentences(years, currency),
            *(f"{currency.to_words(amount)} comes from {name}." for name, amount in parts),
            *_rep_sentences(taken_out),
            *_lookalike_sentences(lookalikes),
        ),
    )


def _parts(potential: Potential, position: int) -> tuple[tuple[str, int], ...]:
    amounts = {
        NAMES.get(name, name): round(float(values[position]))
        for name, values in potential.reasons.items()
    }
    least = SMALLEST_PART * sum(amounts.values())
    present = [(name, amount) for name, amount in amounts.items() if amount > least]
    rest = sum(amounts.values()) - sum(amount for _, amount in present)
    ordered = sorted(present, key=lambda item: (-item[1], item[0]))
    return (*ordered, (OTHERS, rest)) if rest > 0 else tuple(ordered)


def _lookalikes(
    potential: Potential, position: int, account_ids: Sequence[str]
) -> tuple[Lookalike, ...]:
    near = potential.lookalikes[position] if len(potential.lookalikes) else np.zeros(0, np.int64)
    return tuple(
        Lookalike(
            account_id=account_ids[other],
            expected=int(potential.expected[other]),
            trailing=int(potential.trailing[other]),
        )
        for other in near.tolist()
        if other >= 0
    )


def _figure_sentences(
    potential: Potential, position: int, overridden: bool, currency: Currency
) -> tuple[str, ...]:
    low, high = (currency.to_words(int(side[position])) for side in (potential.low, potential.high))
    expected = currency.to_words(int(potential.expected[position]))
    if overridden:
        exactly = currency.to_text(int(potential.expected[position]))
        return (f"A person set the figure to {exactly} {currency.code}.",)
    return (
        f"It should book {expected}, and between {low} and {high} four times out of five.",
        METHODS.get(potential.method, potential.method),
    )


def _history_sentences(years: dict[str, int], currency: Currency) -> tuple[str, ...]:
    if not any(years.values()):
        return ("It has not booked anything yet: its figure is that of similar accounts.",)
    listed = ", ".join(f"{currency.to_words(value)} up to {day}" for day, value in years.items())
    return (f"It booked, in twelve months each: {listed}.",)


def _rep_sentences(multiple: float) -> tuple[str, ...]:
    if abs(multiple - 1) < 0.005:
        return ()
    lift = f"{multiple:.2f} times what a typical rep would"
    return (f"Its reps of the last year book {lift}; that was taken out.",)


def _lookalike_sentences(lookalikes: tuple[Lookalike, ...]) -> tuple[str, ...]:
    if not lookalikes:
        return ()
    return (f"It resembles {', '.join(other.account_id for other in lookalikes)}.",)
