"""Signing in and out: by one-time link, by password, or by a trusted proxy; and the first page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from planner.review.decisions.approvals import read_levels, word_stage
from planner.review.passwords import TooManyAttemptsError, sign_in
from planner.review.sessions import end_session, use_link
from planner.review.versions import list_versions, may_open
from planner.web.context import (
    Kept,
    Plans,
    Told,
    Viewer,
    address_of,
    find_visitor,
    is_encrypted,
)
from planner.web.failures import RefusedError
from planner.web.forms import Text
from planner.web.pages import render
from planner.web.settings import Settings

router = APIRouter(tags=["sessions"])
Written = Annotated[Text, Form()]


@router.get("/", response_class=HTMLResponse)
def show_plans(
    request: Request, person: Viewer, plans: Plans, store: Kept, settings: Told
) -> Response:
    """Show the plans that are for whoever looks, and how far each has come."""
    shown = []
    for version in list_versions(store):
        if version.key in plans and may_open(person, version):
            # Of a version that nobody looks at, who approved is told on its own page.
            opened = plans.peek(version.key) if version.stage == "review" else None
            levels = settings.parameters.approval.levels
            states = read_levels(store, opened, levels) if opened else ()
            page = f"/plans/{version.key}" + ("/mine" if person.role == "rep" else "")
            shown.append({"version": version, "state": word_stage(version, states), "page": page})
    return render(request, "home.html", person, plans=shown)


@router.get("/enter", response_class=HTMLResponse)
def enter(
    request: Request,
    store: Kept,
    settings: Told,
    token: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Begin a session with a one-time link."""
    session = use_link(store, token, settings.parameters.sign_in)
    if session is not None:
        return keep_cookie(RedirectResponse("/", status_code=303), request, settings, session)
    if find_visitor(request) is not None:
        return RedirectResponse("/", status_code=303)
    message = "This link was used already, or is too old. Ask for a new one."
    return render(request, "error.html", None, status_code=401, title="Link used", message=message)


@router.get("/sign-in", response_class=HTMLResponse)
def show_sign_in(request: Request) -> Response:
    """Show where to sign in."""
    return render(request, "sign_in.html", None, message="")


@router.post("/sign-in", response_class=HTMLResponse)
def begin(
    request: Request, store: Kept, settings: Told, name: Written, password: Written
) -> Response:
    """Begin a session with name and password."""
    try:
        session = sign_in(store, name, password, address_of(request), settings.parameters.sign_in)
    except (RefusedError, TooManyAttemptsError) as error:
        code = 429 if isinstance(error, TooManyAttemptsError) else 401
        return render(request, "sign_in.html", None, status_code=code, message=str(error))
    return keep_cookie(RedirectResponse("/", status_code=303), request, settings, session)


@router.get("/api/schema.json")
def show_schema(request: Request, person: Viewer) -> dict[str, Any]:
    """Return the OpenAPI schema of every request that this application takes."""
    del person
    application: FastAPI = request.app
    return application.openapi()


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
        secure=is_encrypted(request),
        path="/",
    )
    return response
