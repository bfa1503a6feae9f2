"""How a request ends that cannot be answered: a page for people, JSON for scripts."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from planner.errors import PlannerError
from planner.review.refusals import (
    ChangedError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    RefusedError,
    ReviewError,
)
from planner.web.pages import render

__all__ = [
    "ChangedError",
    "NotAllowedError",
    "NotFoundError",
    "NotSignedInError",
    "RefusedError",
    "ReviewError",
    "add_failures",
    "wants_page",
]


def add_failures(application: FastAPI) -> None:
    """Let every error end in words."""
    application.add_exception_handler(ReviewError, _end_review)
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


def _end_review(request: Request, error: Exception) -> Response:
    assert isinstance(error, ReviewError)
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
