"""The report: one page for a manager, that opens from disk and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.findings import Finding
from planner.outputs.assessment_page import assessment_page, assessment_words
from planner.outputs.charts import (
    MOST_BARS,
    MOST_LINES,
    balance_chart,
    moves_chart,
    outcome_chart,
    quota_chart,
    season_chart,
)
from planner.outputs.moves import plan_moves
from planner.outputs.plan import Plan
from planner.outputs.report_tables import page_tables
from planner.outputs.standing_page import standing_page, standing_words
from planner.outputs.wording import headlines, measure_title, percent, sentences, title_sentence

if TYPE_CHECKING:
    from jinja2 import Environment

MOST_WARNINGS, MOST_NOTES = 60, 200


def write_report(plan: Plan, path: Path) -> None:
    """Write report.html; the same plan gives the same bytes."""
    page = make_report(plan)
    path.write_text(page, encoding="utf-8", errors="backslashreplace")


def make_report(plan: Plan) -> str:
    """Return the report as one page of HTML without scripts."""
    from markupsafe import Markup

    css = page_style()
    environment = page_environment()
    table = environment.get_template("table.html.j2")
    tables = {
        # Made by our own escaping template.
        name: Markup(table.render(table=rows)) if rows else ""  # noqa: S704
        for name, rows in (page_tables(plan) | assessment_page(plan) | standing_page(plan)).items()
    }
    warnings = [_finding(one) for one in plan.findings if one.severity != "info"]
    notes = [_finding(one) for one in plan.findings if one.severity == "info"]
    return environment.get_template(
        "report.html.j2"
    ).render(
        name=plan.provenance.name,
        title=title_sentence(plan),
        policy=page_policy(css),
        css=Markup(css),  # noqa: S704 - our own file
        violations=plan.alignment.violations,
        headlines=headlines(plan),
        sentences=sentences(plan),
        balance=_balance_charts(plan),
        moves=_moves(plan),
        quotas=_quotas(plan),
        outcomes=_outcomes(plan),
        assessment=assessment_words(plan),
        standing=_standing(plan),
        tables=tables,
        warnings=warnings[:MOST_WARNINGS],
        more_warnings=max(0, len(warnings) - MOST_WARNINGS),
        notes=notes[:MOST_NOTES],
        footer=_footer(plan),
    )


def page_style() -> str:
    """Return the style sheet of all pages."""
    sheet = files("planner.outputs").joinpath("templates", "report.css")
    return sheet.read_text(encoding="utf-8")


def page_environment() -> Environment:
    """Return the templates of all pages; they escape every value."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("planner.outputs"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def page_policy(css: str) -> str:
    """Return the content security policy of a page that may use one style sheet and no more."""
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _chart(title: str, drawing: str | None) -> dict[str, Any] | None:
    from markupsafe import Markup

    if drawing is None:
        return None
    return {"title": title, "svg": Markup(drawing)}  # noqa: S704 - our own drawing, text escaped


def _balance_charts(plan: Plan) -> list[dict[str, Any]]:
    charts = [
        _chart(measure_title(name), balance_chart(plan, name))
        for name, measure in plan.alignment.measures.items()
        if (measure.target > 0).any()
    ]
    return [chart for chart in charts if chart]


def _moves(plan: Plan) -> dict[str, Any]:
    moved = plan.alignment.moved
    sentence = (
        f"Of what continuing owners have today, {percent(moved.account_share, 1)} of the accounts, "
        f"{percent(moved.revenue_share, 1)} of the trailing revenue and "
        f"{percent(moved.pipeline_share, 1)} of the open pipeline change hands. Over all accounts it is "
        f"{percent(moved.account_share_all, 1)}, {percent(moved.revenue_share_all, 1)} and "
        f"{percent(moved.pipeline_share_all, 1)}."
    )
    some = len(plan.territory_ids) > MOST_BARS
    which = f", the {MOST_BARS} territories with most" if some else ""
    chart = _chart("", moves_chart(plan)) or {}
    return {"rows": bool(plan_moves(plan).any()), "sentence": sentence, "which": which, **chart}


def _quotas(plan: Plan) -> dict[str, Any]:
    charts = (
        _chart("Quota and potential", quota_chart(plan)),
        _chart("Through the year", season_chart(plan)),
    )
    sentence = (
        "A quota is fair when the same potential carries the same quota: reps on the line do. "
        "Those on ramp or with a limit to the change lie off it."
    )
    return {"charts": [chart for chart in charts if chart], "sentence": sentence}


def _outcomes(plan: Plan) -> dict[str, Any] | None:
    chart = _chart("", outcome_chart(plan))
    if chart is None or plan.outcomes is None:
        return None
    many = sum(one.level == "rep" for one in plan.outcomes.outcomes) > MOST_LINES
    sentence = (
        f"{percent(plan.outcomes.share_at_quota)} of the reps reach their quota on average, "
        f"{percent(plan.outcomes.share_within_20)} come within 20% of it, either side."
    )
    which = f", the {MOST_BARS} least sure" if many else ", least sure first"
    return {"sentence": sentence, "which": which, **chart}


def _standing(plan: Plan) -> dict[str, Any]:
    words = standing_words(plan)
    charts = [_chart(title, drawing) for title, drawing in words["charts"].items()]
    return words | {"charts": {chart["title"]: chart for chart in charts if chart}}


def _finding(one: Finding) -> dict[str, str]:
    places = (one.table, one.row and f"row {one.row}", one.column, one.subject)
    where = ", ".join(str(place) for place in places if place)
    count = f" ({one.count:,} rows)" if one.count > 1 else ""
    return {
        "severity": one.severity,
        "message": one.message,
        "advice": one.advice,
        "where": f"{where}{count}",
    }


def _footer(plan: Plan) -> str:
    made = ", ".join(f"{name} {version}" for name, version in plan.provenance.versions.items())
    return f"Seed {plan.provenance.seed}. Made with {made}. Every rule and figure is in plan.json."
