"""The year so far against a plan: where it lands, who is behind and why, and whether it drifts."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from planner.review.views.year_view import MEANINGS, describe_year, page_year
from planner.review.views.years import Years
from planner.web.context import Opened, Viewer
from planner.web.failures import NotFoundError
from planner.web.pages import Navigation, render

router = APIRouter(tags=["year"])
NAVIGATION = (Navigation(label="Year", path="/plans/{plan}/year", order=55),)


def current_years(request: Request) -> Years:
    """Return the years of the plans under review."""
    years: Years = request.app.state.years
    return years


Measured = Annotated[Years, Depends(current_years)]


@router.get("/plans/{plan}/year", response_class=HTMLResponse, tags=["pages"])
def show_year(request: Request, opened: Opened, person: Viewer, years: Measured) -> HTMLResponse:
    """Show the year so far, as far as the reader may see it."""
    year = years.get(opened)
    return render(
        request,
        "year.html",
        person,
        plan=opened.key,
        name=opened.plan.provenance.name,
        page=None if year is None else page_year(opened, person, year),
        meanings=MEANINGS,
    )


@router.get("/api/plans/{plan}/year")
def give_year(opened: Opened, person: Viewer, years: Measured) -> dict[str, Any]:
    """Give the year so far as values."""
    year = years.get(opened)
    if year is None:
        raise NotFoundError("The review was started without bookings.")
    return describe_year(opened, person, year)
