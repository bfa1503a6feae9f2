"""The transition sheets as one page to print and hand out: a summary, then a page for each rep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from planner.outputs.handover import NO_OWNER, NOBODY, Handover, Transition, plan_transitions
from planner.outputs.moves import HOLD_OVER_DAYS, hold_over_until
from planner.outputs.plan import Plan
from planner.outputs.report import page_environment, page_policy, page_style
from planner.outputs.wording import full_money, long_date

MOST_ROWS, MOST_DEALS = 200, 3


def write_transitions(plan: Plan, path: Path) -> None:
    """Write transitions.html; the same plan gives the same bytes."""
    path.write_text(make_transitions_page(plan), encoding="utf-8", errors="backslashreplace")


def make_transitions_page(plan: Plan) -> str:
    """Return every rep's transition sheet as one page of HTML without scripts."""
    from markupsafe import Markup

    css = page_style()
    names = {rep.rep_id: rep.name or rep.rep_id for rep in plan.data.reps}
    sheets = plan_transitions(plan)
    return (
        page_environment()
        .get_template("transitions.html.j2")
        .render(
            name=plan.provenance.name,
            policy=page_policy(css),
            css=Markup(css),  # noqa: S704 - our own file
            until=long_date(hold_over_until(plan)),
            days=HOLD_OVER_DAYS,
            has_quotas=plan.quotas is not None,
            sheets=[_sheet(plan, one, place, names) for place, one in enumerate(sheets, start=1)],
        )
    )


def _sheet(plan: Plan, sheet: Transition, place: int, names: dict[str, str]) -> dict[str, Any]:
    return {
        "anchor": f"rep-{place}",
        "rep_id": sheet.rep_id,
        "name": sheet.name,
        "kept": f"{sheet.kept:,}",
        "quota": full_money(plan.data.currency, sheet.quota),
        "parts": [
            _part(plan, "gained", "Comes from", sheet.gained, names),
            _part(plan, "lost", "Goes to", sheet.lost, names),
        ],
    }


def _part(
    plan: Plan, title: str, other: str, rows: Sequence[Handover], names: dict[str, str]
) -> dict[str, Any]:
    money = plan.data.currency
    totals = {
        figure: full_money(money, sum(getattr(row, figure) for row in rows))
        for figure in ("trailing_revenue", "open_pipeline", "quota_effect")
    }
    missing = NO_OWNER if title == "gained" else NOBODY
    more = len(rows) - MOST_ROWS
    return {
        "title": title,
        "other": other,
        "count": f"{len(rows):,}",
        **totals,
        "rows": [
            {
                "account_id": row.account_id,
                "name": row.name,
                "other": names.get(row.other, row.other) or missing,
                "revenue": full_money(money, row.trailing_revenue),
                "deals": _deals(plan, row),
                "effect": full_money(money, row.quota_effect),
                "reason": row.reason,
            }
            for row in rows[:MOST_ROWS]
        ],
        "more": f"{more:,} more are in the workbook, sheet Handover." if more > 0 else "",
    }


def _deals(plan: Plan, row: Handover) -> list[str]:
    """Return the open deals in words, the nearest to close first."""
    words = [
        f"{deal.opportunity_id}, {deal.stage}, {full_money(plan.data.currency, deal.amount)}"
        + (f", {deal.close_date:%d %b %Y}" if deal.close_date else "")
        for deal in row.deals[:MOST_DEALS]
    ]
    more = len(row.deals) - MOST_DEALS
    return [*words, f"and {more} more"] if more > 0 else words
