"""The workspace: map, table and basket of one plan on one page."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from planner.review.views.account_rows import list_columns
from planner.review.visibility import sees_whole_plan
from planner.web.context import Viewer
from planner.web.desks import AtDesk
from planner.web.pages import Navigation, render

router = APIRouter()
NAVIGATION = (
    Navigation(label="Map", path="/plans/{plan}/map", order=10),
    Navigation(label="Accounts", path="/plans/{plan}/table", order=20),
)


@router.get("/plans/{plan}/map", response_class=HTMLResponse)
def show_map(request: Request, desk: AtDesk, person: Viewer) -> HTMLResponse:
    """Show the map with the table below it."""
    return _show(request, desk, person, "map")


@router.get("/plans/{plan}/table", response_class=HTMLResponse)
def show_table(request: Request, desk: AtDesk, person: Viewer) -> HTMLResponse:
    """Show the table with a small map beside it."""
    return _show(request, desk, person, "table")


def _show(request: Request, desk: AtDesk, person: Viewer, view: str) -> HTMLResponse:
    plan = desk.opened.plan
    values: dict[str, Any] = {
        "view": view,
        "title": plan.provenance.name,
        "measures": [name.replace("_", " ") for name in plan.alignment.measures],
        "columns": list_columns(desk),
        "may_propose": person.may("propose"),
        "may_comment": person.may("comment"),
        "may_export": person.may("export"),
        "whole": sees_whole_plan(person),
    }
    return render(request, "workspace.html", person, plan=desk.opened.key, **values)
