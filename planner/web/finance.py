"""Finance: scenarios side by side, quotas from the company to each rep, and quotas set by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from planner.outputs.comparison import Comparison, compare_plans, word_change, word_figure
from planner.outputs.figure_words import word_line
from planner.outputs.plan import Plan
from planner.outputs.scenario_charts import CHARTS, MOST_PLANS
from planner.review.plans import PlanRegistry
from planner.review.roles import Role
from planner.review.views.finance import drill_down, show_settlement
from planner.web.context import Opened, Plans, Viewer, require
from planner.web.desks import AtDesk
from planner.web.failures import NotAllowedError, NotFoundError
from planner.web.pages import Navigation, render

router = APIRouter()
# Each plan that is compared is read whole: more than these only where somebody asks for them.
OFFERED_FIRST = 2
# What is drawn where the plans are alike.
NOTHING_DIFFERS = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 360 32" role="img" '
    'aria-label="Nothing differs."><text x="4" y="20" font-size="11" fill="#5b6570">'
    "Nothing differs between these plans.</text></svg>"
)
WIDE: tuple[Role, ...] = ("owner", "operations", "finance")
NAVIGATION = (Navigation(label="Finance", path="/plans/{plan}/finance", roles=WIDE, order=50),)
Beside = Annotated[tuple[str, ...], Query(alias="with", max_length=100)]


class Overrides(BaseModel):
    """Quotas set by hand, by rep id, in units of the plan currency."""

    model_config = ConfigDict(extra="forbid")

    overrides: dict[
        Annotated[str, Field(max_length=400)], Annotated[float, Field(ge=0, le=1e15)]
    ] = Field(max_length=1000)


@router.get("/plans/{plan}/finance", response_class=HTMLResponse)
def show_finance(
    request: Request,
    desk: AtDesk,
    person: Viewer,
    plans: Plans,
    with_: Beside = (),
) -> HTMLResponse:
    """Show scenarios side by side, the drill-down, and where quotas are set by hand."""
    _require_wide(person.role)
    keys = _chosen(plans, desk.opened.key, with_)
    others = [key for key in plans.keys if key != desk.opened.key]
    chosen = _read(plans, keys)
    comparison = compare_plans(chosen)
    return render(
        request,
        "finance.html",
        person,
        plan=desk.opened.key,
        title=desk.opened.plan.provenance.name,
        comparison=comparison,
        lines=_lines(comparison),
        charts=_offered(chosen, comparison),
        chart_query="&".join(f"with={key}" for key in keys[1:]),
        others=others,
        chosen=keys[1:],
        rows=drill_down(desk, person),
        currency=desk.opened.plan.data.currency.code,
        may_override=person.may("override"),
    )


def _require_wide(role: Role) -> None:
    if role not in WIDE:
        raise NotAllowedError


def _chosen(plans: PlanRegistry, key: str, others: Sequence[str]) -> list[str]:
    wanted = [one for one in others if one in plans and one != key] or [
        one for one in plans.keys if one != key
    ][-OFFERED_FIRST:]
    return [key, *dict.fromkeys(wanted)][:MOST_PLANS]


def _read(plans: PlanRegistry, keys: Sequence[str]) -> list[Plan]:
    return [plans.get(key).plan for key in keys]


def _lines(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "shown": word_line(line.name),
            "values": [word_figure(line.kind, value) for value in line.values],
            "changes": ["", *(_notable(change) for change in word_change(line))],
        }
        for line in comparison.headlines
    ]


def _notable(change: str) -> str:
    return "" if change in {"+0", "-0", "+0.0 pts", "-0.0 pts"} else change


def _offered(plans: Sequence[Plan], comparison: Comparison) -> list[tuple[str, str]]:
    simulated, several = any(plan.outcomes for plan in plans), len(comparison.names) > 1
    known = {
        "cost": any(plan.alignment.cost_by_term for plan in plans),
        "fairness": any(plan.assessment for plan in plans),
        "months": plans[0].quotas is not None,
        "slopes": several,
        "winners": several,
    }
    return [(name, words) for name, (words, _) in CHARTS.items() if known.get(name, simulated)]


@router.get("/plans/{plan}/charts/{chart}.svg")
def draw_chart(
    opened: Opened,
    person: Viewer,
    plans: Plans,
    chart: str,
    with_: Beside = (),
) -> Response:
    """Draw one chart of plans side by side."""
    _require_wide(person.role)
    if chart not in CHARTS:
        raise NotFoundError
    keys = [
        opened.key,
        *(one for one in dict.fromkeys(with_) if one in plans and one != opened.key),
    ]
    chosen = _read(plans, keys[:MOST_PLANS])
    drawing = CHARTS[chart][1](chosen, compare_plans(chosen).names) or NOTHING_DIFFERS
    # A picture of its own does not inherit the page's letters.
    drawing = drawing.replace('class="chart"', 'font-family="system-ui, sans-serif"', 1)
    return Response(drawing, media_type="image/svg+xml")


@router.post("/api/plans/{plan}/finance/settlement")
def settle(desk: AtDesk, person: Viewer, asked: Overrides) -> dict[str, Any] | None:
    """Show what settles around quotas set by hand, before they are accepted."""
    require(person, "override")
    return show_settlement(desk, person, asked.overrides)
