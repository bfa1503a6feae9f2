"""How a request ends that cannot be answered: a page for people, JSON for scripts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from planner.errors import PlannerError
from planner.web.pages import render


class WebError(Exception):
    """The root of what a request may end with on purpose."""

    status_code = 400
    message = "This request cannot be answered."

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.message)
        self.details = details


class NotSignedInError(WebError):
    """Raised when a request has no session in force."""

    status_code = 401
    message = "Sign in first."


class NotAllowedError(WebError):
    """Raised when a role may not do something."""

    status_code = 403
    message = "Your role does not allow this."


class NotFoundError(WebError):
    """Raised when something is not there, or not for this person to see: both look alike."""

    status_code = 404
    message = "There is no such page, or it is not for you to see."


class ChangedError(WebError):
    """Raised when somebody else changed the same thing in between; shows both sides."""

    status_code = 409
    message = "Somebody else changed this in between. Nothing was overwritten."


class RefusedError(WebError):
    """Raised when something asked for makes no sense as things stand."""

    status_code = 422
    message = "This cannot be done."


def add_failures(application: FastAPI) -> None:
    """Let every error end in words."""
    application.add_exception_handler(WebError, _end_web)
    application.add_exception_handler(PlannerError, _end_planner)
    application.add_exception_handler(RequestValidationError, _end_invalid)
    application.add_exception_handler(HTTPException, _end_http)


def wants_page(request: Request) -> bool:
    """Return whether whoever asks is a person with a browser."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get(
        "accept", ""
    )


def end(request: Request, code: int, message: str, **details: Any) -> Response:
    """Return an error as a page or as JSON."""
    if wants_page(request):
        title = HTTPStatus(code).phrase
        return render(request, "error.html", None, status_code=code, title=title, message=message)
    return JSONResponse({"error": message, **details}, status_code=code)


def _end_web(request: Request, error: Exception) -> Response:
    assert isinstance(error, WebError)
    if isinstance(error, NotSignedInError) and wants_page(request) and request.method == "GET":
        return RedirectResponse("/sign-in", status_code=303)
    return end(request, error.status_code, str(error), **error.details)


def _end_planner(request: Request, error: Exception) -> Response:
    assert isinstance(error, PlannerError)
    # The exit codes 1 to 4 are about what was asked, 5 and 70 about the machine and us.
    code = {1: 422, 2: 422, 3: 422, 4: 422, 5: 503}.get(error.exit_code, 500)
    findings = [finding.as_dict() for finding in error.findings]
    return end(request, code, str(error), findings=findings)


def _end_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [
        {"where": ".".join(map(str, problem["loc"])), "what": problem["msg"]}
        for problem in error.errors()
    ]
    return end(
        request, 422, "The request does not have the form that is asked for.", problems=problems
    )


def _end_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = NotFoundError.message if error.status_code == 404 else str(error.detail)
    response = end(request, error.status_code, message)
    response.headers.update(error.headers or {})
    return response
