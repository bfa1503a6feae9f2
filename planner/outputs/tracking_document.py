"""The year against the plan as JSON has it, and in the words of a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.findings import Finding, count_of
from planner.outputs.money_values import money_number, plain_number
from planner.outputs.plan import Plan
from planner.outputs.wording import percent, short_money
from planner.tracking.contests import Board
from planner.tracking.drift import Signal
from planner.tracking.following import Progress, Tracking

if TYPE_CHECKING:
    from planner.potential.standing import Standing

MOST_STALE = 20


def tracking_document(
    plan: Plan, tracking: Tracking, standing: Standing, findings: tuple[Finding, ...] = ()
) -> dict[str, Any]:
    """Return a year against its plan as plain values; money in units of the plan currency.

    Parameters
    ----------
    plan, tracking, standing
        The plan, the year so far, and the score cards on the same day.
    findings
        What was wrong with the tables.
    """
    return {
        "as_of": tracking.as_of.isoformat(),
        "currency": plan.data.currency.code,
        "interval": tracking.interval,
        "lines": [_line(plan, line) for line in tracking.lines],
        "stale": list(standing.pipeline.stale[:MOST_STALE]) if standing.pipeline else None,
        "stale_count": len(standing.pipeline.stale) if standing.pipeline else None,
        "drift": {
            "false_alarms": tracking.false_alarms,
            "holds": not any(signal.alarm for signal in tracking.signals),
            "alarms": [_signal(signal) for signal in tracking.signals if signal.alarm],
            "checks": len(tracking.signals),
            "remedy": {
                "kind": tracking.remedy.kind,
                "accounts": tracking.remedy.accounts,
                "account_share": tracking.remedy.account_share,
                "words": tracking.remedy.words,
            },
        },
        "contests": [_board(plan, board) for board in tracking.boards],
        "score_cards": _cards(plan, standing),
        "trials": tracking.spread.trials,
        "findings": [finding.as_dict() for finding in findings],
    }


def _line(plan: Plan, line: Progress) -> dict[str, Any]:
    money = {
        name: money_number(plan, getattr(line, name))
        for name in (
            *("quota", "to_date", "booked", "potential_to_date", "landing", "low", "high"),
            *("pipeline", "weighted"),
        )
    }
    plain = {
        name: plain_number(getattr(line, name))
        for name in ("attainment", "chance", "territory", "performance", "coverage", "needed")
    }
    return {
        "level": line.level,
        "rep_id": line.rep_id,
        **money,
        **plain,
        "verdict": line.verdict or None,
    }


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "check": signal.check,
        "subject": signal.subject,
        "measure": signal.measure or None,
        "value": plain_number(signal.value),
        "low": plain_number(signal.low),
        "high": plain_number(signal.high),
    }


def _board(plan: Plan, board: Board) -> dict[str, Any]:
    scale = plan.data.currency.scale if board.of == "bookings" else 1
    return {
        "name": board.name,
        "of": board.of,
        "start": board.start.isoformat(),
        "end": board.end.isoformat(),
        "rules": board.rules,
        "standings": [
            {
                "rep_id": one.rep_id,
                "place": one.place or None,
                "amount": plain_number(one.amount / scale),
                "reached": one.reached.isoformat() if one.reached else None,
                "wins": one.wins,
                "why_not": one.why_not or None,
            }
            for one in board.standings
        ],
    }


def _cards(plan: Plan, standing: Standing) -> list[dict[str, Any]]:
    scale = plan.data.currency.scale

    def figure(unit: str, value: float | None) -> float | int | None:
        return plain_number(value / scale if value is not None and unit == "money" else value)

    return [
        {
            "level": card.level,
            "subject": card.subject,
            "metrics": {
                metric.name: {
                    "unit": metric.unit,
                    "value": figure(metric.unit, metric.value),
                    "low": figure(metric.unit, metric.low),
                    "high": figure(metric.unit, metric.high),
                    "benchmark": figure(metric.unit, metric.benchmark),
                    "goal": figure(metric.unit, metric.goal),
                }
                for metric in card.metrics
            },
        }
        for card in standing.performance.cards
    ]


def tracking_sentences(plan: Plan, tracking: Tracking, standing: Standing) -> tuple[str, ...]:
    """Return the year against the plan in plain sentences."""
    money, company = plan.data.currency, tracking.line("company")
    words = []
    if company is not None:
        words.append(
            f"Up to {tracking.as_of} {short_money(money, company.booked)} is booked, "
            f"{percent(company.attainment or 0.0)} of the {short_money(money, company.to_date)} "
            f"due by then. The year lands at {short_money(money, company.landing)}, between "
            f"{short_money(money, company.low)} and {short_money(money, company.high)} in "
            f"{percent(tracking.interval)} of cases; the goal of "
            f"{short_money(money, company.quota)} is reached in {percent(company.chance)}."
        )
    if company is not None and company.coverage is not None and company.needed is not None:
        words.append(
            f"Open pipeline covers {company.coverage:.1f} times what is still to close; "
            f"{company.needed:.1f} times is needed at the win rates so far."
        )
    behind = [line for line in tracking.lines if line.verdict]
    if behind:
        shares = {
            v: sum(line.verdict == v for line in behind)
            for v in sorted({x.verdict for x in behind})
        }
        told = ", ".join(f"{count} by {verdict}" for verdict, count in shares.items())
        are = count_of(len(behind), "rep", "is behind his", "are behind their")
        words.append(f"{are} quota to date: {told}.")
    if standing.pipeline is not None and standing.pipeline.stale:
        words.append(f"{count_of(len(standing.pipeline.stale), 'open deal', 'is', 'are')} stale.")
    words.append(tracking.remedy.words)
    return tuple(words)
