"""Score cards: what a rep, a team or the company did, each figure with its count and doubt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from planner.findings import Finding

CardLevel = Literal["rep", "team", "company"]
Unit = Literal["share", "money", "days", "hours", "a month", "a day", "multiple"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One figure of a score card.

    Parameters
    ----------
    name
        Such as ``close rate``.
    unit
        Of ``value``; money is minor units.
    value
        Drawn toward the role's mean by partial pooling, for reps.
    raw
        As counted, without pooling.
    low, high
        80% interval of ``value``.
    count
        Observations behind it.
    benchmark
        The role's mean for a rep, the company's for a team; None for the company.
    goal
        What was asked for, where something was.
    """

    name: str
    unit: Unit
    value: float
    raw: float
    low: float
    high: float
    count: int
    benchmark: float | None = None
    goal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCard:
    """All figures of one rep, team or the company.

    Parameters
    ----------
    level
        ``rep``, ``team`` (a manager's reps) or ``company``.
    subject
        rep_id, manager_id or ``company``.
    role
        The rep's role; empty above.
    metrics
        Those that the tables allow.
    """

    level: CardLevel
    subject: str
    role: str
    metrics: tuple[Metric, ...]

    def metric(self, name: str) -> Metric | None:
        """Return a figure by name, None where the tables did not allow it."""
        return next((metric for metric in self.metrics if metric.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """All score cards of a company.

    Parameters
    ----------
    cards
        Company, then teams, then reps, by id.
    ranking
        Reps by what they add beyond their territory, the best first.
    rejection_reasons
        Lost opportunities by reason, the commonest first.
    """

    cards: tuple[ScoreCard, ...]
    ranking: tuple[str, ...]
    rejection_reasons: dict[str, int]
    findings: tuple[Finding, ...] = ()

    def card(self, subject: str) -> ScoreCard | None:
        """Return the card of a rep, a manager's team or ``company``."""
        return next((card for card in self.cards if card.subject == subject), None)

    def as_rows(self) -> list[dict[str, object]]:
        """Return one row a card and metric, for a table."""
        return [
            {"level": card.level, "subject": card.subject, "role": card.role, **asdict(metric)}
            for card in self.cards
            for metric in card.metrics
        ]
