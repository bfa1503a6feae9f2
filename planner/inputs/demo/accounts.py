"""Accounts and families: where they are, how large, and what they would buy by nature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.inputs.demo import names
from planner.inputs.demo.design import (
    ENTERPRISE,
    ROLE_OF_SEGMENT,
    ROLES,
    Bools,
    Design,
    Floats,
    Ints,
    Texts,
)
from planner.inputs.demo.places import Cities, draw_cities, scatter

FAMILY_SHARE = 0.09
LARGEST_FAMILY = 12
MARKET_SPREAD = 1.35
# By segment: Enterprise, Mid-Market, SMB, Micro.
PENETRATION = np.array([0.044, 0.098, 0.125, 0.150])
CHURN = np.array([0.04, 0.06, 0.09, 0.14])
PROSPECTS = np.array([0.20, 0.25, 0.30, 0.34])
VISITS = np.array([8.0, 6.0, 3.0, 1.0])
VISIT_HOURS = np.array([2.0, 1.5, 1.0, 0.5])
# By industry, in the order of ``names.INDUSTRIES``.
INDUSTRY_SHARE = np.array([0.20, 0.15, 0.11, 0.15, 0.13, 0.11, 0.07, 0.08])
INDUSTRY_PENETRATION = np.array([1.00, 1.25, 1.40, 0.70, 1.55, 0.85, 1.10, 0.50])
INDUSTRY_APPETITE = np.array([0.80, 1.10, 1.20, 0.60, 1.60, 0.80, 0.90, 0.50])
INDUSTRY_MARKET_A_HEAD = np.array([900.0, 1300.0, 2400.0, 600.0, 2200.0, 700.0, 1600.0, 500.0])
WIN_RATE = 0.20


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """What an account is, each array (accounts,); the customer history comes later.

    Parameters
    ----------
    family
        Number of the ultimate parent's family, below the number of accounts.
    parent
        Position of the parent account, -1 where there is none.
    city
        Position in the cities.
    latitude, longitude
        Degrees.
    segment, industry
        Positions in ``SEGMENTS`` and ``names.INDUSTRIES``.
    employees
        People.
    market
        Addressable market as the company's analysts see it, currency units a year.
    level
        What a typical rep would renew with it a year as a grown customer, currency units.
    churn
        Probability that a renewal is lost.
    appetite
        Expansion deals a year.
    win
        Probability that a prospect is won within a year.
    prospect
        Whether it never bought.
    """

    family: Ints
    parent: Ints
    city: Ints
    latitude: Floats
    longitude: Floats
    name: Texts
    segment: Ints
    industry: Ints
    employees: Ints
    market: Floats
    level: Floats
    churn: Floats
    appetite: Floats
    win: Floats
    prospect: Bools
    visits: Floats
    visit_hours: Floats

    @property
    def role(self) -> Ints:
        """Return the role that serves each account, a position in ``ROLES``."""
        return ROLE_OF_SEGMENT[self.segment]


def draw_accounts(design: Design, cities: Cities) -> Nature:
    """Return the accounts of a company over those cities."""
    rng = design.stream(1)
    family, parent = _draw_families(design, rng)
    city = draw_cities(cities, design.accounts, rng)
    latitude, longitude = scatter(cities, city, rng)
    market = _draw_markets(design, family, rng)
    segment = _segments(design, family, market)
    industry = rng.choice(len(INDUSTRY_SHARE), design.accounts, p=INDUSTRY_SHARE)[family]
    market = cap_families(design, family, segment, market)
    share = PENETRATION[segment] * INDUSTRY_PENETRATION[industry] * _blur(0.5, design, rng)
    # What is left of the limit is room for expansion and for a mistaken estimate.
    level = cap_families(design, family, segment, market * share, room=0.8)
    return Nature(
        family=family,
        parent=parent,
        city=city,
        latitude=latitude,
        longitude=longitude,
        name=names.company_names(industry, family, design.stream(2)),
        segment=segment,
        industry=industry,
        employees=_draw_employees(industry, market, rng),
        market=np.maximum(np.round(market * _blur(0.15, design, rng), -2), 100.0),
        level=level,
        prospect=rng.random(design.accounts) < PROSPECTS[segment],
        **_draw_behaviour(segment, industry, rng),
    )


def _blur(spread: float, design: Design, rng: np.random.Generator) -> Floats:
    return np.exp(spread * np.clip(rng.standard_normal(design.accounts), -2, 2))


def _draw_families(design: Design, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return each account's family number and parent, families spread over all accounts."""
    wanted = max(2, round(FAMILY_SHARE * design.accounts))
    largest = min(LARGEST_FAMILY, max(2, design.accounts // design.reps // 4))
    sizes = 1 + np.minimum(rng.geometric(0.35, wanted), largest - 1)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), wanted)) + 1]
    inside, places = int(sizes.sum()), rng.permutation(design.accounts)
    family = np.empty(design.accounts, dtype=np.int64)
    numbers = np.repeat(np.arange(len(sizes)), sizes)
    family[places[:inside]] = numbers
    family[places[inside:]] = np.arange(len(sizes), len(sizes) + design.accounts - inside)
    first = np.cumsum(sizes) - sizes
    order = np.arange(inside) - first[numbers]
    # The fifth member and later ones belong to the second: families are two levels deep.
    above = np.where(order >= 4, first[numbers] + 1, first[numbers])
    parent = np.full(design.accounts, -1, dtype=np.int64)
    parent[places[:inside]] = np.where(order == 0, -1, places[above])
    return family, parent


def _draw_markets(design: Design, family: Ints, rng: np.random.Generator) -> Floats:
    """Return heavy-tailed addressable markets; a family is larger than a lone account."""
    size = np.bincount(family)
    whole = np.exp(MARKET_SPREAD * rng.standard_normal(len(size))) * np.sqrt(size)
    part = rng.gamma(2.0, size=design.accounts)
    market = whole[family] * part / np.bincount(family, part)[family]
    return np.asarray(market * design.mean_market / market.mean())


def _segments(design: Design, family: Ints, market: Floats) -> Ints:
    """Return segments by the size of the whole family, so that no family is split by them."""
    size, whole = np.bincount(family), np.bincount(family, market)
    order = np.argsort(-whole, kind="stable")
    share = (np.cumsum(size[order]) - size[order] / 2) / design.accounts
    edges = np.cumsum(design.segment_shares)[:-1]
    segment = np.empty(len(size), dtype=np.int64)
    segment[order] = np.searchsorted(edges, share, side="right")
    if not design.specialised:
        segment = np.clip(segment, 1, 2)
    return np.asarray(segment[family])


def cap_families(
    design: Design, family: Ints, segment: Ints, amount: Floats, *, room: float = 1.0
) -> Floats:
    """Return amounts in which no family is a large part of one rep's fair share.

    A territory can only be balanced when its largest indivisible piece is well under it;
    ``room`` is the share of that limit that may be taken.
    """
    role = np.zeros(int(family.max()) + 1, dtype=np.int64)
    role[family] = ROLE_OF_SEGMENT[segment]
    whole = np.bincount(family, amount)
    limited = whole.copy()
    for _ in range(6):
        totals = np.bincount(role, limited, minlength=len(ROLES))
        limited = np.minimum(whole, (room * _largest_shares(design, role) * totals)[role])
    return np.asarray(amount * (limited / whole)[family])


def _largest_shares(design: Design, role: Ints) -> Floats:
    seats = np.maximum(design.seats, 1)
    units = np.bincount(role, minlength=len(ROLES)) / seats
    return np.clip(3 / np.maximum(units, 1), 0.03, 0.12) / seats


def _draw_employees(industry: Ints, market: Floats, rng: np.random.Generator) -> Ints:
    heads = market / INDUSTRY_MARKET_A_HEAD[industry]
    people = np.round(heads * np.exp(0.5 * rng.standard_normal(len(heads))))
    return np.asarray(np.maximum(people, 1), dtype=np.int64)


def _draw_behaviour(segment: Ints, industry: Ints, rng: np.random.Generator) -> dict[str, Floats]:
    count = len(segment)
    small = np.where(segment == ENTERPRISE, 0.6, 1.0)
    swing = np.exp(0.4 * rng.standard_normal((3, count)))
    return {
        "churn": np.minimum(CHURN[segment] * swing[0], 0.5),
        "appetite": np.clip(INDUSTRY_APPETITE[industry] * swing[1], 0.1, 2.5),
        "win": np.minimum(WIN_RATE * small * INDUSTRY_APPETITE[industry] * swing[2], 0.6),
        "visits": np.maximum(
            1, np.round(VISITS[segment] * np.exp(0.25 * rng.standard_normal(count)))
        ),
        "visit_hours": VISIT_HOURS[segment] + rng.choice([0.0, 0.25, 0.5], count),
    }
