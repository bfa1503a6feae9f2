"""The record of every step, and its export."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import PAGE, read_record, write_record_csv
from planner.review.store import Store
from planner.review.visibility import visible_territories
from planner.web.context import Kept, Opened, Viewer
from planner.web.decisions import REVIEWERS, require_reviewer
from planner.web.forms import LARGEST_ID
from planner.web.pages import Navigation, render

router = APIRouter(tags=["record"])
NAVIGATION = (Navigation(label="Record", path="/plans/{plan}/record", order=80, roles=REVIEWERS),)
Before = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@router.get("/plans/{plan}/record", response_class=HTMLResponse, tags=["pages"])
def show_record(
    request: Request, opened: Opened, person: Viewer, store: Kept, before: Before = None
) -> HTMLResponse:
    """Show the latest steps."""
    require_reviewer(person)
    steps = _read(store, opened, person, before, PAGE)
    earlier = steps[-1]["record_id"] if len(steps) == PAGE else None
    return render(request, "record.html", person, plan=opened.key, steps=steps, earlier=earlier)


@router.get("/api/plans/{plan}/record")
def list_record(
    opened: Opened, person: Viewer, store: Kept, before: Before = None
) -> list[dict[str, Any]]:
    """Return the latest steps, or those before one."""
    return _read(store, opened, person, before, PAGE)


@router.get("/api/plans/{plan}/record.csv", response_class=Response)
def export_csv(opened: Opened, person: Viewer, store: Kept) -> Response:
    """Return the whole record that one may see, as CSV."""
    text = write_record_csv(reversed(_read(store, opened, person, None, None)))
    return Response(
        text, media_type="text/csv; charset=utf-8", headers=_attach(f"{opened.key}-record.csv")
    )


@router.get("/api/plans/{plan}/record.json", response_class=JSONResponse)
def export_json(opened: Opened, person: Viewer, store: Kept) -> Response:
    """Return the whole record that one may see, as JSON."""
    steps = list(reversed(_read(store, opened, person, None, None)))
    return JSONResponse(steps, headers=_attach(f"{opened.key}-record.json"))


def _attach(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}


def _read(
    store: Store, opened: OpenPlan, person: Person, before: int | None, limit: int | None
) -> list[dict[str, Any]]:
    seen = visible_territories(opened, person)
    return read_record(store, person, opened.key, seen, before=before, limit=limit)
