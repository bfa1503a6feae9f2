"""What reps see once it was released to them, and what they say to it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from planner.review.decisions.comments import list_comments
from planner.review.decisions.releases import Answer, list_releases, release, respond
from planner.review.views.own_territory import describe_territory
from planner.web.context import Kept, Opened, Viewer
from planner.web.forms import Form, Name, Revision, Text
from planner.web.pages import Navigation, render

router = APIRouter(tags=["releases"])
NAVIGATION = (Navigation(label="My territory", path="/plans/{plan}/mine", order=1, roles=("rep",)),)
API = "/api/plans/{plan}/releases"


class ReleaseForm(Form):
    """Which territories their reps may see; none named: all."""

    territories: list[Name] | None = None


class ResponseForm(Form):
    """What a rep says to his territory."""

    answer: Answer
    reason: Text = ""
    revision: Revision = None


@router.get("/plans/{plan}/mine", response_class=HTMLResponse, tags=["pages"])
def show_mine(request: Request, opened: Opened, person: Viewer, store: Kept) -> HTMLResponse:
    """Show a rep his territory, quota and transition sheet."""
    releases = list_releases(store, opened, person) if person.role == "rep" else []
    return render(
        request,
        "mine.html",
        person,
        plan=opened.key,
        name=opened.plan.provenance.name,
        releases=[
            {**given, **describe_territory(opened, person, given["territory_id"])}
            for given in releases
        ],
        comments=list_comments(store, opened, person) if releases else [],
    )


@router.get(API)
def show_releases(opened: Opened, person: Viewer, store: Kept) -> list[dict[str, Any]]:
    """Return what was released, and the answers."""
    return list_releases(store, opened, person)


@router.post(API)
def release_territories(
    opened: Opened, person: Viewer, store: Kept, body: ReleaseForm
) -> list[dict[str, Any]]:
    """Let reps see their territories."""
    return release(store, opened, person, body.territories)


@router.get(f"{API}/{{territory:path}}")
def show_release(opened: Opened, person: Viewer, territory: Name) -> dict[str, Any]:
    """Return a territory, its quota and its transition sheet."""
    return describe_territory(opened, person, territory)


@router.post(f"{API}/{{territory:path}}/answer")
def answer_release(
    opened: Opened, person: Viewer, store: Kept, territory: Name, body: ResponseForm
) -> dict[str, Any]:
    """Accept one's territory, or object to it."""
    return respond(store, opened, person, territory, body.answer, body.reason, body.revision)
