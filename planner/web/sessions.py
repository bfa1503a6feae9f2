"""Signing in and out: by one-time link, by password, or by a trusted proxy."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from planner.review.sessions import end_session, use_link
from planner.web.context import Kept, Plans, Told, Viewer, find_visitor
from planner.web.pages import render
from planner.web.settings import Settings

router = APIRouter()


@router.get("/", response_class=HTMLResponse)
def show_plans(request: Request, person: Viewer, plans: Plans) -> Response:
    """Show the plans under review."""
    shown = [{"key": key, "name": plans.get(key).plan.provenance.name} for key in plans.keys]
    return render(request, "home.html", person, plans=shown)


@router.get("/enter", response_class=HTMLResponse)
def enter(request: Request, store: Kept, settings: Told, token: str = "") -> Response:
    """Begin a session with a one-time link."""
    session = use_link(store, token, settings.parameters.sign_in)
    if session is None:
        if find_visitor(request) is not None:
            return RedirectResponse("/", status_code=303)
        message = "This link was used already, or is too old. Ask for a new one."
        return render(
            request, "error.html", None, status_code=401, title="Link used", message=message
        )
    return keep_cookie(RedirectResponse("/", status_code=303), request, settings, session)


@router.get("/sign-in", response_class=HTMLResponse)
def show_sign_in(request: Request) -> Response:
    """Show where to sign in."""
    return render(request, "sign_in.html", None, message="")


@router.post("/api/sign-out", status_code=204)
def sign_out(person: Viewer, store: Kept, settings: Told) -> Response:
    """End the session."""
    end_session(store, person.session)
    response = Response(status_code=204)
    response.delete_cookie(settings.cookie, path="/")
    return response


def keep_cookie(response: Response, request: Request, settings: Settings, session: str) -> Response:
    """Put a session's id into the browser."""
    response.set_cookie(
        settings.cookie,
        session,
        max_age=int(settings.parameters.sign_in.session_hours * 3600),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path="/",
    )
    return response
